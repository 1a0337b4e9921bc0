"""Reports hold against harness/report's schemas, by xmllint: recorded ones, and new ones with every verdict."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import junit_corpus
from fault_runner import why_not

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.targets import lost_report  # noqa: E402

SCHEMAS = ROOT / "harness" / "report"
BASELINES = sorted((ROOT / "reports" / "baselines").glob("*.xml"))
XMLLINT = shutil.which("xmllint")

pytestmark = pytest.mark.skipif(XMLLINT is None, reason="xmllint is not installed (Debian: libxml2-utils)")
needs_programs = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")


def complaints(schema: str, document: Path) -> str:
    """What xmllint says against a document; "" if it is valid."""
    command = [str(XMLLINT), "--noout", "--nonet", "--schema", str(SCHEMAS / schema), str(document)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 3), done.stderr  # 3: the document is not valid
    return done.stderr if done.returncode else ""


def suites_of(report: Path) -> list[Path]:
    """Each suite of a report as a document of its own, beside it."""
    files = []
    for number, suite in enumerate(ElementTree.parse(report).getroot()):
        files.append(report.with_name(f"{report.stem}-{number}.suite"))
        ElementTree.ElementTree(suite).write(files[-1], encoding="utf-8", xml_declaration=True)
    return files


@pytest.mark.parametrize("file", BASELINES, ids=lambda file: str(file.stem))
def test_recorded_reports_are_valid(file: Path) -> None:
    assert complaints("strict.xsd", file) == ""


def test_the_report_of_a_lost_target_is_valid(tmp_path: Path) -> None:
    for prefix in ("", "wine-8.0"):
        lost_report.write(tmp_path / "lost.xml", "lab", "Unreachable", "it does not <answer>", prefix)
        assert complaints("strict.xsd", tmp_path / "lost.xml") == ""


@needs_programs
@pytest.mark.parametrize("prefix", [(), ("--junit-suite-prefix", "wine-8.0")], ids=["plain", "prefixed"])
def test_every_verdict_is_valid_in_both_dialects(tmp_path: Path, prefix: tuple[str, ...]) -> None:
    strict = junit_corpus.write(tmp_path / "strict.xml", *prefix)
    assert complaints("strict.xsd", strict) == ""
    surefire = junit_corpus.write(tmp_path / "surefire.xml", "--junit-dialect", "surefire", *prefix)
    suites = suites_of(surefire)
    assert suites and [complaints("surefire.xsd", suite) for suite in suites] == [""] * len(suites)
    # Each schema knows its own dialect only.
    assert "hostname" in complaints("strict.xsd", surefire)
    assert "hostname" in complaints("surefire.xsd", suites_of(strict)[0])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (' id="0"', ' id="0" disabled="0"', "'disabled' is not allowed"),
        (' skipped="', ' skips="', "'skips' is not allowed"),
        ('<system-out>', '<system-out/><system-out>', "This element is not expected"),
        ('<testcase name="', '<testcase file="x" name="', "'file' is not allowed"),
        ('" time="0.', '" time="0,', "not accepted by the pattern"),
        ('" value=', '" values=', "The attribute 'value' is required"),
        ("shmcheck.Harness", "Harness", "not accepted by the pattern"),
    ],
)
def test_the_schema_notices_what_readers_reject(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    lost_report.write(tmp_path / "lost.xml", "lab", "Harness", "it does not answer")
    text = (tmp_path / "lost.xml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "lost.xml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert complaint in complaints("strict.xsd", tmp_path / "lost.xml")

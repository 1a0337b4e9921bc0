"""What readers from npm make of our reports: they count as we do, keep reasons, and take four systems for four.

npm_tools.py says where the readers come from.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import junit_corpus
import npm_tools
from fault_runner import why_not

READ_SECONDS = 180
SYSTEMS = ("wine-5", "wine-8", "wine-10", "lab")
COUNTS = Counter(junit_corpus.VERDICTS.values())

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Path]]:
    """Folders with the reports of four systems: as they are by default, and with the target in suites and classes."""
    npm_tools.program("allure")  # without the readers nothing needs to run
    folders = {}
    for kind, options in (("plain", ()), ("prefixed", ("--junit-suite-prefix", "SYSTEM"))):
        folders[kind] = tmp_path_factory.mktemp(kind)
        text = junit_corpus.write(tmp_path_factory.mktemp("made") / "report.xml", *options).read_text(encoding="utf-8")
        for system in SYSTEMS:
            made = text.replace("SYSTEM", system)
            (folders[kind] / f"TEST-shmcheck-{system}.xml").write_text(made, encoding="utf-8")
    yield folders


def read(name: str, *words: str | Path, folder: Path) -> str:
    """Runs a reader in a folder. Returns what it prints; its exit code must be 0."""
    environment = {**os.environ, "NO_COLOR": "1", "CI": "", "HOME": str(folder)}
    done = subprocess.run(
        [npm_tools.program(name), *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READ_SECONDS,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# ---- junit-to-ctrf ----


def ctrf(reports: Path, folder: Path) -> dict[str, Any]:
    """The results that junit-to-ctrf makes of all reports of a folder."""
    read("junit-to-ctrf", f"{reports}/*.xml", "-o", folder / "ctrf.json", folder=folder)
    results: dict[str, Any] = json.loads((folder / "ctrf.json").read_text(encoding="utf-8"))["results"]
    return results


@pytest.mark.parametrize("kind", ["plain", "prefixed"])
def test_ctrf_counts_every_case_and_keeps_reasons(reports: Mapping[str, Path], kind: str, tmp_path: Path) -> None:
    results = ctrf(reports[kind], tmp_path)
    each = len(SYSTEMS)
    summary = {key: results["summary"][key] for key in ("tests", "passed", "failed", "skipped")}
    assert summary == {
        "tests": each * COUNTS.total(),
        "passed": each * COUNTS["passed"],
        "failed": each * (COUNTS["failed"] + COUNTS["error"]),
        "skipped": each * COUNTS["skipped"],
    }
    names = {test["name"] for test in results["tests"]}
    assert len(names) == COUNTS.total() * (each if kind == "prefixed" else 1)
    for case, reason in (("skips", junit_corpus.SKIP_REASON), ("known", junit_corpus.KNOWN_REASON)):
        told = ["\n".join(test["stdout"]) for test in results["tests"] if test["name"].endswith(f": {case}")]
        assert len(told) == each and all(f"[[PROPERTY|reason={reason}]]" in text for text in told), told
    failed = [test for test in results["tests"] if test["status"] == "failed"]
    assert all(test["message"] and test["trace"].startswith(test["message"]) for test in failed)


# ---- junit2json ----


def test_junit2json_has_every_case_with_its_outcome(reports: Mapping[str, Path], tmp_path: Path) -> None:
    for kind, suite in (("plain", "shmcheck.verdicts"), ("prefixed", "wine-8.shmcheck.verdicts")):
        whole = json.loads(read("junit2json", reports[kind] / "TEST-shmcheck-wine-8.xml", folder=tmp_path))
        assert (whole["tests"], whole["failures"], whole["errors"]) == (6, COUNTS["failed"], COUNTS["error"])
        assert [made["name"] for made in whole["testsuite"]] == [suite]
        seen = {}
        for case in whole["testsuite"][0]["testcase"]:
            assert case["classname"] == suite
            outcomes = {"failure": "failed", "error": "error", "skipped": "skipped"}.items()
            seen[case["name"]] = next((word for element, word in outcomes if element in case), "passed")
        assert seen == junit_corpus.VERDICTS


# ---- xunit-viewer ----


@pytest.mark.parametrize("kind", ["plain", "prefixed"])
def test_xunit_viewer_merges_equal_names_only(reports: Mapping[str, Path], kind: str, tmp_path: Path) -> None:
    text = read("xunit-viewer", "-r", reports[kind], "-c", "-n", "-C", "false", folder=tmp_path)
    last = re.findall(r"^(?:\d+ \w+(?:, )?)+$", text, re.MULTILINE)[-1]
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", last)}
    each = len(SYSTEMS) if kind == "prefixed" else 1  # without a prefix it shows one system of four
    words = {"passed": "passed", "failed": "failure", "error": "error", "skipped": "skipped"}
    assert counts == {words[outcome]: each * number for outcome, number in COUNTS.items()}
    assert junit_corpus.SKIP_REASON in text and junit_corpus.KNOWN_REASON in text


# ---- Allure ----


@pytest.mark.parametrize("kind", ["plain", "prefixed"])
def test_allure_takes_four_systems_for_four_with_the_prefix_only(
    reports: Mapping[str, Path], kind: str, tmp_path: Path
) -> None:
    read("allure", "generate", reports[kind], "-o", tmp_path / "allure", folder=tmp_path)
    stats = json.loads((tmp_path / "allure" / "summary.json").read_text(encoding="utf-8"))["stats"]
    each = len(SYSTEMS) if kind == "prefixed" else 1
    assert {key: stats[key] for key in ("total", "passed", "failed", "broken", "skipped")} == {
        "total": each * COUNTS.total(),
        "passed": each * COUNTS["passed"],
        "failed": each * COUNTS["failed"],
        "broken": each * COUNTS["error"],
        "skipped": each * COUNTS["skipped"],
    }
    # What it takes for repetitions of one case.
    assert stats.get("retries", 0) == (0 if kind == "prefixed" else COUNTS.total())

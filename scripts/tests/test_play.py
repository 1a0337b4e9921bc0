"""Files of steps, played by the real shmcheck.exe: verdicts, the report, the standard input, and wrong files."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from fault_runner import BIN, environment_for, why_not, windows_path

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")

GOOD = """\
case hello
row open-missing
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0
writer> map view of=section access=FILE_MAP_WRITE
writer> write view at=0 text=hello -> ok
reader> open section name=@x access=FILE_MAP_READ -> ok
reader> map view of=section access=FILE_MAP_READ -> ok
reader> read view at=0 length=5 as=text -> ok text=he*o
kills writer
leaves reader
late> open section name=@x access=FILE_MAP_READ -> fail error=2 ERROR_FILE_NOT_FOUND *
"""
BAD = """\
case not-so
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=183
case ended
begins writer> crash how=abort
ends writer 3
"""


def play(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs shmcheck.exe as a user would."""
    return subprocess.run(
        ["wine", str(BIN / "shmcheck.exe"), "--timeout-scale", "4", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment_for("test-play"),
        check=False,
    )


def test_a_file_of_steps_has_verdicts_and_a_report(tmp_path: Path) -> None:
    steps, other, report = tmp_path / "good.steps", tmp_path / "bad.steps", tmp_path / "report.xml"
    steps.write_text(GOOD)
    other.write_text(BAD)
    done = play("--play", windows_path(steps), windows_path(other), "--junit", windows_path(report))
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"
    cases = {case.get("name"): case for case in ElementTree.parse(report).iter("testcase")}
    assert set(cases) == {"hello", "not-so", "ended"}
    assert cases["hello"].get("classname") == "shmcheck.good"
    output = cases["hello"].findtext("system-out") or ""
    assert "[[PROPERTY|row=open-missing]]" in output
    assert "reader> read view at=0 length=5 as=text -> ok text=hello\n" in output
    failure = cases["not-so"].find("failure")
    assert failure is not None and failure.get("type") == "shmcheck.Failure"
    assert "expected ok error=183, got ok error=0" in (failure.text or "")
    assert "bad.steps:2" in (failure.text or "")
    assert "writer> crash how=abort -> gone code=0x3" in (cases["ended"].findtext("system-out") or "")


@pytest.mark.parametrize(
    ("folder", "depth", "prefix"),
    [("\u20ac" * 80, 1, ""), ("\u20ac" * 80, 14, "\\\\?\\")],
    ids=["longer-than-a-line-when-escaped", "longer-than-MAX_PATH"],
)
def test_a_file_of_steps_may_have_a_long_path(tmp_path: Path, folder: str, depth: int, prefix: str) -> None:
    steps = tmp_path.joinpath(*[folder] * depth, "good.steps")
    steps.parent.mkdir(parents=True)
    steps.write_text(GOOD)
    done = play("--play", prefix + windows_path(steps))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed, 0 skipped"


def test_the_standard_input_is_a_file_of_steps() -> None:
    done = play("--play", "-", given="a> create s size=1 protect=PAGE_READWRITE -> ok\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a> x -> maybe\n", ":1:9: expected ok, fail, fault, bye or * behind '->', found 'maybe'"),
        ("\nrow no-such-row\n", ":2:5: expected the id of a row of the contract, found 'no-such-row'"),
        ("needs magic\n", ":1:7: expected needs that this program knows"),
        ("", ": there is no step in this file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    steps = tmp_path / "wrong.steps"
    steps.write_text(text)
    done = play("--play", windows_path(steps))
    assert done.returncode == 3
    assert message in done.stderr


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    done = play("--play", windows_path(tmp_path / "none.steps"))
    assert done.returncode == 3
    assert "none.steps cannot be opened: error 2" in done.stderr


def test_two_files_with_one_name_are_refused(tmp_path: Path) -> None:
    steps = tmp_path / "same.steps"
    steps.write_text("a> system\n")
    done = play("--play", windows_path(steps), windows_path(steps))
    assert done.returncode == 3
    assert "an earlier file of steps has 'same' too" in done.stderr

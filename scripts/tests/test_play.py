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


# The two programs of Microsoft's page, in our words, against actors. Their name is fixed, so the cases run one after the other.
TWO_PROCESSES = """\
case their-writer
external writer example_writer.exe
writer> prints written* -> ok
reader> open section name=Global\\MyFileMappingObject access=FILE_MAP_ALL_ACCESS -> ok
reader> map view of=section access=FILE_MAP_ALL_ACCESS length=256 -> ok
reader> read view at=0 length=27 as=text -> ok text=Message%20from%20first%20process.
writer> line
ends writer 0
case their-reader
writer> create section name=Global\\MyFileMappingObject size=256 protect=PAGE_READWRITE -> ok
writer> map view of=section access=FILE_MAP_ALL_ACCESS length=256 -> ok
writer> write view at=0 text=Message%20from%20first%20process. -> ok
external reader example_reader
reader> prints Message from first process. -> ok
ends reader 0
case each-other
external writer example_writer @x
writer> prints written* -> ok
external reader example_reader @x
reader> prints Message * -> ok
ends reader 0
third> open section name=@x access=FILE_MAP_READ -> ok
kills writer
third> close section -> ok
third> open section name=@x access=FILE_MAP_READ -> fail error=2
case left-running
external writer example_writer @x
writer> prints written*
"""


def cases_of(report: Path) -> dict[str, ElementTree.Element]:
    return {case.get("name", ""): case for case in ElementTree.parse(report).iter("testcase")}


def test_users_programs_play_roles(tmp_path: Path) -> None:
    steps, report = tmp_path / "two.steps", tmp_path / "report.xml"
    steps.write_text(TWO_PROCESSES)
    done = play("--jobs", "1", "--play", windows_path(steps), "--junit", windows_path(report))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "4 passed, 0 failed, 0 skipped"
    found = cases_of(report)["each-other"]
    output = found.findtext("system-out") or ""
    # The transcript is valid in a file of steps.
    assert "external writer example_writer @x\nwriter> prints written* -> ok\n" in output
    assert "ends reader 0x0\n" in output
    assert "# reader printed:\nMessage from first process." in (found.findtext("system-err") or "")


def test_a_users_program_that_does_not_print_the_line_is_a_failure(tmp_path: Path) -> None:
    steps, report = tmp_path / "wrong.steps", tmp_path / "report.xml"
    steps.write_text(
        "case prints\nexternal reader example_reader @none\nreader> prints Message* -> ok\nends reader 0\nreader> line\n"
        "case silent\nexternal writer example_writer @x\nwriter> prints never -> ok\nwriter> line\nends writer 0\n"
    )
    done = play("--timeout-scale", "0.5", "--play", windows_path(steps), "--junit", windows_path(report))
    assert done.returncode == 2  # one case is an error
    prints = cases_of(report)["prints"]
    text = "".join(prints.itertext())
    assert "it ended without printing this; the last line that it printed: OpenFileMapping: error 2" in text
    assert "[prints] ends reader: expected exit code 0x0, got exit code 0x1" in text
    assert "the external program 'reader' has ended" in text  # no line can be sent after `ends`
    silent = "".join(cases_of(report)["silent"].itertext())
    assert "did not print this within 2500 ms; the last line that it printed: written; waiting for a line" in silent
    assert "ends writer 0x0" in silent  # the case went on


def test_a_program_that_does_not_end_is_a_time_out(tmp_path: Path) -> None:
    steps, report = tmp_path / "long.steps", tmp_path / "report.xml"
    steps.write_text("external writer example_writer @x\nwriter> prints written*\nends writer 0\n")
    done = play("--timeout-scale", "0.5", "--play", windows_path(steps), "--junit", windows_path(report))
    assert done.returncode == 2  # one case is an error
    error = cases_of(report)["long"].find("error")
    assert error is not None and error.get("type") == "shmcheck.Timeout"
    assert "the external program 'writer' did not end within 2500 ms" in (error.text or "")


def test_a_case_with_a_users_program_can_be_mutated(tmp_path: Path) -> None:
    steps = tmp_path / "mutated.steps"
    steps.write_text(
        "external writer example_writer @x\nwriter> prints written* -> ok\n"
        "reader> pull s from=$writer.pid handle=0x0\nwriter> line\nends writer 0\n"
    )
    done = play("--mutate", "100", "--play", windows_path(steps))
    assert done.returncode == 0, done.stdout + done.stderr  # a replay takes the same steps, without the program


def test_what_a_users_program_has_started_is_ended_too(tmp_path: Path) -> None:
    steps = tmp_path / "more.steps"
    actor = windows_path((BIN / "shmactor.exe").resolve()).replace(" ", "%20")
    steps.write_text(
        f"external shell cmd.exe /c {actor}\nshell> line hold e kind=event\nshell> prints ok*\n"
        "shell> line wait e timeout=60000\n"
    )
    done = play("--play", windows_path(steps))
    # The actor below cmd.exe waits for a minute. If it were left, the case would be an error.
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_that_is_not_found_or_no_program_is_named(tmp_path: Path) -> None:
    steps, no_program = tmp_path / "none.steps", tmp_path / "no program.exe"
    steps.write_text("external writer nowhere.exe\n")
    done = play("--play", windows_path(steps))
    assert done.returncode == 3
    assert "none.steps:1:17: expected a program: a path, or a name that is found beside shmcheck.exe" in done.stderr
    assert "found 'nowhere.exe'" in done.stderr
    no_program.write_text("text")
    steps.write_text(f"external writer {windows_path(no_program).replace(' ', '%20')}\nends writer 0\n")
    done = play("--play", windows_path(steps))
    assert done.returncode == 2  # one case is an error
    assert "no program.exe does not start: CreateProcess, error 193" in done.stdout

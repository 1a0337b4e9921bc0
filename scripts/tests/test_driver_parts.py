"""Tests of small parts of the driver: its command line, paths for Windows, summaries, TAP, the counts of reports."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck import commandline
from shmcheck.console import CannotRun, Summary, is_summary
from shmcheck.definitions import RUNNER_OPTIONS
from shmcheck.paths import ON_WINDOWS, check_folder, windows_path
from shmcheck.proof import mapping_api, pytest_result, tap
from shmcheck.proof.own_tests import typed_files
from shmcheck.proof.test_log import Record
from shmcheck.targets import options
from shmcheck.targets.local_run import mark_of


def parsed(*words: str) -> options.Options:
    return options.parse(words, "/here", windows_path)


def test_options_of_shmcheck_are_passed_on() -> None:
    wanted = parsed("--filter", "life*", "--verbose", "--repeat=3", "--filter", "open*")
    assert wanted.passed_on == ["--filter", "life*", "--filter", "open*", "--repeat", "3", "--verbose"]
    assert wanted.values == {"--filter": "open*", "--repeat": "3"}
    assert not wanted.shows


def test_every_option_of_shmcheck_can_be_given() -> None:
    for option in RUNNER_OPTIONS:
        if option.name not in options.DIRECT_OPTIONS:
            words = [option.name, "x"] if option.takes_value else [option.name]
            passed = parsed(*words).passed_on
            assert passed[0] == option.name and len(passed) == len(words)


def test_help_has_every_option_of_shmcheck() -> None:
    text = options.parser().format_help()
    missing = {option.name for option in RUNNER_OPTIONS if f"  {option.name}" not in text}
    assert missing - {"--help"} == options.DIRECT_OPTIONS - {"--help"} == {"--summary"}


def test_paths_are_converted_for_the_target() -> None:
    wanted = parsed("--junit", "out/a b.xml", "--known=/k.toml", "--actor", "../x.exe")
    assert wanted.passed_on == [
        "--junit", "Z:\\here\\out\\a b.xml", "--known", "Z:\\k.toml", "--actor", "Z:\\x.exe",
    ]  # fmt: skip
    assert wanted.values["--junit"] == "out/a b.xml"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--filter"], "--filter: expected one argument"),
        (["--target"], "--target: expected one argument"),
        (["--junit="], "--junit: it needs a value"),
        (["--jobs", ""], "--jobs: it needs a value"),
        (["--build-dir"], "--build-dir: expected one argument"),
        (["--strange", "word"], "unrecognized arguments: --strange word"),
        (["--filt", "x"], "unrecognized arguments: --filt x"),
    ],
)
def test_a_wrong_option_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(CannotRun, match=message):
        parsed(*words)


@pytest.mark.parametrize("word", ["--list", "--version"])
def test_list_and_version_run_no_case(word: str) -> None:
    assert parsed("--filter", "x", word).shows


def test_a_value_is_not_taken_for_an_option() -> None:
    assert not parsed("--filter=--list").shows


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("report.xml", "/home/me", "Z:\\home\\me\\report.xml"),
        ("/tmp/a b/ü.xml", "/x", "Z:\\tmp\\a b\\ü.xml"),
        ("../../..", "/a/b", "Z:\\"),
        ("./a//b/./c", "/", "Z:\\a\\b\\c"),
    ],
)
def test_unix_paths_become_windows_paths(path: str, folder: str, expected: str) -> None:
    assert windows_path(path, folder) == expected


@pytest.mark.parametrize(
    "path", ["a:b", "a\\b", "what?", "*", 'a"b', "a|b", "<", "a\nb", "dot.", "blank ", "dir./x", "\udcff"]
)
def test_a_path_that_windows_cannot_name_is_refused(path: str) -> None:
    with pytest.raises(CannotRun, match="cannot name"):
        windows_path(path, "/tmp")


@pytest.mark.skipif(ON_WINDOWS, reason="CMake itself says so")
@pytest.mark.parametrize(
    ("path", "message"),
    [("/a;b", "CMake cannot use this folder, whose path contains ';': '/a;b'; move it"), ("/a#b", "contains '#'"),
     ("/a\nb", r"contains '\\n'"), ("/a:b", "cannot name"), ("/dot./x", "cannot name")],
)
def test_a_folder_that_cannot_be_built_in_is_refused(path: str, message: str) -> None:
    with pytest.raises(CannotRun, match=message):
        check_folder(Path(path), "move it")


def test_a_folder_may_have_other_characters() -> None:
    check_folder(Path("/a@2 b/%2F/ä'$(x)&[y]{z}!"), "move it")


def test_the_summary_line_is_read() -> None:
    summary = Summary(1, 2, 3)
    summary.add(Summary(10, 0, 1))
    assert str(summary) == "11 passed, 2 failed, 4 skipped"
    assert is_summary(str(summary))
    for line in ("11 passed, 2 failed, 4 skipped ", "-1 passed, 0 failed, 0 skipped", "1 passed", ""):
        assert not is_summary(line)


@pytest.mark.parametrize(
    ("output", "code", "expected"),
    [
        ("1..3\nok 1 - a\nnot ok 2 - b\nnot ok 3 # SKIP c\n", 1, (1, 1, 1)),
        ("1..1\nok 1 # SKIP a\n", 0, (0, 0, 1)),
        ("1..2\nok 1 - a\nok 2 - b\n1..1\nok 1 - c\n", 0, (3, 0, 0)),
        ("1..2\nok 1 - a\n", 0, (1, 1, 0)),  # less than announced
        ("1..2\nok 1 - a\n", 139, (1, 1, 0)),
        ("1..1\nok 1 - a\n", 3, (1, 1, 0)),  # all tests passed, but the program crashed at its end
        ("1..1\r\nok 1 - a\r\n", 0, (1, 0, 0)),
        ("no protocol\n", 0, (1, 0, 0)),
        ("okay is no result\n", 1, (0, 1, 0)),
        ("", -11, (0, 1, 0)),
    ],
)
def test_tap_output_is_counted(output: str, code: int, expected: tuple[int, int, int]) -> None:
    result = tap.judge(output, code)
    assert (result.summary.passed, result.summary.failed, result.summary.skipped) == expected
    assert bool(result.problems) == (expected[1] > 0)


REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="shmcheck"><testsuite name="a">
<testcase name="one" classname="a" time="0.001"><system-out>fine</system-out></testcase>
<testcase name="two" classname="a" time="0.001"><failure message="m">m</failure></testcase>
<testcase name="three" classname="a" time="0.001"><error message="m">m</error></testcase>
<testcase name="four" classname="a" time="0.001"><skipped message="m">m</skipped></testcase>
</testsuite></testsuites>
"""


def test_results_of_pytest_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "TEST.xml"
    file.write_text(REPORT, encoding="utf-8")
    result = pytest_result.read(file)
    assert str(result.summary) == "1 passed, 2 failed, 1 skipped"
    assert result.skips == {"m": 1}


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "TEST.xml"
    assert mark_of(file) is None
    file.write_text(REPORT, encoding="utf-8")
    before = mark_of(file)
    assert before == mark_of(file)
    file.write_text(REPORT + " ", encoding="utf-8")
    assert mark_of(file) != before


@pytest.mark.parametrize("text", ["", "<testsuites>", "<html/>"])
def test_a_file_that_pytest_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "TEST.xml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(pytest_result.Unreadable):
        pytest_result.read(file)


def test_skips_are_counted_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    record = Record([], False)
    record.add("scripts/optional", Summary(2, 0, 3), "output", ["no browser", "no browser", "no ssh"])
    record.add("scripts/types", Summary(skipped=1), "mypy is not installed")
    record.add("native/a", Summary(1, 0, 0), "output")
    assert record.skipped_lines() == [
        "  2  scripts/optional: no browser",
        "  1  scripts/optional: no ssh",
        "  1  scripts/types: mypy is not installed",
    ]
    assert "output" not in capsys.readouterr().out


def test_notes_of_a_test_that_passed_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Record([], False).add("cases/faults", Summary(1, 0, 0), "output", notes=["MISSED  a", "        scripts/faults"])
    assert capsys.readouterr().out.splitlines()[1:] == ["      MISSED  a", "              scripts/faults"]


def test_skipped_tests_of_a_program_are_named() -> None:
    assert tap.judge("1..2\nok 1 - a\nnot ok 2 # SKIP test_large_pages\n", 0).skips == ["test_large_pages"]
    assert tap.judge("1..1\nok 1 - test_b # SKIP\n", 0).skips == ["test_b"]


def test_files_that_import_a_missing_module_are_left_out_of_the_types(tmp_path: Path) -> None:
    plain, browser = tmp_path / "plain.py", tmp_path / "browser.py"
    plain.write_text("# import selenium is not here\nimport os\n", encoding="utf-8")
    browser.write_text("def f() -> None:\n    from selenium import webdriver\n", encoding="utf-8")
    assert typed_files([plain, browser], lambda module: True) == ([plain, browser], [])
    files, reasons = typed_files([plain, browser], lambda module: module != "selenium")
    assert files == [plain] and reasons == ["browser.py imports selenium, which is not installed"]


@pytest.mark.parametrize("data", [b"", b"MZ", b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(20), b"\x7fELF" + bytes(200)])
def test_a_file_that_is_not_a_program_is_a_finding(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.exe"
    file.write_bytes(data)
    found = dict(mapping_api.findings(file, free=True))
    assert found["imports"]
    assert found["symbols"] != ""


@pytest.mark.parametrize(
    ("system", "processors", "expected"),
    [
        ("linux", 1, 1),
        ("linux", 2, 4),
        ("linux", 3, 4),
        ("linux", 6, 6),
        ("linux", 64, 32),
        ("win32", 2, 2),
        ("win32", 16, 8),
    ],
)
def test_jobs_follow_the_number_of_processors(
    monkeypatch: pytest.MonkeyPatch, system: str, processors: int, expected: int
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(commandline, "processors", lambda: processors)
    assert commandline.default_jobs() == expected


def test_shared_options_have_the_limits_of_shmcheck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commandline, "processors", lambda: 64)
    parser = commandline.Parser("x")
    parser.add_jobs("jobs")
    parser.add_timeout_scale("factor")
    assert vars(parser.parse_args([])) == {"jobs": 32, "timeout_scale": 1.0}
    assert vars(parser.parse_args(["--jobs", "1", "--timeout-scale", "0.1"])) == {"jobs": 1, "timeout_scale": 0.1}
    for words in (["--jobs", "33"], ["--jobs", "-1"], ["--jobs", "x"], ["--timeout-scale", "nan"], ["--timeout-scale", "101"]):
        with pytest.raises(CannotRun, match=f"{words[0]}: .*it takes a number from|{words[0]}: expected one argument"):
            parser.parse_args(words)

"""Tests of reading reports: those of shmcheck are read, all others are refused with one sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_maker import WINE, Made, Report, attribute

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.reports import report_files, report_reader  # noqa: E402
from shmcheck.reports.report_files import load, read  # noqa: E402
from shmcheck.reports.report_reader import BadReport, parse  # noqa: E402
from shmcheck.reports.results import Key, Run  # noqa: E402


def run_of(text: str | bytes) -> Run:
    return parse(text if isinstance(text, bytes) else text.encode(), "here")


def problem_of(text: str | bytes) -> str:
    with pytest.raises(BadReport) as caught:
        run_of(text)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 400, message
    return message


def one(**parts: object) -> str:
    return Report([Made("some-case", **parts)]).xml()  # type: ignore[arg-type]


# ---- reports of shmcheck ----


def test_every_verdict_is_read() -> None:
    cases = [Made(f"case-{verdict}", verdict) for verdict in ("pass", "fail", "deviates", "error", "skip", "known")]
    run = run_of(Report(cases).xml())
    assert {case.key.id: case.verdict.value for case in run.cases.values()} == {
        f"case-{verdict}": verdict for verdict in ("pass", "fail", "deviates", "error", "skip", "known")
    }
    assert run.platform == "Wine 8.0, x64"
    assert run.timestamp == "2026-02-03T04:05:06Z"
    assert run.complete


def test_a_case_has_all_its_parts() -> None:
    made = Made(
        "some-case",
        "fail",
        message="expected ok, got <fail> & 'more'",
        details="line 13: something else",
        rows=["row-a", "row-b"],
        steps=["writer> close x -> ok", "= size: 4096", "# a remark with -> and [[PROPERTY|row=not-one]]"],
    )
    case = run_of(Report([made]).xml()).cases[Key("sample", "some-case")]
    assert case.message == "expected ok, got <fail> & 'more'"
    assert case.place == "cases/sample.c:12"
    assert case.details == "line 13: something else"
    assert case.rows == ("row-a", "row-b")
    assert case.transcript.split("\n") == list(made.steps)
    assert case.milliseconds == 12


def test_the_reason_of_a_known_deviation_has_no_mark() -> None:
    case = run_of(one(verdict="known", message="Wine keeps the name")).cases[Key("sample", "some-case")]
    assert case.message == "known: Wine keeps the name"
    assert case.reason == "Wine keeps the name"


def test_repetitions_are_one_case_and_the_worst_counts() -> None:
    cases = [Made("some-case"), Made("some-case.2", "fail"), Made("some-case.3"), Made("other-case"), Made("other-case.2")]
    run = run_of(Report(cases).xml())
    assert len(run.cases) == 2
    some, other = run.cases[Key("sample", "some-case")], run.cases[Key("sample", "other-case")]
    assert (some.verdict, some.repetitions, some.unstable) == (Verdict.FAIL, 3, True)
    assert (other.verdict, other.repetitions, other.unstable) == (Verdict.PASS, 2, False)
    assert str(run.summary) == "4 passed, 1 failed, 0 skipped"


def test_a_run_without_finished_cases_is_lost_with_its_reason() -> None:
    run = run_of(Report([Made("no-case-ran", "error", topic="run", message="the host does not answer")]).xml())
    assert run.lost == "the host does not answer"
    assert not run.cases and not run.complete


def test_an_unfinished_run_is_incomplete() -> None:
    run = run_of(Report([Made("some-case")], facts=WINE | {"run_complete": "no"}).xml())
    assert not run.complete and not run.lost


def test_a_prefix_changes_no_case() -> None:
    cases = [Made("one"), Made("two", "known", topic="other"), Made("two.2", "fail", topic="other", rows=["row-a"])]
    plain, prefixed = run_of(Report(cases).xml()), run_of(Report(cases, prefix="wine-8.0").xml())
    assert prefixed.cases == plain.cases
    assert prefixed.facts == {**plain.facts, "suite_prefix": "wine-8.0"}


def test_the_target_is_in_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "TEST-shmcheck-wine-8.0.xml"
    path.write_text(one(), encoding="utf-8")
    assert read(path).target == "wine-8.0"


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a/x", "b/x", "c/y"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "TEST-shmcheck-wine.xml").write_text(one(), encoding="utf-8")
    files = sorted(tmp_path.rglob("*.xml"))
    targets = [run.target for run in load([*files, files[0]]).runs]
    assert targets == ["a/x/wine", "b/x/wine", "y/wine"]
    assert [run.target for run in load(reversed(files)).runs] == targets


def test_control_characters_are_written_as_escapes() -> None:
    case = run_of(one(verdict="fail", message="a\u009bb\u202ec")).cases[Key("sample", "some-case")]
    assert case.message == "a\\u{009B}b\\u{202E}c"


# ---- hostile reports ----

GOOD = one()
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><testsuites name="shmcheck">&c;</testsuites>'
)
CORPUS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "empty"),
    "blank": (" \n\t", "empty"),
    "text": ("text that is not XML", "malformed XML"),
    "cut in half": (GOOD[: len(GOOD) // 2], "malformed XML"),
    "behind its end": (GOOD + "<more/>", "malformed XML"),
    "entity bomb": (BOMB, "document type or an entity"),
    "external entity": (
        '<!DOCTYPE t [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuites>&e;</testsuites>',
        "document type or an entity",
    ),
    "external document type": ('<!DOCTYPE t SYSTEM "http://localhost/x.dtd"><testsuites/>', "document type or an entity"),
    "parameter entity": ('<!DOCTYPE t [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]><t/>', "document type or an entity"),
    "document type in UTF-16": ('<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16"), "not UTF-8"),
    "UTF-16 without a mark": ("<testsuites/>".encode("utf-16-le"), "not UTF-8"),
    "another encoding": (GOOD.replace("UTF-8", "ISO-8859-1"), "another encoding"),
    "UTF-7": (GOOD.replace("UTF-8", "UTF-7"), "another encoding"),
    "bytes that are not UTF-8": (GOOD.encode().replace(b"some-case", b"some-\xffase"), "not UTF-8: byte"),
    "undefined entity": (GOOD.replace("ok error=0", "&sol;"), "malformed XML"),
    "character that XML does not have": (GOOD.replace("ok error=0", "&#1;"), "malformed XML"),
    "web page": ("<html><body>401</body></html>", "not JUnit XML: its root element is 'html'"),
    "suites of another program": ('<testsuites><testsuite name="pytest"/></testsuites>', "a suite named 'pytest'"),
    "single suite": ('<testsuite name="shmcheck.sample"/>', "not a report of shmcheck"),
    "no case": ('<testsuites name="shmcheck"/>', "no case"),
    "suite without a case": ('<testsuites><testsuite name="shmcheck.a"/></testsuites>', "no case"),
    "the same case twice": (Report([Made("same"), Made("same")]).xml(), "two cases are named sample/same"),
    "the same suite twice": (
        GOOD.replace("</testsuites>", GOOD[GOOD.index("  <testsuite") :]).replace("some-case", "x", 1),
        "two suites are named shmcheck.sample",
    ),
    "markup as the name of a case": (Report([Made("<script>alert(1)</script>")]).xml(), "a case has the name"),
    "path as the name of a case": (Report([Made("../../etc/passwd")]).xml(), "a case has the name"),
    "markup as the name of a suite": (Report([Made("x", topic='"><img src=x>')]).xml(), "a suite has the name"),
    "very long name": (Report([Made("x" * 201)]).xml(), "a case has the name"),
    "no name": (Report([Made("")]).xml(), "a case has the name"),
    "markup as a property": (Report([Made("x")], facts={"<b>": "1"}).xml(), "a property has the name"),
    "huge property": (Report([Made("x")], facts={"os_name": "x" * 5000}).xml(), "a property that is too long"),
    "too many properties": (Report([Made("x")], facts={f"f{n}": "" for n in range(300)}).xml(), "too many properties"),
    "row with markup": (Report([Made("x", rows=["<b>"])]).xml(), "names the row"),
    "prefix that no property states": (
        Report([Made("x")], prefix="w").xml().replace("suite_prefix", "prefix"),
        "'w.shmcheck.sample', and it states no suite_prefix",
    ),
    "another prefix than is stated": (
        Report([Made("x")], prefix="w").xml().replace('value="w"', 'value="v"'),
        "'w.shmcheck.sample', and its property suite_prefix is 'v'",
    ),
    "prefix that is stated and missing": (
        Report([Made("x")], facts=WINE | {"suite_prefix": "w"}).xml(),
        "'shmcheck.sample', and its property suite_prefix is 'w'",
    ),
    "property behind the cases": (
        GOOD.replace("  </testsuite>", '<properties><property name="late" value="1"/></properties></testsuite>'),
        "the property late is behind a case",
    ),
    "another class name": (GOOD.replace('classname="shmcheck.sample"', 'classname="other"'), "class name that does not match"),
    "type of another program": (one(verdict="fail").replace("shmcheck.Failure", "AssertionError"), "fails with the type"),
    "error of another program": (one(verdict="error").replace("shmcheck.Harness", "x"), "the error type"),
    "time that is not a number": (GOOD.replace('time="0.012"', 'time="1e9"'), "a time that is not a number"),
    "verdict and element disagree": (GOOD.replace("verdict=pass", "verdict=fail"), "contradicts itself"),
    "unknown verdict": (GOOD.replace("verdict=pass", "verdict=great"), "contradicts itself"),
    "two outcomes": (
        one(verdict="fail", extra='<error type="shmcheck.Crash" message="m">m</error>'),
        "more than one outcome",
    ),
    "output twice": (one(extra="<system-out>more</system-out>"), "its output twice"),
    "element of another dialect": (one(extra="<flakyFailure/>"), "'flakyFailure' in a testcase"),
    "text in an element without text": (GOOD.replace("<testcase", "boo <testcase"), "text in a testsuite"),
    "deep": ("<testsuites>" * 100_000, "not a report of shmcheck"),
    "runs mixed": (
        Report([Made("a", topic="one"), Made("b", topic="two")]).xml().replace("Microsoft Windows 10", "Windows", 1),
        "of different runs",
    ),
    "properties of one suite only": (
        Report([Made("a", topic="one"), Made("b", topic="two")])
        .xml()
        .replace('      <property name="session" value="1"/>\n', "", 1),
        "of different runs",
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_file_is_refused_with_its_reason(name: str) -> None:
    text, reason = CORPUS[name]
    assert reason in problem_of(text)


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_loses_only_its_own_column(name: str, tmp_path: Path) -> None:
    text, _ = CORPUS[name]
    bad, good = tmp_path / "TEST-shmcheck-bad.xml", tmp_path / "TEST-shmcheck-good.xml"
    bad.write_bytes(text if isinstance(text, bytes) else text.encode())
    good.write_text(GOOD, encoding="utf-8")
    loaded = load([bad, good])
    assert [(run.target, bool(run.lost)) for run in loaded.runs] == [("bad", True), ("good", False)]
    assert [file.name for file in loaded.bad] == [str(bad)]


def test_too_many_cases_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_reader, "MAX_CASES", 3)
    assert "more than 3 cases" in problem_of(Report([Made(f"c-{n}") for n in range(4)]).xml())


def test_a_big_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.xml"
    with path.open("wb") as file:
        file.write(b"<testsuites>")
        file.truncate(200 * 1024 * 1024)  # a sparse file, which takes no space
    monkeypatch.setattr(report_files, "parse", lambda *_: pytest.fail("the file was read"))
    with pytest.raises(BadReport, match="it has 209715200 bytes; the limit"):
        read(path)


def test_a_file_at_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "edge.xml"
    path.write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(report_files, "MAX_BYTES", len(GOOD.encode()))
    assert read(path).cases
    monkeypatch.setattr(report_files, "MAX_BYTES", len(GOOD.encode()) - 1)
    with pytest.raises(BadReport, match="it has .* bytes; the limit"):
        read(path)


def test_paths_that_are_not_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadReport, match="cannot be opened"):
        read(tmp_path / "absent.xml")
    with pytest.raises(BadReport):
        read(tmp_path)
    with pytest.raises(BadReport, match="this folder has no report"):
        load([tmp_path])
    if hasattr(os, "mkfifo"):
        pipe = tmp_path / "pipe.xml"
        os.mkfifo(pipe)
        with pytest.raises(BadReport, match="not a regular file"):
            read(pipe)


# ---- properties ----

# Any text that a report can contain: the writer has escaped the characters that XML does not have.
LEGIBLE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn")).filter(
        lambda character: not report_reader.ILLEGIBLE.match(character)
    ),
    max_size=60,
)


@given(message=LEGIBLE.filter(str.strip), steps=st.lists(LEGIBLE.filter(lambda text: text.strip() and "[[" not in text)))
@settings(max_examples=200, deadline=None)
def test_any_text_round_trips(message: str, steps: list[str]) -> None:
    case = run_of(one(verdict="fail", message=message, steps=steps)).cases[Key("sample", "some-case")]
    assert case.message == message
    assert case.transcript == "\n".join(steps).rstrip("\n")


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(BadReport):
        run_of(data)


@given(st.integers(0, len(GOOD)), st.integers(0, 60), LEGIBLE)
@settings(max_examples=400, deadline=None)
def test_a_damaged_report_is_read_or_refused(at: int, length: int, text: str) -> None:
    try:
        run_of(GOOD[:at] + text + GOOD[at + length :])
    except BadReport as error:
        assert str(error).isprintable()


SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
NO_SURROGATE = st.characters(blacklist_categories=SURROGATES)


@given(st.text(NO_SURROGATE, max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_name_is_plain_or_refused(name: str) -> None:
    text = GOOD.replace('name="some-case"', f'name="{attribute(name)}"')
    try:
        run = run_of(text)
    except BadReport:
        return
    assert all(report_reader.NAME.fullmatch(key.id) for key in run.cases)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_the_name_of_a_file_is_text_too(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/TEST-shmcheck-a\x1b[2J\xff\n.xml"))
    path.write_text(GOOD, encoding="utf-8")
    bad = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\x07.xml"))
    bad.write_text("<x/>", encoding="utf-8")
    loaded = load([tmp_path])
    assert [run.target for run in loaded.runs] == ["a\\u{001B}[2J\\u{DCFF}\\u{000A}", "b\\u{0007}"]
    assert loaded.bad[0].name.endswith("b\\u{0007}.xml")

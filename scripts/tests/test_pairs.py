"""Runs with --pair: how their reports are read, shown side by side, compared and matched with recorded runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report_maker import WINE, Made, Report  # noqa: E402
from shmcheck.reports.baseline_match import best_fit  # noqa: E402
from shmcheck.reports.compare import compare  # noqa: E402
from shmcheck.reports.explain import Facts  # noqa: E402
from shmcheck.reports.report_files import load  # noqa: E402
from shmcheck.reports.report_reader import BadReport, parse  # noqa: E402
from shmcheck.reports.results import Key, Run  # noqa: E402

SUITE = re.compile(r'(<testsuite name="shmcheck\.(\w+)-(\w+)\.[^>]*>\s*<properties>)')


def xml_of(pairs: list[str], failing: str = "") -> str:
    """A report with these pairs. The case fails in the pair `failing`."""
    cases = [Made("a-case", "fail" if pair == failing else "pass", topic=f"{pair}.sample") for pair in pairs]
    text = Report(cases).xml()
    properties = r'\1<property name="writer_arch" value="\2"/><property name="reader_arch" value="\3"/>'
    return SUITE.sub(properties, text)


def run_of(pairs: list[str], failing: str = "", target: str = "here") -> Run:
    return parse(xml_of(pairs, failing).encode(), target)


def test_a_report_of_pairs_is_one_run() -> None:
    run = run_of(["x64-x64", "x64-x86"])
    assert set(run.cases) == {Key("x64-x64.sample", "a-case"), Key("x64-x86.sample", "a-case")}
    assert run.pairs == {
        "x64-x64": {"writer_arch": "x64", "reader_arch": "x64"},
        "x64-x86": {"writer_arch": "x64", "reader_arch": "x86"},
    }
    assert run.facts == WINE


def test_pairs_are_shown_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "TEST-shmcheck-wine.xml"
    file.write_text(xml_of(["x64-x64", "x64-x86", "x86-x64"], failing="x64-x86"), encoding="utf-8")
    loaded = load([file])
    assert not loaded.bad
    assert [run.target for run in loaded.runs] == ["wine x64-x64", "wine x64-x86", "wine x86-x64"]
    assert [run.platform for run in loaded.runs] == ["Wine 8.0, x64", "Wine 8.0, x64-x86", "Wine 8.0, x86-x64"]
    assert all(set(run.cases) == {Key("sample", "a-case")} for run in loaded.runs)
    # The facts of the pairs separate the failing one from the others.
    outcomes = {run.target: run.cases[Key("sample", "a-case")].verdict.value for run in loaded.runs}
    found = Facts(loaded.runs).explain(outcomes)
    assert found is not None
    assert "fail where reader_arch = x86" in found.sentence()


def test_pairs_behind_a_prefix_are_the_same_pairs() -> None:
    pairs = ["x64-x64", "x64-x86"]
    text = xml_of(pairs).replace('"shmcheck.', '"lab.shmcheck.')
    text = text.replace("<properties>", '<properties><property name="suite_prefix" value="lab"/>')
    prefixed, plain = parse(text.encode(), "here"), run_of(pairs)
    assert prefixed.cases == plain.cases and prefixed.pairs == plain.pairs
    assert [run.cases for run in prefixed.by_pair()] == [run.cases for run in plain.by_pair()]


def test_a_run_without_pairs_stays_as_it_is() -> None:
    run = parse(Report([Made("a-case")]).xml().encode(), "here")
    assert run.by_pair() == [run]


def test_pairs_compare_with_the_same_pairs() -> None:
    base, new = run_of(["x64-x64", "x64-x86"]), run_of(["x64-x64", "x64-x86"], failing="x64-x86")
    comparison = compare(base, new)
    assert comparison.sentence() == "1 regressed between here and here"
    assert not comparison.warnings


def test_other_pairs_are_named_first() -> None:
    plain = parse(Report([Made("a-case")]).xml().encode(), "here")
    warnings = compare(plain, run_of(["x64-x86"])).warnings
    assert warnings == ("the pairs of architectures were none and are x64-x86: cases of different pairs are not compared",)


def test_a_recorded_run_without_pairs_does_not_fit() -> None:
    plain = parse(Report([Made("a-case")]).xml().encode(), "plain")
    paired, others = run_of(["x64-x86"], target="paired"), run_of(["x64-x64", "x64-x86"], target="others")
    assert best_fit(run_of(["x64-x86"]), [plain, others, paired]) is paired
    assert best_fit(run_of(["x86-x86"]), [plain, others, paired]) is None
    assert best_fit(plain, [paired, others, plain]) is plain


def test_suites_of_one_pair_agree() -> None:
    text = xml_of(["x64-x86"])
    second = Report([Made("b-case", topic="x64-x86.names")]).xml()
    start, end = second.index("<testsuite "), second.index("</testsuites>")
    with pytest.raises(BadReport, match="the facts of x64-x86 differ"):
        parse(text.replace("</testsuites>", second[start:end] + "</testsuites>").encode(), "here")

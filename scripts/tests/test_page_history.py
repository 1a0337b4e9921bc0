"""Tests of the history on the page: strips of the last runs, and the chart of the rows met."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_maker import WINE, Made, Report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands.report import main  # noqa: E402
from shmcheck.reports import history_view as view  # noqa: E402
from shmcheck.reports.history_store import add, opened  # noqa: E402
from shmcheck.reports.page import render  # noqa: E402
from shmcheck.reports.headline import percent, standing  # noqa: E402
from shmcheck.reports.page_model import build  # noqa: E402
from shmcheck.reports.report_reader import parse  # noqa: E402
from shmcheck.reports.results import Key, Run  # noqa: E402

A, B = Key("sample", "a"), Key("sample", "b")


def run_of(day: int, a: str, b: str = "", target: str = "wine", hour: int = 0) -> Run:
    cases = [Made(name, verdict) for name, verdict in (("a", a), ("b", b)) if verdict]
    report = Report(cases, dict(WINE), f"2026-{1 + day // 28:02}-{1 + day % 28:02}T{hour:02}:00:00Z")
    return parse(report.xml().encode(), target)


def history_of(tmp_path: Path, *runs: Run, targets: tuple[str, ...] = ("wine",)) -> view.History:
    with opened(tmp_path / "history.db", create=True) as connection:
        assert all(add(connection, run) for run in runs)
        return view.read(connection, targets)


def test_strips_are_the_last_runs_of_a_case_and_an_area(tmp_path: Path) -> None:
    found = history_of(tmp_path, run_of(2, "fail", "pass"), run_of(1, "pass"), run_of(3, "skip", "pass"), run_of(3, "pass", target="x"))
    assert found.strips == {("wine", A): ("pass", "fail", "skip"), ("wine", B): ("", "pass", "pass")}
    assert found.area("wine", [A, B]) == ("pass", "fail", "pass")
    assert found.area("other", [A]) == ()


def test_a_strip_has_only_the_last_runs(tmp_path: Path) -> None:
    found = history_of(tmp_path, *(run_of(day, "pass" if day else "fail") for day in range(view.LAST + 1)))
    assert found.strips["wine", A] == ("pass",) * view.LAST


def test_the_chart_has_a_line_for_each_system(tmp_path: Path) -> None:
    runs = [run_of(1, "pass", "fail"), run_of(2, "pass", "pass"), run_of(1, "fail", "fail", "x"), run_of(2, "pass", "fail", "x")]
    chart = view.chart(history_of(tmp_path, *runs, targets=("wine", "x", "unknown")))
    assert chart and [line.target for line in chart.lines] == ["wine", "x"]
    right, top, bottom = view.WIDTH - view.RIGHT, view.TOP, view.HEIGHT - view.BOTTOM
    assert chart.percent_from == 0
    assert chart.lines[0].path == f"{view.LEFT}.0,{(top + bottom) / 2} {right}.0,{top}.0"
    assert chart.lines[1].path == f"{view.LEFT}.0,{bottom}.0 {right}.0,{(top + bottom) / 2}"
    assert {line.marks[0][0] for line in chart.lines} == {"circle", "square"}
    assert "x, 2026-01-03: 1 of 2 rows met" in chart.lines[1].marks[-1][3]


@pytest.mark.parametrize("runs", [[run_of(1, "pass")], [run_of(1, "pass"), run_of(1, "fail")]])
def test_a_single_time_gives_no_chart(tmp_path: Path, runs: list[Run]) -> None:
    assert view.chart(history_of(tmp_path, *runs)) is None


def test_many_systems_and_many_runs_stay_readable(tmp_path: Path) -> None:
    lines = {f"s{number:02}": tuple(view.Point(f"2026-01-0{day}", 9, 10) for day in (1, 2)) for number in range(12)}
    chart = view.chart(view.History({}, lines))
    assert chart and len(chart.lines) == view.LINES and chart.left_out == ("s08", "s09", "s10", "s11")
    heights = [line.label_y for line in chart.lines]
    assert all(below - above >= view.LABEL_STEP for above, below in zip(heights, heights[1:], strict=False))
    many = [(number, "2026", number, 1000) for number in range(1000)]
    thin = view.thinned(many)
    assert len(thin) == view.POINTS and (thin[0], thin[-1]) == (many[0], many[-1])


def test_the_page_shows_the_chart_and_the_strips(tmp_path: Path) -> None:
    runs = [run_of(1, "pass", "fail"), run_of(2, "fail", "pass"), run_of(3, "pass", "pass")]
    text = render(build(runs[-1:], history=history_of(tmp_path, *runs)))
    chart = re.search(r'<svg class="chart".*?</svg>', text, re.DOTALL)
    assert chart and ElementTree.fromstring(chart[0]) is not None
    assert "66" not in chart[0] and "1 of 2 rows met" in chart[0]
    strip = '<i class="p">✓</i><i class="f">✗</i><i class="p">✓</i><span class="vh"> pass, fail, pass</span>'
    assert strip in text
    assert "worst verdict in the last runs" in text
    assert 'href="#history"' in text and 'id="history"' in text


def test_report_takes_a_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "TEST-shmcheck-wine.xml"
    report.write_text(Report([Made("a")]).xml(), encoding="utf-8")
    history_of(tmp_path, run_of(1, "pass"), run_of(2, "fail"))
    page = tmp_path / "page.html"
    assert main([str(report), "-o", str(page), "--history", str(tmp_path / "history.db")]) == 0
    assert 'id="history"' in page.read_text(encoding="utf-8")
    assert main([str(report), "-o", str(page), "--history", str(tmp_path / "none.db")]) == 3
    assert "the file does not exist" in capsys.readouterr().err


def test_the_headline_has_the_share_of_rows_of_each_system() -> None:
    runs = [run_of(1, "pass", "fail", "x"), run_of(1, "pass", "pass", "y")]
    assert standing(build(runs)) == "Of the rows that ran, x meets 50.0 % (1 of 2) and y meets 100.0 % (2 of 2)."
    many = [run_of(1, "pass", "pass" if number else "known", f"s{number}") for number in range(9)]
    assert standing(build(many)) == "9 systems meet 50.0 % (s0) to 100.0 % (s8) of the rows that ran."
    assert standing(build([run_of(1, "skip")])) == "No row of the contract was checked."


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(2, 2, "100.0 %"), (0, 9, "0.0 %"), (9999, 10000, "99.9 %"), (1, 9999, "0.1 %"), (1, 3, "33.3 %")]
)
def test_only_exact_shares_are_0_and_100_per_cent(part: int, whole: int, words: str) -> None:
    assert percent(part, whole) == words

"""Tests of what the page says first: how systems stand, what failed in which groups, what it is compared with, counts."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from report_maker import Made, fleet

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.reports import page_view  # noqa: E402
from shmcheck.reports.failure_groups import essence  # noqa: E402
from shmcheck.reports.headline import news, standings  # noqa: E402
from shmcheck.reports.page import render  # noqa: E402
from shmcheck.reports.results import lost_run  # noqa: E402
from test_report import CONTRACT, ROWS, Reader, command, one, page_of, page_text, runs_of, small, tidy  # noqa: E402


# ---- failures ----


def seen(message: str, verdict: str = "fail", details: str = "") -> str:
    return essence(next(iter(one(Made("a", verdict, message=message, details=details)).cases.values())))


def test_a_failure_is_known_by_what_differs_in_the_reply() -> None:
    step = "[some-row] reader> query view at=0"
    assert seen(f"{step}: expected ok size=4096 type=MEM_MAPPED, got ok size=4096 type=MEM_PRIVATE") == (
        "expected type=MEM_MAPPED, got type=MEM_PRIVATE"
    )
    assert seen(f"{step}: expected ok, got fail error=5 ERROR_ACCESS_DENIED status=0xC0000022 STATUS_ACCESS_DENIED") == (
        "expected ok, got fail error=5 ERROR_ACCESS_DENIED"
    )
    assert seen(f"{step}: expected fail error=2 ERROR_FILE_NOT_FOUND, got fail error=5 ERROR_ACCESS_DENIED") == (
        "expected error=2 ERROR_FILE_NOT_FOUND, got error=5 ERROR_ACCESS_DENIED"
    )
    assert seen(f"{step}: expected ok sddl=D:P, got ok") == "expected sddl=D:P, got nothing"
    assert seen(f"{step}: expected ok, got ok") == "expected ok, got ok"
    assert seen("[some-row] at least two processes share it: expected yes, got no") == "expected yes, got no"
    assert seen(f"{step}: precondition failed: expected ok error=0, got fail error=87 X", "error") == (
        "precondition failed: got fail error=87 X"
    )
    assert seen("writer> spawn child: the actor rejected this step: no attribute list", "error") == "no attribute list"
    assert seen("the actor for 'writer' does not start: error 87", "error") == "an actor does not start: error 87"
    assert seen("writer> crash how=abort: the actor is gone", "error") == "the actor is gone"
    assert seen("anything else", "error") == "anything else"


def test_a_message_that_is_cut_is_known_by_its_whole() -> None:
    whole = "[some-row] w> query v: expected ok size=4096 type=MEM_MAPPED, got ok size=4096 type=MEM_PRIVATE"
    assert seen(f"{whole[:80]}...", details=whole) == "expected type=MEM_MAPPED, got type=MEM_PRIVATE"


def test_failures_of_one_kind_are_one_group_with_the_evidence_of_each() -> None:
    asserted = next(row.id for row in CONTRACT.rows if row.strength == "asserted")
    message = f"[{asserted}] w> query v: expected ok type=MEM_MAPPED, got ok type=MEM_PRIVATE"
    cases = [Made("a", "fail", message=message), Made("b", "deviates", message=message.replace(" v:", " view:"))]
    page = page_of(one(*cases, Made("c", "error", message="gone", kind="Crash"), Made("d")))
    assert [(group.count, [verdict.value for verdict in group.verdicts]) for group in page.failures] == [
        (2, ["fail", "deviates"]),
        (1, ["error"]),
    ]
    text = Reader(render(page)).text
    assert text.count("asserted for Windows") >= 2 and "Failures of a single case 1 case" in text


# ---- the headline, and the earlier runs ----


def test_each_system_stands_with_its_share_first() -> None:
    good, bad = [Made("a", rows=[ROWS[0]]), Made("b", rows=[ROWS[1]])], [Made("a", "fail", rows=[ROWS[0]]), Made("b", rows=[ROWS[1]])]
    page = page_of(one(*good, target="x", wine_version="5.0"), one(*bad, target="y"), lost_run("z", "no"), base=[one(*good, target="y")])
    x, y, z = standings(page)
    assert (x.share, x.met, x.ran, x.changes) == ("100.0 %", 2, 2, "")
    assert (y.share, y.met, y.ran, y.changes) == ("50.0 %", 1, 2, "1 worse")
    assert (z.share, z.changes) == ("", "")
    text = render(page)
    assert text.index('id="standing"') < text.index('id="failures"') < text.index('id="changes"')


def test_without_earlier_reports_the_recorded_run_that_fits_is_taken_and_named() -> None:
    recorded = [one(Made("a"), target="wine-8", run_id="1"), one(Made("a"), target="wine-10", wine_version="10.0", run_id="2")]
    page = page_of(one(Made("a", "fail"), target="mine", run_id="3"), recorded=recorded)
    assert [(comparison.base.target, comparison.new.target) for comparison in page.comparisons] == [("wine-8", "mine")]
    text = Reader(render(page)).text
    assert "compared with the recorded run that fits it" in text and "1 worse since wine-8 of 2026-02-03" in text
    assert news(page).startswith("1 regression since the recorded runs; ")
    same = page_of(recorded[0], recorded=recorded)
    assert not same.comparisons and not same.recorded  # it is the recorded run itself
    assert not page_of(one(Made("a"), target="mine"), base=[one(Made("a"), target="old")], recorded=recorded).recorded


def test_the_command_takes_the_recorded_runs_unless_it_is_told_not_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "TEST-shmcheck-mine.xml"
    text = (ROOT / "reports" / "baselines" / "wine-8.xml").read_text(encoding="utf-8")
    report.write_text(text.replace('"run_id" value="', '"run_id" value="9'), encoding="utf-8")
    assert command(report, "--json", tmp_path / "a.json") == 0
    assert "since the recorded runs" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["comparisons"][0]["base"] == "wine-8"
    assert command(report, "--no-base", "--json", tmp_path / "b.json") == 0
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["comparisons"] == []
    assert command(report, "--no-base", "--base", report, "--json", tmp_path / "b.json") == 3


def test_equal_changes_are_one_entry() -> None:
    base = [one(*(Made(name) for name in "abc"), target="x")]
    message = "[row] {} reader> open section: expected ok, got fail error=5"
    now = one(*(Made(name, "fail", message=message.format(name)) for name in "ab"), Made("c", "error", message="gone"), target="x")
    groups = page_view.together(page_view.items(page_of(now, base=base), page_view.ATTENTION))
    assert [[item.difference.key.id for item in group] for group in groups] == [["a", "b"], ["c"]]


def test_counts_in_tabs_and_headings_agree() -> None:
    page = Reader(page_text(small(), base=small()[:2] + runs_of(fleet(5, 60, seed=2))[2:]))
    text = tidy(page.text)
    tabs = dict(re.findall(r"(Failures|Changes|Matrix|Disagreements|Known|Skips|Contract|Platforms) (\d+)", text))
    headings = {
        "Failures": "Failures",
        "Changes": "What changed",
        "Matrix": "Areas and systems",
        "Disagreements": "Where the systems disagree",
        "Known": "Known deviations",
        "Skips": "Skips by reason",
        "Contract": "The contract",
        "Platforms": "Platforms",
    }
    assert set(tabs) == set(headings)
    for tab, heading in headings.items():
        found = re.findall(rf"{heading} (\d+)", text)
        assert found and found[-1] == tabs[tab], (tab, tabs[tab], found)


def test_columns_of_one_platform_are_told_apart() -> None:
    page = page_of(one(Made("a"), target="x", harness_version="1"), one(Made("a"), target="y", harness_version="2"))
    assert [page_view.column_note(page, run) for run in page.runs] == ["Wine 8.0, x64, 1", "Wine 8.0, x64, 2"]
    other = page_of(one(Made("a"), target="x"), one(Made("a"), target="y", wine_version="9.0"))
    assert [page_view.column_note(other, run) for run in other.runs] == ["Wine 8.0, x64", "Wine 9.0, x64"]


@pytest.mark.parametrize("words", ["precondition failed: expected ", "the actor rejected this step: ", "the actor for '%s' does not start: "])
def test_the_runner_writes_the_messages_that_are_read_here(words: str) -> None:
    assert any(words in path.read_text(encoding="utf-8") for path in (ROOT / "harness" / "runner").rglob("*.c"))

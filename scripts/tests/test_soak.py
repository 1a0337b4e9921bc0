"""Tests of scripts/soak: its runs, the differences between them, and their text."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts")]

from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.processes import processors  # noqa: E402
from shmcheck.proof import soak_runs  # noqa: E402
from shmcheck.proof.cpu_load import Load  # noqa: E402
from shmcheck.proof.soak import Setting, Soak, all_lines, settings_of, settings_of_orders  # noqa: E402
from shmcheck.reports.results import Case, Key, Run  # noqa: E402
from shmcheck.targets.target import Target  # noqa: E402

KEY = Key("sample", "open-existing")
STEPS = "writer> create s size=1 -> ok error=0\nreader> open s -> {}"


def run_of(reply: str = "ok", verdict: Verdict = Verdict.PASS, key: Key = KEY, message: str = "") -> Run:
    case = Case(key, verdict, "", message, "", "", ("open-existing",), STEPS.format(reply), 1)
    return Run("wine-8.0", {}, "", {key: case})


def soaked(*runs: Run) -> Soak:
    soak = Soak()
    for number, run in enumerate(runs, 1):
        soak.add(Setting(number, "wine-8.0", 1, False), run)
    return soak


def test_the_four_kinds_of_runs_alternate() -> None:
    plan = settings_of(8, 2, "here")
    assert [len(settings) for settings in plan] == [1] * 8 + [2] * 2
    ways = [(settings[0].jobs, settings[0].loaded) for settings in plan[:8]]
    assert set(ways[:4]) == {(1, False), (2, False), (1, True), (2, True)}
    assert ways[:4] == ways[4:]
    assert [setting.twin for setting in plan[8]] == ["a", "b"]
    assert {setting.number for settings in plan for setting in settings} == set(range(1, 11))
    assert {setting.loaded for settings in settings_of(3, 0, "here") for setting in settings} == {True, False}


def test_each_order_is_played_with_new_and_with_used_actors() -> None:
    plan = settings_of_orders(3, 7, "here")
    assert [len(settings) for settings in plan] == [1] * 6
    settings = [settings[0] for settings in plan]
    assert [(one.order_seed, one.fresh) for one in settings] == [(n, fresh) for n in (7, 8, 9) for fresh in (True, False)]
    assert settings[0].words() == ["--jobs", "1", "--order-seed", "7", "--fresh-actors"]
    assert settings[3].words() == ["--jobs", "2", "--order-seed", "8"]
    assert str(settings[3]) == "run 4 on here, 2 jobs, order 8, used actors"
    assert settings_of(1, 0, "here")[0][0].words() == ["--jobs", "1"]


@pytest.mark.parametrize(("reused", "fresh", "fine"), [("0", False, False), ("3", False, True), ("0", True, True)])
def test_used_actors_must_have_been_used(monkeypatch: pytest.MonkeyPatch, reused: str, fresh: bool, fine: bool) -> None:
    """A comparison of new actors with new ones would prove nothing."""
    run = replace(run_of(), facts={"actors_reused": reused})
    monkeypatch.setattr(soak_runs, "run_suite", lambda *_: run)
    setting = Setting(1, "here", 1, False, "", 1, fresh)
    if fine:
        assert soak_runs.run_one(cast(Target, None), Path("."), setting, []) is run
        return
    with pytest.raises(CannotRun, match="no role got a used actor"):
        soak_runs.run_one(cast(Target, None), Path("."), setting, [])


def test_equal_runs_do_not_differ() -> None:
    soak = soaked(run_of(), run_of(message="another"), run_of())
    assert soak.differences() == []
    assert {key: soak.figures()[key] for key in ("runs", "cases", "differences")} == {
        "runs": 3,
        "cases": 3,
        "differences": 0,
    }


def test_a_different_byte_is_shown_for_both_transcripts() -> None:
    soak = soaked(run_of(), run_of("ok "), run_of())
    assert all_lines(soak.differences()) == [
        "sample/open-existing on wine-8.0",
        "  pass in run 1, 3",
        "  pass in run 2",
        "    reader> open s",
        "      usual  ok",
        "      here   ok ",
    ]
    assert soak.figures()["differences"] == 1


def test_a_different_verdict_is_found() -> None:
    lines = all_lines(soaked(run_of(), run_of(verdict=Verdict.ERROR, message="gone")).differences())
    assert lines == ["sample/open-existing on wine-8.0", "  pass in run 1", "  error in run 2: gone"]


def test_a_case_that_is_missing_differs() -> None:
    soak = soaked(run_of(), run_of(key=Key("sample", "other")))
    assert [difference.key.id for difference in soak.differences()] == ["open-existing", "other"]
    assert "  not run in run 2" in all_lines(soak.differences())


def test_targets_are_not_compared_with_each_other() -> None:
    soak = soaked(run_of())
    soak.add(Setting(1, "wine-10.0", 1, False), run_of("fail error=5"))
    assert soak.differences() == []


def test_the_load_starts_and_ends() -> None:
    with Load(True) as load:
        assert len(load.burners) == processors()
        assert all(burner.poll() is None for burner in load.burners)
    assert all(burner.poll() is not None for burner in load.burners)
    with Load(False) as load:
        assert load.burners == []

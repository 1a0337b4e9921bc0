"""Tests of used actors with the real programs: the actors that are used again, and that transcripts do not depend on it.

SHMCHECK_BIN is the folder of the programs, WINEPREFIX a Wine prefix that exists.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fault_runner import Runner, why_not, windows_path  # noqa: E402
from shmcheck.paths import KNOWN  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402
from shmcheck.reports.results import Run  # noqa: E402

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")


def play(folder: Path, *words: str) -> Run:
    """Performs one run with one job, whatever its verdicts."""
    report = folder / "r.xml"
    scale = ("--timeout-scale", "6", "--jobs", "1", "--known", windows_path(KNOWN))
    answer = Runner().run(*scale, "--junit", windows_path(report), *words)
    assert answer.code in (0, 1), (answer.out, answer.err)
    return read(report)


def outputs(run: Run) -> dict[str, tuple[str, str]]:
    return {str(key): (case.verdict.value, case.transcript) for key, case in run.cases.items()}


def figures(run: Run) -> tuple[int, ...]:
    names = ("actor_roles", "actor_starts", "actors_reused", "actors_retired")
    return tuple(int(run.facts[name]) for name in names)


def test_transcripts_do_not_depend_on_earlier_roles_of_an_actor(tmp_path: Path) -> None:
    """Runs in a random order, with new actors and with used ones."""
    words = ("--filter", "open-*")
    used = play(tmp_path, *words, "--order-seed", "5")
    fresh = play(tmp_path, *words, "--fresh-actors")
    assert outputs(used) == outputs(fresh)
    assert list(used.cases) == list(fresh.cases)
    assert used.facts["order_seed"] == "5" and "order_seed" not in fresh.facts
    roles, starts, reused, _ = figures(used)
    assert roles <= starts + reused and starts * 3 < roles
    assert figures(fresh)[0] == roles and figures(fresh)[2:] == (0, 0)


@pytest.mark.parametrize(
    ("case", "reused"),
    [
        pytest.param("inherit-attributes-on", 0, id="spawner-and-spawned"),
        pytest.param("il-low-cannot-write-up", 0, id="identities"),
        pytest.param("inherit-parent-attribute", 1, id="neither"),
    ],
)
def test_actors_with_an_identity_or_a_spawn_are_not_used_again(tmp_path: Path, case: str, reused: int) -> None:
    """Runs a case twice. Only actors without an identity that neither spawned nor were spawned are used again."""
    run = play(tmp_path, "--filter", case, "--repeat", "2")
    assert {found.verdict.value for found in run.cases.values()} <= {"pass", "known", "skip"}
    assert figures(run)[2] == reused

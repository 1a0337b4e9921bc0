"""Exploring with real actors: the same replies as through shmcheck --play, and files of steps that show what was found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fault_runner import BIN, environment_for, why_not, windows_path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.oracle.generate import FAMILIES, make  # noqa: E402
from shmcheck.oracle.maker import ENDS, KILL, LEFT, child_of  # noqa: E402
from shmcheck.oracle.model import Model  # noqa: E402
from shmcheck.oracle.play_text import lines_of, replies_of  # noqa: E402
from shmcheck.oracle.players import Team  # noqa: E402
from shmcheck.oracle.state import Platform  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402
from shmcheck.reports.results import Run  # noqa: E402

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")

FAULTY = BIN / "tests" / "shmactor-faulty.exe"
MARK = "test-explore"
EACH = 3  # sequences of each family
MISSING = frozenset({"map2", "map3"})  # not every Wine exports these


def play(steps: Path, report: Path, *words: str, fault: str = "") -> Run:
    """The report of shmcheck --play."""
    environment = {**environment_for(MARK), **({"SHMCHECK_FAULT": fault} if fault else {})}
    command = ["wine", str(BIN / "shmcheck.exe"), "--play", windows_path(steps), "--junit", windows_path(report)]
    done = subprocess.run(
        [*command, "--timeout-scale", "6", *words],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    return read(report)


def plain(steps: list[tuple[str, str]], replies: list[str]) -> list[str]:
    """The replies. A value that is no handle to a section in a child is by chance a handle of another type there, or none: error
    6 without the status."""
    children = {child_of(text) for _, text in steps}
    return [reply.partition(" status=")[0] if role in children else reply for (role, _), reply in zip(steps, replies)]


def test_sequences_have_the_same_replies_through_play(tmp_path: Path) -> None:
    platform = Platform(version=(10, 0, 19045), client_session=False, missing=MISSING)
    sequences = [make("play", number, family, Model(), platform).steps for family in FAMILIES if family != "bursts" for number in range(EACH)]
    team = Team(["wine", str(BIN / "shmactor.exe")], environment_for(MARK), 6.0)
    direct = []
    try:
        for steps in sequences:
            direct.append(team.play(steps))
            team.clean(steps, direct[-1])
    finally:
        team.end()
    file = tmp_path / "sequences.steps"
    file.write_text("".join("\n".join((f"case s{number}", *lines_of(steps), "")) for number, steps in enumerate(sequences)), "utf-8")
    cases = {key.id: case for key, case in play(file, tmp_path / "report.xml").cases.items()}
    whole = 0
    for number, steps in enumerate(sequences):
        replies = replies_of(steps, cases[f"s{number}"].transcript)
        wrong = next((index for index, reply in enumerate(replies) if reply.startswith("bad ")), len(steps) - 1)
        assert plain(steps, replies) == plain(steps, direct[number][: wrong + 1]), f"sequence {number}"  # `bad` ends a case
        whole += wrong == len(steps) - 1
    assert whole > 0.8 * len(sequences)


@pytest.mark.parametrize(("fault", "row"), [("no-183", "create-existing-returns-183"), ("view-dies-with-handle", "life-view-survives-handle")])
def test_a_finding_is_a_file_of_steps_that_fails(fault: str, row: str, tmp_path: Path) -> None:
    words = ["--programs", str(BIN), "--actor", str(FAULTY), "--first", "--for", "1", "--timeout-scale", "6"]
    words += ["--out", str(tmp_path / "steps"), "--json", str(tmp_path / "told.json")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "explore.py"), *words],
        capture_output=True, text=True, check=False, env={**environment_for(MARK), "SHMCHECK_FAULT": fault},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    found = json.loads((tmp_path / "told.json").read_text("utf-8"))["found"]
    assert row in [name for item in found for name in item["rows"]]
    for number, file in enumerate(sorted((tmp_path / "steps").glob("*.steps"))):
        steps = [line for line in file.read_text("utf-8").splitlines() if "> " in line and not line.startswith("#")]
        assert len(steps) <= 8
        right = play(file, tmp_path / f"right{number}.xml")
        assert [str(case.verdict) for case in right.cases.values()] == ["pass"]
        wrong = play(file, tmp_path / f"wrong{number}.xml", "--actor", windows_path(FAULTY), fault=fault)
        assert [str(case.verdict) for case in wrong.cases.values()] in (["fail"], ["deviates"])


@pytest.mark.parametrize(("end", "code"), [(KILL, 1), (LEFT, 0)])
def test_a_role_ends_and_a_new_process_plays_it(end: str, code: int) -> None:
    team = Team(["wine", str(BIN / "shmactor.exe")], environment_for(MARK), 6.0)
    steps = [("writer", "create s1 name=@a size=4096 protect=PAGE_READWRITE"), ("writer", end), ("writer", "size s1")]
    try:
        first = team.actor("writer")
        replies = team.play(steps)
        assert replies[0].startswith("ok") and replies[1] == "gone" and replies[2].startswith("bad "), replies
        assert team.actor("writer") is not first
        assert first.process.wait() == code
        assert lines_of(steps)[1] == f"{ENDS[end]} writer"
    finally:
        team.end()


def test_one_relay_serves_children_one_after_the_other() -> None:
    spawn = "spawn child1 pipe=$child1.token program=$child1.program inherit="
    with_handle = [
        ("writer", "create s1 size=4096 protect=PAGE_READWRITE inherit=yes"), ("writer", spawn + "yes"), ("writer", "flags s1"),
        ("child1", "adopt s2 handle=$writer.handle"), ("child1", "map v1 of=s2 access=FILE_MAP_READ"),
    ]  # fmt: skip
    without = [(role, text.replace("inherit=yes", "inherit=no") if "spawn" in text else text) for role, text in with_handle]
    team = Team(["wine", str(BIN / "shmactor.exe")], environment_for(MARK), 6.0)
    try:
        for steps, expected in ((with_handle, "ok"), ([*without, ("child1", KILL)], "fail error=6"), ([*with_handle, ("child1", LEFT)], "ok"), (with_handle, "ok")):
            replies = team.play(steps)
            assert replies[4].startswith(expected), replies
            team.clean(steps, replies)
        assert team.relays == 1 and len(team.idle) == 1
    finally:
        team.end()

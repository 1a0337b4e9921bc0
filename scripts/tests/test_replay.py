"""Tests of scripts/replay: the file of steps of a report, what cannot be played, and both replies side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.proof import replays  # noqa: E402
from shmcheck.reports.played import Played, as_file, totals, why_not  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402
from shmcheck.reports.results import Case, Key  # noqa: E402

if TYPE_CHECKING:
    from shmcheck.targets.target import Target

REPORT = ROOT / "reports" / "baselines" / "wine-8.xml"


def case(transcript: str, name: str = "a-case") -> Case:
    return Case(Key("topic", name), Verdict.PASS, "", "", "", "", (), transcript, 1)


CREATE = "writer> create section name=@x size=1 protect=PAGE_READWRITE"


def test_the_file_of_steps_has_no_expectations() -> None:
    one = case(f"{CREATE} -> ok error=0\n= the sum: 3\n# order 0\nwriter> (killed) -> gone")
    assert as_file([one]).splitlines()[2:] == ["case a-case", CREATE, "writer> (killed)"]


def test_the_identity_request_of_a_start_is_not_repeated() -> None:
    start = "reader> (start) identity=low"
    asked = "reader> identity tell=integrity"
    one = case(f"{start} -> hello\n{asked} -> ok integrity=low\n{asked} -> ok integrity=low")
    assert as_file([one]).splitlines()[3:] == [start, asked]
    # The same request of another role, or without a start, stays.
    assert asked in as_file([case(f"writer> (start) bits=64 -> hello\n{asked} -> ok integrity=low")])


def test_the_end_of_a_process_is_written_with_its_reply() -> None:
    crash = "writer> crash how=abort -> gone code=0x3"
    assert crash in as_file([case(crash)])


@pytest.mark.parametrize("verb", ["burst", "race", "await", "gone"])
def test_cases_that_cannot_be_played_are_named(verb: str) -> None:
    assert f"the step '{verb}'" in why_not(case(f"writer> {verb} x rounds=1 -> ok"))
    assert why_not(case(f"{CREATE} -> ok error=0")) == ""


def test_a_case_with_an_external_program_cannot_be_played() -> None:
    one = case(f"{CREATE} -> ok error=0\nexternal reader C:\\mine.exe @x\nreader> prints hello -> ok")
    assert "the external program C:\\mine.exe plays a role" in why_not(one)


def test_a_role_that_a_step_refers_to_first_is_started() -> None:
    transcript = f"{CREATE} -> ok error=0\nwriter> duplicate section to=$reader.pid -> ok\nreader> adopt s handle=$writer.handle -> ok"
    one = case(transcript)
    assert as_file([one]).splitlines()[4:6] == ["reader> system", "writer> duplicate section to=$reader.pid"]
    lines = transcript.split("\n")
    ours = case("\n".join([lines[0], "reader> system -> ok page=4096", *lines[1:]]))
    assert Played(one, ours).same


def test_replies_side_by_side() -> None:
    theirs, ours = case(f"{CREATE} -> ok error=0\nwriter> close section -> ok"), case(f"{CREATE} -> fail error=5")
    played = Played(theirs, ours)
    assert not played.same
    assert played.side_by_side() == [
        f"! {CREATE}", "      report: ok error=0", "      here:   fail error=5",
        "! writer> close section", "      report: ok", "      here:   (no such step)",
    ]
    # Values that the case computed do not count.
    assert Played(theirs, case(theirs.transcript + "\n= the sum: 3")).same
    assert not Played(theirs, None).same


def test_totals_count_different_and_unplayable_cases() -> None:
    one = case(f"{CREATE} -> ok error=0")
    found = totals([Played(one, one), Played(one, None)], {"b": "why"}, 7)
    assert (found["cases"], found["same"], found["different"], found["not_replayable"]) == (3, 1, 1, 1)


def test_most_cases_of_a_report_can_be_played() -> None:
    cases = [one for one in read(REPORT).cases.values() if one.transcript]
    assert sum(1 for one in cases if not why_not(one)) >= 0.85 * len(cases)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "scripts" / "replay.py", *words], capture_output=True, text=True)


def test_two_cases_of_a_report_are_played(tmp_path: Path) -> None:
    out = tmp_path / "counts.json"
    done = run(str(REPORT), "map-offset-past-end", "reader-outlives-kill", "--json", str(out), "--timeout-scale", "4")
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["cases"] == found["same"] + found["different"] == 2
    assert "reader> map v5 of=section access=FILE_MAP_READ offset=0x7FFF0000 length=1" in done.stdout


class FakeTarget:
    """A target whose shmcheck.exe is this shell command."""

    def __init__(self, shell: str, lives: bool = True) -> None:
        self.shell, self.lives = shell, lives
        self.environment = dict(os.environ)

    def command(self, program: Path) -> list[str]:
        return ["sh", "-c", self.shell]

    def alive(self) -> bool:
        return self.lives


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
@pytest.mark.parametrize(
    ("fake", "message"),
    [
        (FakeTarget("sleep 60"), "did not end within 1 seconds"),
        (FakeTarget("sleep 60", lives=False), "was killed because its wineserver had ended"),
        (FakeTarget("kill -9 $$"), "was killed by signal 9"),
        (FakeTarget("echo why; exit 3"), "ended with exit code 3\nwhy"),
        (FakeTarget("exit 0"), "ended with exit code 0"),  # and left no report
    ],
)
def test_a_run_that_is_not_complete_is_an_error(fake: FakeTarget, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "RUN_SECONDS", 0.0)
    monkeypatch.setattr(replays, "END_SECONDS", 1.0)
    with pytest.raises(CannotRun, match=message):
        replays.play([case(f"{CREATE} -> ok error=0")], cast("Target", fake))


def test_wrong_arguments_have_exit_code_3() -> None:
    done = run(str(REPORT), "no-such-case")
    assert done.returncode == 3 and "no-such-case: the report has no such case" in done.stderr
    done = run(str(REPORT))
    assert done.returncode == 3 and "name cases, or --all" in done.stderr
    done = run(str(REPORT), "map-offset-past-end", "--timeout-scale", "x")
    assert done.returncode == 3 and "--timeout-scale" in done.stderr

"""Plays cases of a report on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.console import EXIT_ERROR, EXIT_PASSED, CannotRun
from shmcheck.paths import ROOT, target_path
from shmcheck.processes import run_quiet
from shmcheck.reports.played import Played, as_file
from shmcheck.reports.report_files import read
from shmcheck.reports.results import Case
from shmcheck.targets.target import Target

NAME = "replay"  # the file of steps, and so the topic of its cases


# shmcheck.exe ends a run itself after 20 minutes, times --timeout-scale. A run that is not over a minute later hangs.
RUN_SECONDS = 20 * 60.0
END_SECONDS = 60.0
LAST_LINES = 5


def play(cases: Sequence[Case], target: Target, scale: float = 1.0) -> list[Played]:
    """Plays the cases in one run of shmcheck.exe, every deadline times `scale`. CannotRun if the run does not end, if it is
    killed, or if it leaves no report."""
    with tempfile.TemporaryDirectory(prefix="shmcheck-replay-") as name:
        steps, report = Path(name) / f"{NAME}.steps", Path(name) / "TEST-shmcheck-replay.xml"
        steps.write_text(as_file(cases), encoding="utf-8")
        command = [
            *target.command(cmake_build.programs() / "shmcheck.exe"),
            *("--play", target_path(str(steps), str(ROOT)), "--junit", target_path(str(report), str(ROOT))),
            *("--timeout-scale", f"{scale:g}"),
        ]
        # Its output goes to a file: under Wine the services of the prefix keep a pipe open after the program's end.
        seconds = RUN_SECONDS * scale + END_SECONDS
        code, text = run_quiet(command, environment=target.environment, seconds=seconds, alive=target.alive)
        if not EXIT_PASSED <= code <= EXIT_ERROR or not report.exists():
            how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            last = "\n".join(text.strip().splitlines()[-LAST_LINES:])
            raise CannotRun(f"the played cases are not complete: shmcheck --play {how}\n{last}".strip())
        found = {key.id: case for key, case in read(report).cases.items()}
    return [Played(case, found.get(case.key.id)) for case in cases]

"""Plays cases of a report on this machine."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun
from shmcheck.paths import ROOT, target_path
from shmcheck.reports.played import Played, as_file
from shmcheck.reports.report_files import read
from shmcheck.reports.results import Case
from shmcheck.targets.target import Target

NAME = "replay"  # the file of steps, and so the topic of its cases


def play(cases: Sequence[Case], target: Target, words: Sequence[str] = ()) -> list[Played]:
    """Plays the cases in one run of shmcheck.exe; `words` are options for it. CannotRun if there is no report."""
    with tempfile.TemporaryDirectory(prefix="shmcheck-replay-") as name:
        steps, report = Path(name) / f"{NAME}.steps", Path(name) / "TEST-shmcheck-replay.xml"
        steps.write_text(as_file(cases), encoding="utf-8")
        command = [
            *target.command(cmake_build.programs() / "shmcheck.exe"),
            *("--play", target_path(str(steps), str(ROOT)), "--junit", target_path(str(report), str(ROOT)), *words),
        ]
        done = subprocess.run(
            command, env=target.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
        if not report.exists():
            raise CannotRun(f"shmcheck --play ended with exit code {done.returncode}:\n{done.stderr.strip()}")
        found = {key.id: case for key, case in read(report).cases.items()}
    return [Played(case, found.get(case.key.id)) for case in cases]

"""Whole runs of shmcheck.exe, without output, for the commands that compare many of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shmcheck.console import EXIT_ERROR, EXIT_PASSED, CannotRun
from shmcheck.paths import KNOWN, ROOT, target_path
from shmcheck.processes import run_quiet
from shmcheck.reports import report_files
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import Run
from shmcheck.targets.target import Target

SECONDS = 1800.0
SHOWN = 2000  # characters of the output of a run that failed


def run_suite(
    target: Target,
    programs: Path,
    report: Path,
    words: Sequence[str],
    variables: Mapping[str, str],
    seconds: float = SECONDS,
) -> Run:
    """Runs shmcheck.exe with --junit, --known, these words, and these environment variables in addition to the
    target's. Returns the run of its report. CannotRun if the run did not finish, or not within so many seconds."""
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [*target.command(programs / "shmcheck.exe"), "--known", target_path(str(KNOWN), str(ROOT))]
    command += ["--junit", target_path(str(report), str(ROOT)), *words]
    environment = {**target.environment, **variables}
    code, text = run_quiet(command, folder=ROOT, environment=environment, seconds=seconds)
    if not EXIT_PASSED <= code <= EXIT_ERROR:
        raise CannotRun(f"shmcheck.exe ended with {code}: {text.strip()[-SHOWN:]}")
    try:
        run = report_files.read(report)
    except BadReport as error:
        raise CannotRun(f"{report}: {error}; shmcheck.exe ended with {code}: {text.strip()[-SHOWN:]}") from error
    if not run.complete and not ("--fail-fast" in words and code != EXIT_PASSED):
        raise CannotRun(f"a run did not finish: {text.strip()[-SHOWN:]}")
    return run

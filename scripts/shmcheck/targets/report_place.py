"""The path of a run's report, the text about it at the end of the run, and the cases that failed in the last run."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.paths import BUILD_DIR, ON_WINDOWS, ROOT, report_file
from shmcheck.reports import report_files
from shmcheck.reports.baselines import BASELINES
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import BAD, Key, Run
from shmcheck.definitions import Verdict
from shmcheck.targets import options
from shmcheck.targets.targets_file import Spec


def report_path(wanted: options.Options, name: str, folder: str) -> Path:
    """The path of the report. The report of a selection of cases does not replace that of a whole run, unless --junit names
    it."""
    if "--junit" in wanted.values:
        return Path(folder, wanted.values["--junit"])
    return report_file(name, wanted.selects)


def shown(path: Path, folder: str) -> str:
    """The path as a user in `folder` can type it: relative if it is below."""
    whole = os.path.abspath(path)
    inside = os.path.relpath(whole, folder) if whole.startswith(os.path.join(os.path.abspath(folder), "")) else whole
    return f'"{inside}"' if ON_WINDOWS and " " in inside else inside if ON_WINDOWS else shlex.quote(inside)


def script(name: str, folder: str) -> str:
    """The command that starts a script of this project."""
    if ON_WINDOWS:
        return f"python {shown(ROOT / 'scripts' / f'{name}.py', folder)}"
    return shown(ROOT / "scripts" / name, folder)


def words(wanted: options.Options, spec: Spec, report: Path, folder: str) -> dict[str, str]:
    """Variables of the environment with texts that shmcheck.exe prints at the end of a run: the command that repeats cases,
    the report, and the command that compares it."""
    command = [script("run", folder)]
    if spec.name:
        command += ["--target", spec.name]
    if wanted.targets_file:
        command += ["--targets", shown(Path(wanted.targets_file), folder)]
    if BUILD_DIR:
        command += ["--build-dir", shown(Path(BUILD_DIR), folder)]
    place = shown(report, folder)
    return {
        "SHMCHECK_COMMAND": " ".join(command),
        "SHMCHECK_REPORT": place,
        "SHMCHECK_COMPARE": f"{script('compare', folder)} {shown(BASELINES, folder)} {place}",
    }


def last_runs(name: str) -> list[Run]:
    """The last whole run on this target and the last selection, if they can be used, in order of time."""
    runs = []
    for selection in (False, True):
        file = report_file(name, selection)
        try:
            runs.append(report_files.read(file))
        except BadReport as error:
            if file.exists():
                raise CannotRun(f"--last-failed: {file} cannot be used: {error}; run all cases first") from error
    return sorted((run for run in runs if not run.lost), key=lambda run: run.timestamp)


def last_failed(name: str) -> list[str]:
    """The ids of the cases that failed, deviated or ended as an error when they ran last on this target. CannotRun if no
    run is recorded."""
    runs = last_runs(name)
    if not runs:
        raise CannotRun(f"--last-failed: there is no report of an earlier run, {report_file(name)}; run all cases first")
    verdicts: dict[Key, Verdict] = {}
    for run in runs:
        verdicts.update({key: case.verdict for key, case in run.cases.items()})
    return sorted({key.id for key, verdict in verdicts.items() if verdict in BAD})


def resolved(wanted: options.Options, name: str) -> options.Options:
    """The options for the target of this name: its name as the prefix of suites if that is asked for, and the cases of
    --last-failed as --filter. CannotRun if no case failed."""
    wanted = wanted.named(name)
    if not wanted.last_failed:
        return wanted
    failed = last_failed(name)
    if not failed:
        raise CannotRun(f"--last-failed: no case failed in the last run on {name}; leave out --last-failed to run all cases")
    filters = [word for case in failed for word in ("--filter", case)]
    return replace(wanted, passed_on=[*wanted.passed_on, *filters], last_failed=False)

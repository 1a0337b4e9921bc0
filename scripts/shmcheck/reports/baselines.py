"""reports/baselines/: recorded runs that later runs are compared with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.files import write_file
from shmcheck.paths import ROOT
from shmcheck.reports.report_reader import BadReport, parse

BASELINES = ROOT / "reports" / "baselines"
HOST = re.compile(r'(<testsuite [^>]*\bhostname=")[^"]*(")')


def recorded(text: str, name: str) -> str:
    """The text of a report to record, with the target's name in place of the machine's."""
    return HOST.sub(lambda match: match[1] + name + match[2], text)


def record(name: str, report: Path) -> Path:
    """Records a report. Returns its file. CannotRun if it is not the report of a whole run."""
    try:
        text = report.read_text(encoding="utf-8")
        run = parse(text.encode("utf-8"), name)
    except (OSError, UnicodeDecodeError, BadReport) as error:
        raise CannotRun(f"{report} is not recorded: {error}") from error
    if not run.complete:
        raise CannotRun(f"{report} is not recorded: {run.lost or 'the run did not finish'}")
    if run.selection:
        raise CannotRun(f"{report} is not recorded: it has a selection of the cases, {run.selection}")
    BASELINES.mkdir(parents=True, exist_ok=True)
    file = BASELINES / f"{name}.xml"
    write_file(file, recorded(text, name))
    return file


def record_if(wanted: bool, reports: Sequence[tuple[str, Path]], code: int) -> int:
    """Records the runs if `wanted`, also runs with failures: a baseline contains the results, whether expected or not.
    Returns the exit code."""
    if not wanted:
        return code
    if code not in (EXIT_PASSED, EXIT_FAILED):
        raise CannotRun("no report is recorded, because some run did not finish")
    for name, report in reports:
        say(f"recorded {record(name, report)}")
    return code

"""scripts/run --bisect CASE: runs one case and returns the exit codes of git bisect run."""

from __future__ import annotations

from pathlib import Path

from shmcheck.console import say
from shmcheck.definitions import Verdict
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport

GOOD, BAD, CANNOT_TELL = 0, 1, 125
# A known deviation counts as a failure: the search is for the commit that changed the behaviour.
BAD_VERDICTS = frozenset({Verdict.FAIL, Verdict.DEVIATES, Verdict.KNOWN})


def judge(report: Path, case: str) -> int:
    """The exit code for the case in the report: 125 if the report lacks it, or if it was skipped or ended as an error."""
    try:
        run = read(report)
    except BadReport as error:
        say(f"--bisect {case}: cannot tell: {error}")
        return CANNOT_TELL
    found = [one for key, one in run.cases.items() if case in (key.id, str(key))]
    if len(found) != 1:
        say(f"--bisect {case}: cannot tell: {len(found)} cases of the report have this name" + (f": {run.lost}" if run.lost else ""))
        return CANNOT_TELL
    verdict = found[0].verdict
    code = GOOD if verdict is Verdict.PASS else BAD if verdict in BAD_VERDICTS else CANNOT_TELL
    word = {GOOD: "good", BAD: "bad", CANNOT_TELL: "cannot tell"}[code]
    say(f"--bisect {case}: {word}: {verdict}" + (f": {found[0].reason}" if found[0].reason else ""))
    return code

"""Writes the report of a target whose run left none: one error with the reason.

scripts/report and scripts/compare show it as lost: report_reader.py recognises a report that has only errors of the topic
"run".
"""

from __future__ import annotations

import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.files import write_file
from shmcheck.locks import Lock
from shmcheck.paths import BUILD
from shmcheck.reports.report_reader import SUITE_PREFIX, legible

MESSAGE_CHARACTERS = 280
UNFINISHED = "the run on this target was ended before it wrote a report"


class Claim:
    """A lock on a named target, as a context: two runs on it would write the same report."""

    def __init__(self, name: str) -> None:
        (BUILD / "targets").mkdir(parents=True, exist_ok=True)
        self.name = name
        self.lock = Lock(BUILD / "targets" / f"{name}.run.lock")

    def __enter__(self) -> None:
        if not self.lock.try_exclusive():
            self.lock.close()
            raise CannotRun(f"another run on {self.name} is in progress in this checkout; wait until it has ended")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.lock.close()


def text_of(target: str, kind: str, reason: str, prefix: str = "") -> str:
    """The report's text. `kind` is the last word of the error's type: Unreachable, Timeout, Crash, ...; `prefix` that of
    suites and classes, "" if there is none."""
    line = " ".join(legible(reason).split()) or "no reason is known"
    if len(line) > MESSAGE_CHARACTERS:
        line = line[: MESSAGE_CHARACTERS - 3] + "..."
    line = line.encode("ascii", "backslashreplace").decode("ascii")
    suite = f"{prefix}.shmcheck.run" if prefix else "shmcheck.run"
    stated = f'<property name="{SUITE_PREFIX}" value="{prefix}"/>\n      ' if prefix else ""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    message = quoteattr(line)
    body = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="shmcheck" tests="1" failures="0" errors="1" time="0.000">
  <testsuite name="{suite}" tests="1" failures="0" errors="1" skipped="0" time="0.000" timestamp="{now}" \
hostname={quoteattr(target)} id="0" package="shmcheck">
    <properties>
      {stated}<property name="run_complete" value="no"/>
    </properties>
    <testcase name="target-lost" classname="{suite}" time="0.000">
      <error message={message} type="{Verdict.ERROR.entry.type}{kind}">{body}</error>
      <system-out>[[PROPERTY|verdict={Verdict.ERROR}]]</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""


def write(file: Path, target: str, kind: str, reason: str, prefix: str = "") -> None:
    """Writes the report, see text_of, and replaces the one that is there. CannotRun if it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"{file}: cannot be written: {error.strerror or error}") from error
    write_file(file, text_of(target, kind, reason, prefix))

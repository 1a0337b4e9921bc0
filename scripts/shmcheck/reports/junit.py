"""The counts of a report, for the summary of a run that could not write its own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import Summary


class UnreadableReport(Exception):
    """There is no report, or it is no JUnit XML."""


@dataclass(frozen=True)
class Mark:
    """What tells one version of a file from the next."""

    inode: int
    modified: int
    size: int


def mark_of(path: Path) -> Mark | None:
    """The file's mark, None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Mark(status.st_ino, status.st_mtime_ns, status.st_size)


def read_summary(path: Path) -> Summary:
    """Counts the cases by outcome; a failure and an error both count as failed."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise UnreadableReport(str(error)) from error
    if root.tag not in ("testsuites", "testsuite"):
        raise UnreadableReport(f"its root element is {root.tag}")
    summary = Summary()
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            summary.failed += 1
        elif case.find("skipped") is not None:
            summary.skipped += 1
        else:
            summary.passed += 1
    return summary

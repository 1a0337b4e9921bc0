"""The result of pytest, from the JUnit XML that it writes. The reports of shmcheck.exe have a reader of their own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from shmcheck.console import Summary


class Unreadable(Exception):
    """There is no file, or it is not JUnit XML; the text says which."""


def read(path: Path) -> Summary:
    """The counts of tests by outcome; failures and errors both count as failed."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise Unreadable(f"{path}: {error}") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise Unreadable(f"{path}: its root element is {root.tag}, not testsuites")
    summary = Summary()
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            summary.failed += 1
        elif case.find("skipped") is not None:
            summary.skipped += 1
        else:
            summary.passed += 1
    return summary

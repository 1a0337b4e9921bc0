"""Reads the result of pytest from its JUnit XML. reports/report_reader.py reads the reports of shmcheck.exe."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck.console import Summary


class Unreadable(Exception):
    """The file does not exist or is not JUnit XML; the text says which."""


@dataclass
class PytestResult:
    """The counts of pytest, and the reasons of skips."""

    summary: Summary = field(default_factory=Summary)  # failures and errors both count as failed
    skips: Counter[str] = field(default_factory=Counter)  # reasons, with the number of tests


def read(path: Path) -> PytestResult:
    """Reads the file that pytest wrote. Unreadable if it cannot be used."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise Unreadable(f"{path}: {error}") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise Unreadable(f"{path}: its root element is {root.tag}, not testsuites")
    result = PytestResult()
    for case in root.iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.summary.failed += 1
        elif skipped is not None:
            result.summary.skipped += 1
            result.skips[skipped.get("message", "").strip() or "no reason is given"] += 1
        else:
            result.summary.passed += 1
    return result

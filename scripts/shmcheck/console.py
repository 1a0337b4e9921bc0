"""What the driver says to people: messages on stderr, and the one summary line on stdout."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import IO

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_ERROR = 2
EXIT_NOT_RUN = 3

SUMMARY = re.compile(r"([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped")


class CannotRun(Exception):
    """Nothing can be run; the text says why and what to do about it. Exit code 3."""


@dataclass
class Summary:
    """The three counts of the last line of every run and test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Summary) -> None:
        """Adds the other's counts to these."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def is_summary(line: str) -> bool:
    """Whether this is the line that a run ends with."""
    return SUMMARY.fullmatch(line) is not None


def ensure_streams() -> None:
    """Gives us something to print to where the caller closed stdout or stderr; Python has None for them then."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def nobody_reads(stream: IO[str]) -> None:
    """After a write that failed: what the stream still holds, and all that follows, goes nowhere. Otherwise Python
    would try once more at its end, and make that failure its exit code."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # no stream of a file; nothing is tried again then


def write_line(stream: IO[str], line: str) -> None:
    """A line, at once; a reader who left is no reason to stop."""
    try:
        print(line, file=stream, flush=True)
    except (OSError, ValueError):
        nobody_reads(stream)


def say(message: str) -> None:
    """A message for people."""
    write_line(sys.stderr, message)


def print_summary(summary: Summary) -> None:
    """The last line of stdout."""
    write_line(sys.stdout, str(summary))

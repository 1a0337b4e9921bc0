"""The output of commands for people: messages on stderr, and the summary line on stdout."""

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
    """The command cannot run. The text says what is wrong and what to do. The exit code is 3."""


@dataclass
class Summary:
    """The three counts that a run and scripts/test print as their last line."""

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
    """Whether this is a summary line."""
    return SUMMARY.fullmatch(line) is not None


def ensure_streams() -> None:
    """Replaces stdout and stderr by the null device if the caller closed them. Python sets them to None then."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def discard_rest(stream: IO[str]) -> None:
    """Connects the stream to the null device. Call it after a failed write: otherwise Python tries to write the rest when
    it ends, fails again, and returns that failure as its exit code."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # the stream has no file descriptor, so nothing is written again when Python ends


def write_line(stream: IO[str], line: str) -> None:
    """Writes and flushes a line. A closed reader is not an error."""
    try:
        print(line, file=stream, flush=True)
    except (OSError, ValueError):
        discard_rest(stream)


def shortened(text: str, most: int = 300) -> str:
    """The text, or its start with an ellipsis if it has more than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def say(message: str) -> None:
    """Prints a message on stderr."""
    write_line(sys.stderr, message)


def print_summary(summary: Summary) -> None:
    """Prints the summary line, which is the last line of stdout."""
    write_line(sys.stdout, str(summary))

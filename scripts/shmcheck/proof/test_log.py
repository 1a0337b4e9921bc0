"""What scripts/test has seen so far: counts, and what to show of each test."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase

from shmcheck.console import Summary, write_line


class Record:
    """Prints each result as it comes and adds up."""

    def __init__(self, filters: Sequence[str], verbose: bool) -> None:
        self.filters = filters
        self.verbose = verbose
        self.summary = Summary()
        self.failed: list[str] = []

    def wants(self, name: str) -> bool:
        """Whether a test of this name, "group/test", was asked for."""
        return not self.filters or any(fnmatchcase(name, pattern) for pattern in self.filters)

    def add(self, name: str, summary: Summary, details: str) -> None:
        """A test program, or something that counts as one, has ended. Details are shown if anything failed."""
        self.summary.add(summary)
        bad = summary.failed > 0
        if bad:
            self.failed.append(name)
        counts = [f"{summary.passed} passed"] if summary.passed else []
        counts += [f"{summary.failed} failed"] if bad else []
        counts += [f"{summary.skipped} skipped"] if summary.skipped else []
        write_line(sys.stdout, f"{'FAIL' if bad else 'ok  '}  {name}: {', '.join(counts) or 'nothing to do'}")
        # A skip is never silent: what is missing stands in the details.
        if (bad or summary.skipped or self.verbose) and details.strip():
            write_line(sys.stdout, "\n".join(f"      {line}" for line in details.rstrip().splitlines()))

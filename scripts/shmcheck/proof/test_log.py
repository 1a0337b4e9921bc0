"""The results of scripts/test so far: counts, and the output of each test that is shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase

from shmcheck.console import Summary, write_line


class Record:
    """Prints each result at once, and adds up the counts."""

    def __init__(self, filters: Sequence[str], verbose: bool) -> None:
        self.filters = filters
        self.verbose = verbose
        self.summary = Summary()
        self.failed: list[str] = []

    def wants(self, name: str) -> bool:
        """Whether the filters select a test of this name, "group/test"."""
        return not self.filters or any(fnmatchcase(name, pattern) for pattern in self.filters)

    def add(self, name: str, summary: Summary, details: str) -> None:
        """Records the result of a test. Its details are printed if it failed."""
        self.summary.add(summary)
        bad = summary.failed > 0
        if bad:
            self.failed.append(name)
        counts = [f"{summary.passed} passed"] if summary.passed else []
        counts += [f"{summary.failed} failed"] if bad else []
        counts += [f"{summary.skipped} skipped"] if summary.skipped else []
        write_line(sys.stdout, f"{'FAIL' if bad else 'ok  '}  {name}: {', '.join(counts) or 'nothing to do'}")
        # A skip always shows its reason, which is in the details.
        if (bad or summary.skipped or self.verbose) and details.strip():
            write_line(sys.stdout, "\n".join(f"      {line}" for line in details.rstrip().splitlines()))

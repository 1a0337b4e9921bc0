"""The results of scripts/test: prints each one and adds up the counts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from shmcheck.console import Summary, write_line


class Record:
    """Prints each result at once, and adds up the counts."""

    def __init__(self, filters: Sequence[str], verbose: bool) -> None:
        self.filters = filters
        self.verbose = verbose
        self.summary = Summary()
        self.failed: list[str] = []
        self.skips: Counter[tuple[str, str]] = Counter()  # of test and reason

    def wants(self, name: str) -> bool:
        """Whether the filters select a test of this name, "group/test"."""
        return not self.filters or any(fnmatchcase(name, pattern) for pattern in self.filters)

    def add(
        self, name: str, summary: Summary, details: str, skips: Iterable[str] = (), notes: Sequence[str] = ()
    ) -> None:
        """Records the result of a test. Its details are printed if it failed. `skips` has the reason of each skipped
        test in it; without them the details are the reason. `notes` are lines that are printed if it passed, too."""
        self.summary.add(summary)
        bad = summary.failed > 0
        if bad:
            self.failed.append(name)
        counts = [f"{summary.passed} passed"] if summary.passed else []
        counts += [f"{summary.failed} failed"] if bad else []
        counts += [f"{summary.skipped} skipped"] if summary.skipped else []
        write_line(sys.stdout, f"{'FAIL' if bad else 'ok  '}  {name}: {', '.join(counts) or 'nothing to do'}")
        reasons = Counter(skips) or Counter({details.strip(): summary.skipped})
        for reason, count in reasons.items() if summary.skipped else ():
            self.skips[name, reason] += count
        if (bad or self.verbose) and details.strip():
            write_line(sys.stdout, "\n".join(f"      {line}" for line in details.rstrip().splitlines()))
        elif notes:
            write_line(sys.stdout, "\n".join(f"      {line}" for line in notes))

    def skipped_lines(self) -> list[str]:
        """The skipped tests, a line for each reason."""
        width = max((len(str(count)) for count in self.skips.values()), default=0)
        return [f"  {count:{width}}  {name}: {reason}" for (name, reason), count in sorted(self.skips.items())]

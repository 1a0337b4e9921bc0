"""The order in which a sample of faulty systems runs the cases: those first that are likely to notice, and short.

A case is likely to notice a system if it caught another one of its family or of its areas in the same sample, or if it
stands in a topic of the family. The order changes how long a sample takes, not which systems are caught: every case
that can reach a system is run before it counts as missed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

from shmcheck.proof.faults import Outcome, System
from shmcheck.reports.results import Key, Run

# A batch ends when its cases took so long without a fault. Each batch is a run of shmcheck.exe.
BATCHES_MILLISECONDS = (1500, 6000)
SHORTEST_MILLISECONDS = 20  # what a case costs at least


class Order:
    """What was learned in one sample. Several threads may use it."""

    def __init__(self, baseline: Run) -> None:
        self.milliseconds = {key: max(case.milliseconds, SHORTEST_MILLISECONDS) for key, case in baseline.cases.items()}
        self.lock = threading.Lock()
        self.catches: Counter[tuple[str, Key]] = Counter()

    def note(self, outcome: Outcome) -> None:
        """Learns from a system that was caught."""
        family = outcome.system.family
        with self.lock:
            for key in outcome.caught_by:
                for word in (family.name, *family.areas):
                    self.catches[word, key] += 1

    def worth(self, system: System, key: Key) -> float:
        """How much a case promises for its time: at least 1 by itself, 20 more in a topic of the family, and more for
        what it has caught."""
        family = system.family
        promise = 1.0 + 20.0 * (key.topic in family.topics) + 60.0 * min(self.catches[family.name, key], 5)
        promise += sum(4.0 * min(self.catches[area, key], 10) for area in family.areas)
        return promise / self.milliseconds[key]

    def batches(self, system: System, cases: Sequence[Key]) -> Iterator[list[Key]]:
        """The cases, each once, in batches: the most promising ones first."""
        with self.lock:
            left = sorted(cases, key=lambda key: -self.worth(system, key))
        for most in BATCHES_MILLISECONDS:
            spent, count = 0, 0
            while count < len(left) and (count == 0 or spent + self.milliseconds[left[count]] <= most):
                spent += self.milliseconds[left[count]]
                count += 1
            if count:
                yield left[:count]
            left = left[count:]
        if left:
            yield left

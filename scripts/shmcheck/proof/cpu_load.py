"""Busy processes that load all processors during a soak."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType

from shmcheck.processes import die_with_parent, processors

# A busy process ends by itself after this time.
SECONDS = 1800
PROGRAM = f"import time\nend = time.monotonic() + {SECONDS}\nwhile time.monotonic() < end:\n    sum(range(20000))\n"


class Load:
    """A context with a busy process on each processor, or without one if not `wanted`."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.burners: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Load:
        for _ in range(processors() if self.wanted else 0):
            burner = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                preexec_fn=die_with_parent(),
            )
            self.burners.append(burner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for burner in self.burners:
            burner.kill()
            burner.wait()

"""A small process that cleans up if the driver is killed.

The driver forks it, so that it shares the driver's lock on the prefix. It reads from a pipe: one byte means that the driver
has cleaned up, the end of the pipe means that the driver has ended without a clean-up.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


class Guard:
    """Calls `tidy` in another process if this process ends without dismiss()."""

    def __init__(self, tidy: Callable[[], None]) -> None:
        read_end, self.write_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.write_end)
                watch(read_end, tidy)
            finally:
                os._exit(0)
        os.close(read_end)

    def dismiss(self) -> None:
        """Tells the guard that no clean-up is needed any more."""
        try:
            os.write(self.write_end, b".")
        except BrokenPipeError:
            pass  # the guard was killed
        os.close(self.write_end)
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass  # collected with the other children


def watch(read_end: int, tidy: Callable[[], None]) -> None:
    """The guard's process: waits for the driver's end, in a session of its own, which no terminal can interrupt."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # The guard closes the driver's output, so that a reader of it does not wait for the guard.
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    if os.read(read_end, 1) == b"":
        tidy()

"""A small process that cleans up if the driver is killed.

It is forked from the driver, so that it shares the driver's lock on the prefix, and reads from a pipe: one byte means
that the driver has cleaned up, the end of the pipe means that the driver has ended without doing so.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


class Guard:
    """Calls `tidy` in a process of its own if this process ends without dismiss()."""

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
        """Tells the guard that nothing is left to clean up."""
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
    """The guard's work. It lives as long as the driver, in a session that no terminal can interrupt."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # A reader of the driver's output does not wait for the guard.
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    if os.read(read_end, 1) == b"":
        tidy()

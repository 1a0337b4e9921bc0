"""A small process that tidies up when the driver is killed and cannot do it itself.

It is forked from the driver, so that it shares the driver's hold on the prefix's lock, and waits on a pipe: a byte
says that all is tidy, the end of the pipe that the driver is gone.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


class Guard:
    """Calls `tidy` in a process of its own if this one ends without dismiss()."""

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
        """All is tidy."""
        try:
            os.write(self.write_end, b".")
        except BrokenPipeError:
            pass  # somebody ended the guard
        os.close(self.write_end)
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass  # reaped with the others


def watch(read_end: int, tidy: Callable[[], None]) -> None:
    """What the guard does: it lives as long as the driver, in a session that no terminal can interrupt."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # A reader of the driver's output must not wait for the guard.
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    if os.read(read_end, 1) == b"":
        tidy()

"""Locks between drivers that work in the same checkout at once.

A lock belongs to this process and ends with it, however it ends. Child processes do not inherit it, except by fork
alone (guard.py relies on that).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    POLL_SECONDS = 0.2

    class Lock:
        """See the other definition. Windows has no lock that is shared by this means: all are exclusive, and a
        shared one is none at all; there the system itself refuses to replace a program that runs."""

        def __init__(self, path: Path) -> None:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            self.held = False

        def shared(self) -> None:
            self.release()

        def try_exclusive(self) -> bool:
            if not self.held:
                try:
                    msvcrt.locking(self.handle, msvcrt.LK_NBLCK, 1)
                except OSError:
                    return False
                self.held = True
            return True

        def exclusive(self) -> None:
            while not self.try_exclusive():
                time.sleep(POLL_SECONDS)

        def release(self) -> None:
            if self.held:
                os.lseek(self.handle, 0, os.SEEK_SET)
                msvcrt.locking(self.handle, msvcrt.LK_UNLCK, 1)
                self.held = False

        def close(self) -> None:
            self.release()
            os.close(self.handle)

else:
    import fcntl

    class Lock:
        """A lock on a file: many hold it shared, or one holds it exclusive. One kind is exchanged for the other by
        asking for it; in between somebody else may have it, so look again afterwards."""

        def __init__(self, path: Path) -> None:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

        def shared(self) -> None:
            """Waits until nobody holds it exclusive."""
            fcntl.flock(self.handle, fcntl.LOCK_SH)

        def try_exclusive(self) -> bool:
            """False if somebody else holds it; a shared lock of ours is lost then."""
            try:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        def exclusive(self) -> None:
            """Waits until nobody else holds it."""
            fcntl.flock(self.handle, fcntl.LOCK_EX)

        def release(self) -> None:
            """Lets go of it."""
            fcntl.flock(self.handle, fcntl.LOCK_UN)

        def close(self) -> None:
            """Lets go of it for good, unless a forked child still has it."""
            os.close(self.handle)

"""Locks between commands that work in the same checkout at the same time.

A lock belongs to the process and ends with it, however it ends. A child process inherits it through fork (guard.py uses
this) and not through exec.
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
        """Windows has no shared lock of this kind: every lock is exclusive and a shared one does nothing. Windows
        itself refuses to replace a program that runs."""

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
        """A lock on a file, shared by many processes or exclusive to one. Changing from one kind to the other is not
        atomic: another process may hold it in between, so check the state again afterwards."""

        def __init__(self, path: Path) -> None:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

        def shared(self) -> None:
            """Takes the lock shared. Waits while another process holds it exclusively."""
            fcntl.flock(self.handle, fcntl.LOCK_SH)

        def try_exclusive(self) -> bool:
            """Takes the lock exclusively if no other process holds it. If one does, returns False, and a shared lock
            that was held is lost."""
            try:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        def exclusive(self) -> None:
            """Takes the lock exclusively. Waits while another process holds it."""
            fcntl.flock(self.handle, fcntl.LOCK_EX)

        def release(self) -> None:
            """Releases the lock."""
            fcntl.flock(self.handle, fcntl.LOCK_UN)

        def close(self) -> None:
            """Releases the lock and closes its file. A forked child that inherited the lock keeps it."""
            os.close(self.handle)

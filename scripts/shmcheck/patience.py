"""File operations that another program can prevent for a moment: on Windows a virus scanner or an indexer opens files that have
just been written. Used by the build too, so this module imports nothing of the package."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

# On other systems such an error lasts.
TRIES = 40 if sys.platform == "win32" else 1
PAUSE_SECONDS = 0.1


def patiently(action: Callable[[], object], tries: int = TRIES, pause: float = PAUSE_SECONDS) -> None:
    """Calls `action` until it raises no PermissionError, `tries` times at most, with pauses in seconds. What the last call
    raises, and any other error, is passed on."""
    for left in range(tries - 1, -1, -1):
        try:
            action()
            return
        except PermissionError:  # Windows: ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION
            if left == 0:
                raise
            time.sleep(pause)


def replace(source: Path, target: Path) -> None:
    """os.replace, patiently."""
    patiently(lambda: os.replace(source, target))


def remove_tree(folder: Path) -> None:
    """shutil.rmtree, patiently: what an earlier try has left is removed by the next one."""
    patiently(lambda: shutil.rmtree(folder))

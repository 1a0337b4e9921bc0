"""Writing the files and the text that a command produces."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.patience import replace


def write_file(path: Path, text: str) -> None:
    """Replaces the file in one step: a reader finds the old text or the new one, never a part. UTF-8 with "\\n" on all
    systems. CannotRun if it cannot be written."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        try:
            beside.write_bytes(text.encode("utf-8", "backslashreplace"))
            replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error


def write_out(text: str) -> None:
    """Writes text to stdout as UTF-8, whatever the locale, and leaves its newlines as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()

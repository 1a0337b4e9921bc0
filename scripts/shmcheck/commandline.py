"""What the commands about reports share: options, output, exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from shmcheck.console import EXIT_NOT_RUN, CannotRun, say
from shmcheck.reports.report_reader import BadReport


class Parser(argparse.ArgumentParser):
    """As its parent, but wrong usage is exit code 3, as everywhere in this project."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        say(f"{self.prog}: {message}")
        sys.exit(EXIT_NOT_RUN)


def write_file(path: Path, text: str) -> None:
    """Writes beside the file and moves over it: nobody sees half of it, and the bytes are the same everywhere."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        try:
            beside.write_bytes(text.encode("utf-8", "backslashreplace"))
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error


def write_out(text: str) -> None:
    """To stdout as UTF-8 whatever the locale is, with the newlines as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def guarded(run: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Runs a command; what it cannot do is a sentence on stderr and exit code 3."""
    try:
        return run(arguments)
    except (CannotRun, BadReport) as error:
        say(f"error: {error}")
    except BrokenPipeError:
        # Somebody has read enough. What Python would still write at its end has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say("error: stdout was closed before all was printed")
    return EXIT_NOT_RUN

"""Runs a build and shows its progress."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shmcheck.console import CannotRun, say
from shmcheck.processes import die_with_parent

STEP = re.compile(rb"\[([0-9]+)/([0-9]+)\] ")  # what Ninja prints before each step
SECONDS = 10.0  # between two lines if stderr is not a terminal
CLEAR = "\r\x1b[K"


class BuildProgress:
    """Shows the steps of a build: on a terminal in one line that changes, elsewhere in a new line every SECONDS."""

    def __init__(self, what: str, now: Callable[[], float] = time.monotonic) -> None:
        self.what = what
        self.now = now
        self.shown = now()
        self.terminal = sys.stderr.isatty()

    def line(self, line: bytes) -> None:
        """Handles a line of the build's output."""
        step = STEP.match(line)
        if not step:
            return
        text = f"{self.what}: {int(step[1])} of {int(step[2])}"
        if self.terminal:
            sys.stderr.write(CLEAR + text)
            sys.stderr.flush()
        elif self.now() - self.shown >= SECONDS:
            self.shown = self.now()
            say(text)

    def end(self) -> None:
        """Ends the line of a terminal. Call it when the build has ended."""
        if self.terminal:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()


def run_shown(command: Sequence[str | Path], folder: Path, what: str) -> tuple[int, str]:
    """Runs a build without input and shows its progress. Returns its exit code and output. CannotRun if it cannot be
    started. The build must leave no process behind that holds its output."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(),
        )
    except OSError as error:
        raise CannotRun(f"{command[0]} cannot be started: {error}") from error
    progress = BuildProgress(what)
    lines: list[bytes] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            progress.line(line)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        progress.end()
    return code, b"".join(lines).decode("utf-8", "replace").replace("\r\n", "\n")

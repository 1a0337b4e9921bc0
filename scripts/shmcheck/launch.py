"""Running shmcheck.exe: its output passed through, its end understood."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from . import signals
from .console import CannotRun, is_summary
from .processes import die_with_parent
from .signals import Interrupted

# Together with ending the Wine prefix this stays below two seconds.
INTERRUPT_SECONDS = 0.8
DRAIN_SECONDS = 1.0
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Ending:
    """How a program ended."""

    code: int  # its exit code, or minus the number of the signal that killed it
    printed: bool  # whether anything came on stdout
    summary: str  # its last line if that is a summary, else ""
    interrupted: str = ""  # the name of the signal that this driver got, else ""


class PassThrough(threading.Thread):
    """Copies a program's output to our stdout as it comes, and remembers how it ended."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.held = b""  # a CR that may be the first half of the end of a line
        self.tail = b""
        self.listening = True

    def run(self) -> None:
        while chunk := os.read(self.source.fileno(), 65536):
            self.take(chunk)

    def take(self, chunk: bytes) -> None:
        """Under Wine lines end as Windows ends them; here they end as they do everywhere else here."""
        data = self.held + chunk
        self.held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(self.held)].replace(b"\r\n", b"\n")
        self.tail = (self.tail + data)[-TAIL_BYTES:]
        self.show(chunk if sys.platform == "win32" else data)

    def show(self, data: bytes) -> None:
        """Prints; a reader who left does not end the run."""
        if not self.listening:
            return
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except (OSError, ValueError):
            self.listening = False

    def summary(self) -> str:
        """The last line if it is a summary, else ""."""
        line = self.tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
        return line if is_summary(line) else ""


def stop(child: subprocess.Popen[bytes]) -> None:
    """Asks the program to end, as Ctrl-C would, and does not wait for long. Wine turns SIGINT into CTRL_C_EVENT and
    any other signal into sudden death; on Windows the console has already told all its programs."""
    if sys.platform != "win32":
        child.send_signal(signal.SIGINT)
    try:
        child.wait(INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def run(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> Ending:
    """Runs the program to its end, or to ours."""
    # shmcheck.exe sees our pipe and not the terminal behind it, so it is told: it then shows one live line.
    live = {"SHMCHECK_LIVE": "yes"} if sys.stdout.isatty() else {}
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, **live},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # No Ctrl-C of a terminal reaches it but through stop().
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
    except OSError as error:
        raise CannotRun(f"{command[0]} cannot be started: {error}") from error
    assert child.stdout is not None
    reader = PassThrough(child.stdout)
    interrupted = ""
    try:
        reader.start()
        child.wait()
    except Interrupted as signal_seen:
        signals.ignore_further()
        interrupted = str(signal_seen)
        stop(child)
    # What the program started may hold its output open for longer than the program lived.
    reader.join(DRAIN_SECONDS)
    return Ending(child.returncode, bool(reader.tail), reader.summary(), interrupted)

"""Runs shmcheck.exe, passes its output through, and reports its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck import processes, signals
from shmcheck.console import CannotRun, say
from shmcheck.processes import die_with_parent, signal_program
from shmcheck.signals import Interrupted
from shmcheck.targets.passthrough import PassThrough
from shmcheck.targets.windows_job import end_with_us

# On Linux, together with ending the Wine prefix, this takes less than two seconds. On Windows there is no prefix to end, and a
# scanner may hold the last version of the report for a moment.
INTERRUPT_SECONDS = 5.0 if sys.platform == "win32" else 0.8


@dataclass(frozen=True)
class Ending:
    """The end of a program."""

    code: int  # its exit code, or minus the number of the signal that killed it
    printed: bool  # whether it wrote to stdout
    summary: str  # its last line if that is a summary; otherwise ""
    interrupted: str = ""  # the name of the signal that this driver received, or ""
    orphaned: bool = False  # wineserver ended while it ran, so it was killed
    complaint: str = ""  # the last line that it printed on stderr


def stop(child: subprocess.Popen[bytes]) -> None:
    """Asks the program to end, like Ctrl-C, and kills it if it does not end soon. Wine turns SIGINT into
    CTRL_C_EVENT, and ends the program at any other signal. On Windows the console has already sent the event to all its programs."""
    if sys.platform != "win32":
        signal_program(child.pid, signal.SIGINT)
    try:
        child.wait(INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kills the program."""
    if sys.platform == "win32":
        child.kill()
    else:
        signal_program(child.pid, signal.SIGKILL)
    child.wait()


def wait(child: subprocess.Popen[bytes], alive: Callable[[], bool]) -> bool:
    """Waits for the program's end. Returns True if it killed the program because wineserver had ended: a program under Wine
    may then never end."""
    try:
        processes.wait(child, None, alive)
        return False
    except processes.NotAlive:
        kill(child)
        return True


def begin(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Starts the program so that it ends when this process does."""
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Ctrl-C on the terminal reaches it through stop() only.
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
    except OSError as error:
        raise CannotRun(f"{command[0]} cannot be started: {error}") from error
    end_with_us(child)
    return child


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    alive: Callable[[], bool] = lambda: True,
) -> Ending:
    """Runs the program until it ends, a signal asks this process to end, or `alive` returns False."""
    # shmcheck.exe sees a pipe and not the terminal behind it. This variable makes it show a live line.
    live = {"SHMCHECK_LIVE": "yes"} if sys.stdout.isatty() else {}
    interrupted = ""
    orphaned = False
    try:
        with signals.deferred():
            child = begin(command, {**environment, **live}, folder)
            assert child.stdout is not None and child.stderr is not None
            reader = PassThrough(child.stdout, sys.stdout)
            errors = PassThrough(child.stderr, sys.stderr)
            readers = [reader, errors]
            for each in readers:
                each.start()
        orphaned = wait(child, alive)
    except Interrupted as signal_seen:
        signals.ignore_further()
        interrupted = str(signal_seen)
        say(f"{interrupted}: ending the run")  # printed now, so that the summary is the last line
        stop(child)
    for each in readers:
        each.finish()
    return Ending(child.returncode, bool(reader.tail), reader.summary(), interrupted, orphaned, errors.last_line())

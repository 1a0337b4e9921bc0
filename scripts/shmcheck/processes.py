"""Starts programs that end with this process, runs short programs, and collects ended ones."""

from __future__ import annotations

import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shmcheck.console import CannotRun

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
ADDR_NO_RANDOMIZE = 0x0040000
ASK_PERSONALITY = 0xFFFFFFFF

OPEN_FILES = 1024  # all cases were played with this limit (scripts/tests/test_limits.py), and with 512 some failed
LOOK_SECONDS = 0.25
REAPER = "reaper"
REAP_SECONDS = 1.0
ENDED_ACTOR = re.compile(rb"[0-9]+ \(shmactor.*\) Z ")
# Held while run_quiet starts a program and stores its id, and while ended actors are collected. Without it an actor that
# run_quiet waits for could be collected first.
starting = threading.Lock()
waited_for: set[int] = set()


class TooSlow(CannotRun):
    """A program did not end in time, or could not end."""


class NotAlive(Exception):
    """What a program needs to go on has ended."""


def die_with_parent() -> Callable[[], None] | None:
    """Returns the function that a child process calls between fork and exec so that the kernel kills the child when this
    process ends, in whatever way. None if the system has no such request. Page: prctl(2), PR_SET_PDEATHSIG.

    It also turns off address randomisation for the child and its children, if the kernel permits it (a container may
    not). Wine's program lies at a fixed address below 0x7FFE0000, where Wine needs a page. With randomisation the
    kernel puts the heap on that page in about one start of 8,000. That process ends at once, and the CreateProcess call
    that started it fails with error 1359. Page: personality(2), ADDR_NO_RANDOMIZE.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    # Loaded here, because a child may do very little between fork and exec.
    library = ctypes.CDLL(None, use_errno=True)
    prctl, personality = library.prctl, library.personality
    personality.argtypes = [ctypes.c_ulong]
    parent = os.getpid()

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the request was made
            os.kill(os.getpid(), signal.SIGKILL)
        kept = personality(ASK_PERSONALITY)
        if kept >= 0:
            personality(kept | ADDR_NO_RANDOMIZE)

    return in_child


def run_quiet(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
    group: bool = False,
    alive: Callable[[], bool] | None = None,
) -> tuple[int, str]:
    """Runs a program without input. Returns its exit code and its output, with "\\n" as line end. A program that takes
    longer than `seconds` is killed, with `group` together with everything it started, and raises TooSlow. So is one whose
    wineserver has ended, which `alive` tells: it would wait without end. CannotRun if it cannot be started."""
    # A file and not a pipe: processes that the program leaves behind, like Wine's services, would keep a pipe open.
    with tempfile.TemporaryFile() as output:
        try:
            with starting:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=group,
                    preexec_fn=die_with_parent(),
                )
                waited_for.add(process.pid)
        except OSError as error:
            raise CannotRun(f"{command[0]} cannot be started: {error}") from error
        try:
            wait(process, seconds, alive)
        except subprocess.TimeoutExpired as error:
            kill(process, group)
            raise TooSlow(f"{command[0]} did not end within {error.timeout:.0f} seconds") from error
        except NotAlive as error:
            kill(process, group)
            raise TooSlow(f"{command[0]} was killed because its wineserver had ended") from error
        except BaseException:
            kill(process, group)
            raise
        finally:
            waited_for.discard(process.pid)
        output.seek(0)
        return process.returncode, output.read().decode("utf-8", "replace").replace("\r\n", "\n")


def wait(process: subprocess.Popen[bytes], seconds: float | None, alive: Callable[[], bool] | None) -> None:
    """Waits for the program's end. TimeoutExpired after `seconds`; NotAlive as soon as `alive` returns False."""
    end = None if seconds is None else time.monotonic() + seconds
    while alive:
        left = LOOK_SECONDS if end is None else end - time.monotonic()
        try:
            process.wait(max(0.0, min(left, LOOK_SECONDS)))
            return
        except subprocess.TimeoutExpired as error:
            if seconds is not None and left <= LOOK_SECONDS:
                raise subprocess.TimeoutExpired(error.cmd, seconds) from error
            if not alive():
                raise NotAlive from error
    process.wait(seconds)


def kill(process: subprocess.Popen[bytes], group: bool) -> None:
    """Kills a program; with `group` its whole session, whose leader it must be."""
    if group and sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    else:
        process.kill()
    process.wait()


def children_of(pid: int) -> list[int]:
    """The ids of the processes whose parent is this one. Page: proc(5), stat."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "stat").read_text("latin-1").rpartition(")")[2].split()[1] == str(pid):
                found.append(int(entry.name))
        except (OSError, IndexError):
            pass  # the process has just ended
    return found


def signal_program(pid: int, number: int) -> None:
    """Sends a signal to a program that was started directly or through sudo. sudo belongs to root and does not pass
    signals on, but the process that it runs as this user can be signalled."""
    try:
        os.kill(pid, number)
    except PermissionError:
        for child in children_of(pid):
            signal_program(child, number)
    except ProcessLookupError:
        pass


def reap() -> None:
    """Collects ended processes that became children of this process. See adopt_orphans."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def reap_actors() -> None:
    """Collects ended actors that no call waits for. A long run starts more actors than there are process ids. Page:
    proc(5), children."""
    with starting:
        _reap_actors()


def _reap_actors() -> None:
    for file in glob.iglob("/proc/self/task/*/children"):
        try:
            children = Path(file).read_text(encoding="ascii").split()
        except OSError:
            continue  # the thread has ended
        for child in children:
            try:
                if int(child) not in waited_for and ENDED_ACTOR.match(Path("/proc", child, "stat").read_bytes()):
                    os.waitpid(int(child), os.WNOHANG)
            except OSError:
                pass  # the process has ended


def _reap_repeatedly() -> None:
    while True:
        time.sleep(REAP_SECONDS)
        reap_actors()


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parents end, and collects them. In a container whose first
    process collects no zombies, each wineserver would otherwise leave eight zombies, and each run its actors. Page:
    prctl(2), PR_SET_CHILD_SUBREAPER."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if not any(thread.name == REAPER for thread in threading.enumerate()):
        threading.Thread(target=_reap_repeatedly, name=REAPER, daemon=True).start()


def allow_open_files() -> None:
    """Raises this process's limit of open files to OPEN_FILES, also for the programs that it starts. CannotRun if the user may not
    have so many. Page: getrlimit(2), RLIMIT_NOFILE."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= OPEN_FILES or soft == resource.RLIM_INFINITY:
        return
    if hard < OPEN_FILES and hard != resource.RLIM_INFINITY:
        raise CannotRun(
            f"a process of this user may open {hard} files, and some cases need up to {OPEN_FILES} under Wine: raise the hard "
            "limit (ulimit -n, or nofile in /etc/security/limits.conf)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))


def processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

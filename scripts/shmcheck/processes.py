"""Starting programs that end with this driver, and running short ones."""

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

REAPER = "reaper"
REAP_SECONDS = 1.0
ENDED_ACTOR = re.compile(rb"[0-9]+ \(shmactor.*\) Z ")
# Held while a program is started and known, and while orphans are looked for: what run_quiet waits for is none.
starting = threading.Lock()
waited_for: set[int] = set()


class TooSlow(CannotRun):
    """A program did not end in the time that it had."""


def die_with_parent() -> Callable[[], None] | None:
    """What a child of ours calls between fork and exec: the kernel kills it when this process is gone, however it
    went. None where there is no such thing. Page: prctl(2), PR_SET_PDEATHSIG.

    Its addresses, and those of all that it starts, are not random, if the kernel lets us have that (a container may
    not): Wine's program lies at a fixed address below 0x7FFE0000, where Wine wants a page. Somewhere in between the
    kernel puts the heap, and in about one start of 8,000 just there: that process then ends before it has begun, and
    the CreateProcess that made it fails with error 1359. Page: personality(2), ADDR_NO_RANDOMIZE."""
    if sys.platform != "linux":
        return None
    import ctypes

    # Loaded here and not in the child, which can do little between fork and exec.
    library = ctypes.CDLL(None, use_errno=True)
    prctl, personality = library.prctl, library.personality
    personality.argtypes = [ctypes.c_ulong]
    parent = os.getpid()

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it went before the request was made
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
) -> tuple[int, str]:
    """Runs a program without input; its exit code and all that it printed, lines ending as they do here. A program
    that takes too long is killed and is TooSlow; with `group` all that it started goes with it. One that is not there
    is CannotRun."""
    # A file and no pipe: what the program leaves running (Wine's services) would keep a pipe open.
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
            process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            kill(process, group)
            raise TooSlow(f"{command[0]} did not end within {seconds:.0f} seconds") from error
        except BaseException:
            kill(process, group)
            raise
        finally:
            waited_for.discard(process.pid)
        output.seek(0)
        return process.returncode, output.read().decode("utf-8", "replace").replace("\r\n", "\n")


def kill(process: subprocess.Popen[bytes], group: bool) -> None:
    """Ends a program at once; with `group` its whole session, which it must be the first process of."""
    if group and sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    else:
        process.kill()
    process.wait()


def children_of(pid: int) -> list[int]:
    """The processes whose parent is this one. Page: proc(5), stat."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "stat").read_text("latin-1").rpartition(")")[2].split()[1] == str(pid):
                found.append(int(entry.name))
        except (OSError, IndexError):
            pass  # it has just ended
    return found


def signal_program(pid: int, number: int) -> None:
    """Sends a signal to a program that was started through sudo or not: sudo belongs to root, and does not pass on
    what it gets; what it runs for us is ours."""
    try:
        os.kill(pid, number)
    except PermissionError:
        for child in children_of(pid):
            signal_program(child, number)
    except ProcessLookupError:
        pass


def reap() -> None:
    """Collects ended processes that became children of this one; see adopt_orphans."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def reap_actors() -> None:
    """Collects actors that have ended and that nobody waits for. A long run starts more of them than there are process
    ids. Page: proc(5), children."""
    with starting:
        _reap_actors()


def _reap_actors() -> None:
    for file in glob.iglob("/proc/self/task/*/children"):
        try:
            children = Path(file).read_text(encoding="ascii").split()
        except OSError:
            continue  # the thread is gone
        for child in children:
            try:
                if int(child) not in waited_for and ENDED_ACTOR.match(Path("/proc", child, "stat").read_bytes()):
                    os.waitpid(int(child), os.WNOHANG)
            except OSError:
                pass  # it is gone


def _reap_for_ever() -> None:
    while True:
        time.sleep(REAP_SECONDS)
        reap_actors()


def adopt_orphans() -> None:
    """Makes processes whose parents end children of this one, and collects them. Where the first process of a container
    collects no zombies, every wineserver would otherwise leave its eight behind, and every run its actors. Page:
    prctl(2), PR_SET_CHILD_SUBREAPER."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if not any(thread.name == REAPER for thread in threading.enumerate()):
        threading.Thread(target=_reap_for_ever, name=REAPER, daemon=True).start()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

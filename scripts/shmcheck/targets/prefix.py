"""The Wine prefix of this checkout: made once, shared by all runs, and ended by the last of them.

A run holds the prefix's lock shared. A run that can take it exclusively is the last: it ends the prefix's own wineserver
and all processes that still run in the prefix, and no others.
"""

from __future__ import annotations

import glob
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from shmcheck.console import CannotRun, say
from shmcheck.locks import Lock
from shmcheck.paths import BUILD
from shmcheck.processes import TooSlow, run_quiet

WARM_SECONDS = 300.0
SERVER_SECONDS = 10.0
END_SECONDS = 1.0
PROGRAM_SECONDS = 0.1
# How long the prefix's wineserver waits for the next program. The server that a program starts may end with its last program, and
# a program that has connected to it at that moment ends too, with "recvmsg: Connection reset by peer". If the driver and its
# guard are both killed, the server ends after this time.
LINGER_SECONDS = 60

PREFIX_SIZE = "up to 1.4 GB"  # 0.1 GB with Wine 5.0; with Wine 10.0 and both bitnesses the most
FULL_MIB = 100  # wineboot fails on a full disk without saying so

# Disables Mono and Gecko, which open a download dialog, the menu builder, which writes into the user's home, and the driver for
# Wayland, whose library prints an error where there is no session.
OVERRIDES = "mscoree,mshtml=;winemenubuilder.exe,winewayland.drv=d"
STAMP = "shmcheck-ready"
VERSION_KEY = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion"
WIN11_BUILD = "22000"

# A variable of all processes that a run starts in a prefix. A shell in which a user inspects the prefix does not have it.
MARK = "SHMCHECK_DRIVER"


# Converts a command and an environment into the command that runs it with its Wine: on this system, or in the tree of
# another Debian release.
Wrap = Callable[[Sequence[str | Path], Mapping[str, str]], list[str]]


def plainly(words: Sequence[str | Path], environment: Mapping[str, str]) -> list[str]:
    """For the Wine on PATH: the command unchanged."""
    return [str(word) for word in words]


def wine_version(wrap: Wrap = plainly) -> str:
    """"8.0" of "wine-8.0 (Debian 8.0~repack-4)"."""
    environment = wine_environment(Path("/nonexistent"))
    code, text = run_quiet(wrap(["wine", "--version"], environment), environment=environment, seconds=60)
    words = [word for line in text.splitlines() for word in line.split() if word.startswith("wine-")]
    if code != 0 or not words:
        raise CannotRun(f"wine --version does not print a version: {text.strip()}")
    return words[0].removeprefix("wine-")


def wine_environment(prefix: Path) -> dict[str, str]:
    """The environment of all Wine programs, independent of the user's locale, display and desktop."""
    unwanted = {"DISPLAY", "WAYLAND_DISPLAY", "WINEARCH", "LANG", "LANGUAGE"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith(("LC_", "XDG_"))
    }
    environment["WINEPREFIX"] = str(prefix)
    environment["WINEDEBUG"] = "-all"
    environment["WINEDLLOVERRIDES"] = OVERRIDES
    # Wine links the user's folders into a new prefix; another HOME keeps the user's files out of it.
    environment["HOME"] = str(prefix.parent)
    environment["LC_ALL"] = "C.UTF-8"
    if "TMPDIR" in environment:  # wineserver ends if that is not an absolute path of a folder that it can write to
        environment["TMPDIR"] = tempfile.gettempdir()
    environment[MARK] = "1"
    return environment


class Prefix:
    """The prefix at `folder`, with its lock beside it and its stamp inside. `windows` is the version that Wine reports,
    as winecfg names it; "": Wine's default. `section_files` is where Debian's Wine keeps a file for each section; None: in the
    user's folder for temporary files."""

    def __init__(
        self,
        folder: Path = BUILD / "wine-prefix",
        windows: str = "",
        wrap: Wrap = plainly,
        section_files: Path | None = None,
    ) -> None:
        self.folder = folder
        self.windows = windows
        self.wrap = wrap
        self.environment = wine_environment(folder)
        if section_files:
            self.environment["TMPDIR"] = str(section_files)
        self.stamp = folder / STAMP
        self.lock = Lock(folder.with_name(folder.name + ".lock"))

    def enter(self, version: str) -> None:
        """Starts to use the prefix, with a wineserver that waits for programs. Makes it first unless it exists and is of this
        version of Wine."""
        wanted = f"{version}\n{self.folder}\n" + (f"{self.windows}\n" if self.windows else "")
        self.lock.shared()
        while not self.ready(wanted):
            if not self.lock.try_exclusive():
                say("waiting for another run in the Wine prefix to end")
                self.lock.exclusive()
            if not self.ready(wanted):
                self.make(wanted)
            self.lock.shared()
        self.use_running_server()
        self.server(f"-p{LINGER_SECONDS}")  # another run's server goes on

    def ready(self, wanted: str) -> bool:
        """Whether the prefix can be used. A moved or copied checkout and another Wine need a new one."""
        try:
            return self.stamp.read_text(encoding="utf-8") == wanted
        except (OSError, UnicodeDecodeError):
            return False

    def make(self, wanted: str) -> None:
        """Makes the prefix again. The lock must be held exclusively."""
        say(f"making a Wine prefix in {self.folder}; it takes {PREFIX_SIZE}")
        self.end()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        # Wine creates only the last folder of a path.
        self.folder.mkdir(parents=True, mode=0o700)
        code, text = self.run(["wineboot", "-i"], WARM_SECONDS)
        if code == 0 and self.windows:
            code, text = self.claim_version()
        self.server("-k")  # the server saves the registry when it ends
        if code != 0 or not (self.folder / "system.reg").exists():
            free = shutil.disk_usage(self.folder).free >> 20
            told = f"only {free} MiB are free there, and a prefix takes {PREFIX_SIZE}" if free < FULL_MIB else text.strip()
            raise CannotRun(f"wineboot could not make the Wine prefix:\n{told}")
        self.stamp.write_text(wanted, encoding="utf-8")

    def run(self, words: Sequence[str | Path], seconds: float) -> tuple[int, str]:
        """Runs a program of Wine in the prefix. Returns its exit code and output."""
        return run_quiet(self.wrap(words, self.environment), environment=self.environment, seconds=seconds)

    def claim_version(self) -> tuple[int, str]:
        """Makes Wine report another version of Windows."""
        code, text = self.run(["wine", "winecfg", "-v", self.windows], WARM_SECONDS)
        if code == 0 or self.windows != "win11":
            return code, text or f"its winecfg does not know {self.windows}"
        # Wine 8.0 and older have no Windows 11, which is a later build of Windows 10.
        code, text = self.run(["wine", "winecfg", "-v", "win10"], WARM_SECONDS)
        for name in ("CurrentBuild", "CurrentBuildNumber") if code == 0 else ():
            command = ["wine", "reg", "add", VERSION_KEY, "/v", name, "/d", WIN11_BUILD, "/f"]
            code, text = self.run(command, WARM_SECONDS)
        return code, text

    def server(self, option: str) -> None:
        """Gives the prefix's own wineserver an option and waits. A missing server is not an error."""
        try:
            self.run(["wineserver", option], SERVER_SECONDS)
        except CannotRun:
            pass  # end() ends a server that does not answer

    def use_running_server(self) -> None:
        """Takes TMPDIR from the wineserver that another run has started in the prefix, if there is one. Debian's Wine looks for the
        server in that folder. With another TMPDIR it would start a second server, and both would write the registry."""
        if server := self.server_pid():
            self.environment.pop("TMPDIR", None)
            for assignment in environment_of(server):
                name, _, value = assignment.partition(b"=")
                if name == b"TMPDIR":
                    self.environment["TMPDIR"] = os.fsdecode(value)

    def leave(self) -> None:
        """Stops using the prefix. The last user ends the processes in it."""
        if self.lock.try_exclusive():
            self.end()
        self.lock.close()

    def end(self) -> None:
        """Ends every process of the prefix and saves its registry. The lock must be held exclusively.

        On SIGINT wineserver ends its programs at once, but itself only half a second later; `wineserver -k` waits for
        that. On SIGTERM it saves the registry and ends, and its programs may not notice. So it gets SIGINT first and
        then SIGTERM.
        """
        told: set[int] = set()
        begin = time.monotonic()
        while pids := self.processes():
            waited = time.monotonic() - begin
            servers = {pid for pid in pids if is_server(pid)}
            if waited > 2 * END_SECONDS:
                return  # SIGKILL did not help: the kernel does not release a process
            if not servers or waited > END_SECONDS:
                # If the server was killed, a program does not notice that until its next request.
                send(pids, signal.SIGKILL)
            elif servers == set(pids):
                send(servers, signal.SIGTERM)
            else:
                send(servers - told, signal.SIGINT)
                told |= servers
                if waited > PROGRAM_SECONDS:
                    send(set(pids) - servers, signal.SIGKILL)
            time.sleep(0.01)

    def server_pid(self, known: int = 0) -> int:
        """The process id of the prefix's wineserver, 0 if there is none. A `known` id is checked first, which is
        quicker."""
        if known and is_server(known):
            return known
        return next((pid for pid in self.processes() if is_server(pid)), 0)

    def processes(self) -> list[int]:
        """The processes that runs started in this prefix, found by their environment, which Wine passes on
        unchanged."""
        marks = {b"WINEPREFIX=" + os.fsencode(self.folder), MARK.encode() + b"=1"}
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if pid != os.getpid() and marks <= environment_of(pid)]


def environment_of(pid: int) -> set[bytes]:
    """A process's environment; empty if it has ended or belongs to another user.

    If a server was killed, Wine's first thread may have ended while a thread of a native library still runs. The
    process then looks like a zombie, and only its remaining threads show its environment.
    """
    for place in (f"/proc/{pid}", *glob.iglob(f"/proc/{pid}/task/*")):
        try:
            found = Path(place, "environ").read_bytes()
        except OSError:
            continue
        if found:
            return set(found.split(b"\0"))
    return set()


def is_server(pid: int) -> bool:
    """Whether this process is a wineserver."""
    try:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.path.basename(words[0]).startswith(b"wineserver")


def send(pids: Iterable[int], number: int) -> None:
    """Sends a signal to processes, some of which may have ended by themselves."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            pass


def run_wine(prefix: Prefix, command: Sequence[str], seconds: float, **more: str) -> tuple[int, str]:
    """Runs a Windows program in the prefix without input. Returns its exit code and output. One that takes too long is
    killed and has the exit code of a killed one. `more` is added to its environment."""
    try:
        return run_quiet(["wine", *command], environment={**prefix.environment, **more}, seconds=seconds)
    except TooSlow as error:
        return -signal.SIGKILL, f"{error}\n"

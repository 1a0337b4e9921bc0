"""The Wine prefix of this checkout: made once, shared by all drivers, ended by the last one out.

While a driver uses the prefix it holds its lock shared. Whoever can turn that into an exclusive one is the last, and
ends the prefix's own wineserver and every process that still lives in the prefix, and nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .console import CannotRun, say
from .locks import Lock
from .paths import BUILD
from .processes import die_with_parent, run_quiet

WARM_SECONDS = 300.0
SERVER_SECONDS = 10.0
LEFTOVER_SECONDS = 1.0

# Mono and Gecko would ask to be downloaded; the menu builder writes into the user's home.
OVERRIDES = "mscoree,mshtml=;winemenubuilder.exe=d"
STAMP = "shmcheck-ready"

# In the environment of every process that a driver starts in a prefix, and of no shell of somebody who looks into it.
MARK = "SHMCHECK_DRIVER"


def wine_version() -> str:
    """"8.0" of "wine-8.0 (Debian 8.0~repack-4)"."""
    code, text = run_quiet(["wine", "--version"], environment=wine_environment(Path("/nonexistent")), seconds=60)
    words = [word for line in text.splitlines() for word in line.split() if word.startswith("wine-")]
    if code != 0 or not words:
        raise CannotRun(f"wine --version does not say a version: {text.strip()}")
    return words[0].removeprefix("wine-")


def wine_environment(prefix: Path) -> dict[str, str]:
    """The environment of every Wine program: the same for all users and terminals, whatever theirs looks like."""
    unwanted = {"DISPLAY", "WAYLAND_DISPLAY", "WINEARCH", "LANG", "LANGUAGE"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith(("LC_", "XDG_"))
    }
    environment["WINEPREFIX"] = str(prefix)
    environment["WINEDEBUG"] = "-all"
    environment["WINEDLLOVERRIDES"] = OVERRIDES
    # Wine links the user's folders into a new prefix; a home of its own keeps ours out of it.
    environment["HOME"] = str(prefix.parent)
    environment["LC_ALL"] = "C.UTF-8"
    environment[MARK] = "1"
    return environment


class Prefix:
    """The prefix at `folder`, with its lock and stamp beside it."""

    def __init__(self, folder: Path = BUILD / "wine-prefix") -> None:
        self.folder = folder
        self.environment = wine_environment(folder)
        self.stamp = folder / STAMP
        self.lock = Lock(folder.with_name(folder.name + ".lock"))

    def enter(self, version: str) -> None:
        """Starts to use the prefix, which is made first unless it is there and of this version of Wine."""
        wanted = f"{version}\n{self.folder}\n"
        self.lock.shared()
        while not self.ready(wanted):
            if not self.lock.try_exclusive():
                say("waiting for another run in the Wine prefix to end")
                self.lock.exclusive()
            if not self.ready(wanted):
                self.make(wanted)
            self.lock.shared()

    def ready(self, wanted: str) -> bool:
        """Whether the prefix was made as wanted; a moved or copied checkout and another Wine are reasons to redo it."""
        try:
            return self.stamp.read_text(encoding="utf-8") == wanted
        except (OSError, UnicodeDecodeError):
            return False

    def make(self, wanted: str) -> None:
        """Makes the prefix anew. The lock is held exclusive."""
        say(f"making a Wine prefix in {self.folder}")
        self.end()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        # Made by hand: Wine creates only the last folder, and only for its owner.
        self.folder.mkdir(parents=True, mode=0o700)
        code, text = run_quiet(["wineboot", "-i"], environment=self.environment, seconds=WARM_SECONDS)
        self.server("-k")  # the registry is on disk once the server has ended
        if code != 0 or not (self.folder / "system.reg").exists():
            raise CannotRun(f"wineboot could not make the Wine prefix:\n{text.strip()}")
        self.stamp.write_text(wanted, encoding="utf-8")

    def server(self, option: str) -> None:
        """Tells the prefix's own wineserver something; that there is none is fine."""
        try:
            run_quiet(["wineserver", option], environment=self.environment, seconds=SERVER_SECONDS)
        except CannotRun:
            pass  # end() kills what does not listen

    def leave(self) -> None:
        """Stops using the prefix; the last user ends what runs in it."""
        if self.lock.try_exclusive():
            self.end()
        self.lock.close()

    def end(self) -> None:
        """Ends every process of the prefix, the server first. The lock is held exclusive."""
        if not self.processes():
            return
        self.server("-k")
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.02)
        # Without a server (somebody killed it) the programs notice nothing until they ask it something.
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass  # it ended by itself

    def processes(self) -> list[int]:
        """The processes that a driver started in this prefix, by their environment: Wine hands it on unchanged."""
        marks = {b"WINEPREFIX=" + os.fsencode(self.folder), MARK.encode() + b"=1"}
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            try:
                environment = Path("/proc", name, "environ").read_bytes()
            except OSError:
                continue  # it ended, or is not ours to look at
            # A zombie has an empty environment: nothing of it is left to end.
            if marks <= set(environment.split(b"\0")):
                found.append(int(name))
        return found


def run_wine(prefix: Prefix, command: list[str], seconds: float) -> tuple[int, str]:
    """Runs a Windows program in the prefix without input; its exit code and what it printed, lines ending as here.
    One that takes too long is killed and has the exit code of that."""
    child = subprocess.Popen(
        ["wine", *command],
        env=prefix.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    try:
        output, _ = child.communicate(timeout=seconds)
        code = child.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        output, _ = child.communicate()
        code = -signal.SIGKILL
        output += f"\nkilled after {seconds:.0f} seconds\n".encode()
    return code, output.decode("utf-8", "replace").replace("\r\n", "\n")

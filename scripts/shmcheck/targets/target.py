"""The systems on this machine that run Windows programs: this Windows, or a Wine with a prefix of this checkout."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from types import TracebackType

from shmcheck import signals
from shmcheck.console import CannotRun
from shmcheck.paths import BUILD, ON_WINDOWS, ROOT
from shmcheck.processes import adopt_orphans, allow_open_files, reap
from shmcheck.targets import wine_build
from shmcheck.targets.debian_root import WINES, Release


class Target:
    """A context: entering makes the system usable, leaving ends the programs that were started in it."""

    default_name: str
    environment: dict[str, str]  # for the command that command() returns

    def __enter__(self) -> Target:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def command(self, program: Path) -> list[str]:
        """The command that starts the program; append the program's arguments."""
        raise NotImplementedError

    def alive(self) -> bool:
        """Returns False when wineserver has ended while programs ran."""
        return True


class WindowsTarget(Target):
    """Windows itself."""

    def __enter__(self) -> Target:
        if sys.platform == "win32":
            self.default_name = f"windows-{sys.getwindowsversion().build}"
        else:
            raise CannotRun("this is not Windows")
        self.environment = dict(os.environ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def command(self, program: Path) -> list[str]:
        return [str(program)]


class WineTarget(Target):
    """A Wine with a prefix of this checkout: the one on PATH, that of another Debian release, or the one at a path.
    `windows` is the version of Windows that it reports; "": Wine's default. With `section_files` it has another prefix, whose
    sections are files there; see Prefix."""

    def __init__(
        self, debian: int = 0, windows: str = "", path: str = "", section_files: Path | None = None
    ) -> None:
        self.debian = debian
        self.windows = windows
        self.path = path
        self.section_files = section_files

    def __enter__(self) -> Target:
        from shmcheck.targets.guard import Guard
        from shmcheck.targets.prefix import Prefix, plainly, wine_version

        allow_open_files()
        adopt_orphans()
        if self.path:
            self.wrap = wine_build.find(self.path).wrap
        else:
            self.wrap = self.release().command if self.debian else plainly
        version = wine_version(self.wrap)
        self.default_name = f"wine-{version}"
        # Each path has its own prefix: one Wine cannot use the prefix of another.
        place = hashlib.sha256(self.path.encode()).hexdigest()[:12] if self.path else ""
        files = "with-section-files" if self.section_files else ""
        parts = ["wine-prefix", f"debian-{self.debian}" if self.debian else "", place, self.windows, files]
        folder = BUILD / "-".join(part for part in parts if part)
        self.prefix = Prefix(folder, self.windows, self.wrap, self.section_files)
        self.server = 0
        self.environment = self.prefix.environment
        self.guard = Guard(self.prefix.leave)
        try:
            self.prefix.enter(version)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signals.ignore_further()
        try:
            self.prefix.leave()
        finally:
            self.guard.dismiss()
            reap()

    def release(self) -> Release:
        """The tree with this Wine. Holds its lock shared until this process ends, so that the tree is not removed."""
        if not any(BUILD.resolve().is_relative_to(place) for place in (ROOT, Path("/tmp"))):
            raise CannotRun(f"the Wine of another Debian release can use files in this checkout and in /tmp only, not {BUILD}")
        release = Release(self.debian)
        self.tree_lock = release.lock()
        self.tree_lock.shared()
        if not release.ready():
            wine = next(name for name, number in WINES.items() if number == self.debian)
            raise CannotRun(f"Debian {self.debian} with its Wine is {release.state()}: scripts/targets add {wine}")
        return release

    def command(self, program: Path) -> list[str]:
        return self.wrap(["wine", program], self.environment)

    def alive(self) -> bool:
        if not self.server:
            self.server = self.prefix.server_pid()
            return True
        return self.server == self.prefix.server_pid(self.server)


def this_target(section_files: Path | None = None) -> Target:
    """The target of this machine. `section_files`: see WineTarget."""
    return WindowsTarget() if ON_WINDOWS else WineTarget(section_files=section_files)

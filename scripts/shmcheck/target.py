"""Where programs for Windows run: this Windows, or this checkout's Wine prefix."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from . import signals
from .console import CannotRun
from .paths import BUILD, ON_WINDOWS
from .processes import adopt_orphans, reap


class Target:
    """A place to run in, as a context: entering makes it usable, leaving ends what runs in it on our behalf."""

    default_name: str
    environment: dict[str, str]

    def __enter__(self) -> Target:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def command(self, program: Path) -> list[str]:
        """What starts the program."""
        raise NotImplementedError


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
    """The Wine on PATH, with a prefix of this checkout's own."""

    def __enter__(self) -> Target:
        from .guard import Guard
        from .prefix import Prefix, wine_version

        adopt_orphans()
        version = wine_version()
        self.default_name = f"wine-{version}"
        self.prefix = Prefix(BUILD / "wine-prefix")
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

    def command(self, program: Path) -> list[str]:
        return ["wine", str(program)]


def this_target() -> Target:
    """The target that this machine is."""
    return WindowsTarget() if ON_WINDOWS else WineTarget()

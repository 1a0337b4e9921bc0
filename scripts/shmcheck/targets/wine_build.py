"""A Wine by its path: a build tree, the folder of an installation, or a folder with its loader and its server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun

# The paths of the loader and the server below the path. 64-bit ones come first, because the programs have 64 bits by
# default; a Wine with one loader for both names it wine.
LOADERS = ("wine64", "wine", "bin/wine64", "bin/wine", "loader/wine64", "loader/wine", "usr/lib/wine/wine64", "usr/bin/wine")
SERVERS = ("wineserver64", "wineserver", "server/wineserver", "bin/wineserver", "usr/lib/wine/wineserver64", "usr/bin/wineserver")
# Programs of Wine that its loader has to start, because their scripts would start the Wine on PATH.
STARTED_BY_LOADER = frozenset({"wineboot", "winecfg"})


@dataclass(frozen=True)
class WineBuild:
    loader: Path
    server: Path

    def wrap(self, words: Sequence[str | Path], environment: Mapping[str, str]) -> list[str]:
        """The command line that runs `words` with this Wine; the first word is wine, wineserver or wineboot."""
        first, *rest = map(str, words)
        programs = {"wine": [self.loader], "wineserver": [self.server]}
        if first in STARTED_BY_LOADER:
            programs[first] = [self.loader, Path(first)]
        if first not in programs:
            return [first, *rest]
        settings = [f"WINELOADER={self.loader}", f"WINESERVER={self.server}"]
        return ["env", *settings, *map(str, programs[first]), *rest]


def find(path: str) -> WineBuild:
    """The Wine at a path. CannotRun, with the paths that were tried, if it is not there."""
    folder = Path(os.path.abspath(path))
    if not folder.is_dir():
        raise CannotRun(f"{folder}: there is no such folder; name the build tree or the installation of a Wine")
    found = [first_of(folder, names) for names in (LOADERS, SERVERS)]
    for what, names, place in zip(("loader", "server"), (LOADERS, SERVERS), found, strict=True):
        if place is None:
            raise CannotRun(f"{folder}: there is no {what} of Wine; looked for {', '.join(names)}")
    loader, server = found
    assert loader is not None and server is not None
    refuse_wine_on_path(folder, loader)
    return WineBuild(loader, server)


def refuse_wine_on_path(folder: Path, loader: Path) -> None:
    """CannotRun if the loader is a link that leads out of the folder to the Wine on PATH. The links of another system's root
    are absolute, so outside that root they name files of this system."""
    program = shutil.which("wine")
    real = loader.resolve()
    if program and real == Path(program).resolve() and not real.is_relative_to(folder.resolve()):
        raise CannotRun(
            f"{loader} is a link to {real}, the Wine on PATH, and not a Wine in {folder}; for a Wine in another system's root "
            "name a folder with scripts bin/wine and bin/wineserver that enter the root, unset WINELOADER and WINESERVER, and "
            "start its programs"
        )


def first_of(folder: Path, names: Sequence[str]) -> Path | None:
    return next((folder / name for name in names if os.access(folder / name, os.X_OK) and (folder / name).is_file()), None)

"""scripts/package: makes a ZIP file that runs on a Windows without Python and without a compiler."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import archive, package, packages
from shmcheck.build.prepare import prepare
from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_PASSED, say
from shmcheck.definitions import ARM64
from shmcheck.files import write_out

DESCRIPTION = """\
Makes shmcheck-VERSION-windows.zip: the runner and the actors for x64, x86 and, if zig is on PATH, arm64, with known.toml,
contract.toml, run.cmd, a README, licences, and the SHA-256 of every file. Windows needs nothing else to run it.

The same sources, compiled by the same compilers, give the same bytes. The date of all files in it is SOURCE_DATE_EPOCH,
or else that of the commit.

Exit code 0: the package is written; 3: it could not be made."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/package", DESCRIPTION)
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the package; the folder is created if it is missing")
    parser.add_argument("--no-build", action="store_true", help="use the programs of the build folder without building")
    return parser.parse_args(arguments)


def run(arguments: Sequence[str]) -> int:
    found = options(arguments)
    if not found.no_build:
        prepare(package.parts(), packages.FOR_RUN)
    if ARM64 not in package.presets():
        say("zig is not on PATH, so the package has no programs for arm64")
    date = package.source_date()
    version, built = package.programs(date)
    folder = f"shmcheck-{version}"
    data = archive.packed(folder, package.content(version, built), date)
    path = found.output / f"{folder}-windows.zip"
    archive.write(path, data)
    write_out(f"{hashlib.sha256(data).hexdigest()}  {path}\n")
    return EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/package", lambda: run(arguments))

"""scripts/targets: lists the targets, and sets up and removes the Wine of other Debian releases."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_PASSED, CannotRun, say
from shmcheck.paths import BUILD, ON_WINDOWS, make_build_folder, report_file
from shmcheck.targets import lost_report
from shmcheck.targets.debian_root import WINES, Release, release_of_system
from shmcheck.targets.options import SUITE_PREFIX, TARGET_WORD
from shmcheck.targets.targets_file import DEFAULT_FILE, NAME, Spec, load

DESCRIPTION = """\
The targets of scripts/run: lists them, and sets up or removes the Wine of another Debian release.

  scripts/targets list            all targets of scripts/targets.toml, with their states
  scripts/targets add wine-10     sets up Debian 13 with its Wine under build/ (wine-5: Debian 11, wine-8: Debian 12);
                                  needs root or sudo, some minutes and about 1.9 GB
  scripts/targets remove wine-10  removes it
  scripts/targets lost NAME       writes the report of a target whose job left none, for CI systems

Exit code 0: done; 3: not done, with the reason on stderr."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/targets", DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="list|add|remove|lost")
    listing = commands.add_parser("list", help="all targets and their states")
    listing.add_argument("--targets", type=Path, default=DEFAULT_FILE, metavar="FILE", help="another targets.toml")
    adding = commands.add_parser("add", help="set up a Wine of another Debian release")
    adding.add_argument("wine", choices=sorted(WINES), help="which")
    adding.add_argument("--mirror", default="", metavar="URL", help="the Debian mirror (default: that of this system's apt sources)")
    adding.add_argument("--no-x86", action="store_true", help="without the 32-bit packages")
    adding.add_argument("--again", action="store_true", help="set it up again if it exists")
    removing = commands.add_parser("remove", help="remove it")
    removing.add_argument("wine", choices=sorted(WINES), help="which")
    losing = commands.add_parser("lost", help="write a report that says why a target has none")
    losing.add_argument("name", help="the name of the target")
    losing.add_argument("--reason", required=True, help="the reason")
    losing.add_argument(SUITE_PREFIX.name, dest="prefix", default="", metavar="NAME", help="put the name before that of its suite, as scripts/run does")
    losing.add_argument("--output", type=Path, metavar="FILE", help="default: reports/latest/TEST-shmcheck-NAME.xml")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """The command; see DESCRIPTION."""
    return guarded("scripts/targets", lambda: run(parse(arguments)))


def run(found: argparse.Namespace) -> int:
    commands = {"list": show, "add": add, "remove": remove, "lost": write_lost}
    return commands[found.command](found)


def state_of(spec: Spec) -> str:
    """The state of the target as text: whether a run can use it now."""
    if spec.programs and not Path(spec.programs, "shmcheck.exe").exists():
        return f"there is no shmcheck.exe in {spec.programs}"
    if spec.kind == "ssh":
        return f"the host {spec.host}; not contacted until a run"
    if ON_WINDOWS:
        return "this Windows" if spec.kind == "local" else "Wine does not run here"
    if not spec.debian or spec.debian == release_of_system():
        wine = "the Wine on PATH" if shutil.which("wine") else "no Wine on PATH yet; a run installs it"
        return wine + (f", as {spec.windows}" if spec.windows else "")
    state = Release(spec.debian).state()
    return state + (f", as {spec.windows}" if spec.windows else "")


def show(found: argparse.Namespace) -> int:
    specs = load(found.targets)
    width = max((len(name) for name in specs), default=0)
    for name, spec in specs.items():
        print(f"{name:{width}}  {spec.kind:5}  {state_of(spec)}")
    return EXIT_PASSED


def release_for(wine: str) -> Release:
    number = WINES[wine]
    if ON_WINDOWS or not Path("/etc/debian_version").exists():
        raise CannotRun("the Wine of another Debian release is set up on Debian only")
    if number == release_of_system():
        raise CannotRun(f"this is Debian {number}: its Wine is the one on PATH, so the target needs no set-up")
    return Release(number)


def add(found: argparse.Namespace) -> int:
    release = release_for(found.wine)
    make_build_folder()
    if release.ready() and not found.again:
        say(f"{found.wine} is set up already: {release.state()}")
        return EXIT_PASSED
    release.add(found.mirror, not found.no_x86)
    say(f"{found.wine}: {release.state()}")
    return EXIT_PASSED


def remove(found: argparse.Namespace) -> int:
    release = release_for(found.wine)
    if not BUILD.exists() or not release.folder.exists():
        say(f"{found.wine} is not set up")
        return EXIT_PASSED
    release.remove()
    say(f"{found.wine} is removed")
    return EXIT_PASSED


def write_lost(found: argparse.Namespace) -> int:
    if not NAME.fullmatch(found.name):
        raise CannotRun(f"a target's name is letters, digits, '_', '.' and '-', 64 at most, not {found.name!r}")
    prefix = found.name if found.prefix == TARGET_WORD else found.prefix
    if prefix and not NAME.fullmatch(prefix):
        raise CannotRun(f"{SUITE_PREFIX.name} takes letters, digits, '_', '.' and '-', 64 at most, not {prefix!r}")
    lost_report.write(found.output or report_file(found.name), found.name, "NoResult", found.reason, prefix)
    return EXIT_PASSED

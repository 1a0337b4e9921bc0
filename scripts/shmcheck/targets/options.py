"""The command line of scripts/run: a little of its own, the rest is shmcheck.exe's."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shmcheck.console import CannotRun
from shmcheck.definitions import RUNNER_OPTIONS

INTRODUCTION = """\
Builds what is needed and runs every case, on this system or on several side by side.

  scripts/run [--target NAME,...] [options of shmcheck.exe]

  --target NAME,...   where to run, by the names of scripts/targets.toml (scripts/targets list shows them); each leaves
                      reports/latest/TEST-shmcheck-NAME.xml, and one that gave no report leaves one that says why.
                      Without it: this Windows or the Wine on PATH, with its version in the report's name
  --targets FILE      another file of targets
  --parallel N        so many targets at the same time (default: 8); of more the slowest of the last time begin
  --allow-lost N      so many targets may give no report without making the exit code other than 0
  --record            keep the reports as reports/baselines/NAME.xml too, without the names of machines

Options of shmcheck.exe that say where files are take paths as they are here. Without --junit the report is
reports/latest/TEST-shmcheck-TARGET.xml, without --known the expected deviations are those of cases/known.toml.

"""
CLOSING = """
The last line is 'N passed, N failed, N skipped'. Exit code: 0 all passed, skipped or known; 1 some fail or
deviate; 2 some error; 3 could not run. Of several targets the worst counts.
"""
HELP_COLUMN = 35
HELP_WIDTH = 118

VALUE_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.takes_value)
PATH_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type == "FILE")
# With one of these no case runs and no report is written.
SHOWING_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type == "ACTION")

OWN_OPTIONS = frozenset({"--target", "--targets", "--parallel", "--allow-lost"})
PARALLEL = 8
NUMBER = re.compile(r"[0-9]{1,3}")


def help_text() -> str:
    """What --help prints: the driver's own options and those of shmcheck.exe."""
    lines = []
    for option in RUNNER_OPTIONS:
        indent = " " * HELP_COLUMN
        head = f"  {option.name} {option.argument}".ljust(HELP_COLUMN - 1) + " "
        lines += textwrap.wrap(option.help, HELP_WIDTH, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False)
    return INTRODUCTION + "\n".join(lines) + "\n" + CLOSING


@dataclass
class Options:
    """What scripts/run was asked for."""

    targets: tuple[str, ...] = ()  # (): this system
    targets_file: str = ""  # "": scripts/targets.toml
    parallel: int = PARALLEL
    allow_lost: int = 0
    record: bool = False
    help: bool = False
    shows: bool = False  # lists or names something, and runs nothing
    values: dict[str, str] = field(default_factory=dict)  # the last value of each option of shmcheck.exe
    passed_on: list[str] = field(default_factory=list)  # for shmcheck.exe, paths as it knows them


def parse(arguments: Sequence[str], folder: str, convert: Callable[[str, str], str]) -> Options:
    """Reads a command line. `convert(path, folder)` says how the target names a path of this system.

    What is neither ours nor a value is passed on as it is: shmcheck.exe knows its options and says what is wrong.
    """
    options = Options()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in ("--help", "-h"):
            options.help = True
        elif word == "--record":
            options.record = True
        elif name in OWN_OPTIONS or name in VALUE_OPTIONS:
            if not equals:
                if not rest:
                    raise CannotRun(f"{name} needs a value")
                value = rest.pop(0)
            take(options, name, value, folder, convert)
        else:
            options.shows = options.shows or word in SHOWING_OPTIONS
            options.passed_on.append(word)
    return options


def take(options: Options, name: str, value: str, folder: str, convert: Callable[[str, str], str]) -> None:
    """One option with its value."""
    if not value:
        raise CannotRun(f"{name} needs a value")
    if name in OWN_OPTIONS:
        take_own(options, name, value, folder)
        return
    options.values[name] = value
    options.passed_on += [name, convert(value, folder) if name in PATH_OPTIONS else value]


def take_own(options: Options, name: str, value: str, folder: str) -> None:
    """One option of this driver."""
    if name == "--target":
        names = [*options.targets, *value.split(",")]
        if "" in names:
            raise CannotRun(f"--target takes names with commas between them, not {value!r}")
        twice = [each for each in names if names.count(each) > 1]
        if twice:
            raise CannotRun(f"--target names {twice[0]} twice, and its report can only be there once")
        options.targets = tuple(names)
    elif name == "--targets":
        options.targets_file = os.path.join(folder, value)
    elif not NUMBER.fullmatch(value) or (name == "--parallel" and int(value) == 0):
        raise CannotRun(f"{name} takes a number, not {value!r}")
    elif name == "--parallel":
        options.parallel = int(value)
    else:
        options.allow_lost = int(value)


def for_one(arguments: Sequence[str]) -> list[str]:
    """The same command line without what says which targets, and what to do with several."""
    kept: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        if name in OWN_OPTIONS:
            if not equals and rest:
                rest.pop(0)
        elif word != "--record":
            kept.append(word)
            if name in VALUE_OPTIONS and not equals and rest:
                kept.append(rest.pop(0))
    return kept

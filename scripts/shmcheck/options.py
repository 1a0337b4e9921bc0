"""The command line of scripts/run: a little of its own, the rest is shmcheck.exe's."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .console import CannotRun

HELP = """\
Builds what is needed and runs every case on a target.

  scripts/run [--target NAME] [options of shmcheck.exe]

  --target NAME       what the report is called: reports/latest/TEST-shmcheck-NAME.xml
                      (default: wine-VERSION under Wine, windows-BUILD on Windows)

Options of shmcheck.exe that say where files are take paths as they are here. The most useful ones:

  --list                            print every case; run nothing
  --filter GLOB                     only cases whose id matches; may be given several times
  --jobs N                          cases at the same time (default: processors)
  --repeat N                        run every case N times
  --timeout-scale X                 multiply every deadline by X
  --verbose                         show transcripts as they happen
  --junit FILE                      write the report there instead
  --junit-dialect strict|extended   strict is what every reader takes
  --known FILE                      expected deviations (default: cases/known.toml)
  --actor PATH                      another actor program

The last line is 'N passed, N failed, N skipped'. Exit code: 0 all passed, skipped or known; 1 some fail or
deviate; 2 some error; 3 could not run.
"""

VALUE_OPTIONS = frozenset(
    {"--filter", "--junit", "--junit-dialect", "--jobs", "--repeat", "--timeout-scale", "--known", "--actor"}
)
PATH_OPTIONS = frozenset({"--junit", "--known", "--actor"})
# With one of these no case runs and no report is written.
SHOWING_OPTIONS = frozenset({"--list", "--version", "--help"})

TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass
class Options:
    """What scripts/run was asked for."""

    target: str = ""  # "": the default
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
        elif name == "--target" or name in VALUE_OPTIONS:
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
    if name == "--target":
        if not TARGET.fullmatch(value):
            raise CannotRun(f"--target takes letters, digits, '_', '.' and '-', 64 at most, not {value!r}")
        options.target = value
        return
    options.values[name] = value
    options.passed_on += [name, convert(value, folder) if name in PATH_OPTIONS else value]


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

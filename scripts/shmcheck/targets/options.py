"""The command line of scripts/run: its own options, and those of shmcheck.exe, which it passes on."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from shmcheck.commandline import Parser, number
from shmcheck.console import CannotRun
from shmcheck.definitions import RUNNER_OPTIONS, RunnerOption, option

DESCRIPTION = """\
Builds the programs that are needed and runs all cases, on this system or on several at the same time.

Without --target it runs on this Windows, or on the Wine on PATH. A relative path in an option starts at the current
folder. Without --junit the report is reports/latest/TEST-shmcheck-TARGET.xml, or, for a selection of cases,
reports/latest/selection/TEST-shmcheck-TARGET.xml. Without --known the known deviations are those of
cases/known.toml."""
CLOSING = """\
The last line is 'N passed, N failed, N skipped'. Exit code 0: all passed, skipped or known; 1: some failed or
deviated; 2: some ended as an error; 3: could not run. With several targets it is the highest of theirs."""

PATH_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type in ("FILE", "FILES"))
STEP_FILE_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type == "FILES")
STANDARD_INPUT = "-"
# Options only for direct calls of shmcheck.exe: the output of scripts/run contains what --summary writes.
DIRECT_OPTIONS = frozenset(("--help", "--summary"))
# Options of shmcheck.exe that select cases. --last-failed belongs to scripts/run.
SELECTING_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type in ("GLOBS", "FILES"))
# With one of these no case runs and no report is written.
SHOWING_OPTIONS = frozenset(option.name for option in RUNNER_OPTIONS if option.type == "ACTION")

# As the value of --junit-suite-prefix this word means the name of each target.
SUITE_PREFIX = option("JUNIT_SUITE_PREFIX")
TARGET_WORD = "target"
_PREFIX = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{int(SUITE_PREFIX.highest) - 1}}}")

PARALLEL = 8


@dataclass
class Options:
    """A command line of scripts/run."""

    targets: tuple[str, ...] = ()  # (): this system
    targets_file: str = ""  # "": scripts/targets.toml
    parallel: int = PARALLEL
    allow_lost: int = 0
    record: bool = False
    last_failed: bool = False
    selects: bool = False  # not all cases run
    shows: bool = False  # prints information and runs no case
    values: dict[str, str] = field(default_factory=dict)  # the last value of each option of shmcheck.exe, unchanged
    passed_on: list[str] = field(default_factory=list)  # for shmcheck.exe, with paths as the target names them

    def suite_prefix(self, target: str) -> str:
        """The prefix of suites and classes in the report of this target, or an empty text."""
        value = self.values.get(SUITE_PREFIX.name, "")
        return target if value == TARGET_WORD else value

    def named(self, target: str) -> Options:
        """The same options for one target, with its name in place of TARGET_WORD."""
        prefix = self.suite_prefix(target)
        if not prefix:
            return self
        words = list(self.passed_on)
        given = (SUITE_PREFIX.name, self.values[SUITE_PREFIX.name])
        words[list(pairwise(words)).index(given) + 1] = prefix
        return replace(self, values={**self.values, SUITE_PREFIX.name: prefix}, passed_on=words)


def text(word: str) -> str:
    """A value that must not be empty."""
    if not word:
        raise argparse.ArgumentTypeError("it needs a value")
    return word


def parser() -> Parser:
    """All options. Those of shmcheck.exe come from its own list."""
    made = Parser("scripts/run", DESCRIPTION, CLOSING)
    own = made.add_argument_group("options of scripts/run")
    own.add_argument(
        "--target",
        action="append",
        default=[],
        type=text,
        metavar="NAME,...",
        help="the targets to run on, by their names in 'scripts/targets list'; wine:PATH is the Wine in "
        "a build tree or an installation; a target whose run leaves no report gets one with the reason",
    )
    own.add_argument("--targets", type=text, metavar="FILE", help="another file of targets")
    own.add_argument(
        "--parallel", type=number(1, 999), default=PARALLEL, metavar="N", help=f"targets at the same time (default: {PARALLEL})"
    )
    own.add_argument(
        "--allow-lost", type=number(0, 999), default=0, metavar="N", help="the number of targets that may leave no report without changing the exit code"
    )
    own.add_argument(
        "--record", action="store_true", help="also keep the reports as reports/baselines/NAME.xml, without machine names"
    )
    own.add_argument(
        "--last-failed",
        action="store_true",
        help="only the cases that failed, deviated or ended as an error in their last run on this target",
    )
    own.add_argument(
        "--bisect",
        type=text,
        metavar="CASE",
        help="for git bisect run: runs this case; exit code 0: it passes, 1: it does not, 125: unknown",
    )
    own.add_argument(
        "--build-dir", metavar="DIR", help="build and write reports there, for example from a read-only checkout (default: build)"
    )
    runner = made.add_argument_group("options of shmcheck.exe")
    for option in RUNNER_OPTIONS:
        if option.name not in DIRECT_OPTIONS:
            add_runner_option(runner, option)
    return made


def add_runner_option(group: argparse._ArgumentGroup, option: RunnerOption) -> None:
    """Adds an option of shmcheck.exe. That program checks the value."""
    words = option.help.replace("%", "%%")
    if not option.takes_value:
        group.add_argument(option.name, dest=option.id, action="store_true", help=words)
    else:
        metavar = option.argument.replace("|", "/") if option.type == "CHOICE" else option.argument
        if option.type == "FILES":
            group.add_argument(option.name, dest=option.id, action="extend", nargs="+", type=text, metavar="FILE", help=words)
            return
        action = "append" if option.type == "GLOBS" else "store"
        group.add_argument(option.name, dest=option.id, action=action, type=text, metavar=metavar, help=words)


def parse(arguments: Sequence[str], folder: str, convert: Callable[[str, str], str]) -> Options:
    """Reads a command line. `convert(path, folder)` names a path of this system as the target does. CannotRun if it is
    wrong; an option of shmcheck.exe with a wrong value is refused by that program."""
    found = parser().parse_args(arguments)
    if found.build_dir is not None:  # start_command.py removes it if it has a value
        raise CannotRun("--build-dir needs a value")
    options = Options(
        targets=target_names(found.target),
        targets_file=os.path.join(folder, found.targets) if found.targets else "",
        parallel=found.parallel,
        allow_lost=found.allow_lost,
        record=found.record,
        last_failed=found.last_failed,
        selects=found.last_failed,
    )
    for option in RUNNER_OPTIONS:
        value = getattr(found, option.id, None)
        if value is True:
            options.shows = options.shows or option.name in SHOWING_OPTIONS
            options.passed_on.append(option.name)
        elif value:
            for each in value if isinstance(value, list) else [value]:
                options.values[option.name] = each
                options.selects = options.selects or option.name in SELECTING_OPTIONS
                path = option.name in PATH_OPTIONS and each != STANDARD_INPUT
                options.passed_on += [option.name, convert(each, folder) if path else each]
    prefix = options.values.get(SUITE_PREFIX.name)
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise CannotRun(
            f"{SUITE_PREFIX.name} takes 1 to {SUITE_PREFIX.highest:.0f} letters, digits, '_', '.' and '-', the first one a "
            f"letter or a digit, or the word {TARGET_WORD}, not {prefix!r}"
        )
    if options.record and options.selects:
        raise CannotRun("--record keeps whole runs only; leave out --filter, --topic, --row and --last-failed")
    return options


def target_names(values: Sequence[str]) -> tuple[str, ...]:
    """The names in the values of --target. CannotRun if one is empty or given twice."""
    names = [name for value in values for name in value.split(",")]
    if "" in names:
        raise CannotRun(f"--target takes names with commas between them, not {','.join(values)!r}")
    for name in names:
        if names.count(name) > 1:
            raise CannotRun(f"--target names {name} twice, but each target has only one report")
    return tuple(names)

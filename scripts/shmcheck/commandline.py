"""Shared by all commands: the argument parser, and how a command ends when it cannot run."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from shmcheck import signals
from shmcheck.console import EXIT_NOT_RUN, CannotRun, Summary, ensure_streams, print_summary, say
from shmcheck.definitions import RunnerOption, option
from shmcheck.processes import processors
from shmcheck.signals import Interrupted


class Parser(argparse.ArgumentParser):
    """An argument parser that prints the description as it is written and takes no abbreviated options. Wrong usage
    raises CannotRun, which `guarded` turns into exit code 3."""

    def __init__(self, prog: str, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        raise CannotRun(f"{message}\n{self.format_usage().rstrip()}\n{self.prog} --help describes every option")

    def add_jobs(self, words: str) -> None:
        """--jobs, with the limits of shmcheck.exe."""
        jobs = option("JOBS")
        self.add_argument(jobs.name, type=number_of(jobs), default=default_jobs(), metavar=jobs.argument, help=words)

    def add_timeout_scale(self, words: str) -> None:
        """--timeout-scale, with the limits and the default of shmcheck.exe."""
        scale = option("TIMEOUT_SCALE")
        self.add_argument(scale.name, type=factor_of(scale), default=scale.default, metavar=scale.argument, help=words)

    def add_json(self) -> None:
        """--json FILE, for the figures that the command prints."""
        self.add_argument("--json", type=Path, metavar="FILE", help="also write the figures into FILE")

    def add_programs(self) -> None:
        """--programs DIR, for a command that otherwise builds the programs."""
        self.add_argument("--programs", type=Path, metavar="DIR", help="use the programs in DIR and build none")


LEAST_JOBS = 4  # under Wine, with more than one processor


def default_jobs() -> int:
    """One job for each processor, but no more than shmcheck.exe takes for --jobs. On Windows 8 at most: a virus scanner looks
    at every process that starts. Under Wine 4 at least, unless there is only one processor: a request to Wine's server waits
    until a processor wakes up, and another job can run meanwhile."""
    count = processors()
    if sys.platform == "win32":
        return min(count, 8)
    least = LEAST_JOBS if count > 1 else 1
    return min(max(count, least), int(option("JOBS").highest))


def number(lowest: int, highest: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number between these limits."""

    def parse(word: str) -> int:
        digits = word.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and lowest <= int(word) <= highest):
            raise argparse.ArgumentTypeError(f"it takes a number from {lowest} to {highest}, not {word!r}")
        return int(word)

    return parse


def number_of(limits: RunnerOption) -> Callable[[str], int]:
    """The type of an option with the limits of this option of shmcheck.exe."""
    return number(int(limits.lowest), int(limits.highest))


def factor_of(limits: RunnerOption) -> Callable[[str], float]:
    """The same for an option that takes a decimal number."""

    def parse(word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if not limits.lowest <= value <= limits.highest:
            raise argparse.ArgumentTypeError(f"it takes a number from {limits.lowest:g} to {limits.highest:g}, not {word!r}")
        return value

    return parse


def guarded(name: str, command: Callable[[], int], counts: bool = False) -> int:
    """Runs a command and returns its exit code. If it cannot run, prints the reason on stderr, after the command's name,
    and returns 3. `counts`: the command ends with a summary line, so also print one with zero counts."""
    ensure_streams()
    try:
        signals.install()
        return command()
    except CannotRun as error:
        say(f"{name}: {error}")
    except Interrupted as error:
        say(f"{name}: ended by {error}")
    except BrokenPipeError:
        # Otherwise Python tries to write the rest when it ends, and fails again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say(f"{name}: stdout was closed before everything was printed")
    except OSError as error:
        say(f"{name}: {error}")
    except Exception:  # a defect of the command must not look like a failed case, which is exit code 1
        say(traceback.format_exc())
    if counts:
        print_summary(Summary())
    return EXIT_NOT_RUN

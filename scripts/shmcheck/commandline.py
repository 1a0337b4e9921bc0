"""Shared by all commands: the argument parser, and how a command ends when it cannot run."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from shmcheck import signals
from shmcheck.console import EXIT_NOT_RUN, CannotRun, Summary, ensure_streams, print_summary, say
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

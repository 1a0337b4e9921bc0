"""scripts/run: builds what is needed, runs every case, and says how it ended in one line and one exit code."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from . import build, junit, launch, options, packages, signals
from .console import EXIT_ERROR, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, Summary, print_summary, say
from .junit import UnreadableReport, mark_of
from .paths import KNOWN, ON_WINDOWS, ROOT, make_build_folder, report_file, target_path
from .signals import Interrupted
from .target import Target, this_target

JOBS_MAX = 32  # of shmcheck.exe


def guarded(name: str, command: Callable[[], int], summary: Callable[[], Summary | None]) -> int:
    """Runs a command of ours; whatever stops it from running becomes a message, a summary line and exit code 3."""
    try:
        signals.install()
        return command()
    except CannotRun as error:
        say(f"{name}: {error}")
    except Interrupted as error:
        say(f"{name}: ended by {error}")
    except OSError as error:
        say(f"{name}: {error}")
    except Exception:  # a mistake of ours must not look like a failed case, which is exit code 1
        say(traceback.format_exc())
    counts = summary()
    if counts is not None:
        print_summary(counts)
    return EXIT_NOT_RUN


def main(arguments: Sequence[str]) -> int:
    """See options.HELP."""
    shows = any(word in options.SHOWING_OPTIONS for word in arguments)
    return guarded("scripts/run", lambda: run(arguments), lambda: None if shows else Summary())


def run(arguments: Sequence[str]) -> int:
    folder = os.getcwd()
    wanted = options.parse(arguments, folder, target_path)
    if wanted.help:
        print(options.HELP, end="")
        return EXIT_PASSED
    make_build_folder()
    if not ON_WINDOWS:
        packages.ensure(packages.FOR_RUN)
    lock = build.BuildLock()
    build.ensure(build.run_parts(), lock)
    with this_target() as target:
        if wanted.shows:
            return show(target, wanted)
        return run_cases(target, wanted, folder)


def start(target: Target, arguments: Sequence[str]) -> launch.Ending:
    command = [*target.command(build.programs() / "shmcheck.exe"), *arguments]
    return launch.run(command, target.environment, ROOT, target.alive)


def show(target: Target, wanted: options.Options) -> int:
    """Runs shmcheck.exe for something other than a run of cases."""
    ending = start(target, wanted.passed_on)
    if EXIT_PASSED <= ending.code <= EXIT_NOT_RUN and not ending.interrupted:
        return ending.code
    say(f"shmcheck.exe {how(ending)}")
    return EXIT_ERROR


def run_cases(target: Target, wanted: options.Options, folder: str) -> int:
    """A run of cases, from shmcheck.exe's command line to our exit code."""
    if "--junit" in wanted.values:
        report = Path(folder, wanted.values["--junit"])
    else:
        report = report_file(wanted.target or target.default_name)
        report.parent.mkdir(parents=True, exist_ok=True)
    before = mark_of(report)
    ending = start(target, [*defaults(wanted, report), *wanted.passed_on])
    if EXIT_PASSED <= ending.code <= EXIT_ERROR and ending.summary:
        return ending.code
    if ending.code == EXIT_NOT_RUN and (ending.summary or not ending.printed) and not ending.interrupted:
        if not ending.summary:
            print_summary(Summary())
        return EXIT_NOT_RUN
    return ended_abnormally(ending, report, changed=mark_of(report) != before)


def defaults(wanted: options.Options, report: Path) -> list[str]:
    """The options that shmcheck.exe gets unless others were given."""
    words = []
    if "--junit" not in wanted.values:
        words += ["--junit", target_path(str(report), str(ROOT))]
    if "--known" not in wanted.values and KNOWN.exists():
        words += ["--known", target_path(str(KNOWN), str(ROOT))]
    if "--jobs" not in wanted.values:
        words += ["--jobs", str(min(options.processors(), JOBS_MAX))]
    return words


def how(ending: launch.Ending) -> str:
    """In words, how a program ended that should have ended otherwise."""
    if ending.orphaned:
        text = "lost the wineserver that it ran on, and was killed"
    elif ending.code < 0:
        text = f"was killed by {signal.Signals(-ending.code).name}"
    else:
        text = f"ended with code {ending.code}" + (f" (0x{ending.code:08X})" if ending.code > 255 else "")
        if EXIT_PASSED <= ending.code <= EXIT_NOT_RUN:
            text += " but without its summary"
    return text + (f", after {ending.interrupted}" if ending.interrupted else "")


def ended_abnormally(ending: launch.Ending, report: Path, changed: bool) -> int:
    """Says what is known of a run that did not reach its end."""
    say(f"\nshmcheck.exe {how(ending)}: this run is not complete.")
    summary = Summary()
    if not changed:
        say("It left no report.")
    else:
        try:
            summary = junit.read_summary(report)
            say(f"The cases that had finished are in {report}.")
        except UnreadableReport as error:
            say(f"The report {report} cannot be read: {error}")
    print_summary(summary)
    return EXIT_ERROR

"""scripts/run: builds what is needed, runs every case, and says how it ended in one line and one exit code."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shmcheck import signals
from shmcheck.build import cmake_build, packages
from shmcheck.console import EXIT_ERROR, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, Summary, ensure_streams, print_summary, say
from shmcheck.paths import KNOWN, ON_WINDOWS, ROOT, make_build_folder, report_file, target_path
from shmcheck.reports import baselines, junit
from shmcheck.reports.junit import UnreadableReport, mark_of
from shmcheck.signals import Interrupted
from shmcheck.targets import fleet, launch, lost_report, options, remote_run, target_resolve
from shmcheck.targets.target import Target
from shmcheck.targets.targets_file import Spec

JOBS_MAX = 32  # of shmcheck.exe
held: list[cmake_build.BuildLock] = []  # until this driver ends


def guarded(name: str, command: Callable[[], int], summary: Callable[[], Summary | None]) -> int:
    """Runs a command of ours; whatever stops it from running becomes a message, a summary line and exit code 3."""
    ensure_streams()
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
    wanted = options.parse(arguments, folder, lambda path, _: path)
    if wanted.help:
        print(options.HELP, end="")
        return EXIT_PASSED
    specs = target_resolve.specs_of(wanted)
    make_build_folder()
    prepare(specs)
    if len(specs) > 1:
        return fleet.run(specs, wanted, arguments, folder)
    spec = specs[0]
    if spec.kind == "ssh":
        return remote_run.run(spec, wanted, folder)
    wanted = options.parse(arguments, folder, lambda path, base: target_resolve.path_for(spec, path, base))
    if not spec.name or wanted.shows:
        with target_resolve.target_of(spec) as target:
            return show(target, wanted, spec) if wanted.shows else run_cases(target, wanted, spec, folder)
    report = report_path(wanted, spec.name, folder)
    with claimed(spec.name, report):
        with target_resolve.target_of(spec) as target:
            code = run_cases(target, wanted, spec, folder)
    return baselines.record_if(wanted.record, [(spec.name, report)], code)


def prepare(specs: Sequence[Spec]) -> None:
    """Packages and programs for all these targets. The build's lock is held shared from here to our end."""
    parts: list[cmake_build.Part] = []
    for spec in specs:
        parts += [part for part in target_resolve.parts_of(spec) if part not in parts]
    if not ON_WINDOWS:
        needs = packages.BUILDING_FOR_WINDOWS if parts else ()
        needs += packages.RUNNING if any(spec.kind != "ssh" for spec in specs) else ()
        packages.ensure(needs + (packages.REACHING if any(spec.kind == "ssh" for spec in specs) else ()))
    held.append(cmake_build.BuildLock())
    cmake_build.ensure(parts, held[-1])


def report_path(wanted: options.Options, name: str, folder: str) -> Path:
    """Where the report goes."""
    if "--junit" in wanted.values:
        return Path(folder, wanted.values["--junit"])
    return report_file(name)


@contextmanager
def claimed(name: str, report: Path) -> Iterator[None]:
    """While a named target is used. Its report says from the start that it was lost, and in the end why, unless a
    real one takes its place: a column that is just absent is overlooked."""
    lock = lost_report.Claim(name)
    with lock:
        lost_report.write(report, name, "Interrupted", lost_report.UNFINISHED)
        try:
            yield
        except (CannotRun, OSError) as error:
            lost_report.write(report, name, "Unreachable", str(error))
            raise
        except Interrupted as error:
            lost_report.write(report, name, "Interrupted", f"ended by {error}")
            raise


def start(target: Target, spec: Spec, arguments: Sequence[str]) -> launch.Ending:
    command = [*target.command(target_resolve.programs_of(spec) / "shmcheck.exe"), *arguments]
    return launch.run(command, target.environment, ROOT, target.alive)


def show(target: Target, wanted: options.Options, spec: Spec) -> int:
    """Runs shmcheck.exe for something other than a run of cases."""
    ending = start(target, spec, wanted.passed_on)
    if EXIT_PASSED <= ending.code <= EXIT_NOT_RUN and not ending.interrupted:
        return ending.code
    say(f"shmcheck.exe {how(ending)}")
    return EXIT_ERROR


def run_cases(target: Target, wanted: options.Options, spec: Spec, folder: str) -> int:
    """A run of cases, from shmcheck.exe's command line to our exit code."""
    report = report_path(wanted, spec.name or target.default_name, folder)
    if "--junit" not in wanted.values:
        report.parent.mkdir(parents=True, exist_ok=True)
    before = mark_of(report)
    ending = start(target, spec, [*defaults(wanted, report), *wanted.passed_on])
    if spec.name and mark_of(report) == before:
        lost_report.write(report, spec.name, "NoResult", ending.complaint or f"shmcheck.exe {how(ending)} and left no report")
        before = mark_of(report)
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

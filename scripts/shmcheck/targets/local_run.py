"""A run on this machine: starts shmcheck.exe on a target, passes its output through, and reports its end."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shmcheck.commandline import default_jobs
from shmcheck.console import EXIT_ERROR, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, Summary, print_summary, say
from shmcheck.definitions import Kind
from shmcheck.paths import KNOWN, ROOT, target_path
from shmcheck.reports import baselines, report_files
from shmcheck.reports.report_reader import BadReport
from shmcheck.signals import Interrupted
from shmcheck.targets import launch, lost_report, options, report_place, target_resolve
from shmcheck.targets.target import Target
from shmcheck.targets.targets_file import Spec



@dataclass(frozen=True)
class Mark:
    """Identifies one version of a file."""

    inode: int
    modified: int  # nanoseconds
    size: int  # bytes


def mark_of(path: Path) -> Mark | None:
    """The file's mark; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Mark(status.st_ino, status.st_mtime_ns, status.st_size)


def run(spec: Spec, wanted: options.Options, folder: str) -> int:
    """Runs the cases on one target of this machine, or runs --list and similar options. Returns the exit code."""
    if not spec.name or wanted.shows:
        with target_resolve.target_of(spec) as target:
            return show(target, wanted, spec) if wanted.shows else run_cases(target, wanted, spec, folder)
    wanted = report_place.resolved(wanted, spec.name)
    report = report_place.report_path(wanted, spec.name, folder)
    with claimed(spec.name, report, wanted.suite_prefix(spec.name)):
        with target_resolve.target_of(spec) as target:
            code = run_cases(target, wanted, spec, folder)
    return baselines.record_if(wanted.record, [(spec.name, report)], code)


@contextmanager
def claimed(name: str, report: Path, prefix: str) -> Iterator[None]:
    """A context for the use of a named target. It first writes a report that says that the target was lost, and at the end
    adds the reason unless the run has written a real report: a missing report is easily overlooked."""
    lock = lost_report.Claim(name)
    with lock:
        lost_report.write(report, name, Kind.INTERRUPTED, lost_report.UNFINISHED, prefix)
        try:
            yield
        except (CannotRun, OSError) as error:
            lost_report.write(report, name, "Unreachable", str(error), prefix)
            raise
        except Interrupted as error:
            lost_report.write(report, name, Kind.INTERRUPTED, f"ended by {error}", prefix)
            raise


def start(target: Target, spec: Spec, arguments: Sequence[str], words: Mapping[str, str]) -> launch.Ending:
    """Runs shmcheck.exe with `words` added to its environment."""
    command = [*target.command(target_resolve.programs_of(spec) / "shmcheck.exe"), *arguments]
    return launch.run(command, {**target.environment, **words}, ROOT, target.alive)


def show(target: Target, wanted: options.Options, spec: Spec) -> int:
    """Runs shmcheck.exe for --list and similar options. Returns the exit code."""
    ending = start(target, spec, wanted.passed_on, {})
    if EXIT_PASSED <= ending.code <= EXIT_NOT_RUN and not ending.interrupted:
        return ending.code
    say(f"shmcheck.exe {how(ending)}")
    return EXIT_ERROR


def run_cases(target: Target, wanted: options.Options, spec: Spec, folder: str) -> int:
    """Runs the cases. Returns the exit code of scripts/run."""
    name = target_resolve.name_of(spec, target)
    wanted = report_place.resolved(wanted, name)
    report = report_place.report_path(wanted, name, folder)
    if "--junit" not in wanted.values:
        report.parent.mkdir(parents=True, exist_ok=True)
    before = mark_of(report)
    words = report_place.words(wanted, spec, report, folder)
    ending = start(target, spec, [*defaults(wanted, report), *wanted.passed_on], words)
    if spec.name and mark_of(report) == before:
        reason = ending.complaint or f"shmcheck.exe {how(ending)} and left no report"
        lost_report.write(report, spec.name, "NoResult", reason, wanted.suite_prefix(spec.name))
        before = mark_of(report)
    if EXIT_PASSED <= ending.code <= EXIT_ERROR and ending.summary:
        return ending.code
    if ending.code == EXIT_NOT_RUN and (ending.summary or not ending.printed) and not ending.interrupted:
        if not ending.summary:
            print_summary(Summary())
        return EXIT_NOT_RUN
    return ended_abnormally(ending, report, changed=mark_of(report) != before)


def defaults(wanted: options.Options, report: Path) -> list[str]:
    """The options that shmcheck.exe gets if the command line does not have them."""
    words = []
    if "--junit" not in wanted.values:
        words += ["--junit", target_path(str(report), str(ROOT))]
    if "--known" not in wanted.values and KNOWN.exists():
        words += ["--known", target_path(str(KNOWN), str(ROOT))]
    if "--jobs" not in wanted.values:
        words += ["--jobs", str(default_jobs())]
    return words


def how(ending: launch.Ending) -> str:
    """The end of a program that did not end normally, in words."""
    if ending.orphaned:
        text = "was killed because its wineserver had ended"
    elif ending.code < 0:
        text = f"was killed by {signal.Signals(-ending.code).name}"
    else:
        text = f"ended with code {ending.code}" + (f" (0x{ending.code:08X})" if ending.code > 255 else "")
        if EXIT_PASSED <= ending.code <= EXIT_NOT_RUN:
            text += " but without its summary"
    return text + (f", after {ending.interrupted}" if ending.interrupted else "")


def ended_abnormally(ending: launch.Ending, report: Path, changed: bool) -> int:
    """Reports a run that did not finish. Returns the exit code."""
    say(f"\nshmcheck.exe {how(ending)}: this run is not complete.")
    summary = Summary()
    if not changed:
        say("It left no report.")
    else:
        try:
            summary = report_files.read(report).summary
            say(f"The cases that had finished are in {report}.")
        except BadReport as error:
            say(f"The report {report} cannot be read: {error}")
    print_summary(summary)
    return EXIT_ERROR

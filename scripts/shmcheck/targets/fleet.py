"""Runs several targets at the same time. Each has its own driver process, so that a failure of one does not affect the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck import signals
from shmcheck.console import EXIT_ERROR, EXIT_PASSED, CannotRun, Summary, is_summary, print_summary, say
from shmcheck.definitions import Kind
from shmcheck.paths import ROOT, report_file
from shmcheck.processes import die_with_parent, processors
from shmcheck.reports import baselines
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import BAD, Run, lost_run
from shmcheck.signals import Interrupted
from shmcheck.targets import last_time, lost_report, options, report_place
from shmcheck.targets.status_board import Board
from shmcheck.targets.targets_file import Spec

LOOK_SECONDS = 0.2
# The time for the clean-up of a driver that has to end; removing files from a host over the network takes longest.
END_SECONDS = 40.0
SAID_LINES = 20
SHOWN_FAILURES = 50  # lines at the end


@dataclass
class Lane:
    """One target of the run."""

    spec: Spec
    command: list[str]
    report: Path
    prefix: str = ""  # of suites and classes in its report
    process: subprocess.Popen[bytes] | None = None
    code: int = EXIT_ERROR
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)  # the last lines of its driver's output

    @property
    def name(self) -> str:
        return self.spec.name

    def run_of(self) -> Run:
        """The run in the lane's report; a lost run if the report cannot be used."""
        try:
            return read(self.report)
        except BadReport as error:
            return lost_run(self.name, f"its report cannot be used: {error}")


class Fleet:
    """The targets that run, and the request to end all of them."""

    def __init__(self, lanes: Sequence[Lane], board: Board) -> None:
        self.lanes = lanes
        self.board = board
        self.lock = threading.Lock()
        self.ending = ""

    def run_lane(self, lane: Lane, environment: dict[str, str]) -> None:
        """Starts a lane's driver and waits for its end, in a thread that must live as long as the driver: the kernel treats
        that thread as the driver's parent."""
        begin = time.monotonic()
        with self.lock:
            if self.ending:
                return
            try:
                lane.process = subprocess.Popen(
                    lane.command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C on the terminal reaches it through end() only
                    preexec_fn=die_with_parent(),
                )
            except OSError as error:
                lost_report.write(lane.report, lane.name, Kind.HARNESS, f"its driver could not be started: {error}", lane.prefix)
                return
        self.board.status(lane.name, "starting")
        self.listen(lane, lane.process)
        lane.code = lane.process.wait()
        lane.seconds = time.monotonic() - begin
        self.board.status(lane.name, "")
        self.judge(lane)

    def listen(self, lane: Lane, process: subprocess.Popen[bytes]) -> None:
        """Shows the driver's output: whole lines, and an unfinished line as the lane's state."""
        assert process.stdout is not None
        rest = b""
        while chunk := os.read(process.stdout.fileno(), 65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.line(lane, visible(line))
            state = last_of(rest)
            if state:
                self.board.status(lane.name, state)
        process.stdout.close()
        self.line(lane, visible(rest))

    def line(self, lane: Lane, text: str) -> None:
        if not text or is_summary(text):
            return
        lane.said = [*lane.said, text][-SAID_LINES:]
        self.board.line(lane.name, text)

    def judge(self, lane: Lane) -> None:
        """Writes the report of a lost target if the driver ended without a report and did not write one itself."""
        run = lane.run_of()
        if run.lost == lost_report.UNFINISHED or (lane.code < 0 and not run.cases):
            how = f"its driver was killed by {signal_name(-lane.code)}" if lane.code < 0 else ""
            reason = how or (lane.said[-1] if lane.said else f"its driver ended with code {lane.code}")
            lost_report.write(lane.report, lane.name, "NoResult", reason, lane.prefix)
        if lane.code < 0:
            lane.code = EXIT_ERROR

    def end(self, why: Interrupted) -> None:
        """Asks all drivers to end, and waits until they have cleaned up."""
        with self.lock:
            self.ending = str(why)
        say(f"ended by {why}: waiting for the clean-up of the targets")
        begin = time.monotonic()
        running = [lane.process for lane in self.lanes if lane.process is not None]
        for process in running:
            if process.poll() is None:
                process.send_signal(why.number if sys.platform != "win32" else signal.SIGTERM)
        for process in running:
            try:
                process.wait(max(0.1, END_SECONDS - (time.monotonic() - begin)))
            except subprocess.TimeoutExpired:
                process.kill()


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def visible(line: bytes) -> str:
    """The visible text of a line with carriage returns; later text overwrites earlier text."""
    return line.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "replace").rstrip()


def last_of(line: bytes) -> str:
    """The last visible text of a line that has not ended."""
    parts = [part for part in line.split(b"\r") if part.strip()]
    return parts[-1].decode("utf-8", "replace").rstrip() if parts else ""


def run(specs: Sequence[Spec], wanted: options.Options, folder: str) -> int:
    """Runs all cases on these targets. Their programs must be built, and `wanted` has paths of this system. Returns the
    exit code."""
    program = [sys.executable, str(ROOT / "scripts" / "run.py")]
    specs = with_failures(specs, wanted)
    common = ["--targets", wanted.targets_file] if wanted.targets_file else []
    common += ["--last-failed"] if wanted.last_failed else []
    here = sum(1 for spec in specs if spec.kind != "ssh")
    share = max(1, processors() // max(1, min(here, wanted.parallel)))
    lanes = []
    for spec in specs:
        # A host over the network finds its number of processors itself.
        jobs = [] if spec.kind == "ssh" or "--jobs" in wanted.values else ["--jobs", str(share)]
        command = [*program, *common, "--target", spec.typed or spec.name, *jobs, *wanted.passed_on]
        lanes.append(Lane(spec, command, report_file(spec.name, wanted.selects), wanted.suite_prefix(spec.name)))
    turns = in_turn(lanes, wanted.parallel)  # this reads the earlier reports, which are replaced below
    for lane in lanes:
        # A target that never starts needs a report too.
        with lost_report.Claim(lane.name):
            lost_report.write(lane.report, lane.name, Kind.INTERRUPTED, lost_report.UNFINISHED, lane.prefix)
    board = Board([spec.name for spec in specs])
    interrupted = run_lanes(Fleet(turns, board), wanted.parallel, folder)
    board.close()
    return conclude(lanes, wanted, interrupted)


def with_failures(specs: Sequence[Spec], wanted: options.Options) -> Sequence[Spec]:
    """The targets to run: with --last-failed those on which a case failed. CannotRun if there are none."""
    if not wanted.last_failed:
        return specs
    failing = [spec for spec in specs if report_place.last_failed(spec.name)]
    if not failing:
        raise CannotRun("--last-failed: no case failed in the last runs on these targets; leave out --last-failed to run all cases")
    for spec in specs:
        if spec not in failing:
            say(f"{spec.name}: no case failed in its last run, so it does not run")
    return failing


def in_turn(lanes: Sequence[Lane], parallel: int) -> list[Lane]:
    """The order in which the lanes start, if not all run at once."""
    if len(lanes) <= parallel:
        return list(lanes)
    seconds = {lane.name: last_time.seconds_of(lane.run_of()) for lane in lanes}
    order = last_time.slowest_first([lane.name for lane in lanes], seconds)
    if any(took is not None for took in seconds.values()):
        words = last_time.words(order, seconds)
        say(f"{len(lanes)} targets, {parallel} at a time; in the order of their last run times, the longest first: {words}")
    return sorted(lanes, key=lambda lane: order.index(lane.name))


def run_lanes(fleet: Fleet, parallel: int, folder: str) -> bool:
    """Runs all lanes, `parallel` at a time. Returns True if a signal ended the run."""
    environment = {**os.environ, "SHMCHECK_LIVE": "yes", "NO_COLOR": "1"}  # the board does not show colours
    interrupted = False
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        left: set[Future[None]] = {pool.submit(fleet.run_lane, lane, environment) for lane in fleet.lanes}
        every = set(left)
        while left:
            try:
                _, left = wait(left, LOOK_SECONDS)
                fleet.board.draw()
            except Interrupted as error:
                signals.ignore_further()
                interrupted = True
                fleet.end(error)
        for future in every:
            future.result()
    return interrupted


def conclude(lanes: Sequence[Lane], wanted: options.Options, interrupted: bool) -> int:
    """Prints the table and the sum of all counts. Returns the highest exit code."""
    runs = {lane.name: lane.run_of() for lane in lanes}
    missing = [lane for lane in lanes if runs[lane.name].lost]
    allowed = len(missing) <= wanted.allow_lost and not interrupted
    total = Summary()
    rows = [("target", "platform", "passed", "failed", "skipped", "seconds")]
    for lane in lanes:
        run, counts = runs[lane.name], Summary()
        if run.lost:
            counts = Summary(skipped=1) if allowed else Summary(failed=1)
            rows.append((lane.name, f"LOST: {run.lost}", "", "", "", f"{lane.seconds:.0f}"))
        else:
            counts = run.summary
            platform = run.platform + ("" if run.complete else ", not complete")
            cells = (str(counts.passed), str(counts.failed), str(counts.skipped), f"{lane.seconds:.0f}")
            rows.append((lane.name, platform, *cells))
        total.add(counts)
    show_table(rows)
    show_failed(runs)
    print(f"Reports: {report_place.shown(lanes[0].report.parent, os.getcwd())}", flush=True)
    if missing and not allowed:
        say(f"{len(missing)} of {len(lanes)} targets gave no report; --allow-lost N permits N of them")
    codes = [lane.code for lane in lanes if not (allowed and lane in missing)]
    code = max([*codes, EXIT_ERROR if interrupted else EXIT_PASSED])
    try:
        there = [(lane.name, lane.report) for lane in lanes if lane not in missing]
        baselines.record_if(wanted.record, there, code)
    except CannotRun as error:
        say(f"scripts/run: {error}")
        code = max(code, EXIT_ERROR)
    print_summary(total)
    return code


def show_failed(runs: Mapping[str, Run]) -> None:
    """Prints the cases that failed, one line each. The output of each target has shown its own in full."""
    failed = [(name, case) for name, run in runs.items() for case in run.cases.values() if case.verdict in BAD]
    for name, case in failed[:SHOWN_FAILURES]:
        print(f"{name}: {case.verdict} {case.key}: {case.message}")
    if len(failed) > SHOWN_FAILURES:
        print(f"and {len(failed) - SHOWN_FAILURES} more failed; the reports have them")


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Prints the table of all targets. A lost target has the reason in place of the figures."""
    plain = [row for row in rows if not row[1].startswith("LOST")]
    widths = [max(len(row[column]) for row in plain) for column in range(len(rows[0]))]
    widths[0] = max(len(row[0]) for row in rows)
    print()
    for row in rows:
        if row[1].startswith("LOST"):
            print(f"{row[0]:{widths[0]}}  {row[1]}")
            continue
        numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[2:], widths[2:], strict=True))
        print(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {numbers}")
    sys.stdout.flush()

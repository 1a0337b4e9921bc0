"""Measures the cost of the suite relative to bare process starts and pipe exchanges, which are measured alternately with
it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import cast

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun, say
from shmcheck.paths import BUILD, KNOWN, ROOT, target_path
from shmcheck.processes import reap, run_quiet
from shmcheck.proof import server_requests
from shmcheck.reports import report_files
from shmcheck.targets.target import Target, WineTarget

# A slice of the floor. Starts take 12 to 45 ms, depending on which processors the scheduler has chosen for Wine's server and for
# the program that starts the others. The choice often lasts as long as that program. Right after a run of cases starts take
# twice as long, although no program runs; a second later they do not.
SETTLE_SECONDS = 1.0
FLOOR_PROGRAMS = 6
FLOOR_STARTS = 5  # of each program
SLICES = 2  # of the suite: every second case
ROUNDS = 4  # over all slices
STEPS = 1000
STEP_ROUNDS = 7
GROWTH_FILTER = "open-*"
GROWTH = {1: 3, 4: 3, 16: 1}  # by how often the cases are repeated: runs in each round, more of the short ones
GROWTH_ROUNDS = 7

OTHERS_MOST = 0.1  # of the processors, the share of other programs
MEMORY_LEAST = 2 << 30  # bytes

JOBS1_MOST = 0.45
JOBSN_MOST = 0.25
STEP_MOST = 1.3
GROWTH_MOST = 1.1
STARTS_MOST = 300


@dataclass(frozen=True)
class Ratio:
    """The median of several measurements of one ratio, and the quartiles around it."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Ratio:
        """The ratio of these values, two at least."""
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return Ratio(round(middle, 3), round(low, 3), round(high, 3))

    def verdict(self, goal: float) -> str:
        """Met or missed if both quartiles are on one side of the goal; otherwise too noisy."""
        if self.high <= goal:
            return MET
        return MISSED if self.low > goal else TOO_NOISY


MET, MISSED, TOO_NOISY = "met", "MISSED", "too noisy"


def memory_folder(place: Path = Path("/dev/shm"), mounts: Path = Path("/proc/mounts")) -> Path | None:
    """Where Wine keeps the files of sections during the measurement; None: this system has no such place. Each section is a file
    for a short time. Some file systems do not use the place of a deleted file again for a minute or more and then look for a
    free one ever longer: ext4 without a journal is one. Every run would make the next ones slower. Pages: proc(5), mounts;
    statvfs(3)."""
    if sys.platform != "linux":
        return None
    try:
        mounted = [line.split() for line in mounts.read_text("utf-8", "replace").splitlines()]
        state = os.statvfs(place)
    except OSError:
        return None
    in_memory = any(words[1:3] == [str(place), "tmpfs"] for words in mounted)
    # Wine maps sections with the right to execute.
    usable = not state.f_flag & os.ST_NOEXEC and state.f_bavail * state.f_frsize >= MEMORY_LEAST
    return place if in_memory and usable and os.access(place, os.W_OK) else None


def machine_seconds(file: Path = Path("/proc/stat")) -> float:
    """The processor time so far of all programs on this machine, with what its host took away. Linux only; elsewhere 0. Page:
    proc(5), stat."""
    if sys.platform != "linux":
        return 0.0
    user, nice, system, _idle, _waiting, interrupts, softirqs, stolen = (
        int(word) for word in file.read_text("ascii").split()[1:9]
    )
    return (user + nice + system + interrupts + softirqs + stolen) / os.sysconf("SC_CLK_TCK")


class Others:
    """Measures, from its creation on, which share of the processors other programs take."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.began = time.monotonic()
        self.before = self.seconds()

    def seconds(self) -> float:
        this = os.times()
        return machine_seconds() - this.user - this.system - processor_seconds(self.target)

    def share(self) -> float:
        """0 to 1; 0 too where it is not known."""
        processors = (time.monotonic() - self.began) * (os.cpu_count() or 1)
        return max(0.0, self.seconds() - self.before) / processors


def processor_seconds(target: Target) -> float:
    """The processor time so far of this process's descendants that have ended, and of the target's wineserver. 0 on
    Windows, which does not tell it. Pages: getrusage(2), RUSAGE_CHILDREN; proc(5), stat."""
    if sys.platform == "win32":
        return 0.0
    reap()
    ended = os.times()
    seconds = ended.children_user + ended.children_system
    server = target.prefix.server_pid() if isinstance(target, WineTarget) else 0
    if server:
        words = Path("/proc", str(server), "stat").read_text("latin-1").rpartition(")")[2].split()
        seconds += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


@contextmanager
def one_processor(target: Target) -> Iterator[None]:
    """Meanwhile this process, the processes that it starts and the target's wineserver share a processor. A step and an exchange
    consist of wake-ups. One that goes to another processor costs more than the rest of the step, and the scheduler's choice
    differs from start to start. Linux only; elsewhere nothing changes. Page: sched_setaffinity(2)."""
    if sys.platform != "linux":
        yield
        return
    server = target.prefix.server_pid() if isinstance(target, WineTarget) else 0
    before = {pid: os.sched_getaffinity(pid) for pid in (0, server)}  # 0: this process
    try:
        for pid in before:
            os.sched_setaffinity(pid, {min(before[0])})
        yield
    finally:
        for pid, processors in before.items():
            with suppress(ProcessLookupError):  # the server may have ended
                os.sched_setaffinity(pid, processors)


@dataclass(frozen=True)
class Cost:
    """What something cost, in seconds."""

    wall: float
    processor: float  # 0: not known


@dataclass(frozen=True)
class Measured:
    """One run of cases, from its report."""

    seconds: float
    processor: float  # seconds; 0: not known
    roles: int
    starts: int
    memory_kib: int  # of the runner, at its peak
    report_kib: int


class Bench:
    """The programs, on a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.actor = target_path(str(cmake_build.programs() / "shmactor.exe"), str(ROOT))

    def output(self, program: str, *words: str) -> str:
        """The output of a program. CannotRun if it fails."""
        command = [*self.target.command(cmake_build.programs() / program), *words]
        code, text = run_quiet(command, folder=ROOT, environment=self.target.environment)
        # A run of cases ends with 0, 1 or 2. The verdicts do not matter here.
        if code not in (0, 1, 2):
            raise CannotRun(f"{program} {' '.join(words)}: {text.strip()}")
        return text

    def figures(self, *words: str) -> Mapping[str, float]:
        """The values that shmbench.exe prints as lines "name value"."""
        pairs = (line.split() for line in self.output("shmbench.exe", *words).splitlines())
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}

    def floor(self) -> Cost:
        """What one bare start of an actor to its exit costs."""
        time.sleep(SETTLE_SECONDS)
        before = processor_seconds(self.target)
        walls = [
            self.figures("floor", self.actor, str(FLOOR_STARTS))["start_us"] / 1e6 for _ in range(FLOOR_PROGRAMS)
        ]
        processor = processor_seconds(self.target) - before
        # The program's own start is not part of the wall time, but its processor time is among the others.
        return Cost(fmean(walls), processor / (FLOOR_PROGRAMS * (FLOOR_STARTS + 1)))

    def step(self, count: int = STEPS) -> float:
        """Microseconds of a step of a case."""
        return self.figures("steps", self.actor, str(count))["step_us"]

    def exchange(self, count: int = STEPS) -> float:
        """Microseconds of a raw exchange of as many bytes."""
        return self.figures("exchanges", str(count))["exchange_us"]

    def suite(self, *words: str) -> Measured:
        """Runs cases and measures the run, whatever their verdicts."""
        report = BUILD / "bench" / "TEST-shmcheck-bench.xml"
        report.parent.mkdir(exist_ok=True)
        known = target_path(str(KNOWN), str(ROOT))
        before = processor_seconds(self.target)
        self.output("shmcheck.exe", "--known", known, "--junit", target_path(str(report), str(ROOT)), *words)
        facts = report_files.read(report).facts
        return Measured(
            seconds=int(facts["run_ms"]) / 1000,
            processor=processor_seconds(self.target) - before,
            roles=int(facts["actor_roles"]),
            starts=int(facts["actor_starts"]),
            memory_kib=int(facts["runner_peak_memory_kib"]),
            report_kib=os.path.getsize(report) // 1024,
        )


    def slices(self) -> list[list[str]]:
        """The options that select each slice of the suite."""
        ids = [line.split("\t")[0] for line in self.output("shmcheck.exe", "--list").splitlines()]
        return [[word for one in ids[i::SLICES] for word in ("--filter", one)] for i in range(SLICES)]


@dataclass
class Pairs:
    """Slices of the suite with one number of jobs, as ratios to the bare starts measured right before and after each."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, run: Measured, before: Cost, after: Cost) -> None:
        self.wall.append(run.seconds / (run.roles * (before.wall + after.wall) / 2))
        if run.processor > 0 and before.processor + after.processor > 0:
            self.processor.append(run.processor / (run.roles * (before.processor + after.processor) / 2))

    def figures(self, name: str) -> dict[str, object]:
        found = with_spread(f"{name}_ratio", Ratio.of(self.wall))
        if len(self.processor) > 1:
            found |= with_spread(f"{name}_processor_ratio", Ratio.of(self.processor))
        return found


def measure_pairs(bench: Bench, jobs: Mapping[str, int]) -> tuple[dict[str, Pairs], list[Cost]]:
    """Measures slices of the floor and of the suite alternately, so that both have the same noise: the suite with each of these
    numbers of jobs. Second: a bare start, each time."""
    found = {name: Pairs() for name in jobs}
    slices = bench.slices()
    before = bench.floor()
    starts = [before]
    for number in range(ROUNDS * SLICES):
        say(f"slice {number + 1} of {ROUNDS * SLICES} ...")
        for name, count in jobs.items():
            run = bench.suite("--jobs", str(count), *slices[number % SLICES])
            after = bench.floor()
            found[name].add(run, before, after)
            starts.append(after)
            before = after
    return found, starts


def measure_growth(bench: Bench) -> dict[int, list[Measured]]:
    """One round: runs with one job, by how often they repeat the cases."""
    found: dict[int, list[Measured]] = {times: [] for times in GROWTH}
    for turn in range(max(GROWTH.values())):
        for times, runs in found.items():
            if turn < GROWTH[times]:
                runs.append(bench.suite("--jobs", "1", "--filter", GROWTH_FILTER, "--repeat", str(times)))
    return found


def seconds_of(runs: Mapping[int, Sequence[Measured]]) -> list[float]:
    """The mean time of the runs, from the fewest to the most repetitions."""
    return [round(fmean(run.seconds for run in runs[times]), 3) for times in sorted(runs)]


def growth_of(seconds: Sequence[float]) -> float:
    """The cost of a late repetition divided by that of an early one. `seconds`: as of seconds_of."""
    few, some, many = sorted(GROWTH)
    early = (seconds[1] - seconds[0]) / (some - few)
    late = (seconds[2] - seconds[1]) / (many - some)
    return late / early


def with_spread(name: str, ratio: Ratio) -> dict[str, object]:
    return {name: ratio.median, f"{name}_spread": [ratio.low, ratio.high]}


def measure(bench: Bench, jobs: Mapping[str, int]) -> dict[str, object]:
    """All figures. `jobs`: the numbers of jobs by the name of their ratio; jobsN is among them."""
    bench.floor()  # starts Wine's services
    others = Others(bench.target)
    pairs, starts = measure_pairs(bench, jobs)
    say("the whole suite once with each number of jobs ...")
    wholes = {name: bench.suite("--jobs", str(count)) for name, count in jobs.items()}
    whole = wholes["jobsN"]
    say("steps against raw exchanges ...")
    with one_processor(bench.target):
        steps = [(bench.step(), bench.exchange()) for _ in range(STEP_ROUNDS)]
    say(f"{', '.join(map(str, GROWTH))} times the cases {GROWTH_FILTER} ...")
    growth = [measure_growth(bench) for _ in range(GROWTH_ROUNDS)]
    others_share = others.share()
    say("the requests to Wine's server of a step and of an exchange ...")
    requests = server_requests.count(bench.target, {"step_requests": bench.step, "exchange_requests": bench.exchange})
    start = median(cost.wall for cost in starts)
    return {
        "floor_s": round(start * whole.roles, 3),
        "roles": whole.roles,
        "actor_starts": whole.starts,
        "jobs": jobs["jobsN"],
        **{f"{name}_s": run.seconds for name, run in wholes.items()},
        **{key: value for name in jobs for key, value in pairs[name].figures(name).items()},
        **with_spread("step_ratio", Ratio.of([step / exchange for step, exchange in steps])),
        **with_spread("growth", Ratio.of([growth_of(seconds_of(runs)) for runs in growth])),
        **requests,
        "start_ms": round(start * 1000, 2),
        "start_processor_ms": round(median(cost.processor for cost in starts) * 1000, 2),
        "others_share": round(others_share, 3),
        "step_us": median(step for step, _ in steps),
        "ping_us": median(exchange for _, exchange in steps),
        "growth_s": [seconds_of(runs) for runs in growth],
        "growth_memory_kib": [runs[-1].memory_kib for runs in growth[-1].values()],
        "growth_report_kib": [runs[-1].report_kib for runs in growth[-1].values()],
    }


def ratio_in(figures: Mapping[str, object], name: str) -> Ratio:
    low, high = cast(list[float], figures[f"{name}_spread"])
    return Ratio(cast(float, figures[name]), low, high)


def verdicts(figures: Mapping[str, object]) -> list[tuple[str, Ratio, float, str]]:
    """Each figure that has a goal: name, ratio, goal, verdict."""
    goals = [("jobs1_ratio", JOBS1_MOST), ("step_ratio", STEP_MOST), ("growth", GROWTH_MOST)]
    if figures["jobs"] == 2:
        goals.insert(1, ("jobsN_ratio", JOBSN_MOST))
    found = []
    for name, goal in goals:
        ratio = ratio_in(figures, name)
        said = TOO_NOISY if is_busy(figures) else ratio.verdict(goal)
        found.append((name, ratio, goal, said))
    starts = float(str(figures["actor_starts"]))
    once = Ratio(starts, starts, starts)
    return [*found, ("actor_starts", once, STARTS_MOST, once.verdict(STARTS_MOST))]


def is_busy(figures: Mapping[str, object]) -> bool:
    """Whether other programs took much of the processors. The suite then gets another share of the machine than the bare starts
    do, and no ratio is that of an idle machine."""
    return float(str(figures["others_share"])) > OTHERS_MOST

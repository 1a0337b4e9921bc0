"""Explores: makes sequences, plays them, judges the replies by the model, and shrinks the contradictions."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Protocol

from shmcheck.oracle.enumeration import ALPHABETS, sequences
from shmcheck.oracle.generate import FAMILIES, family_of, make
from shmcheck.oracle.maker import Sequence
from shmcheck.oracle.model import Finding, Judgement, Model
from shmcheck.oracle.players import ActorEnded, Team
from shmcheck.oracle.sequence_judgement import judge, judge_predicted
from shmcheck.oracle.shrink import Steps, shrink
from shmcheck.oracle.state import Platform
from shmcheck.oracle.text import TOGETHER, up_to

# Verbs whose function only later versions of Windows export, and the function.
OPTIONAL = {
    "createapp": "CreateFileMappingFromApp", "openapp": "OpenFileMappingFromApp", "mapapp": "MapViewOfFileFromApp",
    "map2": "MapViewOfFileNuma2", "map3": "MapViewOfFile3", "unmap2": "UnmapViewOfFile2",
    "placeholder": "VirtualAlloc2", "prefetch": "PrefetchVirtualMemory",
}  # fmt: skip
SHRINK_SECONDS = 55.0
REPORT_EVERY = 200  # sequences between two messages of a worker
NO_ANSWER = Judgement(Finding.CONTRADICTED, (), ("an answer",))
RACE_TRIES = 8  # how often a burst is played again before it counts as one that shows nothing
MOST_FOUND = 40  # different contradictions that are shrunk; others are only counted


@dataclass(frozen=True)
class Job:
    """The task of a worker; can be sent to another process."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    changes: tuple[str, ...]
    platform: Platform
    families: tuple[str, ...]
    seed: str
    sequences: int  # the number for all workers together; 0: as many as the time allows
    seconds: float  # 0: without limit
    depth: int  # the depth of the exhaustive part; 0: without that part
    worker: int
    workers: int
    scale: float = 1.0


@dataclass
class Contradiction:
    """One kind of contradiction, and the shortest steps found for it."""

    family: str
    number: int  # of the first sequence that showed it
    steps: Steps
    replies: list[str]
    expected: tuple[str, ...]
    rows: tuple[str, ...]
    original: Steps
    after: float  # seconds from the start of exploring
    shrunk_in: float  # seconds
    times: int = 1  # sequences that showed it
    repeatable: bool = True  # it was seen again when the sequence was played again

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for contradictions of one kind."""
        word = self.replies[-1].split(" ")
        return (self.steps[-1][1].split(" ")[0], *self.rows[:1], *self.expected[:1], *word[:2])


@dataclass
class Tally:
    """The counts of one worker or of all workers."""

    sequences: int = 0
    steps: int = 0
    explained: int = 0
    unexplained: int = 0
    known: int = 0
    contradicted: int = 0
    unstable: int = 0  # sequences in which an actor ended or did not answer, and did when they were played again
    actor_starts: int = 0
    actors: int = 0  # taking part, summed over the sequences
    changes: dict[str, int] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        for name in ("sequences", "steps", "explained", "unexplained", "known", "contradicted", "unstable", "actor_starts", "actors"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.changes, other.changes), (self.families, other.families)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count


@dataclass
class Message:
    """A message of a worker."""

    worker: int
    tally: Tally
    found: list[Contradiction]
    again: dict[tuple[str, ...], int]
    error: str = ""
    done: bool = False


class Players(Protocol):
    """Plays sequences. Team does it with real processes."""

    starts: int

    def play(self, steps: Steps) -> list[str]:
        """Plays the steps and returns the replies. ActorEnded if a reply does not arrive."""

    def clean(self, steps: Steps, replies: list[str]) -> None:
        """Releases the objects that the steps have left."""

    def end(self) -> None:
        """Ends all processes."""


class Explorer:
    """One worker with its actors."""

    def __init__(self, job: Job, tell: Callable[[Message], None], team: Players | None = None) -> None:
        self.job = job
        self.tell = tell
        self.model = Model(job.changes)
        self.team: Players = team or Team(job.command, job.environment, job.scale)
        self.tally = Tally()
        self.found: list[Contradiction] = []
        self.again: dict[tuple[str, ...], int] = {}
        self.seen: set[tuple[str, ...]] = set()
        self.platform = job.platform
        self.begin = time.monotonic()

    def made(self) -> Iterator[tuple[int, Sequence]]:
        """This worker's share of the sequences, in their order."""
        job = self.job
        number = 0
        for depth in range(1, job.depth + 1):
            for family in job.families:
                if family not in ALPHABETS:
                    continue
                for sequence in sequences(family, depth, self.model, self.platform):
                    if number % job.workers == job.worker:
                        yield number, sequence
                    number += 1
                    if job.sequences and number >= job.sequences:
                        return
        while not job.sequences or number < job.sequences:
            if sum(divmod(number, len(job.families))) % job.workers == job.worker:  # each gets sequences of every family
                yield number, make(job.seed, number, family_of(number, job.families), self.model, self.platform)
            number += 1

    def run(self) -> None:
        job = self.job
        try:
            self.platform = replace(job.platform, missing=self.missing())
            for number, sequence in self.made():
                self.one(number, sequence)
                if self.tally.sequences >= REPORT_EVERY:
                    self.report()
                if job.seconds and time.monotonic() - self.begin > job.seconds:
                    break
        finally:
            self.team.end()
        self.report(done=True)

    def missing(self) -> frozenset[str]:
        """The verbs whose function this system does not export. Sequences are made without them."""
        replies = self.team.play([("writer", f"export {function}") for function in OPTIONAL.values()])
        return frozenset(verb for verb, answer in zip(OPTIONAL, replies) if answer == "ok present=no")

    def report(self, done: bool = False, error: str = "") -> None:
        self.tally.actor_starts = self.team.starts
        self.team.starts = 0
        self.tell(Message(self.job.worker, self.tally, self.found, self.again, error, done))
        self.tally, self.found, self.again = Tally(), [], {}

    def one(self, number: int, sequence: Sequence) -> None:
        tally = self.tally
        tally.sequences += 1
        tally.steps += len(sequence.steps)
        tally.actors += len({role for role, _ in sequence.steps})
        tally.families[sequence.family] = tally.families.get(sequence.family, 0) + 1
        try:
            replies = self.team.play(sequence.steps)
        except ActorEnded as error:
            self.team.end()
            if self.answers(sequence.steps):
                tally.unstable += 1
                return
            self.keep(number, sequence, [*error.replies, f"({error})"], NO_ANSWER, len(error.replies))
            return
        found = judge_predicted(self.model, self.platform, sequence, replies)
        tally.explained += found.explained
        tally.unexplained += found.unexplained
        tally.known += found.known
        for name in found.changes:
            tally.changes[name] = tally.changes.get(name, 0) + 1
        self.clean(sequence.steps, replies)
        if found.at >= 0 and found.judgement is not None:
            self.keep(number, sequence, replies, found.judgement, found.at)

    def answers(self, steps: Steps) -> bool:
        """Whether all actors answer when the steps are played again."""
        try:
            self.clean(steps, self.team.play(steps))
        except ActorEnded:
            self.team.end()
            return False
        return True

    def keep(self, number: int, sequence: Sequence, replies: list[str], judgement: Judgement, at: int) -> None:
        """Records a contradiction, and shrinks it if it is the first of its kind."""
        self.tally.contradicted += 1
        original, replies = part(sequence.steps, replies, at)
        found = Contradiction(
            sequence.family, number, original, replies, judgement.expected, judgement.rows, original,
            time.monotonic() - self.begin, 0.0,
        )  # fmt: skip
        key = found.key
        if key in self.seen or len(self.seen) >= MOST_FOUND:
            self.again[key] = self.again.get(key, 0) + 1
            return
        self.seen.add(key)
        begin = time.monotonic()
        self.shrink(found, judgement)
        found.shrunk_in = time.monotonic() - begin
        self.found.append(found)
        self.report()

    def shrink(self, found: Contradiction, judgement: Judgement) -> None:
        verb = found.steps[-1][1].split(" ")[0]
        end = time.monotonic() + SHRINK_SECONDS
        best: dict[int, tuple[list[str], Judgement]] = {}
        tries = RACE_TRIES if verb in TOGETHER else 1

        def shows(steps: Steps) -> int | None:
            for _ in range(tries):
                if time.monotonic() > end:
                    return None
                at, replies, told = self.told(steps)
                if at >= 0 and told is not None and alike(steps[at][1], told, found.replies[-1], replies[at]):
                    shown, replies = part(steps, replies, at)
                    best[_identity(shown)] = (replies, told)
                    return at
            return None

        def alike(text: str, told: Judgement, before: str, now: str) -> bool:
            if judgement is NO_ANSWER or told is NO_ANSWER:
                return judgement is told and before == now
            return text.split(" ")[0] == verb and set(told.rows[:1]) == set(judgement.rows[:1])

        found.repeatable = shows(found.steps) is not None
        found.steps = shrink(found.steps, shows)
        if _identity(found.steps) in best:
            found.replies, told = best[_identity(found.steps)]
            found.expected, found.rows = told.expected, told.rows

    def told(self, steps: Steps) -> tuple[int, list[str], Judgement | None]:
        """Plays the steps. Returns the index of the contradicted step (-1: none), the replies, and the model's judgement."""
        try:
            replies = self.team.play(steps)
        except ActorEnded as error:
            self.team.end()
            return len(error.replies), [*error.replies, f"({error})"], NO_ANSWER
        found = judge(self.model, self.platform, steps, replies)
        self.clean(steps, replies)
        return found.at, replies, found.judgement

    def clean(self, steps: Steps, replies: list[str]) -> None:
        try:
            self.team.clean(steps, replies)
        except ActorEnded:
            self.team.end()


def part(steps: Steps, replies: list[str], at: int) -> tuple[Steps, list[str]]:
    """The steps up to the one at `at`, which comes last, with their replies; "" for a reply that did not come."""
    places = up_to(steps, at)
    return [steps[index] for index in places], [replies[index] if index < len(replies) else "" for index in places]


def _identity(steps: Steps) -> int:
    return hash(tuple(steps))


def work(job: Job, connection: Connection) -> None:
    """The main function of a worker process."""
    try:
        Explorer(job, connection.send).run()
    except Exception as error:  # any error must reach the user instead of ending a worker without a message
        connection.send(Message(job.worker, Tally(), [], {}, f"{type(error).__name__}: {error}", True))
    finally:
        connection.close()


@dataclass
class Explored:
    """The results of all workers."""

    tally: Tally = field(default_factory=Tally)
    found: dict[tuple[str, ...], Contradiction] = field(default_factory=dict)
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def take(self, message: Message) -> list[Contradiction]:
        """Adds the message of a worker. Returns the new contradictions."""
        self.tally.add(message.tally)
        if message.error:
            self.errors.append(message.error)
        new = []
        for found in message.found:
            there = self.found.get(found.key)
            if there is None:
                self.found[found.key] = found
                new.append(found)
            else:
                there.times += found.times
                if len(found.steps) < len(there.steps):
                    there.steps, there.replies = found.steps, found.replies
                    there.expected, there.rows = found.expected, found.rows
        for key, count in message.again.items():
            if key in self.found:
                self.found[key].times += count
        return new


def explore(jobs: list[Job], told: Callable[[Explored, list[Contradiction]], bool]) -> Explored:
    """Runs the workers. `told` is called after each message, and ends them all when it returns False."""
    context = multiprocessing.get_context("spawn" if multiprocessing.get_start_method(True) == "spawn" else None)
    found = Explored()
    begin = time.monotonic()
    processes = []
    connections: list[Connection] = []
    for job in jobs:
        ours, theirs = context.Pipe(False)
        process = context.Process(target=work, args=(job, theirs), daemon=True)
        process.start()
        theirs.close()
        processes.append(process)
        connections.append(ours)
    try:
        while connections:
            for ready in wait(connections, 1.0):
                assert isinstance(ready, Connection)
                try:
                    message: Message = ready.recv()
                except EOFError:
                    connections.remove(ready)
                    continue
                new = found.take(message)
                found.seconds = time.monotonic() - begin
                if message.done:
                    connections.remove(ready)
                if not told(found, new):
                    connections.clear()
                    break
    finally:
        for process in processes:
            if process.is_alive():
                process.join(1.0)
            if process.is_alive():
                process.terminate()
                process.join(5.0)
    found.seconds = time.monotonic() - begin
    return found


ALL_FAMILIES = tuple(FAMILIES)

"""The runs and cases of reports, for scripts/compare and scripts/report.

A report is one JUnit XML file of shmcheck.exe; report_reader.py converts it to a Run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from shmcheck.console import Summary
from shmcheck.definitions import FACTS, Verdict, architecture_names


# From the least to the most serious; the order of the runner's exit codes.
SEVERITY: Mapping[Verdict, int] = {verdict: verdict.entry.severity for verdict in Verdict}
BAD = frozenset(verdict for verdict in Verdict if verdict.entry.exit_code > 0)

# Facts about a run, not about a platform: they differ from run to run on one machine.
RUN_FACTS = frozenset(fact.name for fact in FACTS if fact.use == "RUN")

# Facts with the SHA-256 of a program that made the report, and the program's file name.
PROGRAMS: Mapping[str, str] = {
    "runner_sha256": "shmcheck.exe",
    "actor_sha256": "shmactor.exe",
    **{f"actor_{arch}_sha256": f"shmactor-{arch}.exe" for arch in architecture_names()},
}


_NUMBER = re.compile(r"[0-9]{1,9}")


@lru_cache(maxsize=None)
def version(text: str) -> tuple[int, ...]:
    """A version such as "10.0.26100" or "9.0-rc2", as a value that can be ordered."""
    return tuple(int(number) for number in _NUMBER.findall(text))


def windows_version(facts: Mapping[str, str]) -> str:
    """The build of Windows with its update, "10.0.26100.1742"; without the update if it is not recorded, "" without a build."""
    build, update = facts.get("os_build", ""), facts.get("os_ubr", "")
    return f"{build}.{update}" if build and update else build


@dataclass(frozen=True, slots=True)
class Key:
    """The identity of a case, the same on all platforms and in all versions."""

    topic: str
    id: str

    def __str__(self) -> str:
        return f"{self.topic}/{self.id}"

    def order(self) -> tuple[str, str]:
        return (self.topic, self.id)


@dataclass(frozen=True, slots=True)
class Case:
    """One finished case; of a repeated case its worst repetition."""

    key: Key
    verdict: Verdict
    kind: str  # the kind of an error: Harness, Crash, Timeout, Interrupted; otherwise ""
    message: str  # one line; "" for a pass; with "known: " in front for a known deviation
    place: str  # "cases/sample.c:12", or ""; for people only, never opened
    details: str  # further lines, or ""
    rows: tuple[str, ...]  # of the contract
    transcript: str  # lines joined by newlines; "" if the case performed no step
    milliseconds: int
    repetitions: int = 1
    unstable: bool = False  # repetitions differ in verdict or transcript
    verdicts: tuple[Verdict, ...] = ()  # of each repetition; (): all have `verdict`

    @property
    def reason(self) -> str:
        """The message without the word that marks a known deviation."""
        return self.message.removeprefix("known: ") if self.verdict is Verdict.KNOWN else self.message


@dataclass(frozen=True)
class Run:
    """One report: a run of shmcheck on one target."""

    target: str  # from the file's name
    facts: Mapping[str, str]  # of the platform and the run, as the report has them
    timestamp: str  # UTC, "2026-02-03T04:05:06Z", or ""
    cases: Mapping[Key, Case]
    lost: str = ""  # why the run was lost; "" if it was not
    pairs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of a run with --pair: facts of each pair

    @property
    def complete(self) -> bool:
        """Whether the run finished. A report without that fact counts as finished."""
        return not self.lost and self.facts.get("run_complete", "yes") == "yes"

    @property
    def selection(self) -> str:
        """The options that selected the cases of the run, as in "--filter 'life-*'"; "" for a run of all
        cases."""
        return self.facts.get("selection", "")

    @property
    def system_version(self) -> tuple[int, ...]:
        """The version of Wine, or the build of Windows, as a value that can be ordered; () if it is not recorded."""
        return version(self.facts.get("wine_version") or self.facts.get("os_build") or "")

    def newer_than(self, other: Run) -> bool:
        """Whether both are of the same system, Wine or Windows, and this one is of a newer version."""
        same = ("wine_version" in self.facts) == ("wine_version" in other.facts)
        return same and bool(other.system_version) and self.system_version > other.system_version

    def count(self, verdict: Verdict) -> int:
        return sum(1 for case in self.cases.values() if case.verdict is verdict)

    @property
    def summary(self) -> Summary:
        """The counts of the run's last line: each repetition counts, and deviations and errors count as failed. A lost
        run is one failure."""
        counts = Summary(failed=1 if self.lost else 0)
        for case in self.cases.values():
            for verdict in case.verdicts or (case.verdict,) * case.repetitions:
                if verdict in BAD:
                    counts.failed += 1
                elif verdict is Verdict.PASS:
                    counts.passed += 1
                else:
                    counts.skipped += 1
        return counts

    @property
    def platform(self) -> str:
        """A short name of the platform: "Wine 8.0, x64", "Windows 10.0.26100.1742, arm64"."""
        wine = self.facts.get("wine_version")
        windows = windows_version(self.facts)
        name = f"Wine {wine}" if wine else f"Windows {windows}" if windows else "platform not recorded"
        arch = self.facts.get("process_arch")
        writer, reader = self.facts.get("writer_arch", arch), self.facts.get("reader_arch", arch)
        if (writer, reader) != (arch, arch):
            arch = f"{writer}-{reader}"
        return f"{name}, {arch}" if arch else name

    def by_pair(self) -> list[Run]:
        """Splits a run with --pair into one run for each pair, in which cases have the names of other runs, so that they can
        be compared. Any other run is returned unchanged."""
        return [self._of_pair(pair, facts) for pair, facts in self.pairs.items()] or [self]

    def _of_pair(self, pair: str, facts: Mapping[str, str]) -> Run:
        cases = {}
        for key, case in self.cases.items():
            of, _, topic = key.topic.partition(".")
            if of == pair and topic:
                own = Key(topic, key.id)
                cases[own] = replace(case, key=own)
        return replace(self, target=f"{self.target} {pair}", facts={**self.facts, **facts}, cases=cases, pairs={})


def lost_run(target: str, reason: str) -> Run:
    """A lost run: the target gave no usable report."""
    return Run(target=target, facts={}, timestamp="", cases={}, lost=reason)


def rows_met(run: Run) -> tuple[int, int]:
    """The number of rows that are met, and the number of rows that ran. A row is met if all of its cases that ran passed.
    A case that names no row counts as the row of its own name."""
    met: dict[str, bool] = {}
    for case in run.cases.values():
        if case.verdict is not Verdict.SKIP:
            for row in case.rows or (case.key.id,):
                met[row] = met.get(row, True) and case.verdict is Verdict.PASS
    return sum(met.values()), len(met)


# ---- observations of a case, without values that change from run to run ----

_VOLATILE = (
    (re.compile(r"\b(cases/[A-Za-z0-9_]+\.c):[0-9]+"), r"\1"),
    (re.compile(r"^line [0-9]+: ", re.MULTILINE), ""),
    (re.compile(r"(?<!\S)~\S+(?=\s|$)"), ""),
    (re.compile(r"\b[0-9]+(\.[0-9]+)? ?(ms|s|seconds?|milliseconds?)\b"), r"N \2"),
    (re.compile(r"\b(pid|process|handle)([ =])(0x[0-9A-Fa-f]+|[0-9]+)\b"), r"\1\2N"),
    (re.compile(r"\b0x[0-9A-Fa-f]{9,16}\b"), "ADDRESS"),
)


def signature(text: str) -> str:
    """A message without line numbers, volatile fields, durations, process ids, handles and 64-bit addresses.

    Error codes and status values are 32 bits wide and stay.
    """
    for pattern, replacement in _VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def observation(case: Case) -> tuple[str, ...]:
    """A key that is equal for two runs of a case with the same observation.

    Transcripts contain no volatile values, so all of the transcript counts. The reason of a known deviation comes from
    known.toml and does not count; its details and transcript do.
    """
    message = "" if case.verdict is Verdict.KNOWN else signature(case.message)
    return (case.verdict.value, case.kind, message, signature(case.details), case.transcript)


@dataclass
class BadFile:
    """A file that cannot be used as a report."""

    name: str
    problem: str


@dataclass
class Loaded:
    """The result of reading some files."""

    runs: list[Run] = field(default_factory=list)
    bad: list[BadFile] = field(default_factory=list)

"""Compares whole runs: the same behaviour must give the same verdict and the same transcript, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shmcheck.reports.results import Case, Key, Run
from shmcheck.reports.transcript import first_difference

NOT_RUN = "not run"


@dataclass(frozen=True)
class Setting:
    """The settings of one run of the whole suite."""

    number: int  # from 1
    target: str
    jobs: int
    loaded: bool  # with a busy process on each processor
    twin: str = ""  # "a" or "b" of two at the same time
    order_seed: int = 0  # the seed of a random order of the cases; 0: the order of the catalogue
    fresh: bool = False  # each role gets a new process

    def __str__(self) -> str:
        words = [f"run {self.number}{self.twin} on {self.target}", f"{self.jobs} job" + "s" * (self.jobs > 1)]
        if self.order_seed:
            words.append(f"order {self.order_seed}, {'new' if self.fresh else 'used'} actors")
        return ", ".join([*words, *["under load"] * self.loaded, *["beside another"] * bool(self.twin)])

    def words(self) -> list[str]:
        """The options of shmcheck.exe."""
        words = ["--jobs", str(self.jobs)]
        if self.order_seed:
            words += ["--order-seed", str(self.order_seed)]
        return words + ["--fresh-actors"] * self.fresh


def settings_of(runs: int, twins: int, target: str) -> list[list[Setting]]:
    """The runs in their order; the runs of an inner list run at the same time. The four settings alternate."""
    plan = [[Setting(i + 1, target, 1 + i % 2, i % 4 in (1, 2))] for i in range(runs)]
    for i in range(runs, runs + twins):
        plan.append([Setting(i + 1, target, 1, False, twin) for twin in ("a", "b")])
    return plan


def settings_of_orders(orders: int, first_seed: int, target: str) -> list[list[Setting]]:
    """The runs of this number of random orders, each once with a new process for each role and once with used actors,
    alternately with one job and with two."""
    plan: list[list[Setting]] = []
    for i in range(orders):
        for fresh in (True, False):
            plan.append([Setting(len(plan) + 1, target, 1 + i % 2, False, "", first_seed + i, fresh)])
    return plan


@dataclass(frozen=True)
class Seen:
    """The parts of a case that are compared. The message is for people and is not compared: a pass has none, and that of
    an error may contain a time."""

    verdict: str
    transcript: str
    message: str = field(compare=False, default="")


@dataclass
class SoakDifference:
    """A case that differed between runs of one target."""

    target: str
    key: Key
    versions: list[tuple[Seen, list[Setting]]]

    def lines(self) -> list[str]:
        """The difference in words: all versions, and the first step in which each differs from the most frequent one."""
        ranked = sorted(self.versions, key=lambda version: -len(version[1]))
        usual = ranked[0][0]
        out = [f"{self.key} on {self.target}"]
        for seen, settings in ranked:
            numbers = ", ".join(f"{setting.number}{setting.twin}" for setting in settings)
            out.append(f"  {seen.verdict} in run {numbers}" + (f": {seen.message}" if seen.message else ""))
            apart = first_difference(usual.transcript, seen.transcript)
            if apart:
                out += [f"    {apart.request}", f"      usual  {apart.before}", f"      here   {apart.now}"]
        return out

    def figures(self) -> dict[str, object]:
        return {
            "target": self.target,
            "case": str(self.key),
            "versions": [
                {
                    "verdict": seen.verdict,
                    "message": seen.message,
                    "transcript": seen.transcript,
                    "runs": [str(setting) for setting in settings],
                }
                for seen, settings in self.versions
            ],
        }


@dataclass
class Soak:
    """All observations, by target and case."""

    runs: list[Setting] = field(default_factory=list)
    seen: dict[tuple[str, Key], dict[Seen, list[Setting]]] = field(default_factory=dict)

    def add(self, setting: Setting, run: Run) -> None:
        """Adds a run that finished."""
        self.runs.append(setting)
        for key, case in run.cases.items():
            self.seen.setdefault((setting.target, key), {}).setdefault(_seen(case), []).append(setting)

    @property
    def cases(self) -> int:
        """The number of case runs in all runs."""
        return sum(len(settings) for versions in self.seen.values() for settings in versions.values())

    def differences(self) -> list[SoakDifference]:
        return [
            SoakDifference(target, key, whole)
            for (target, key), versions in self.seen.items()
            if len(whole := self._with_absent(target, versions)) > 1
        ]

    def _with_absent(self, target: str, versions: dict[Seen, list[Setting]]) -> list[tuple[Seen, list[Setting]]]:
        """The cases that differ. A case that is missing in some runs differs too."""
        there = {setting for settings in versions.values() for setting in settings}
        absent = [setting for setting in self.runs if setting.target == target and setting not in there]
        return [*versions.items(), *([(Seen(NOT_RUN, ""), absent)] if absent else [])]

    def figures(self) -> dict[str, object]:
        """The figures that --json writes."""
        found = self.differences()
        return {
            "runs": len(self.runs),
            "cases": self.cases,
            "differences": len(found),
            "settings": [str(setting) for setting in self.runs],
            "differing": [difference.figures() for difference in found],
        }


def _seen(case: Case) -> Seen:
    return Seen(case.verdict.value, case.transcript, case.message)


def all_lines(differences: Iterable[SoakDifference]) -> Sequence[str]:
    return [line for difference in differences for line in difference.lines()]

"""Finds the recorded run that a new run is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shmcheck.reports.compare import CONDITIONS
from shmcheck.reports.report_files import files_of, pooled, read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import Run

def _kind(run: Run) -> tuple[bool, str, frozenset[str]]:
    return ("wine_version" in run.facts, run.facts.get("process_arch", ""), frozenset(run.pairs))


def same_version(one: Run, other: Run) -> bool:
    """Whether both runs are of the same kind of system (Wine or Windows) and the same version of it."""
    builds = {run.facts.get("os_build") for run in (one, other)}
    return _kind(one) == _kind(other) and one.system_version == other.system_version and len(builds) == 1


def best_fit(new: Run, recorded: Sequence[Run]) -> Run | None:
    """The whole run on the same kind of system and with the same bitness that fits best: of the same version, else of the
    nearest older one, else of the nearest newer one; among several the one with the most conditions in common. None if
    no run fits."""
    candidates = [run for run in recorded if not run.lost and not run.selection and _kind(run) == _kind(new)]
    mine = new.system_version

    def rank(run: Run) -> tuple[bool, bool, tuple[int, ...], bool, int, str]:
        theirs = run.system_version
        newer = theirs > mine
        distance = theirs if newer else tuple(-number for number in theirs)
        other = sum(run.facts.get(fact) != new.facts.get(fact) for fact in CONDITIONS)
        other_claimed = run.facts.get("os_build") != new.facts.get("os_build")
        return (theirs != mine, newer, distance, other_claimed, other, run.target)

    return min(candidates, key=rank) if candidates else None


class Bases:
    """The earlier reports to compare with: one file, or a folder, whose reports are read once."""

    def __init__(self, path: Path) -> None:
        """Reads them. BadReport if one cannot be used."""
        self.path = path
        self.files: dict[str, Path] = {}
        self.runs: list[Run] = []
        for file in files_of([path]) if path.is_dir() else [path]:
            try:
                run = pooled(read(file))
            except BadReport as error:
                raise BadReport(f"{file}: {error}") from error
            self.files[run.target] = file
            self.runs.append(run)

    def fitting(self, new: Run) -> tuple[Run, Path]:
        """The run to compare with, and its file: the only one, or the report in the folder that fits best. BadReport if
        none fits."""
        if not self.path.is_dir():
            return self.runs[0], self.path
        found = best_fit(new, self.runs)
        if found is None:
            have = ", ".join(sorted(f"{run.target} ({run.platform})" for run in self.runs))
            raise BadReport(f"no report in {self.path} fits {new.target} ({new.platform}); there are {have}")
        return found, self.files[found.target]

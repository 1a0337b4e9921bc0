"""The duration of each target's last run, and the order of a run that cannot start all targets at once: the longest
first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shmcheck.reports.results import Run


def seconds_of(run: Run) -> float | None:
    """The duration of the run in seconds; None if it is unknown: the run was lost, is not complete, or does not record it."""
    milliseconds = run.facts.get("run_ms", "")
    if run.lost or run.facts.get("run_complete") != "yes" or not (milliseconds.isascii() and milliseconds.isdigit()):
        return None
    return int(milliseconds[:12]) / 1000


def slowest_first(names: Sequence[str], seconds: Mapping[str, float | None]) -> list[str]:
    """The names in the order of their start: those with unknown durations first, because they may be the longest, then by
    duration. Equal ones keep their order."""

    def rank(name: str) -> tuple[bool, float]:
        took = seconds.get(name)
        return (took is not None, -(took or 0.0))

    return sorted(names, key=rank)


def words(names: Sequence[str], seconds: Mapping[str, float | None]) -> str:
    """The order with the durations, as in "lab-1 (unknown), wine-10 (95 s)"."""
    took = {name: seconds.get(name) for name in names}
    return ", ".join(f"{name} ({'unknown' if value is None else f'{value:.0f} s'})" for name, value in took.items())

"""How long each target took the last time, and who is to begin: with more targets than run at once the slowest first,
so that none that takes long is left for the end."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path


def seconds_of(report: Path) -> float | None:
    """How long the run of a report took. None if that is not known: there is no report, or it is of a target that was
    lost, or of a run that did not come to its end. Only the head of the file is read."""
    facts: dict[str, str] = {}
    try:
        for _, element in ElementTree.iterparse(report, ("start",)):
            if element.tag == "property":
                facts[element.get("name", "")] = element.get("value", "")
            elif element.tag == "testcase":
                break
    except (OSError, ElementTree.ParseError):
        return None
    milliseconds = facts.get("run_ms", "")
    if facts.get("run_complete") != "yes" or not (milliseconds.isascii() and milliseconds.isdigit()):
        return None
    return int(milliseconds[:12]) / 1000


def slowest_first(names: Sequence[str], seconds: Mapping[str, float | None]) -> list[str]:
    """Those of which nothing is known first, since they may be the slowest; then by how long they took. What is equal
    stays in the order in which it was named."""

    def rank(name: str) -> tuple[bool, float]:
        took = seconds.get(name)
        return (took is not None, -(took or 0.0))

    return sorted(names, key=rank)


def words(names: Sequence[str], seconds: Mapping[str, float | None]) -> str:
    """The order with the reason for it: "lab-1 (unknown), wine-10 (95 s)"."""
    took = {name: seconds.get(name) for name in names}
    return ", ".join(f"{name} ({'unknown' if value is None else f'{value:.0f} s'})" for name, value in took.items())

"""Which cases can reach a faulty system, by their transcripts from a run without a fault.

A gate that no step of a case can open need not be played with that case. Where a transcript does not tell, the case is
taken for one that can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shmcheck.proof.faults import System
from shmcheck.reports.results import Case

# Steps that make many calls, or start programs, which transcripts do not show one by one.
MANY = re.compile(r"> (burst|churn|race|initialise|spawn)\b")
SIZE = re.compile(r"\bsize=(\S+)")
UNITS: Mapping[str, int] = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
MAPS = r"> map(2|3|app)? "
HANDLES = r"> (create|create2|createapp|open|openapp|duplicate|adopt|pull) "
COUNTED: Mapping[str, str] = {"object": HANDLES, "handle": HANDLES, "open": HANDLES, "view": MAPS}
WORDS: Mapping[tuple[str, str], str] = {
    ("way", "A"): r"\bapi=A\b",
    ("way", "Numa"): r"\bapi=numa\b",
    ("way", "FromApp"): r"> (create|open|map)app ",
    ("way", "3"): r"> map3 ",
    ("way", "2"): r"> (create2|unmap2) ",
    ("way", "Ex"): r"\bbase=|> unmap2 ",
    ("event", "failure"): r"-> fail ",
    ("event", "close"): r"> close ",
    ("event", "unmap"): r"> unmap2? ",
    ("backing", "file"): r"\bfile=",
    ("backing", "reserve"): r"\bSEC_RESERVE\b",
    ("whose", "duplicate"): r"> (duplicate|adopt|pull) ",
    ("whose", "opener"): r"> open",
}


def number(text: str) -> int | None:
    """The value of "4096", "0x1000" or "8K"; None if it is none of these."""
    unit = UNITS.get(text[-1:], 1)
    try:
        return int(text[:-1] if unit > 1 else text, 0) * unit
    except ValueError:
        return None


def has_size(transcript: str, least: str) -> bool:
    """Whether a step has a size= of at least so many bytes, or one that cannot be read."""
    wanted = number(least) or 0
    sizes = [number(match[1]) for match in SIZE.finditer(transcript)]
    return any(size is None or size >= wanted for size in sizes)


def can_open(key: str, value: str, transcript: str) -> bool:
    """Whether steps like these can open a gate."""
    if MANY.search(transcript):
        return True
    if key == "size":
        return has_size(transcript, value)
    if key == "process":
        return len(set(re.findall(r"^(\S+)> ", transcript, re.MULTILINE))) >= int(value)
    if key in COUNTED:
        return len(re.findall(COUNTED[key], transcript)) >= int(value)
    words = WORDS.get((key, value))
    return words is None or re.search(words, transcript) is not None


def reachable(system: System) -> Callable[[Case], bool]:
    """Tells of a case of a run without a fault whether it can reach the system."""
    gates = [(key, value) for key, value in system.parameters if key in system.family.gates]

    def can_reach(case: Case) -> bool:
        return all(can_open(key, value, case.transcript) for key, value in gates)

    return can_reach

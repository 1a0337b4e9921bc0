"""Shortens a sequence that contradicts the contract: removes steps, then makes arguments simpler.

It works on the steps and not on the random choices that made them, as Hypothesis would: roles and arguments can be replaced by
plain ones too, and a sequence of the exhaustive part has no random choices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from shmcheck.oracle.maker import ENDS, child_of
from shmcheck.oracle.text import up_to

Steps = list[tuple[str, str]]
Shows = Callable[[Steps], "int | None"]  # plays steps; returns the index of the step with the same contradiction, or None

PLAIN = (
    (re.compile(r" name=\S+"), (" name=@a",)),
    (re.compile(r" size=\S+"), (" size=4096", " size=65536", " size=131072")),
    (re.compile(r" offset=\S+"), ("", " offset=0x10000")),
    (re.compile(r" length=\S+"), ("", " length=1", " length=4096")),
    (re.compile(r" at=\S+"), ("", " at=0", " at=4096")),
    (re.compile(r" (?:text|u8|u32|u64)=\S+"), (" text=x",)),
    (re.compile(r" access=\S+"), (" access=FILE_MAP_ALL_ACCESS", " access=FILE_MAP_WRITE", " access=FILE_MAP_READ")),
    (re.compile(r" protect=\S+"), (" protect=PAGE_READWRITE",)),
    (re.compile(r" (?:api|sd|inherit|keep)=\S+"), ("",)),
)  # fmt: skip


def shrink(steps: Steps, shows: Shows, most: int = 2000) -> Steps:
    """The shortest steps found that show the same contradiction, after `most` plays at most."""
    left = [most]

    def tried(candidate: Steps) -> Steps | None:
        """The candidate up to the contradicted step, if it shows the contradiction."""
        if left[0] <= 0:
            return None
        left[0] -= 1
        at = shows(candidate)
        return None if at is None else [candidate[index] for index in up_to(candidate, at)]

    best = tried(steps) or steps
    changed = True
    while changed and left[0] > 0:
        changed = False
        for candidate in (*_shorter(best), *_plainer(best)):
            found = tried(candidate)
            if found is not None and _weight(found) < _weight(best):
                best, changed = found, True
                break
    return best


def _weight(steps: Steps) -> tuple[int, int, int]:
    return len(steps), len({role for role, _ in steps}), sum(len(text) for _, text in steps)


def _shorter(steps: Steps) -> Iterator[Steps]:
    """Candidates without some steps, first without half of them. The last step, which is contradicted, stays."""
    size = max(1, (len(steps) - 1) // 2)
    while size >= 1:
        for start in range(0, len(steps) - 1, size):
            yield steps[:start] + steps[min(start + size, len(steps) - 1) :]
        if size == 1:
            return
        size //= 2


def _plainer(steps: Steps) -> Iterator[Steps]:
    """Candidates with a simpler argument, or with one role instead of two."""
    roles = list(dict.fromkeys(role for role, _ in steps))
    children = {child_of(text) for _, text in steps}
    for role in roles[1:]:
        if role in children:
            continue  # its process is started by a step
        yield [(roles[0] if own == role else own, text.replace(f"${role}.", f"${roles[0]}.")) for own, text in steps]
    for index, (role, text) in enumerate(steps):
        if text in ENDS:
            continue
        for pattern, values in PLAIN:
            match = pattern.search(text)
            if not match:
                continue
            for value in values:
                if match[0] != value:
                    yield [*steps[:index], (role, text[: match.start()] + value + text[match.end() :]), *steps[index + 1 :]]

"""All sequences up to a depth over classes of equivalent arguments.

The alphabet of a family has one step for each class: one handle and one view for each role, one page, one name. A step that
is not sensible in the predicted state (its label does not exist, or is in use) is left out. The same reads and queries
follow each sequence, so that differences in the state appear in replies.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from shmcheck.oracle.maker import Maker, Sequence
from shmcheck.oracle.model import MAKES, Model
from shmcheck.oracle.state import Platform
from shmcheck.oracle.text import step

RW = "FILE_MAP_READ|FILE_MAP_WRITE"
ALPHABETS: dict[str, tuple[str, ...]] = {
    "life": (
        "create s1 name=@a size=4096 protect=PAGE_READWRITE", f"open s1 name=@a access={RW}",
        "map v1 of=s1 access=FILE_MAP_WRITE", "write v1 at=0 text=x", "unmap v1", "close s1",
    ),
    "handles": (
        "create s1 name=@a size=4096 protect=PAGE_READWRITE", "open s1 name=@a access=FILE_MAP_READ",
        "close s1 keep=yes", "close s1", "map v1 of=s1 access=FILE_MAP_READ",
        "setflags s1 protect-from-close=yes", "setflags s1 inherit=yes",
    ),
    "copies": (
        "create s1 name=@a size=8192 protect=PAGE_READWRITE", f"open s1 name=@a access={RW}",
        "map v1 of=s1 access=FILE_MAP_WRITE", "map c1 of=s1 access=FILE_MAP_COPY", "write v1 at=4095 text=ab",
        "write c1 at=4096 text=P", "unmap c1",
    ),
    "reserved": (
        "create s1 name=@a size=0x20000 protect=PAGE_READWRITE|SEC_RESERVE", f"open s1 name=@a access={RW}",
        "map v1 of=s1 access=FILE_MAP_WRITE", "map h1 of=s1 access=FILE_MAP_READ offset=0x10000",
        "commit v1 at=65536 length=4096 protect=PAGE_READWRITE", "write v1 at=65536 text=x", "unmap v1",
    ),
    "protection": (
        "create s1 name=@a size=8192 protect=PAGE_READWRITE", "open s1 name=@a access=FILE_MAP_ALL_ACCESS",
        "map v1 of=s1 access=FILE_MAP_WRITE", "map r1 of=s1 access=FILE_MAP_READ",
        "protect v1 at=0 length=1 to=PAGE_READONLY", "protect v1 at=0 length=8192 to=PAGE_READWRITE",
        "protect r1 at=4096 length=1 to=PAGE_NOACCESS", "write v1 at=0 text=x",
    ),
}  # fmt: skip
LOOKS = (
    "size s1", "granted s1", "flags s1", "read v1 at=0 length=2", "read v1 at=65536 length=1", "query v1 at=0", "read c1 at=4095 length=2",
    "query c1 at=4096", "read h1 at=0 length=1", "query h1 at=0", "query r1 at=4096", "read r1 at=0 length=1",
    "open q1 name=@a access=FILE_MAP_READ",
)  # fmt: skip
ROLES = ("writer", "reader")


def sensible(maker: Maker, text: str) -> bool:
    """Whether the actor accepts the step: its labels exist, and the label that it makes is free."""
    request = step(text)
    labels = maker.process.labels
    if request.verb in MAKES:
        return request.label not in labels and ("of" not in request.fields or request.fields["of"] in labels)
    return request.label in labels


def sequences(family: str, depth: int, model: Model, platform: Platform) -> Iterator[Sequence]:
    """All sequences of exactly `depth` steps, each followed by the reads and queries."""
    alphabet = [(role, text) for role in ROLES for text in ALPHABETS[family]]
    yield from _longer(family, [], alphabet, depth, model, platform)


def _longer(
    family: str, head: list[tuple[str, str]], alphabet: list[tuple[str, str]], depth: int, model: Model, platform: Platform
) -> Iterator[Sequence]:
    if depth == 0:
        yield _finished(family, head, model, platform)
        return
    maker = _replayed(head, model, platform)
    for role, text in alphabet:
        if not head and role != ROLES[0]:
            continue  # the roles are alike: the first step is the writer's
        maker.turn(role)
        if sensible(maker, text):
            yield from _longer(family, [*head, (role, text)], alphabet, depth - 1, model, platform)


def _replayed(steps: list[tuple[str, str]], model: Model, platform: Platform) -> Maker:
    maker = Maker(Random(0), model, platform)
    for role, text in steps:
        maker.turn(role)
        maker.add(text)
    return maker


def _finished(family: str, steps: list[tuple[str, str]], model: Model, platform: Platform) -> Sequence:
    maker = _replayed(steps, model, platform)
    for role in ROLES:
        maker.turn(role)
        for text in LOOKS:
            if sensible(maker, text):
                maker.add(text)
    return Sequence(family, maker.steps, maker.expected, maker.world)

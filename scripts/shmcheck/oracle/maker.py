"""A sequence of steps while it is made: the current role, and the state that the model predicts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from shmcheck.oracle.model import Expectation, Model
from shmcheck.oracle.state import File, Handle, HandleLabel, MemoryLabel, Platform, Region, Section, Value, World
from shmcheck.oracle.text import reply, step

T = TypeVar("T")
ROLES = ("writer", "reader", "third")
CHILDREN = ("child1", "child2", "child3")  # roles whose processes other roles start
CROWD = 5  # labels of one kind; usual sequences have fewer
KILL = "(killed)"  # means that the role's process is ended with TerminateProcess
LEFT = "(left)"  # means that it exits in order, with exit code 0
ENDS = {KILL: "kills", LEFT: "leaves"}  # what files of steps call them (harness/PLAY.md)
SPAWN = re.compile(r"spawn \S+ pipe=\$([a-z][a-z0-9-]*)\.token ")


def child_of(text: str) -> str:
    """The role whose process a step starts; "" for a step that starts none."""
    match = SPAWN.match(text)
    return match[1] if match else ""


@dataclass(slots=True)
class Sequence:
    """Steps in order, each with the model's expectation when it was made."""

    family: str
    steps: list[tuple[str, str]]  # role, text
    expected: list[Expectation | None] = field(repr=False)  # None for the end of a process
    world: World = field(repr=False)  # the predicted state after the last step


class Maker:
    """A sequence that is being made."""

    __slots__ = ("random", "model", "world", "steps", "expected", "counter", "names", "role", "process", "roles", "children", "more")

    def __init__(self, random: Random, model: Model, platform: Platform) -> None:
        self.random = random
        self.model = model
        self.world = World(platform)
        self.steps: list[tuple[str, str]] = []
        self.expected: list[Expectation | None] = []
        self.counter = 0
        self.names: list[str] = []  # with which objects were created
        self.roles = list(ROLES)  # and the children that live
        self.children: dict[str, tuple[str, dict[str, Value]]] = {}  # by child: its parent, and what the parent's labels were then
        self.more = 0  # steps that it has in addition to its usual number
        self.turn(ROLES[0])

    def turn(self, role: str) -> None:
        """Makes this role the current one."""
        self.role = role
        self.process = self.world.process(role)

    def add(self, text: str) -> None:
        """Adds a step, and updates the state as the model predicts."""
        found = self.model.expect(self.world, self.role, step(text))
        self.model.settle(self.world, found, reply(found.sample()))
        self.steps.append((self.role, text))
        self.expected.append(found)

    def end(self, how: str) -> None:
        """The process of the role ends; how is KILL or LEFT. The role has no further step, as in a file of steps."""
        self.world.end(self.process)
        del self.world.processes[self.role]
        self.steps.append((self.role, how))
        self.expected.append(None)
        self.roles.remove(self.role)
        self.turn(self.roles[0])

    def has(self, verb: str) -> bool:
        """Whether the system exports the function of a verb."""
        return verb not in self.world.platform.missing

    def label(self, letter: str) -> str:
        self.counter += 1
        return f"{letter}{self.counter}"

    def pick(self, values: tuple[str, ...]) -> str:
        return values[int(self.random.random() * len(values))]

    def number(self, values: tuple[int, ...]) -> int:
        return values[int(self.random.random() * len(values))]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def handles(self) -> list[tuple[str, Handle, Section]]:
        """Labels of the role that are handles of sections."""
        found = []
        table = self.process.table
        for name, label in self.process.labels.items():
            if isinstance(label, HandleLabel):
                handle = table.get(label.value)
                if handle is not None and isinstance(handle.object, Section):
                    found.append((name, handle, handle.object))
        return found

    def values(self, labels: Iterable[str]) -> dict[str, Value]:
        """The values that these labels of the role have, as far as they are handles."""
        found = {name: self.process.labels[name] for name in labels}
        return {name: label.value for name, label in found.items() if isinstance(label, HandleLabel)}

    def files(self) -> list[tuple[str, Handle, File]]:
        """Labels of the role that are handles of files."""
        found = []
        for name, label in self.process.labels.items():
            handle = self.process.table.get(label.value) if isinstance(label, HandleLabel) else None
            if handle is not None and isinstance(handle.object, File):
                found.append((name, handle, handle.object))
        return found

    def views(self) -> list[tuple[str, MemoryLabel, Region]]:
        """Labels of the role that are views."""
        found = []
        for name, label in self.process.labels.items():
            if isinstance(label, MemoryLabel) and label.region is not None and label.region.alive:
                if label.region.section is not None:
                    found.append((name, label, label.region))
        return found

    def any_of(self, found: list[T]) -> T:
        """One of them; of many mostly the last one, which is the newest label."""
        if len(found) > CROWD and self.random.random() < 0.5:
            return found[-1]
        return found[int(self.random.random() * len(found))]

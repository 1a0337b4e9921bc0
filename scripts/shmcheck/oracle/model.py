"""Judges a step: the replies that the contract allows in the current state, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shmcheck.oracle import (
    rule_bursts,
    rule_charge,
    rule_creating,
    rule_files,
    rule_handles,
    rule_life,
    rule_mapping,
    rule_memory,
    rule_names,
    rule_opening,
    rule_pages,
    rule_placeholders,
)
from shmcheck.oracle.names import of_step
from shmcheck.oracle.rules import CHANGES, RULES, VERBS, Check, Fail, Fault, Fields, Rule, VerbRules
from shmcheck.oracle.state import LOST, UNKNOWN_NAME, Handle, HandleLabel, MemoryLabel, NoStatement, Process, Section, World
from shmcheck.oracle.text import TOGETHER, BadText, Reply, Step

# The modules register their rules when they are imported.
MODULES = (
    rule_bursts, rule_charge, rule_creating, rule_files, rule_handles, rule_life, rule_mapping, rule_memory, rule_names,
    rule_opening, rule_pages, rule_placeholders,
)  # fmt: skip


class Finding(StrEnum):
    """The model's finding about a reply."""

    EXPLAINED = "explained"  # allowed, by rows
    KNOWN = "known"  # allowed only by a changed rule of the platform
    UNEXPLAINED = "unexplained"  # the model makes no statement
    CONTRADICTED = "contradicted"


@dataclass(slots=True)
class Judgement:
    """The model's judgement of one step."""

    finding: Finding
    rows: tuple[str, ...] = ()  # that state what is allowed
    expected: tuple[str, ...] = ()  # the replies that are allowed, as texts
    why: str = ""  # why there is no statement
    changes: tuple[str, ...] = ()  # the changed rules that were needed


UNEXPLAINED = Finding.UNEXPLAINED
EXPLAINED = Finding.EXPLAINED


@dataclass(slots=True)
class Expectation:
    """The allowed replies, before the reply is known. `Model.expect` makes it, `Model.settle` uses it once."""

    step: Step
    process: Process
    verb: VerbRules | None
    call: Any
    refusals: list[tuple[Rule, Fail | Fault]]
    fields: dict[str, str] | None  # of a success; None if a success is not allowed, or nothing is stated
    rows: list[str]
    why: str
    changes: list[str]  # that apply to this step
    either: bool = False  # a row of the basis `record`: any reply is allowed
    plain: Expectation | None = None  # the expectation without the changed rules, if some apply

    @property
    def states(self) -> bool:
        """Whether the model makes a statement."""
        return not self.why

    def allows(self, reply: Reply) -> bool:
        """Whether the reply is allowed."""
        if self.either:
            return reply.word in ("ok", "fail", "fault")
        if self.refusals:
            return any(refusal.allows(reply) for _, refusal in self.refusals)
        if self.fields is None or reply.word != "ok":
            return False
        found = reply.fields
        for key, value in self.fields.items():
            if found.get(key) != value:
                return False
        return True

    def texts(self) -> tuple[str, ...]:
        """The allowed replies, in the form of expectations of cases."""
        if self.either:
            return ("any outcome",)
        if self.refusals:
            return tuple(dict.fromkeys(refusal.text for _, refusal in self.refusals))
        if self.fields is None:
            return ()
        return (" ".join(["ok", *(f"{key}={value}" for key, value in self.fields.items())]),)


    def sample(self) -> str:
        """An allowed reply, for predictions; `ok` if the model makes no statement."""
        if self.refusals:
            return self.refusals[0][1].sample
        texts = self.texts()
        return texts[0] if texts and not self.either else "ok"


Table = tuple[tuple[Rule, Check, str], ...]
Tables = tuple[Table, Table, Table]  # refusals, grants, records
Replaced = dict[Check, tuple[Check, str]]


class Model:
    """The contract with the changed rules of one platform. The state of a system is in a World."""

    def __init__(self, changes: Iterable[str] = ()) -> None:
        self.changes = frozenset(changes)
        unknown = self.changes - set(CHANGES)
        if unknown:
            raise ValueError(f"no changed rule is named {sorted(unknown)[0]}")
        replaced: Replaced = {
            original: (check, name) for name in sorted(self.changes) for original, check in CHANGES[name].items()
        }
        if len(replaced) < sum(len(CHANGES[name]) for name in self.changes):
            raise ValueError("two changes of one platform take the place of the same rule")
        self.contract: dict[str, Tables] = {}
        self.platform: dict[str, Tables] = {}
        self.touched: set[str] = set()
        for name, verb in VERBS.items():
            self.contract[name] = _tables(verb, {})
            self.platform[name] = _tables(verb, replaced)
            if self.platform[name] != self.contract[name]:
                self.touched.add(name)

    def expect(self, world: World, role: str, step: Step) -> Expectation:
        """The expectation for a step. Does not change the state, except that the role's process has started."""
        process = world.process(role)
        verb = VERBS.get(step.verb)
        if verb is None or not process.alive:
            why = f"the model does not know the verb {step.verb}" if verb is None else "the process has ended"
            return Expectation(step, process, verb, None, [], None, [], why, [])
        try:
            call = verb.prepare(world, process, step)
        except (NoStatement, BadText) as reason:
            return Expectation(step, process, verb, None, [], None, [], str(reason), [])
        if step.verb in self.touched:
            plain = _weigh(step, process, verb, call, self.contract[step.verb])
            found = _weigh(step, process, verb, call, self.platform[step.verb])
            if found.changes or plain.texts() != found.texts():
                found.plain = plain
            return found
        return _weigh(step, process, verb, call, self.contract[step.verb])

    def settle(self, world: World, expected: Expectation, reply: Reply) -> Judgement:
        """Judges the reply, and changes the state as the reply reports."""
        allowed = expected.states and expected.allows(reply)
        judgement = judge_reply(expected, reply)
        _follow(world, expected, reply, allowed)
        return judgement

    def judge(self, world: World, role: str, step: Step, reply: Reply) -> Judgement:
        """`expect` and `settle` in one call."""
        return self.settle(world, self.expect(world, role, step), reply)

    def kill(self, world: World, role: str) -> None:
        """Changes the state after the process of a role has ended."""
        world.end(world.process(role))


def _tables(verb: VerbRules, replaced: Replaced) -> Tables:
    return _table(verb.refusals, replaced), _table(verb.grants, replaced), _table(verb.records, replaced)


def _table(rules: list[Rule], replaced: Replaced) -> Table:
    found = []
    for rule in rules:
        check, name = replaced.get(rule.check, (rule.check, ""))
        found.append((rule, check, name))
    return tuple(found)


def _weigh(step: Step, process: Process, verb: VerbRules, call: Any, tables: Tables) -> Expectation:
    """Applies all rules that are about the call."""
    refusals: list[tuple[Rule, Fail | Fault]] = []
    changes: list[str] = []
    rows: list[str] = []
    fields: dict[str, str] | None = None
    try:
        for rule, check, name in tables[2]:
            if check(call):
                return Expectation(step, process, verb, call, [], {}, list(rule.rows), "", [], either=True)
        for rule, check, name in tables[0]:
            found = check(call)
            if found is not None:
                refusals.append((rule, found))  # type: ignore[arg-type]
                rows.extend(rule.rows)
                if name:
                    changes.append(name)
        if not refusals:
            for rule, check, name in tables[1]:
                told = check(call)
                if told is not None:
                    if isinstance(told, (Fail, Fault)):  # a changed rule may refuse what the contract grants
                        refusals.append((rule, told))
                    elif isinstance(told, Mapping):
                        fields = {**fields, **told} if fields else dict(told)
                    rows.extend(rule.rows)
                    if name:
                        changes.append(name)
    except (NoStatement, BadText) as reason:
        return Expectation(step, process, verb, call, [], None, [], str(reason), [])
    why = "" if refusals or fields is not None else "no rule speaks of it"
    return Expectation(step, process, verb, call, refusals, fields, rows, why, changes)


def judge_reply(expected: Expectation, reply: Reply) -> Judgement:
    """Judges a reply without changing the state."""
    allowed = expected.states and expected.allows(reply)
    if reply.fields.get("error") == "127" and reply.word == "fail":
        return Judgement(UNEXPLAINED, why="the function is not exported here")
    if reply.fields.get("error") == "1460" and expected.step.verb in TOGETHER:
        return Judgement(UNEXPLAINED, why="the actors of a burst did not meet in time")
    if reply.word == "bad":
        return Judgement(UNEXPLAINED, why="the step makes no sense to the actor")
    plain = expected.plain
    if plain is not None and plain.states and not plain.allows(reply):
        if allowed or not expected.states:
            return Judgement(Finding.KNOWN, tuple(plain.rows), plain.texts(), changes=tuple(expected.changes))
        return Judgement(Finding.CONTRADICTED, tuple(plain.rows), plain.texts())
    if plain is not None and plain.states:
        return Judgement(EXPLAINED, tuple(plain.rows), plain.texts())
    if not expected.states:
        return Judgement(UNEXPLAINED, why=expected.why)
    if allowed:
        return Judgement(EXPLAINED, tuple(expected.rows), expected.texts())
    return Judgement(Finding.CONTRADICTED, tuple(expected.rows), expected.texts())


# If one of these succeeds although it should be refused, its effects are unknown.
DOUBTFUL = frozenset({"protect", "commit"})


def _follow(world: World, expected: Expectation, reply: Reply, allowed: bool) -> None:
    """Changes the state as the reply reports, whether it was allowed or not."""
    verb, call = expected.verb, expected.call
    if reply.word in ("bad", "hello"):
        return
    if call is None:
        if reply.word == "ok":
            _lose(world, expected)
        return
    try:
        if reply.word != "ok":
            if verb is not None and verb.failed is not None:
                verb.failed(call, reply)
        elif verb is not None:
            follows = expected.states and (allowed or verb.name not in DOUBTFUL)
            effect: Callable[[Any, Reply], None] | None = verb.done if follows else verb.lost or verb.done
            if effect is not None:
                effect(call, reply)
    except (NoStatement, BadText):
        if reply.word == "ok":
            _lose(world, expected)


# Verbs that only read or query: they do not change the state.
LOOKS = frozenset(
    "read verify zero checksum query granted flags size kind resident commitment workingset charge regions export path"
    " describe descriptor filename filesize fileread filetime system identity addresses largepages diskspace defaultdacl"
    " containerpath compare gone wait flush fileflush prefetch execute".split()
)


def _lose(world: World, expected: Expectation) -> None:
    """After the success of a step that the model does not know: all that it may have made or changed becomes unknown."""
    step, process = expected.step, expected.process
    if step.verb in LOOKS:
        return
    if step.label and not isinstance(process.labels.get(step.label), (MemoryLabel, HandleLabel)):
        if step.verb not in MAKES:
            _lose_all_contents(world)
    if step.verb in ("unmap", "unmap2", "release"):
        _lose_views(process)
    if step.verb in ("commit", "protect"):
        _lose_pages(world, process)
    if step.verb in ("close", "tryclose") or step.word("close-source") == "yes":
        _lose_process(world, process)
    _lose_label(world, process, step)
    for value in step.fields.values():
        if value.startswith("$") and value.endswith(".pid") and value[1:-4] in world.processes:
            _lose_process(world, world.processes[value[1:-4]])
    if step.verb in MAKES:
        process.opened += 1
        process.placed += 1
        process.last.pop("handle", None)
        process.last.pop("base", None)
    if step.verb in NAMES_OBJECTS and step.has("name"):
        try:
            name = of_step(world, step, step.word("api") == "A")
        except NoStatement:
            world.unsure = True
            return
        if name is not None and name.key:
            world.names[name.key] = UNKNOWN_NAME


def _lose_all_contents(world: World) -> None:
    """After a change through unknown memory or an unknown handle: all contents become unknown."""
    for process in world.processes.values():
        for handle in process.table.values():
            if isinstance(handle.object, Section):
                handle.object.contents.forget(0, handle.object.extent)
        for region in process.regions:
            if region.section is not None:
                region.section.contents.forget(0, region.section.extent)
            if region.private is not None:
                region.private.forget(region.offset, region.offset + region.size)


def _lose_label(world: World, process: Process, step: Step) -> None:
    label = process.labels.get(step.label)
    handle = process.table.get(label.value) if isinstance(label, HandleLabel) else None
    if handle is not None:
        _keep(world, handle)
    if isinstance(label, MemoryLabel) and label.region is not None and label.region.section is not None:
        label.region.section.contents.forget(label.region.offset, label.region.offset + label.region.size)
    if step.label and (step.verb in MAKES or label is not None):
        process.labels[step.label] = LOST


def _lose_views(process: Process) -> None:
    """After an unmap of an unknown view: all views of the process become unknown."""
    for name, label in process.labels.items():
        if isinstance(label, MemoryLabel):
            process.labels[name] = LOST


def _lose_pages(world: World, process: Process) -> None:
    """After a change or commit of pages at an unknown place, in a view of the process or elsewhere."""
    for region in process.regions:
        if region.section is not None and region.section.committed is not None:
            region.section.kind = ""
    for other in world.processes.values():
        _lose_views(other)


def _lose_process(world: World, process: Process) -> None:
    """After a change of a process by another one."""
    for label in process.labels:
        process.labels[label] = LOST
    for handle in process.table.values():
        _keep(world, handle)


def _keep(world: World, handle: Handle) -> None:
    """Makes it unknown whether the name of the object disappears with its last known handle."""
    handle.object.handles += 1  # never released
    if handle.object.name is not None:
        world.names[handle.object.name] = UNKNOWN_NAME


MAKES = frozenset(
    "create createapp create2 open openapp ntopen map mapapp map2 map3 placeholder reserve hold file pipe adopt pull spawn"
    " namespace race".split()
)
NAMES_OBJECTS = frozenset("create createapp create2 open openapp hold".split())


def stated_rows() -> dict[str, list[str]]:
    """The rows of the contract that rules state, each with its functions."""
    found: dict[str, list[str]] = {}
    for check, rules in RULES.items():
        for rule in rules:
            for row in rule.rows:
                names = found.setdefault(row, [])
                name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
                if name not in names:
                    names.append(name)
    return found


__all__ = ["EXPLAINED", "Expectation", "Fields", "Finding", "Judgement", "Model", "stated_rows"]

"""Rules of bursts: loops of several actors at the same time on the memory of a view."""

from __future__ import annotations

from shmcheck.oracle.constants import GRANULE
from shmcheck.oracle.rule_mapping import memory
from shmcheck.oracle.rule_life import Plain
from shmcheck.oracle.rules import SUCCESS, Fields, done, grants, lost, verb
from shmcheck.oracle.state import MemoryLabel, Process, World
from shmcheck.oracle.text import Reply, Step


class Burst(Plain):
    __slots__ = ("label", "how", "order", "count")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        super().__init__(world, process, step)
        self.label: MemoryLabel = memory(process, step.label)
        self.how = step.word("how")
        self.order = step.word("order")
        self.count = step.number("rounds") * step.number("crowd")


@verb("burst", "churn", "initialise")
def burst(world: World, process: Process, step: Step) -> Burst:
    return Burst(world, process, step)


@verb("race")
def race(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


@grants("burst", "view-interlocked-works")
def adds(call: Burst) -> Fields | None:
    return {"total": str(call.count)} if call.how in ("add-interlocked", "add-locked") else None


@grants("burst", "view-aligned-32-atomic")
def whole_words(call: Burst) -> Fields | None:
    if call.how != "watch" or call.step.word("split") == "yes" or call.step.word("width") == "8":
        return None
    return {"torn": "0"}


@grants("burst", "view-aligned-64-atomic")
def whole_double_words(call: Burst) -> Fields | None:
    if call.how != "watch" or call.step.word("split") == "yes" or call.step.word("width") != "8":
        return None
    return {"torn": "0"} if call.process.bits == 64 else None


@grants("burst", "view-coherent-two-processes", "view-interlocked-works")
def ordered(call: Burst) -> Fields | None:
    if call.order not in ("interlocked", "barrier"):
        return None
    return {"receive": {"wrong": "0"}, "exchange": {"missed-both": "0"}, "snapshot": {"torn": "0"}}.get(call.how)


# The reorderings of plain loads and stores on x86; harness/actor/bursts/loops_litmus.c has the tests.
X86_SHOWS = ("sb", "r")
COHERENCE = ("corr", "coww")


@grants("burst", "view-coherent-two-processes", "view-interlocked-works")
def in_order(call: Burst) -> Fields | None:
    """Full barriers and interlocked functions forbid all outcomes of another order; the processor forbids some."""
    if call.how != "litmus":
        return None
    test = call.step.word("test")
    if call.order in ("", "interlocked", "barrier") or test in COHERENCE:
        return {"relaxed": "0"}
    if call.world.platform.arm64 or test in X86_SHOWS:
        return SUCCESS
    return {"relaxed": "0"}


@grants("churn", "create-initial-zero", "open-missing", "open-existing", "life-any-order")
def churns(call: Burst) -> Fields | None:
    return {"other": "0", "dirty": "0", "wrong": "0"}


@grants("initialise", "create-race-single-winner")
def initialises(call: Burst) -> Fields | None:
    fields = {"failed": "0", "miscounted": "0"}
    if call.step.word("wait") == "yes":
        fields["early"] = "0"
    return fields


@grants("race", "create-race-single-winner")
def races(call: Plain) -> Fields | None:
    if call.step.word("later") == "yes":
        return SUCCESS
    return {"failed": "0", "other": "0"}


@done("burst churn initialise")
def left_behind(call: Burst, reply: Reply) -> None:
    """A burst leaves undefined bytes in its block and in the 56 KiB after it."""
    region = call.label.region
    if region is not None and region.section is not None:
        start = region.offset + call.step.number("at")
        region.section.contents.forget(start, min(start + GRANULE, region.offset + region.size))


@lost("burst churn initialise")
def left_behind_too(call: Burst, reply: Reply) -> None:
    left_behind(call, reply)



"""The steps about children that sequences are made of: a process starts another one, which inherits handles or none."""

from __future__ import annotations

from shmcheck.oracle.actions import SIZES, create, of_handle
from shmcheck.oracle.maker import CHILDREN, Maker
from shmcheck.oracle.state import Handle, Section

INHERITED = (" inherit=yes", " inherit=yes", " inherit=yes", "")


def create_for_children(maker: Maker) -> str:
    """A section, often without a name, whose handle is mostly inheritable."""
    inherit = maker.pick(INHERITED)
    if maker.chance(0.4):
        return f"create {maker.label('s')} size={maker.number(SIZES)} protect=PAGE_READWRITE{inherit}"
    return create(maker, "PAGE_READWRITE", maker.number(SIZES), True, inherit)


def spawn(maker: Maker) -> str | None:
    """A child, and the use of a value of its parent's handles in it."""
    handles = maker.handles()
    if not handles or len(maker.children) == len(CHILDREN):
        return None
    child = CHILDREN[len(maker.children)]
    inheritable = [label for label, handle, _ in handles if handle.inherit]
    how = "yes" if maker.chance(0.7) else "no"
    if how == "yes" and inheritable and maker.chance(0.5):
        if len(inheritable) == 1:  # there is one that the list does not name
            maker.add(f"create {maker.label('s')} size={maker.number(SIZES)} protect=PAGE_READWRITE inherit=yes")
            handles = maker.handles()
        count = 1 + int(maker.random.random() * min(2, len(inheritable)))
        how += " list=" + ",".join(maker.random.sample(inheritable, count))
    maker.add(f"spawn {child} pipe=${child}.token program=${child}.program inherit={how}")
    last = maker.expected[-1]
    if last is None or last.refusals or not last.states:
        return ""
    maker.children[child] = (maker.role, maker.values([label for label, _, _ in handles]))
    maker.roles.append(child)
    return inherited(maker)


def inherited(maker: Maker) -> str | None:
    """A child uses the value that a handle has in its parent: it has the handle, or the value is none of its own."""
    living = [child for child in maker.children if child in maker.roles]
    if not living:
        return None
    child = maker.random.choice(living)
    role, values = maker.children[child]
    parent = maker.world.processes.get(role)
    if parent is None:
        return None
    process = maker.world.process(child)
    found = [
        (label, value) for label, value in values.items()
        if value in parent.table and label in parent.labels and (value in process.table or not process.opened)
    ]  # fmt: skip
    if not found:
        return None
    missing = [item for item in found if item[1] not in process.table]
    label, value = maker.random.choice(missing if missing and maker.chance(0.4) else found)
    maker.turn(role)
    maker.add(f"flags {label}")
    maker.turn(child)
    adopted = maker.label("s")
    maker.add(f"adopt {adopted} handle=${role}.handle")
    if value in process.table and maker.chance(0.4):
        return f"{maker.pick(('granted', 'flags', 'size'))} {adopted}"
    return f"map {maker.label('v')} of={adopted} access={maker.pick(('FILE_MAP_READ', 'FILE_MAP_READ', 'FILE_MAP_WRITE'))}"


@of_handle
def spawn_with_wrong_list(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A handle list without bInheritHandles, or with a handle that is not inheritable."""
    how = "yes" if handle.inherit is False else "no"
    return f"spawn {maker.label('p')} pipe=none inherit={how} list={label}"

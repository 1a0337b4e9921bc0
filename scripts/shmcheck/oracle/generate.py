"""Makes random sequences of steps for several actors. The model's predictions make most steps sensible.

The same seed, number and family give the same sequence on all machines, because this module does not use the system.

Hypothesis is not used here, because it costs too much: 70 draws took 3.7 ms of processor time with it, and a whole sequence
of this module, with some 98 draws, takes 0.34 ms. Actors answer a sequence in about 4 ms. Hypothesis drives the tests of this
module, the model and shrinking (scripts/tests/test_explore_model.py).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Many
from random import Random

from shmcheck.oracle.actions import (
    Action,
    close,
    commit,
    commit_whole,
    compare,
    create_described,
    create_either,
    create_huge,
    create_inheritable,
    create_named,
    create_plain,
    create_protected,
    create_reserved,
    create_wrong,
    decommit,
    descriptor,
    duplicate,
    end,
    fail_after_close,
    fill,
    fill_whole,
    flush,
    gone,
    hold,
    increment,
    kind,
    look,
    look_at_handle,
    map_access,
    map_base,
    map_copy,
    map_part,
    map_whole,
    open_alike,
    open_inheritable,
    open_named,
    open_plain,
    pause,
    prefetch,
    protect,
    query,
    query_stale,
    release,
    set_descriptor,
    set_flags,
    sum_up,
    system,
    unmap,
    unmap_stale,
    use_closed,
    verify,
    write,
    write_again,
    wrong_name,
)
from shmcheck.oracle.burst_actions import burst, create_for_bursts
from shmcheck.oracle.child_actions import create_for_children, inherited, spawn, spawn_with_wrong_list
from shmcheck.oracle.far_actions import commit_first, look_first, map_far, write_first
from shmcheck.oracle.file_actions import (
    close_file,
    create_file,
    create_over_file,
    map_file,
    name_of_file,
    open_file,
    read_file,
    resize_file,
    size_of_file,
    write_file,
)
from shmcheck.oracle.look_actions import commit_again, create_again, crowd, echo, guard, map_where_it_was, protect_and_back
from shmcheck.oracle.maker import ROLES, Maker, Sequence
from shmcheck.oracle.model import Model
from shmcheck.oracle.outside_actions import protect_other, unmap_other
from shmcheck.oracle.placeholder_actions import create_for_placeholders, map_required, placeholder, split_view, unmap_preserving
from shmcheck.oracle.state import Platform

Choice = tuple[tuple[Action, int], ...]
SHARED: Choice = ((create_plain, 3), (open_plain, 4), (map_whole, 5), (write, 3), (look, 4), (unmap, 1), (close, 1), (echo, 2), (duplicate, 1))
FAMILIES: dict[str, Choice] = {
    "names": (*SHARED, (create_named, 8), (open_named, 6), (open_alike, 12), (close, 4), (wrong_name, 2), (hold, 3), (gone, 1)),
    "sizes": (*SHARED, (look_at_handle, 3), (map_part, 8), (query, 3), (create_huge, 1), (system, 1)),
    "views": (*SHARED, (map_part, 10), (unmap, 5), (unmap_stale, 2), (query, 6), (query_stale, 3), (map_where_it_was, 2), (look, 5), (release, 1), (kind, 3), (unmap_other, 1), (prefetch, 1)),
    "places": (*SHARED, (map_base, 8), (map_where_it_was, 3), (unmap, 2), (query, 3), (look, 4), (map_part, 2)),
    "contents": (*SHARED, (map_part, 4), (write, 6), (fill, 4), (verify, 4), (look, 10), (sum_up, 1), (increment, 2)),
    "events": (
        (open_plain, 4), (map_whole, 4), (fill_whole, 5), (verify, 14), (look, 3), (write, 2), (unmap, 3), (close, 3),
        (duplicate, 2), (protect, 2), (flush, 3), (map_part, 3), (map_copy, 1), (create_plain, 1), (commit_whole, 3), (create_again, 2),
    ),
    "many": (
        (create_plain, 5), (open_plain, 5), (map_whole, 8), (set_flags, 1), (map_part, 3), (write, 3), (look, 5), (verify, 3), (unmap, 4),
        (close, 4), (look_at_handle, 4), (query, 3), (fill_whole, 2), (duplicate, 3), (protect, 1), (echo, 2),
    ),
    "huge": ((open_plain, 3), (map_far, 10), (commit_first, 8), (write_first, 6), (look_first, 10), (look_at_handle, 1), (query, 2), (duplicate, 1)),
    "copies": (
        *SHARED, (map_copy, 8), (write, 4), (echo, 8), (write_again, 5), (look, 10), (query, 3), (fill, 1), (map_part, 1), (kind, 1),
        (close, 1), (unmap, 3), (verify, 2),
    ),
    "protection": (*SHARED, (create_protected, 5), (map_access, 8), (protect, 6), (protect_and_back, 3), (guard, 3), (protect_other, 3), (decommit, 1), (duplicate, 2), (write, 5), (look, 4), (query, 5)),
    "reserved": (*SHARED, (create_reserved, 6), (commit, 10), (commit_again, 4), (query, 5), (look, 6), (write, 4), (map_part, 3), (decommit, 2), (duplicate, 1), (map_copy, 1)),
    "access": (
        *SHARED, (create_described, 5), (create_protected, 2), (open_named, 6), (map_access, 8), (look_at_handle, 6),
        (set_descriptor, 2), (descriptor, 2), (duplicate, 1),
    ),
    "arguments": (*SHARED, (create_wrong, 8), (look_at_handle, 2), (gone, 1), (map_part, 2), (close, 4), (open_plain, 3), (fail_after_close, 4)),
    "handles": (
        *SHARED, (duplicate, 8), (close, 4), (use_closed, 5), (fail_after_close, 1), (look_at_handle, 6), (set_flags, 4), (create_inheritable, 2),
        (open_inheritable, 3),
        (compare, 3),
    ),
    "files": (
        (create_file, 2), (create_over_file, 5), (open_file, 4), (size_of_file, 4), (resize_file, 3), (read_file, 4), (write_file, 1),
        (close_file, 2), (map_file, 9), (name_of_file, 2), (open_plain, 3), (write, 4), (look, 6), (look_at_handle, 3), (unmap, 3), (close, 3), (flush, 2), (echo, 3),
    ),
    "ages": (
        (pause, 4), (open_plain, 4), (map_whole, 6), (fill_whole, 4), (verify, 8), (look, 4), (write, 3), (unmap, 2), (close, 2),
        (duplicate, 1), (look_at_handle, 1), (query, 1), (map_copy, 1),
    ),
    "bursts": ((burst, 5), (look, 4), (open_plain, 1), (map_whole, 1), (look_at_handle, 1), (write, 1), (query, 1)),
    "placeholders": (*SHARED, (placeholder, 9), (map_required, 3), (unmap_preserving, 4), (split_view, 1), (write, 4), (look, 6), (query, 2), (unmap, 2)),
    "children": (
        (create_for_children, 4), (open_inheritable, 2), (set_flags, 2), (spawn, 4), (inherited, 10), (map_whole, 4), (write, 2),
        (look, 3), (look_at_handle, 2), (close, 2), (gone, 1), (duplicate, 1), (spawn_with_wrong_list, 1), (end, 1), (open_plain, 1),
    ),
    "life": (*SHARED, (close, 6), (unmap, 5), (duplicate, 2), (gone, 2), (open_plain, 4), (create_plain, 4), (create_again, 3), (end, 1)),
}  # fmt: skip
TURNS = {"many": 0.15, "children": 0.35, "huge": 0.3, "handles": 0.3, "copies": 0.4}  # how often the role changes; otherwise 0.6

CROWDED = 0.06  # the share of the sequences that begin with many handles, views or sections of one kind
CROWDED_OFTEN = {"many": 0.3, "reserved": 0.12, "bursts": 0.0, "children": 0.0}
CROWDED_TURNS = 0.2  # their use is in the same process
LONGER = {"children": 10}  # how many steps more the sequences of a family have
RARE = {"ages": 25, "bursts": 20, "children": 12}  # a sequence of these costs as much as that many others


def family_of(number: int, families: Many[str]) -> str:
    """The family of sequence `number`: one after the other, and a rare one only in one round of so many."""
    turn, place = divmod(number, len(families))
    family = families[place]
    if turn % RARE.get(family, 1) == 0:
        return family
    others = [other for other in families if other not in RARE]
    return others[turn % len(others)] if others else family


WEIGHED: dict[str, tuple[Action, ...]] = {
    family: tuple(action for action, weight in choice for _ in range(weight)) for family, choice in FAMILIES.items()
}
FIRST: dict[str, Callable[[Maker], str]] = {
    "reserved": create_reserved, "access": create_described, "names": create_named, "huge": create_huge, "events": create_either,
    "files": create_file, "bursts": create_for_bursts, "children": create_for_children,
    "placeholders": create_for_placeholders,
}  # fmt: skip
LEAST, MOST = 8, 14  # steps of a sequence


def make(seed: str, number: int, family: str, model: Model, platform: Platform) -> Sequence:
    """Sequence `number` of a family."""
    random = Random(f"{seed}/{family}/{number}")
    maker = Maker(random, model, platform)
    actions = WEIGHED[family]
    wanted = LEAST + int(random.random() * (MOST - LEAST + 1)) + LONGER.get(family, 0)
    maker.turn(ROLES[int(random.random() * 2)])
    first = FIRST.get(family, create_plain)
    text = first(maker)
    maker.add(text)
    turns, tries = TURNS.get(family, 0.6), 0
    if random.random() < CROWDED_OFTEN.get(family, CROWDED):
        turns, role = CROWDED_TURNS, maker.role
        made = crowd(maker)
        if made:
            maker.add(made)
        maker.turn(role)
    while len(maker.steps) < wanted + maker.more and tries < 60:
        tries += 1
        if random.random() < turns:
            maker.turn(maker.roles[int(random.random() * len(maker.roles))])
        action = actions[int(random.random() * len(actions))]
        made = action(maker)
        if made:
            maker.add(made)
    return Sequence(family, maker.steps, maker.expected, maker.world)

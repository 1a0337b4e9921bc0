"""Which room of harness/ may include which: checked against the #include lines. test_python_rooms.py does so for scripts/."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNNER_ROOMS = ("platform", "peer", "stage", "case", "worker", "run")  # each sees itself and those before it
OUTSIDE = {"common": {"common"}, "report": {"common", "report"}, "actor": {"common", "actor"}}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def may_include(room: str) -> set[str]:
    """The rooms whose files a file of this room may include."""
    if room in OUTSIDE:
        return OUTSIDE[room]
    seen = set(RUNNER_ROOMS[: RUNNER_ROOMS.index(room) + 1]) | {"common"}
    return seen | {"report"} if room == "run" else seen


def room_of(path: Path) -> str | None:
    """The room of a file; None for what the table does not cover (tests, faults, bench, generated files)."""
    parts = path.relative_to(ROOT / "harness").parts
    if parts[0] == "runner":
        return parts[1]
    return parts[0] if parts[0] in OUTSIDE else None


def sources(root: Path = ROOT / "harness") -> list[Path]:
    return sorted([*root.rglob("*.h"), *root.rglob("*.c")])


def includes(path: Path) -> set[Path]:
    found = {(path.parent / name).resolve() for name in INCLUDE.findall(path.read_text(encoding="utf-8"))}
    return {other for other in found if other.is_file() and (ROOT / "harness") in other.parents}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def unit(path: Path) -> str:
    """A source and its header are one unit; a list (.def) is one of its own."""
    return short(path.with_suffix("") if path.suffix in (".c", ".h") else path)


def test_every_runner_file_has_a_room() -> None:
    rooms = {path.parent.name for path in sources(ROOT / "harness" / "runner")}
    assert rooms == set(RUNNER_ROOMS)


def test_rooms_include_only_what_the_table_permits() -> None:
    wrong = []
    for path in sources():
        room = room_of(path)
        for other in includes(path) if room else ():
            if room_of(other) not in may_include(str(room)):
                wrong.append(f"{short(path)} includes {short(other)}")
    assert wrong == []


def test_no_circle_of_files() -> None:
    graph: dict[str, set[str]] = {}
    for path in sources():
        own = unit(path)
        graph.setdefault(own, set()).update(unit(other) for other in includes(path))
        graph[own].discard(own)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError("these files include each other in a circle: " + " -> ".join(error.args[1])) from error

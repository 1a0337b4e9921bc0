"""Which package of scripts/shmcheck may import which; a module outside the table, or a circle, is a failure."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "shmcheck"
# "": the modules at the top, which every package may import. A package may import itself.
MAY_IMPORT = {
    "": set[str](),
    "build": {""},
    "reports": {""},
    "targets": {"", "build", "reports"},
    "oracle": {"", "reports"},
    "proof": {"", "build", "reports", "targets", "oracle"},
    "commands": {"", "build", "reports", "targets", "oracle", "proof"},
}


def imports_of(file: Path, modules: set[str]) -> set[str]:
    """The modules of the package that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "shmcheck":
            names = [f"{node.module}.{name.name}" for name in node.names]
            found |= {name if name in modules else str(node.module) for name in names}
    return found & modules


def graph() -> dict[str, set[str]]:
    """Every module with the modules that it imports."""
    files = {".".join(("shmcheck", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in PACKAGE.rglob("*.py")}
    files = {name: path for name, path in files.items() if path.name != "__init__.py"}
    return {name: imports_of(path, set(files)) for name, path in files.items()}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


def test_packages_import_only_what_the_table_permits() -> None:
    found = graph()
    assert len(found) > 80
    wrong = [
        f"{module} imports {other}"
        for module, others in sorted(found.items())
        for other in sorted(others)
        if room_of(other) != room_of(module) and room_of(other) not in MAY_IMPORT[room_of(module)]
    ]
    assert wrong == []


def test_no_circle_of_modules() -> None:
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        raise AssertionError("these modules import each other in a circle: " + " -> ".join(error.args[1])) from error

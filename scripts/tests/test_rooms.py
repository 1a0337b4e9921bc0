"""The rooms that a room may use: one table for the #include lines of harness/ and for the imports of scripts/shmcheck. No
files form a circle. A header of a room declares the functions of one source, and a source has one header."""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "harness"
PACKAGE = ROOT / "scripts" / "shmcheck"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

# Functions with external linkage, in code without comments and strings and in the style of clang-format.
DECLARED = re.compile(r"^(?!typedef|static)\w[\w \*\n]*?\b(\w+)\([^;{}]*\);", re.MULTILINE)
DEFINED = re.compile(r"^(?!typedef|static)\w[\w \*\n]*?\b(\w+)\([^;{}]*\)\n\{", re.MULTILINE)
NOT_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|^#(?:[^\n]*\\\n)*[^\n]*', re.DOTALL | re.MULTILINE)

# Each room, and the other rooms that its files may use.
ROOMS: dict[str, str] = {
    "harness/common": "",
    "harness/report": "harness/common",
    "harness/actor": "harness/common",
    "harness/runner/platform": "harness/common",
    "harness/runner/peer": "harness/common harness/runner/platform",
    "harness/runner/stage": "harness/common harness/runner/platform harness/runner/peer",
    "harness/runner/case": "harness/common harness/runner/platform harness/runner/peer harness/runner/stage",
    "harness/runner/worker": "harness/common harness/runner/platform harness/runner/peer harness/runner/stage harness/runner/case",
    "harness/runner/run": "harness/common harness/report harness/runner/platform harness/runner/peer harness/runner/stage "
    "harness/runner/case harness/runner/worker",
    "scripts/shmcheck": "",
    "scripts/shmcheck/build": "scripts/shmcheck",
    "scripts/shmcheck/reports": "scripts/shmcheck",
    "scripts/shmcheck/targets": "scripts/shmcheck scripts/shmcheck/build scripts/shmcheck/reports",
    "scripts/shmcheck/oracle": "scripts/shmcheck scripts/shmcheck/reports",
    "scripts/shmcheck/reproduce": "scripts/shmcheck scripts/shmcheck/reports",
    "scripts/shmcheck/proof": "scripts/shmcheck scripts/shmcheck/build scripts/shmcheck/reports scripts/shmcheck/targets "
    "scripts/shmcheck/oracle scripts/shmcheck/reproduce",
    "scripts/shmcheck/commands": "scripts/shmcheck scripts/shmcheck/build scripts/shmcheck/reports scripts/shmcheck/targets "
    "scripts/shmcheck/oracle scripts/shmcheck/reproduce scripts/shmcheck/proof",
}
# Folders of harness/ that may use any room: they replace, measure or test it.
WITHOUT_A_ROOM = ("harness/bench", "harness/cmake", "harness/faults", "harness/tests")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(name: str) -> str:
    """The room of a file: the longest entry of the table that contains the file; "" if none does."""
    return max((room for room in ROOMS if name.startswith(room + "/")), key=len, default="")


def includes(path: Path) -> set[str]:
    found = {(path.parent / name).resolve() for name in INCLUDE.findall(path.read_text(encoding="utf-8"))}
    return {short(other) for other in found if other.is_file() and HARNESS in other.parents}


def imports(path: Path, modules: dict[str, str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}: a relative import; name the whole package"
            names = [f"{node.module}.{name.name}" for name in node.names]
            found |= {name if name in modules else str(node.module) for name in names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {modules[name] for name in found if name in modules}


def c_files() -> dict[str, set[str]]:
    """All files of harness/, each with the files that it includes."""
    return {short(path): includes(path) for path in sorted([*HARNESS.rglob("*.h"), *HARNESS.rglob("*.c")])}


def python_files() -> dict[str, set[str]]:
    """All modules of scripts/shmcheck, each with the modules that it imports."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__init__.py"]
    modules = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): short(path) for path in paths}
    return {short(path): imports(path, modules) for path in paths}


LANGUAGES = pytest.mark.parametrize("files", [c_files(), python_files()], ids=["C", "Python"])


def unit(name: str) -> str:
    """A C source and its header are one unit; a list (.def) and a Python module are units of their own."""
    return name[:-2] if name.endswith((".c", ".h")) else name


def circle(files: dict[str, set[str]]) -> list[str]:
    """The units of a circle; empty if there is none."""
    graph: dict[str, set[str]] = {}
    for name, used in files.items():
        graph.setdefault(unit(name), set()).update(unit(other) for other in used if unit(other) != unit(name))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def forbidden(files: dict[str, set[str]]) -> list[str]:
    return [
        f"{name} uses {other}"
        for name, used in files.items()
        for other in sorted(used)
        if (room := room_of(name)) and room_of(other) not in {room, *ROOMS[room].split()}
    ]


@LANGUAGES
def test_every_file_has_a_room(files: dict[str, set[str]]) -> None:
    assert len(files) > 80
    assert [name for name in files if not room_of(name) and not name.startswith(WITHOUT_A_ROOM)] == []


@LANGUAGES
def test_files_use_only_permitted_rooms(files: dict[str, set[str]]) -> None:
    assert any(files.values())
    assert forbidden(files) == []


@LANGUAGES
def test_no_files_form_a_circle(files: dict[str, set[str]]) -> None:
    assert circle(files) == []


def test_no_module_has_a_name_of_the_standard_library() -> None:
    assert [name for name in python_files() if Path(name).stem in sys.stdlib_module_names] == []


def sources_of_headers(folder: Path) -> dict[str, set[str]]:
    """The sources of the folder that define functions which a header of the folder declares, by header."""
    code = {path.name: NOT_CODE.sub("", path.read_text(encoding="utf-8")) for path in folder.glob("*.[ch]")}
    defined = {name: set(DEFINED.findall(text)) for name, text in code.items() if name.endswith(".c")}
    found = {}
    for header, text in code.items():
        declared = set(DECLARED.findall(text)) if header.endswith(".h") else set()
        found[header] = {source for source, names in defined.items() if names & declared}
    return {header: sources for header, sources in found.items() if sources}


def shared_headers(folder: Path) -> list[str]:
    """What is wrong with the headers of a folder: one for several sources, or several for one source."""
    sources = sources_of_headers(folder)
    fronts = [f"{header} declares functions of {', '.join(sorted(found))}" for header, found in sources.items() if len(found) > 1]
    several = [
        f"{source} has the headers {', '.join(headers)}"
        for source in sorted(set[str]().union(*sources.values()))
        if len(headers := sorted(header for header, found in sources.items() if source in found)) > 1
    ]
    return fronts + several


def test_each_source_has_its_own_header() -> None:
    folders = {path.parent for room in ROOMS if room.startswith("harness/") for path in (ROOT / room).rglob("*.h")}
    assert len(folders) > 8
    assert [wrong for folder in sorted(folders) for wrong in shared_headers(folder)] == []


def test_a_shared_header_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("/* f(); */\n#define X f(\\\n    1);\nint f(int x);\nconst char *g(void);\n")
    (tmp_path / "a.c").write_text("int f(int x)\n{\n    return x;\n}\n")
    (tmp_path / "b.c").write_text('const char *g(void)\n{\n    return "h();";\n}\nstatic int f(int x)\n{\n}\n')
    assert shared_headers(tmp_path) == ["a.h declares functions of a.c, b.c"]
    (tmp_path / "a.h").write_text("int f(int x);\n")
    assert shared_headers(tmp_path) == []
    (tmp_path / "b.h").write_text("int f(int x);\n")
    assert shared_headers(tmp_path) == ["a.c has the headers a.h, b.h"]


def test_imports_of_both_forms_are_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    modules = {"shmcheck.a": "a", "shmcheck.b": "b", "shmcheck.c": "c"}
    path.write_text("import os\nimport shmcheck.a\nfrom shmcheck import b\nfrom shmcheck.c import x\n", encoding="utf-8")
    assert imports(path, modules) == {"a", "b", "c"}


def test_a_forbidden_use_is_found() -> None:
    files = {"harness/runner/peer/peer.c": {"harness/runner/stage/stage.h"}, "harness/runner/run/main.c": {"harness/report/junit.h"}}
    assert forbidden(files) == ["harness/runner/peer/peer.c uses harness/runner/stage/stage.h"]


def test_a_circle_is_found() -> None:
    assert circle({"a.c": {"a.h", "b.h"}, "b.h": set(), "b.c": {"a.h"}}) != []
    assert circle({"a.c": {"a.h", "b.h"}, "b.c": {"b.h"}}) == []


def test_the_table_has_no_circle_and_no_unknown_room() -> None:
    assert {used for all_used in ROOMS.values() for used in all_used.split()} <= set(ROOMS)
    assert circle({room: set(used.split()) for room, used in ROOMS.items()}) == []

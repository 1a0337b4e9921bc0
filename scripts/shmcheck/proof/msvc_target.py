"""The C sources, compiled by clang for MSVC's target as far as that can be done without Windows' own headers.

clang applies MSVC's language and rules to mingw-w64's headers, which replace the Windows SDK; nothing is linked. Warnings
that cl makes errors under /WX are errors here: unreachable code (C4702), deprecated names (C4996), and an assignment
that is a condition (C4706), which clang does not know and `assignments` finds in the text.
Pages: cpp/error-messages/compiler-warnings/compiler-warning-level-4-c4702, -c4706 and level-3-c4996.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shmcheck.definitions import ARM64, X64, X86
from shmcheck.paths import ROOT
from shmcheck.processes import TooSlow, run_quiet

HEADERS = Path("/usr/share/mingw-w64/include")
STAND_IN = ROOT / "harness" / "cmake" / "msvc-target"
# The architectures by their names in reports, and the options with which clang compiles for each as cl does.
TARGETS = {
    X64: ("--target=x86_64-pc-windows-msvc",),
    X86: ("--target=i686-pc-windows-msvc", "-D_X86_", "-msse2"),
    ARM64: ("--target=aarch64-pc-windows-msvc",),
}
# Options of all sources and of the precompiled header.
DEFINED = ("-D_WIN32_WINNT=0x0a00", "-DWIN32_LEAN_AND_MEAN", "-D_CRT_SECURE_NO_WARNINGS")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wunreachable-code", "-Werror")
# The precompiled header includes all of windows.h, so a source that excludes parts of it is compiled without the header.
WINDOWS_H_IN_PARTS = "#define WIN32_NO_STATUS"
FILE_SECONDS = 60.0
WORKERS = 2


@dataclass(frozen=True)
class Unit:
    """A source and its own options: definitions and folders of headers."""

    source: Path
    options: tuple[str, ...]


def missing() -> str:
    """The missing tool, in words; "" if all tools are installed."""
    if shutil.which("clang") is None:
        return "clang is not installed"
    return "" if HEADERS.is_dir() else f"the headers of mingw-w64 are not in {HEADERS}"


def units(tree: Path) -> list[Unit]:
    """Every source of the project that is compiled in this build tree, each once."""
    found: dict[Path, Unit] = {}
    for entry in json.loads((tree / "compile_commands.json").read_text(encoding="utf-8")):
        source = Path(entry["file"])
        if source.is_relative_to(ROOT) and not source.is_relative_to(ROOT / "build"):
            found.setdefault(source, Unit(source, own_options(shlex.split(entry["command"]))))
    return [found[source] for source in sorted(found)]


def own_options(command: Sequence[str]) -> tuple[str, ...]:
    """The definitions and folders of headers in a compiler's command line, without those of mingw-w64 itself."""
    options: list[str] = []
    for word, following in zip(command, [*command[1:], ""], strict=True):
        if word == "-isystem":
            options += [word, following]
        elif word.startswith(("-I", "-D")) and not word.startswith("-D__USE_MINGW"):
            options.append(word)
    return tuple(options)


def problems(arch: str, sources: Sequence[Unit], folder: Path) -> list[str]:
    """The errors of the sources on this architecture, as text. `folder` receives the precompiled header.
    TooSlow if a compilation takes over a minute."""
    base = ["clang", *TARGETS[arch], "-std=c11", "-fno-builtin", *DEFINED]
    base += ["-isystem", str(STAND_IN), "-isystem", str(HEADERS)]
    header = folder / f"msvc-target-{arch}.pch"
    code, output = run_quiet(
        [*base, "-x", "c-header", STAND_IN / "prefix.h", "-o", header], seconds=FILE_SECONDS
    )
    if code != 0:
        return [f"{STAND_IN / 'prefix.h'} cannot be compiled:\n{output}"]

    def compiled(unit: Unit) -> str:
        whole = WINDOWS_H_IN_PARTS not in unit.source.read_text(encoding="utf-8")
        before = ["-include-pch", str(header)] if whole else ["-include", str(STAND_IN / "mingw_headers.h")]
        options = [option for option in unit.options if option.split("=")[0] not in {d.split("=")[0] for d in DEFINED}]
        try:
            code, output = run_quiet(
                [*base, *before, *WARNINGS, *options, "-fsyntax-only", unit.source], seconds=FILE_SECONDS
            )
        except TooSlow as error:
            return str(error)
        return output or f"{unit.source}: clang ended with {code}" if code else ""

    with ThreadPoolExecutor(WORKERS) as pool:
        return [problem for problem in pool.map(compiled, sources) if problem]


def all_assignments(sources: Sequence[Unit]) -> list[str]:
    """The results of `assignments` for these sources, as text for a log."""
    return [
        f"{unit.source}:{line}: this condition is an assignment, which cl reports as C4706; compare its value, '(a = b) != 0'"
        for unit in sources
        for line in assignments(unit.source.read_text(encoding="utf-8"))
    ]


# Comments, strings and characters. Without them every parenthesis and operator in the text is code.
IGNORED = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
ASSIGNMENT = re.compile(r"\(\s*\*?[A-Za-z_][\w.\[\]>-]*\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)")
TESTED_BEFORE = re.compile(r"(?:\b(?:if|while)|!|&&|\|\|)\s*$")
TESTED_BEHIND = re.compile(r"\s*(?:&&|\|\||\?)")
COMPARED = re.compile(r"\s*(?:[<>=!]=|[<>])")


def assignments(text: str) -> list[int]:
    """The lines of a C source in which a condition is an assignment: `if (a = b)`, `a && !(b = c())`. An assignment whose
    value is compared does not count: `(b = c()) != NULL`."""
    code = IGNORED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    lines = []
    for found in ASSIGNMENT.finditer(code):
        begin, end = found.start(), closing(code, found.start())
        while code[:begin].rstrip().endswith("(") and code[end:].lstrip().startswith(")"):
            begin = code[:begin].rstrip().rindex("(")
            end = code.index(")", end) + 1
        if COMPARED.match(code, end):
            continue
        if TESTED_BEFORE.search(code[max(0, begin - 20) : begin]) or TESTED_BEHIND.match(code, end):
            lines.append(code.count("\n", 0, found.start()) + 1)
    return lines


def closing(code: str, opening: int) -> int:
    """The index after the parenthesis that closes the one at `opening`; the end of the text if none closes it."""
    depth = 0
    for place in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place + 1
    return len(code)

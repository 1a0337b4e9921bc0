"""Tests of the check that compiles the C sources for MSVC's target."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.proof import msvc_target  # noqa: E402


@pytest.mark.parametrize(
    "line",
    [
        "if (a = b)",
        "if ((a = b))",
        "if (a && !(b = make()))",
        "while (c->next = take(d))",
        "x = first && (b = make(1, (2)));",
        "x = (b = make()) ? 1 : 0;",
        "if (ready || (flags |= 2))",
        "if (!(p[0].sid = known(1)) && q)",
    ],
)
def test_an_assignment_that_is_a_condition_is_found(line: str) -> None:
    assert msvc_target.assignments(f"void f(void)\n{{\n    {line}\n") == [3]


@pytest.mark.parametrize(
    "line",
    [
        "if (a == b)",
        "if (a && (b = make()) != NULL)",
        "if ((n = read(file)) > 0 && n < 4)",
        "while ((c = next()) != 0)",
        "for (int i = 0; i < n; i++)",
        "a = (b = c);",
        "f(a = b);",
        "if (a) /* (b = c) */ d();",
        'if (a && !f("(b = c)"))',
        "x = a <= b && c >= d;",
    ],
)
def test_other_uses_of_an_equals_sign_are_not_found(line: str) -> None:
    assert msvc_target.assignments(line) == []


def test_the_options_of_a_source_are_its_definitions_and_folders() -> None:
    command = ["gcc", "-DA=1", "-D__USE_MINGW_ANSI_STDIO=1", "-isystem", "inc", "-Ihere", "-O2", "-o", "x.obj", "-c", "x.c"]
    assert msvc_target.own_options(command) == ("-DA=1", "-isystem", "inc", "-Ihere")


@pytest.mark.skipif(bool(msvc_target.missing()), reason=msvc_target.missing() or "all is there")
@pytest.mark.parametrize("arch", msvc_target.TARGETS)
def test_constructs_that_cl_refuses_are_reported(arch: str, tmp_path: Path) -> None:
    bad = {
        "unreachable.c": "int f(int a) { return a; a = 2; return a; }\n",
        "old_name.c": "char *g(const char *a) { return strdup(a); }\n",
        "extension.c": "int h(void) { return ({ 1; }) + __builtin_no_such_thing(2); }\n",
    }
    units = []
    for name, text in {**bad, "good.c": "HANDLE k(void) { return GetCurrentProcess(); }\n"}.items():
        (tmp_path / name).write_text(text)
        units.append(msvc_target.Unit(tmp_path / name, ()))
    problems = msvc_target.problems(arch, units, tmp_path)
    assert len(problems) == len(bad)
    for name, problem in zip(bad, problems, strict=True):
        assert name in problem

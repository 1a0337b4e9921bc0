"""Tests of cases/problems.toml: its keys, that its cases exist, and that scripts/coverage reports those that do not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.proof.problems import figures, load, parse, unknown  # noqa: E402
from test_contract import HEAD, row  # noqa: E402
from test_coverage import COVERAGE_SCRIPT, listed  # noqa: E402

CASES = ROOT / "cases"
PROBLEMS = CASES / "problems.toml"
CASE = re.compile(r"\bCASE\((\w+)\)")


def problem(number: int = 1, **keys: str) -> str:
    known = {"id": f'"P{number:02}"', "title": '"A title"', "caught": '["open-missing"]'} | keys
    return "[[problem]]\n" + "".join(f"{key} = {value}\n" for key, value in known.items() if value)


def test_the_problems_of_the_survey_are_all_there_and_their_cases_exist() -> None:
    problems = load(PROBLEMS)
    assert [found.id for found in problems] == [f"P{number:02}" for number in range(1, 36)]
    cases = {
        name.replace("_", "-")
        for path in CASES.glob("*.c")
        for name in CASE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(cases) > 300
    assert [(found.id, name) for found in problems for name in found.caught if name not in cases] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[problem]\n", "not TOML"),
        ("", "and at least one"),
        (problem() + '[[other]]\nid = "x"\n', "[[problem]] tables only"),
        (problem(number=2), "problem 1: its id is not P01"),
        (problem() + problem(), "problem 2: its id is not P02"),
        (problem(caught="[]"), "problem 1: no case catches it, and it has no excuse"),
        (problem(caught='"open-missing"'), "problem 1: caught is not a list of texts"),
        (problem(caught='["a", "a"]'), "problem 1: a case is named twice"),
        (problem(title='" "'), "problem 1: it has no title"),
        (problem(excuse='""'), "problem 1: its excuse is empty"),
        (problem(colour='"red"'), "problem 1: unknown key 'colour'"),
    ],
)
def test_a_bad_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(said)):
        parse(text, "p.toml")


def test_an_excuse_replaces_a_case() -> None:
    problems = parse(problem(caught="[]", excuse='"It takes two machines."') + problem(2), "p.toml")
    assert figures(problems) == {"problems": 2, "caught": 1, "excused": 1}
    assert [(found.id, name) for found, name in unknown(problems, [])] == [("P02", "open-missing")]


@pytest.mark.parametrize(("case", "code"), [("open-missing", 0), ("open-missed", 1)])
def test_coverage_names_a_case_that_does_not_exist(tmp_path: Path, case: str, code: int) -> None:
    paths = {name: tmp_path / name for name in ("contract.toml", "problems.toml", "list.txt", "figures.json")}
    paths["contract.toml"].write_text(HEAD + row(id='"a"'), encoding="utf-8")
    paths["problems.toml"].write_text(problem(), encoding="utf-8")
    paths["list.txt"].write_text(listed((case, "a")), encoding="utf-8")
    command = [sys.executable, str(COVERAGE_SCRIPT), "--contract", str(paths["contract.toml"])]
    command += ["--problems", str(paths["problems.toml"]), "--list", str(paths["list.txt"])]
    command += ["--json", str(paths["figures.json"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "1 of 1 problems are caught by cases, 0 are excused" in done.stdout
    assert ("problem P01 names the case open-missing, which does not exist" in done.stderr) == (code == 1)
    assert json.loads(paths["figures.json"].read_text(encoding="utf-8"))["problems"]["caught"] == 1

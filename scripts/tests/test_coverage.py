"""Tests of scripts/coverage: the list of cases, the comparison, the figures and the exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

from shmcheck.contract import parse  # noqa: E402
from shmcheck.proof.coverage import ListError, compare, read_list  # noqa: E402
from test_contract import HEAD, row  # noqa: E402

COVERAGE_SCRIPT = ROOT / "scripts" / "coverage.py"


def listed(*cases: tuple[str, str]) -> str:
    return "".join(f"{name}\tsample\t\t{rows}\n" for name, rows in cases)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it lists no case"),
        ("open-missing\n", "line 1: 1 tab-separated fields"),
        ("a\tsample\t\ta\textra\n", "line 1: 5 tab-separated fields"),
        ("a\tsample\t\ta\n\n", "line 2: 1 tab-separated fields"),
        ("A b\tsample\t\ta\n", "line 1: 'A b' is not the id of a case"),
        ("a\tsample\t\t \n", "line 1: case a has no rows"),
        ("a\tsample\t\ta\na\tother\t\tb\n", "line 2: the case a is listed twice"),
    ],
)
def test_a_bad_list_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ListError, match=re.escape(problem)):
        read_list(text)


def test_missing_rows_and_unknown_rows_are_found() -> None:
    excuse = '"it needs two machines"'
    text = HEAD + row(id='"a"') + row(id='"b"', area="2", excuse=excuse) + row(id='"c"', excuse=excuse) + row(id='"d"')
    small = parse(text)
    coverage = compare(small, read_list(listed(("one", "a nothing"), ("two", "a c"))))
    assert [found.id for found in coverage.covered] == ["a", "c"]
    assert [found.id for found in coverage.excused] == ["b"]
    assert [found.id for found in coverage.uncovered] == ["d"]
    assert [(name, case.id) for name, case in coverage.unknown] == [("nothing", "one")]
    assert [(found.id, case.id) for found, case in coverage.stale] == [("c", "two")]
    assert not coverage.good()
    assert compare(small, read_list(listed(("one", "a d")))).good()


def run_coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(COVERAGE_SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    text = HEAD + row(id='"a"') + row(id='"b"', area="2", excuse='"no"') + row(id='"c"', basis='"observed"', strength='"hypothesis"')
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_figures_of_coverage_are_counted(tmp_path: Path, small: Path) -> None:
    cases, figures = tmp_path / "list.txt", tmp_path / "figures.json"
    cases.write_bytes(listed(("one", "a")).replace("\n", "\r\n").encode())
    done = run_coverage("--contract", str(small), "--list", str(cases), "--json", str(figures), "--rows")
    assert done.returncode == 0, done.stderr
    assert "uncovered: c: It is created." in done.stdout and "excused: b: no" in done.stdout
    assert " 1. Creating" in done.stdout
    assert json.loads(figures.read_text(encoding="utf-8")) == {
        "rows": 3,
        "covered": 1,
        "excused": 1,
        "uncovered": 1,
        "areas": {
            "1": {"rows": 2, "covered": 1, "excused": 0, "uncovered": 1},
            "2": {"rows": 1, "covered": 0, "excused": 1, "uncovered": 0},
        },
        "bases": {
            "documented": {"rows": 2, "covered": 1, "excused": 1, "uncovered": 0},
            "observed": {"rows": 1, "covered": 0, "excused": 0, "uncovered": 1},
            "record": {"rows": 0, "covered": 0, "excused": 0, "uncovered": 0},
        },
        "strength": {"asserted": 0, "documented": 2, "reported": 0, "hypothesis": 1},
    }


@pytest.mark.parametrize(
    ("rows", "options", "code", "said"),
    [
        ("a", [], 0, ""),
        ("a", ["--complete"], 1, "1 rows are neither covered nor excused"),
        ("a c", ["--complete"], 0, ""),
        ("a zzz", [], 1, "case one (sample) names the row zzz, which the contract does not have"),
        ("a b", [], 1, "row b has an excuse, but case one (sample) checks it"),
    ],
)
def test_exit_codes_tell_whether_rows_are_missing(tmp_path: Path, small: Path, rows: str, options: list[str], code: int, said: str) -> None:
    (tmp_path / "list.txt").write_text(listed(("one", rows)), encoding="utf-8")
    done = run_coverage("--contract", str(small), "--list", str(tmp_path / "list.txt"), *options)
    assert done.returncode == code and said in done.stderr
    assert bool(done.stderr) == bool(said)


def test_a_list_from_powershell_is_read(tmp_path: Path, small: Path) -> None:
    (tmp_path / "list.txt").write_text(listed(("one", "a")), encoding="utf-16")
    assert run_coverage("--contract", str(small), "--list", str(tmp_path / "list.txt")).returncode == 0


def test_bad_input_has_exit_code_3(tmp_path: Path, small: Path) -> None:
    good = tmp_path / "list.txt"
    good.write_text(listed(("one", "a")), encoding="utf-8")
    (tmp_path / "bytes.txt").write_bytes(b"\xe4\n")
    for arguments, said in (
        (["--nonsense"], "unrecognized arguments"),
        (["--list", str(good), "--program", "x.exe"], "not allowed with argument"),
        (["--list", str(tmp_path / "missing.txt")], "missing.txt: cannot be read"),
        (["--list", str(tmp_path / "bytes.txt")], "bytes.txt: not UTF-8"),
        (["--list", str(small)], "small.toml: line 1: 1 tab-separated fields"),
        (["--list", str(good), "--contract", str(good)], "list.txt: not TOML"),
        (["--list", str(good), "--contract", str(small), "--json", str(tmp_path)], "cannot be written"),
    ):
        done = run_coverage(*arguments)
        assert done.returncode == 3, arguments
        assert said in done.stderr, arguments

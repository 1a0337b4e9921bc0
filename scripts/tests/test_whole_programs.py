"""Tests of the built programs: the modules that they load, and runs of pairs.

SHMCHECK_BIN is the folder of the programs, WINEPREFIX a Wine prefix that exists.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fault_runner import BIN, CASE, SHORT, Runner, cases_of, is_complete, why_not, windows_path  # noqa: E402
from shmcheck.proof.portable_executable import Program  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")

C_LIBRARIES = ("msvcrt", "ucrtbase", "vcruntime", "api-ms-win-crt-")


def test_an_actor_loads_no_more_than_it_must() -> None:
    """The start of an actor is most of a case's cost, so modules other than kernel32 are loaded only when they are needed."""
    modules = Program(BIN / "shmactor.exe").modules()
    assert "kernel32.dll" in modules
    assert {name for name in modules if not name.startswith(C_LIBRARIES)} == {"kernel32.dll"}
    assert len(Program(BIN / "shmcheck.exe").modules()) > len(modules)


def test_pairs_have_suites_of_their_own(tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    answer = Runner().run(*SHORT, "--pair", "x64-x64,x64-arm64", "--repeat", "2", "--junit", windows_path(report))
    assert (answer.code, answer.err, answer.last_line) == (0, "", "2 passed, 0 failed, 2 skipped")
    run = read(report)
    assert list(run.pairs) == ["x64-x64", "x64-arm64"]
    passed, skipped = run.by_pair()
    assert [case.verdict.value for case in passed.cases.values()] == ["pass"]
    assert [case.message for case in skipped.cases.values()] == [
        "no arm64 actor: there is no shmactor-arm64.exe beside shmcheck.exe"
    ]
    assert {key.id for key in passed.cases} == {key.id for key in skipped.cases} == {CASE}
    assert is_complete(report)


@pytest.mark.parametrize("content", [b"not a program\n", b"", None], ids=["text", "empty", "of-x64"])
def test_a_pair_without_an_actor_is_skipped(tmp_path: Path, content: bytes | None) -> None:
    """A file that is not a program gives a skip with a reason, not an error of each case."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("shmcheck.exe", "shmactor.exe"):
        shutil.copy(BIN / name, folder)
    other = folder / "shmactor-arm64.exe"
    other.write_bytes((BIN / "shmactor.exe").read_bytes() if content is None else content)
    answer = Runner().run(*SHORT, "--pair", "x64-arm64", program=folder / "shmcheck.exe")
    assert (answer.code, answer.last_line) == (0, "0 passed, 0 failed, 1 skipped")
    assert "no arm64 actor: shmactor-arm64.exe is not a program for arm64" in answer.out


@pytest.mark.parametrize("word", ["x64", "x64-x86,", "x64-x86,x64-x86", "mips-x64"])
def test_a_wrong_pair_is_refused(word: str) -> None:
    answer = Runner().run(*SHORT, "--pair", word)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("shmcheck: --pair ")
    assert answer.err.count("\n") == 1


def test_repetitions_of_pairs_have_different_names(tmp_path: Path) -> None:
    """One case runs at the same time in two pairs: its objects have different names."""
    report = tmp_path / "r.xml"
    answer = Runner().run(*SHORT, "--pair", "x64-x64", "--repeat", "20", "--jobs", "4", "--junit", windows_path(report))
    assert (answer.code, answer.last_line) == (0, "20 passed, 0 failed, 0 skipped")
    assert len(cases_of(report)) == 20

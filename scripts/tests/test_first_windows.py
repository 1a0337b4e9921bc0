"""Compares the import tables of the built programs with the exports of older versions of Windows.

SHMCHECK_BIN is the folder of the programs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fault_runner import BIN  # noqa: E402
from shmcheck.proof.first_windows import OLDEST, first_windows, imported, missing, versions  # noqa: E402

PROGRAMS = sorted(path for path in BIN.glob("shm*.exe") if path.stem.startswith(("shmcheck", "shmactor")))


def test_the_programs_are_there() -> None:
    assert {"shmcheck", "shmactor"} <= {path.stem for path in PROGRAMS}


@pytest.mark.parametrize("program", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_programs_load_on_old_windows(program: Path) -> None:
    """They then also load on later versions, because none of these has removed an export."""
    names = imported(program)
    assert len(names) > 40
    assert not missing(names, OLDEST[program.stem.split("-")[0]]), "not exported there: look them up at run time, or add them to first_windows.toml"


def test_a_function_of_later_versions_is_found() -> None:
    assert missing({"CreateFileW", "GetTickCount64", "K32GetProcessMemoryInfo", "NoSuchFunction"}, "server-2003") == {
        "GetTickCount64",
        "K32GetProcessMemoryInfo",
        "NoSuchFunction",
    }
    assert missing({"GetTickCount64", "K32GetProcessMemoryInfo"}, "windows-vista") == {"K32GetProcessMemoryInfo"}
    assert missing({"K32GetProcessMemoryInfo"}, "windows-7") == set()


def test_the_list_names_each_function_once() -> None:
    text = Path(sys.modules[imported.__module__].__file__ or "").with_suffix(".toml").read_text(encoding="utf-8")
    words = [word for part in text.split('"""')[1::2] for word in part.split()]
    assert len(words) == len(set(words)) == len(first_windows())
    assert set(OLDEST.values()) <= set(versions())

"""Tests of scripts/explain: reading a symptom, and searching for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.contract import load  # noqa: E402
from shmcheck.paths import KNOWN  # noqa: E402
from shmcheck.proof import problems  # noqa: E402
from shmcheck.proof.symptoms import Found, Symptom, parse, score, search  # noqa: E402
from shmcheck.reports import known_list  # noqa: E402

CONTRACT = load(ROOT / "cases" / "contract.toml")


def found(text: str) -> Found:
    listed = problems.load(ROOT / "cases" / "problems.toml")
    return search(parse(text), CONTRACT, known_list.load(KNOWN), listed, 6)


def test_a_symptom_is_read() -> None:
    assert parse("error 5 MapViewOfFileEx") == Symptom(("MapViewOfFile",), (5,), (), ())
    assert parse("CreateFileMappingW returns ERROR_ALREADY_EXISTS") == Symptom(("CreateFileMapping",), (183,), (), ())
    assert parse("0xC000004E") == parse("STATUS_SECTION_PROTECTION") == Symptom((), (), (0xC000004E,), ())
    assert parse("the size is ignored").words == ("size", "ignored")
    with pytest.raises(CannotRun, match="no word to search for"):
        parse("the error is")


def test_a_match_has_the_function_and_the_error_of_the_symptom() -> None:
    symptom = parse("error 5 MapViewOfFile")
    assert score(symptom, "MapViewOfFile", "NULL; 5", "") > 0
    assert score(symptom, "MapViewOfFile", "NULL; 87", "") == 0
    assert score(symptom, "MapViewOfFile", "NULL; 52", "") == 0
    assert score(symptom, "UnmapView", "NULL; 5", "") == 0
    assert score(parse("section lingers"), "X", "", "the section") > 0
    assert score(parse("lingers"), "X", "", "the section") == 0


def test_frequent_symptoms_lead_to_their_rows() -> None:
    mapped = found("error 5 MapViewOfFile")
    assert "open-read-cannot-map-write" in [row.id for row in mapped.rows]
    assert mapped.problems[0].id == "P01"
    assert all("MapViewOfFile" in row.function or "MapViewOfFile" in row.statement for row in mapped.rows)
    assert any(row.id.startswith("create-existing-keeps-size") for row in found("second create size ignored").rows)
    assert any(entry.case == "views-of-*" for entry in found("STATUS_SECTION_PROTECTION").known)
    assert found("xyzzy") == Found([], [], [])


def test_explain_prints_rows_with_links() -> None:
    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, ROOT / "scripts" / "explain.py", *words], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    code, text = run("error 5 MapViewOfFile", "--most", "2")
    assert code == 0 and "Rows of the contract:" in text and "https://learn.microsoft.com/" in text
    assert run("xyzzy")[0] == 1
    code, text = run("xyzzy", "--most", "0")
    assert code == 3 and "--most 0" in text


def test_the_table_of_the_prompt(tmp_path: Path) -> None:
    script, out = ROOT / "harness" / "cmake" / "symptom_table.py", tmp_path / "table.c"
    files = [str(ROOT / "cases" / "contract.toml"), str(ROOT / "cases" / "problems.toml")]

    def made(*words: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, script, *words, str(out)], capture_output=True, text=True)
        return done.returncode, done.stderr

    assert made(*files) == (0, "")
    text = out.read_text(encoding="ascii")
    past_end = next(line for line in text.splitlines() if '"map-offset-past-end"' in line)
    assert '" MapViewOfFile ", " 5 STATUS_INVALID_VIEW_SIZE ", "NULL; 5 (STATUS_INVALID_VIEW_SIZE)"' in past_end
    assert '"P01: A view larger than the section' in past_end
    assert '" MapViewOfFileNuma2 *MapViewOfFile "' in text  # another form of a function, and its plain name
    assert made(*files) == (0, "") and out.read_text(encoding="ascii") == text
    out.unlink()
    code, complaint = made(files[0], str(tmp_path / "none.toml"))
    assert code == 1 and "none.toml" in complaint and not out.exists()

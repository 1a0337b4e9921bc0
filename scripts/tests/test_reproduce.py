"""Tests of scripts/reproduce: what a program contains, what cannot be expressed, and that programs agree with reports."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck import verbs  # noqa: E402
from shmcheck.contract import load  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.proof import reproductions  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402
from shmcheck.reports.results import Case, Key, Run  # noqa: E402
from shmcheck.reproduce.program import render, without_unused  # noqa: E402
from shmcheck.reproduce.steps import CannotExpress, steps_of  # noqa: E402
from shmcheck.reproduce.values import narrow, object_name, wide  # noqa: E402
from shmcheck.targets.prefix import wine_version  # noqa: E402

REPORT = ROOT / "reports" / "baselines" / "wine-8.xml"
CONTRACT = load(ROOT / "cases" / "contract.toml")
TABLE = verbs.load()


def case(transcript: str, details: str = "", verdict: Verdict = Verdict.PASS) -> Case:
    return Case(Key("topic", "my-case"), verdict, "", "", "", details, (), transcript, 1)


def program(transcript: str, details: str = "", **more: bool) -> str:
    one = case(transcript, details)
    return render(one, Run("here", {}, "", {one.key: one}), CONTRACT, TABLE, **more)


CREATE = "writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0"


def test_a_call_with_its_values_by_name() -> None:
    text = program(CREATE + "\nreader> open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE -> fail error=5 ERROR_ACCESS_DENIED")
    assert 'CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"Local\\\\my-case-x")' in text
    assert 'section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, L"Local\\\\my-case-x");' in text
    assert "ok(section == NULL && error == ERROR_ACCESS_DENIED," in text
    assert "hand_over(READER);" in text
    assert "Sleep(" not in text


def test_the_attributes_of_an_app_call_are_kept() -> None:
    text = program(
        "writer> createapp section name=@x size=4096 protect=PAGE_READWRITE inherit=yes -> ok error=0\n"
        "reader> openapp again name=@x access=FILE_MAP_READ inherit=yes -> ok"
    )
    assert "pCreateFileMappingFromApp(INVALID_HANDLE_VALUE, plain_attributes(TRUE), PAGE_READWRITE" in text
    assert "pOpenFileMappingFromApp(FILE_MAP_READ, TRUE, " in text


def test_the_expected_reply_of_a_failure_is_used() -> None:
    step = "reader> open section name=@x access=FILE_MAP_READ"
    details = f"line 7: [a-row] {step}: expected fail error=2 ERROR_FILE_NOT_FOUND status=0xC0000034 STATUS_X, got ok"
    found = steps_of(case(CREATE + f"\n{step} -> ok", details))
    assert not found[0].failed and found[1].failed
    assert found[1].expected.fields == {"error": "2", "status": "0xC0000034"}
    text = program(CREATE + f"\n{step} -> ok\nreader> close section -> ok", details)
    assert "section == NULL && error == ERROR_FILE_NOT_FOUND && status == 0xC0000034" in text
    # On a system that behaves as expected the close has no handle.
    assert "if (section)\n    {\n        CloseHandle(section);" in text


def test_a_failed_precondition_names_the_expected_reply() -> None:
    step = "writer> placeholder room size=0x20000"
    details = f"{step}: precondition failed: expected ok error=0, got fail error=87 ERROR_INVALID_PARAMETER"
    found = steps_of(case(f"{step} -> fail error=87 ERROR_INVALID_PARAMETER", details))
    assert found[0].failed and found[0].expected.ok


def test_the_verb_that_cannot_be_expressed_is_named() -> None:
    with pytest.raises(CannotExpress, match="^burst"):
        program(CREATE + "\nwriter> burst section how=flip rounds=1 crowd=2 -> ok")
    with pytest.raises(CannotExpress, match="computes this itself.*the sum is right"):
        program(CREATE, "[a-row] the sum is right: expected yes, got no")
    with pytest.raises(CannotExpress, match="no step"):
        program("")


def test_an_external_program_cannot_be_expressed() -> None:
    with pytest.raises(CannotExpress, match=r"the external program mine\.exe plays a role"):
        program(f"{CREATE}\nexternal reader mine.exe @x\nreader> prints hello -> ok\nends reader 0x0")


def test_a_role_that_appears_again_after_its_end_is_another_process() -> None:
    text = program(CREATE + "\nwriter> (killed) -> gone\n" + CREATE)
    assert "kill(WRITER);" in text and "enum role { MAIN, WRITER, WRITER_2, ROLES };" in text


def test_a_value_of_another_role_is_fetched() -> None:
    text = program(
        "writer> create section size=4096 protect=PAGE_READWRITE inherit=yes -> ok error=0\n"
        "writer> spawn child pipe=$child.token program=$child.program inherit=yes -> ok\n"
        "child> adopt section handle=$writer.handle -> ok\n"
        "child> map view of=section access=FILE_MAP_WRITE -> ok"
    )
    assert 'publish("writer.handle", (ULONG_PTR)section);' in text
    assert 'section = (HANDLE)(ULONG_PTR)fetch("writer.handle");' in text
    assert "start_role(CHILD, TRUE, NULL);" in text


def test_a_program_in_the_style_of_wines_suite() -> None:
    step = "writer> unmap view"
    details = f"[a-row] {step}: expected fail error=487 ERROR_INVALID_ADDRESS, got ok"
    transcript = CREATE + "\nwriter> map view of=section access=FILE_MAP_READ -> ok\n" + f"{step} -> ok"
    text = program(transcript, details, winetest=True, known=True)
    assert '#include "wine/test.h"' in text and "static void test_my_case(void)" in text
    assert text.count("todo_wine ok(") == 1 and "int main(" not in text


def test_names_and_text_are_converted_to_c() -> None:
    assert object_name("@x%20y", "case") == "Local\\case-x y"
    assert object_name("Global\\^x", "case") == "Global\\case-x"
    assert wide("\xc3\xa9a") == 'L"\\x00E9" L"a"'
    assert narrow('a"\\\n') == '"a\\"\\\\\\x0A"'


def test_unused_helpers_are_left_out() -> None:
    text = "static int a(void)\n{\n    return 1;\n}\n\nstatic int b(void)\n{\n    return a();\n}\n\nint main(void)\n{\n    return 0;\n}\n"
    assert without_unused(text) == "int main(void)\n{\n    return 0;\n}\n"


def test_every_expressible_case_of_the_report() -> None:
    """At least 75 of the known deviations of Wine 8.0 can be expressed as programs."""
    run = read(REPORT)
    written = 0
    for one in run.cases.values():
        if one.verdict is Verdict.KNOWN:
            try:
                render(one, run, CONTRACT, TABLE)
                written += 1
            except CannotExpress:
                pass
    assert written >= 75


def test_a_tenth_of_the_programs_agrees() -> None:
    if reproductions.missing():
        pytest.skip(reproductions.missing())
    run = read(REPORT)
    if not wine_version().startswith(run.facts["wine_version"]):
        pytest.skip(f"the report is of Wine {run.facts['wine_version']}, this is {wine_version()}")
    proof = reproductions.prove(run, CONTRACT, TABLE, 0.1, 11)
    assert proof.programs >= 20
    assert proof.problems == []


def test_a_program_that_does_not_agree_is_a_problem() -> None:
    if reproductions.missing():
        pytest.skip(reproductions.missing())
    one = case(CREATE, verdict=Verdict.FAIL)
    proof = reproductions.prove(Run("here", {}, "", {one.key: one}), CONTRACT, TABLE, 1.0, 1)
    assert (proof.built, proof.agree, proof.disagree) == (1, 0, 1)
    assert "exit code 0 where the case is 'fail'" in proof.problems[0]
    again = replace(one, verdict=Verdict.PASS)
    assert reproductions.prove(Run("here", {}, "", {one.key: again}), CONTRACT, TABLE, 1.0, 1).agree == 1


def test_wrong_arguments_have_exit_code_3() -> None:
    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, ROOT / "scripts" / "reproduce.py", *words], capture_output=True, text=True)
        return done.returncode, done.stderr

    code, text = run(str(REPORT), "no-such-case")
    assert code == 3 and "no-such-case: the report has no such case" in text
    code, text = run(str(REPORT))
    assert code == 3 and "name one case, or --all" in text
    code, text = run(str(ROOT / "LICENSE"), "x")
    assert code == 3 and "LICENSE" in text

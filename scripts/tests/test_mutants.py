"""Tests of scripts/mutate with reports: survivors, excuses, score and exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from report_maker import WINE, Made, Report  # noqa: E402
from shmcheck.commands import mutate  # noqa: E402
from shmcheck.console import EXIT_ERROR, EXIT_FAILED, EXIT_PASSED, CannotRun  # noqa: E402
from shmcheck.proof.mutants import Excuse, Score, Survivor, load_excuses, score  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402

STEP = "writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0"
STATUS = "! survived status: open section name=Local\\shmcheck-5f3a-open-missing-x access=0x4 -> fail error=2 status=0xC0000022"
SIZE = "! survived size: size section -> ok size=4097 attributes=SEC_COMMIT"


def counts(mutants: int, survived: int, run: int = 0) -> str:
    return f"! mutants={mutants} killed={mutants - survived} survived={survived} run={run}"


def report(folder: Path, *cases: Made, mutated: bool = True) -> Path:
    facts = WINE | {"mutated_replies": "100 percent, seed 1"} if mutated else WINE
    path = folder / "TEST-shmcheck-mutate.xml"
    path.write_text(Report(list(cases), facts).xml(), encoding="utf-8")
    return path


def scored(folder: Path, *cases: Made, excuses: list[Excuse] | None = None) -> Score:
    return score(read(report(folder, *cases)), excuses or [])


def test_survivors_are_printed_without_the_runs_part_of_names(tmp_path: Path) -> None:
    total = scored(tmp_path, Made("open-missing", steps=[STEP, STATUS, SIZE, counts(9, 2, run=3)]))
    assert total.survived == [
        Survivor("open-missing", "status", "open section name=Local\\open-missing-x access=0x4", "fail error=2 status=0xC0000022"),
        Survivor("open-missing", "size", "size section", "ok size=4097 attributes=SEC_COMMIT"),
    ]
    assert total.figures() == {"mutants": 9, "killed": 7, "survived": 2, "excused": 0}
    assert (total.cases, total.run, total.unproven) == (1, 3, [])
    assert round(total.percent) == 78


def test_cases_add_up_whether_they_pass_or_not(tmp_path: Path) -> None:
    total = scored(
        tmp_path,
        Made("a", steps=[STEP, counts(10, 0, run=1)]),
        Made("b", verdict="fail", steps=[STEP, SIZE, counts(5, 1)]),
        Made("c", verdict="known", steps=[STEP, counts(3, 0, run=1)]),
        Made("d", verdict="deviates", steps=[STEP, counts(2, 0)]),
    )
    assert total.figures() == {"mutants": 20, "killed": 19, "survived": 1, "excused": 0}
    assert (total.cases, total.run) == (4, 2)


def test_cases_without_changes_do_not_count(tmp_path: Path) -> None:
    total = scored(tmp_path, Made("a", verdict="skip", steps=[]), Made("b", steps=[STEP]), Made("c", verdict="error"))
    assert total.figures() == {"mutants": 0, "killed": 0, "survived": 0, "excused": 0}
    assert (total.cases, total.percent, total.percent_excused) == (0, 0.0, 0.0)
    assert total.unproven == ["c"]


@pytest.mark.parametrize(
    "steps", [[SIZE, counts(9, 0)], [counts(9, 1)], [SIZE, "! mutants=9 killed=9 survived=1 run=0"], [SIZE, SIZE, counts(2, 1)]]
)
def test_survivors_and_counts_that_disagree_are_an_error(tmp_path: Path, steps: list[str]) -> None:
    with pytest.raises(CannotRun, match="a lists [012] survivors but counts: mutants="):
        scored(tmp_path, Made("a", steps=[STEP, *steps]))


@pytest.mark.parametrize(
    ("case", "step", "field", "covers"),
    [
        ("open-missing", "open section *", "status", True),
        ("open-*", "*", "*", True),
        ("open-missing", "open section name=Local\\open-missing-x access=0x4", "status", True),
        ("open", "open section *", "status", False),
        ("open-missing", "open", "status", False),
        ("open-missing", "open section *", "stat", False),
        ("Open-missing", "open section *", "status", False),
    ],
)
def test_an_excuse_covers_what_all_its_globs_match(tmp_path: Path, case: str, step: str, field: str, covers: bool) -> None:
    excuse = Excuse(case, step, field, "because")
    total = scored(tmp_path, Made("open-missing", steps=[STEP, STATUS, counts(4, 1)]), excuses=[excuse])
    assert (len(total.excused), len(total.survived), excuse.used) == ((1, 0, 1) if covers else (0, 1, 0))
    assert total.percent_excused == (25.0 if covers else 0.0)


def test_the_first_excuse_that_covers_is_the_one_that_is_used(tmp_path: Path) -> None:
    first, second = Excuse("*", "size *", "size", "one"), Excuse("*", "*", "*", "two")
    total = scored(tmp_path, Made("a", steps=[STATUS, SIZE, counts(2, 2)]), excuses=[first, second])
    assert (first.used, second.used) == (1, 1)
    assert [excuse.reason for _, excuse in total.excused] == ["two", "one"]


GOOD = '[[excused]]\ncase = "a"\nstep = "*"\nfield = "status"\nreason = "no source names it"\n'


def test_excuses_are_read(tmp_path: Path) -> None:
    path = tmp_path / "excused.toml"
    path.write_text("# only this\n\n" + GOOD, encoding="utf-8")
    assert load_excuses(path) == [Excuse("a", "*", "status", "no source names it")]
    path.write_text("# none\n", encoding="utf-8")
    assert load_excuses(path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + GOOD.replace('reason = "no source names it"\n', ""), "entry 2 must have case, step, field, reason"),
        (GOOD.replace("no source names it", ""), "entry 1 must have"),
        (GOOD.replace('"status"', "5"), "entry 1 must have"),
        (GOOD + 'since = "today"\n', "entry 1 must have"),
        (GOOD.replace("[[excused]]", "[[excuse]]"), "only .*excused"),
        ("[[excused]\n", "excused.toml: "),
        ('excused = "all"\n', "only .*excused"),
    ],
)
def test_invalid_excuses_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "excused.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRun, match=message):
        load_excuses(path)


def test_a_missing_list_of_excuses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="nowhere.toml"):
        load_excuses(tmp_path / "nowhere.toml")


def test_the_list_of_the_project_is_valid() -> None:
    excuses = load_excuses(ROOT / "cases" / "excused.toml")
    assert excuses
    assert all(len(excuse.reason) > 40 for excuse in excuses)


# ---- the command ----


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = mutate.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.fixture
def excuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "excused.toml"
    path.write_text(GOOD.replace('"a"', '"open-*"'), encoding="utf-8")
    monkeypatch.setattr(mutate, "EXCUSED", path)
    return path


@pytest.mark.parametrize(
    ("cases", "arguments", "code", "said"),
    [
        ([Made("a", steps=[counts(7, 0, run=2)])], [], EXIT_PASSED, "7 changes in 1 cases: 7 noticed (100.0 %), 0 survived, 0 exc"),
        ([Made("a", steps=[SIZE, counts(7, 1)])], [], EXIT_FAILED, "survived  a  size: size section -> ok size=4097 attributes="),
        ([Made("a", steps=[STEP])], [], EXIT_FAILED, "0 changes in 0 cases"),
        ([Made("open-a", steps=[STATUS, counts(50, 1)])], [], EXIT_PASSED, "1 excused (2.0 %)"),
        ([Made("open-a", steps=[STATUS, counts(49, 1)])], [], EXIT_FAILED, "More than 2 % of the changes had to be excused."),
        ([Made("open-a", steps=[STATUS, counts(49, 1)])], ["--filter", "open-*"], EXIT_PASSED, "1 excused (2.0 %)"),
        ([Made("open-a", steps=[STATUS, counts(49, 1)])], ["--percent", "5"], EXIT_PASSED, "excused     1  open-* / status / *: no source"),
        ([Made("a", steps=[counts(7, 0)])], [], EXIT_PASSED, "not needed on this system, the excuse for open-* / status / *"),
        ([Made("a", steps=[counts(7, 0)]), Made("b", verdict="error")], [], EXIT_ERROR, "whose changes were not tested: b"),
        ([Made("a", steps=[SIZE, counts(7, 1)]), Made("b", verdict="error")], [], EXIT_FAILED, "were not tested: b"),
    ],
)
def test_the_text_about_a_report_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    excuses: Path,
    cases: list[Made],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    seen, output = run(capsys, "--report", str(report(tmp_path, *cases)), *arguments)
    assert said in output
    assert seen == code


def test_unneeded_excuses_are_named_only_after_whole_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], excuses: Path) -> None:
    path = str(report(tmp_path, Made("a", steps=[counts(7, 0)])))
    assert "not needed" in run(capsys, "--report", path)[1]
    assert "not needed" not in run(capsys, "--report", path, "--percent", "50")[1]
    assert "not needed" not in run(capsys, "--report", path, "--filter", "a")[1]


def test_figures_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], excuses: Path) -> None:
    path = report(tmp_path, Made("open-a", steps=[STATUS, SIZE, counts(7, 2)]))
    code, _ = run(capsys, "--report", str(path), "--json", str(tmp_path / "figures.json"))
    assert code == EXIT_FAILED
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures == {"mutants": 7, "killed": 5, "survived": 1, "excused": 1}


def test_more_survivors_than_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], excuses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutate, "SHOWN", 3)
    _, output = run(capsys, "--report", str(report(tmp_path, Made("a", steps=[SIZE] * 5 + [counts(5, 5)]))))
    assert output.count("survived  a") == 3
    assert "... and 2 more" in output


def test_the_report_of_a_run_without_mutate_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], excuses: Path
) -> None:
    code, output = run(capsys, "--report", str(report(tmp_path, Made("a"), mutated=False)))
    assert (code, "is the report of a run without --mutate" in output) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--percent", "0"], "--percent: it takes a number from 1 to 100, not '0'"),
        (["--percent", "101"], "--percent: it takes a number from 1 to 100, not '101'"),
        (["--report", "no-such-file.xml"], "no-such-file.xml"),
    ],
)
def test_wrong_options_have_exit_code_3(capsys: pytest.CaptureFixture[str], excuses: Path, arguments: list[str], said: str) -> None:
    code, output = run(capsys, *arguments)
    assert code == 3
    assert said in output


def test_seeds_are_repeatable() -> None:
    assert mutate.seed_of("7") == 7
    assert 20260101 < mutate.seed_of("today") < 30000000
    for word in ("0", "-1", "tomorrow", "", "1000000001", "1.5"):
        with pytest.raises(CannotRun, match="--seed takes"):
            mutate.seed_of(word)

"""Tests of scripts/faults: the families, the draw, the verdict on a system, the figures; and the faulty actor itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

from fault_runner import BIN, environment_for, why_not, windows_path  # noqa: E402
from shmcheck.commands.faults import parse  # noqa: E402
from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.oracle.exploring import Contradiction  # noqa: E402
from shmcheck.proof.exploration import FaultFound, fault_figures  # noqa: E402
from shmcheck.proof.fault_order import Order  # noqa: E402
from shmcheck.proof.fault_reach import can_open, reachable  # noqa: E402
from shmcheck.proof.fault_runs import FaultRuns, play_batch  # noqa: E402
from shmcheck.proof.faults import (  # noqa: E402
    By,
    Family,
    FamilyNeed,
    Outcome,
    System,
    check_topics,
    choose,
    draw,
    estimate_text,
    figures,
    judge,
    passing,
    read_families,
    system_of,
    table,
    unmet_needs,
    wilson,
)
from shmcheck.reports.results import Case, Key, Run  # noqa: E402
from shmcheck.targets.target import WindowsTarget  # noqa: E402

FAULTY = BIN / "tests" / "shmactor-faulty.exe"
needs_programs = pytest.mark.skipif(
    bool(why_not()) or not FAULTY.is_file(), reason=why_not() or "shmactor-faulty.exe is not built"
)

NAMES = Family(
    "names-cut", ("2",), ("missing_name",), {"units": ("255", "63")}, {"way": ("W", "A")}, "names are one | or not"
)
PLAIN = Family("no-183", ("1",), ("sample",), {}, {}, "no 183")
CONTROL = Family("control-calls", ("control",), ("sample",), {}, {}, "nothing")
SYSTEM = System(NAMES, (("units", "63"),))
ONE = Key("missing_name", "one")


def case(name: str, verdict: Verdict) -> Case:
    return Case(Key("missing_name", name), verdict, "", "", "", "", ("open-missing",), "", 1)


def run_of(*cases: Case) -> Run:
    return Run("wine-8.0", {"wine_version": "8.0"}, "", {one.key: one for one in cases})


# ---- the list ----


def test_the_list_of_faults_is_read() -> None:
    families = read_families("names-cut\t2 3\tmissing_name sample\tunits=255|63\tway=W|A size=8K\tone units=63,way=A:two units=63,way=A:three\tcut\n")
    assert families == [
        Family(
            "names-cut",
            ("2", "3"),
            ("missing_name", "sample"),
            {"units": ("255", "63")},
            {"way": ("W", "A"), "size": ("8K",)},
            "cut",
            (FamilyNeed((), ("one",)), FamilyNeed((("units", "63"), ("way", "A")), ("two", "three"))),
        )
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the list of faults is empty"),
        ("no-183\t1\tsample\tx\n", "line 1: expected a name"),
        ("No 183\t1\tsample\t\t\t\tx\n", "line 1: expected a name"),
        ("no-183\t1\t \t\t\t\tx\n", "line 1: expected a name"),
        ("no-183\t1\tsample\t\t\t\t\n", "line 1: expected a name"),
        ("no-183\t \tsample\t\t\t\tx\n", "line 1: expected a name"),
        ("a\t1\tsample\tpage\t\t\tx\n", "line 1: expected key=value|value..., each key once, got 'page'"),
        ("a\t1\tsample\t\tway=W way=A\t\tx\n", "line 1: expected key=value|value..., each key once, got 'way=A'"),
        ("a\t1\tsample\t\t\tway:one\tx\n", "line 1: expected a case or key=value,...:case, got 'way:one'"),
        ("a\t1\tsample\t\t\tway=A:\tx\n", "line 1: expected a case or key=value,...:case, got 'way=A:'"),
        ("a\t1\tsample\t\t\t\tx\na\t1\tsample\t\t\t\ty\n", "line 2: there are two faults a"),
    ],
)
def test_a_bad_list_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(problem)):
        read_families(text)


def test_a_rule_that_the_system_itself_breaks_is_not_drawn() -> None:
    whole = FamilyNeed((), ("ring", "split"))
    needy = Family("split-ignored", ("13",), ("placed_views",), {}, {}, "x", (whole,))
    part = FamilyNeed((("way", "A"),), ("ansi",))
    partly = replace(NAMES, needs=(part,))
    families = [partly, needy]
    unmet = unmet_needs(families, [Key("placed_views", "other")])
    assert unmet == [(partly, part), (needy, whole)]
    drawn = draw(families, 2, 1, unmet)
    assert [system.text for system in drawn.systems] == ["names-cut:units=255,way=W", "names-cut:units=63,way=W"]
    assert drawn.reasons["split-ignored"] == "none of these cases passes here without a fault: ring, split"
    assert {name.rpartition(",")[2] for name in drawn.reasons} <= {"split-ignored", "way=A"}
    with pytest.raises(CannotRun, match="fewer than 3 different systems"):
        draw(families, 3, 1, unmet)
    unmet = unmet_needs(families, [Key("placed_views", "split"), Key("call_forms", "ansi")])
    drawn = draw(families, 5, 1, unmet)
    assert (unmet, len(drawn.systems), drawn.left_out) == ([], 5, {})


def test_a_rule_that_the_system_itself_breaks_is_left_out_unless_it_is_named() -> None:
    whole, part = FamilyNeed((), ("ring",)), FamilyNeed((("way", "A"),), ("ansi",))
    needy = Family("split-ignored", ("13",), ("placed_views",), {}, {}, "x", (whole,))
    partly = replace(NAMES, needs=(part,))
    families = [partly, needy, CONTROL]
    unmet = unmet_needs(families, [])
    chosen = choose(families, [], unmet)
    assert chosen.systems == [System(partly)]
    assert chosen.reasons == {"split-ignored": "none of these cases passes here without a fault: ring"}
    assert choose(families, ["split-ignored"], unmet).systems == [System(needy)]


def test_figures_of_exploring_name_what_was_left_out() -> None:
    steps = [("writer", "close s1")]
    found = Contradiction("life", 1, steps, ["fail error=6"], ("ok",), ("close",), steps, 2.04, 0.5)
    results = [FaultFound(System(PLAIN), 10, 2.5, found), FaultFound(SYSTEM, 900, 60.0, None)]
    figures = json.loads(json.dumps(fault_figures(results, {"split-ignored": "why"}, 7)))
    assert (figures["seed"], figures["faults"], figures["found"], figures["missed"]) == (7, 2, 1, 1)
    assert (figures["missed_faults"], figures["left_out"]) == (["names-cut:units=63"], {"split-ignored": "why"})
    assert (figures["seconds"], figures["steps"]) == ({"no-183": 2.0}, {"no-183": 1})


def test_a_topic_without_cases_is_refused() -> None:
    with pytest.raises(CannotRun, match="names the topic missing_name, which has no case"):
        check_topics([NAMES], {"sample"})
    check_topics([NAMES], {"sample", "missing_name"})


# ---- choosing and drawing ----


def test_systems_are_chosen_by_name_and_parameters() -> None:
    families = [NAMES, PLAIN, CONTROL]
    assert choose(families, []).systems == [System(NAMES), System(PLAIN)]
    assert choose(families, ["no-183"]).systems == [System(PLAIN)]
    assert choose(families, ["names-cut:units=63,way=A"]).systems == [System(NAMES, (("units", "63"), ("way", "A")))]
    assert choose(families, ["control-calls"]).systems == [System(CONTROL)]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none", "there is no fault 'none'"),
        ("names-cut:units=64", "'units=64' is no parameter of names-cut"),
        ("names-cut:page=first", "'page=first' is no parameter of names-cut"),
        ("names-cut:units", "'units' is no parameter of names-cut"),
        ("names-cut:way=W,way=A", "'way=A' is no parameter of names-cut, or it is given twice"),
    ],
)
def test_a_bad_system_is_refused(name: str, problem: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(problem)):
        system_of(name, [NAMES, PLAIN])


def test_a_draw_can_be_repeated() -> None:
    families = [NAMES, PLAIN, CONTROL]
    drawn = draw(families, 5, 1).systems
    assert len({system.text for system in drawn}) == 5
    assert drawn == draw(families, 5, 1).systems
    assert drawn[:3] == draw(families, 3, 1).systems
    assert [system_of(system.text, families) for system in drawn] == drawn
    assert all(not system.family.is_control for system in drawn)
    assert any(draw(families, 3, seed).systems != drawn[:3] for seed in range(2, 6))
    for system in drawn:
        if system.family is NAMES:
            assert [key for key, _ in system.parameters] == ["units", "way"]
    with pytest.raises(CannotRun, match="there are fewer than 6 different systems"):
        draw(families, 6, 1)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--sample", "0"], "--sample: it takes a number from 1 to 1000, not '0'"),
        (["--sample", "2", "--fault", "no-183"], "--sample cannot be combined"),
        (["--sample", "2", "--whole"], "--sample cannot be combined"),
        (["--seed", "2"], "--seed needs --sample"),
        (["--at-least", "101"], "--at-least: it takes a number from 0 to 100, not '101'"),
        (["--jobs", "0"], "--jobs: it takes a number from 1 to 32, not '0'"),
        (["--timeout-scale", "0"], "--timeout-scale: it takes a number from 0.1 to 100, not '0'"),
    ],
)
def test_wrong_options_are_refused(words: list[str], problem: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(problem)):
        parse(words)


# ---- the verdict on a system ----


def by(verdict: Verdict, reached: bool = True) -> By:
    return judge(SYSTEM, [run_of(case("one", verdict))], {ONE}, reached).by


def test_only_fail_and_deviates_count_as_caught() -> None:
    assert by(Verdict.FAIL) is By.FAIL
    assert by(Verdict.DEVIATES) is By.DEVIATES
    for verdict in (Verdict.PASS, Verdict.SKIP, Verdict.KNOWN):
        assert by(verdict) is By.NOTHING


def test_errors_do_not_count_as_caught() -> None:
    assert by(Verdict.ERROR) is By.ERROR
    outcome = judge(SYSTEM, [run_of(case("one", Verdict.ERROR))], {ONE}, True)
    assert (outcome.caught, outcome.errors) == (False, [ONE])


def test_a_fault_that_no_call_reached_does_not_count() -> None:
    assert by(Verdict.FAIL, reached=False) is By.NOT_REACHED
    assert not judge(SYSTEM, [run_of(case("one", Verdict.FAIL))], {ONE}, False).caught


def test_only_cases_that_pass_without_the_fault_count() -> None:
    baseline = run_of(case("good", Verdict.PASS), case("bad", Verdict.FAIL), case("away", Verdict.SKIP))
    passed = set(passing(baseline))
    assert passed == {Key("missing_name", "good")}
    outcome = judge(SYSTEM, [run_of(case("good", Verdict.PASS), case("bad", Verdict.FAIL))], passed, True)
    assert (outcome.cases, outcome.caught) == (1, False)


# ---- figures ----


@pytest.mark.parametrize(
    ("caught", "count", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (95, 100, 0.8882, 0.9785), (1, 2, 0.0945, 0.9055)],
)
def test_the_interval_of_the_estimate_is_right(caught: int, count: int, low: float, high: float) -> None:
    """Compares with published values of the Wilson score interval without a correction for continuity."""
    assert wilson(caught, count) == pytest.approx((low, high), abs=5e-5)


def outcomes() -> list[Outcome]:
    return [
        judge(SYSTEM, [run_of(case("one", Verdict.FAIL))], {ONE}, True),
        judge(System(PLAIN), [run_of(case("one", Verdict.ERROR))], {ONE}, True),
    ]


def test_figures_are_counted() -> None:
    found = json.loads(json.dumps(figures(outcomes(), 7)))
    assert (found["faults"], found["caught"], found["missed"], found["seed"]) == (2, 1, 1, 7)
    assert found["missed_faults"] == ["no-183"]
    assert found["caught_by"] == {"names-cut:units=63": ["missing_name/one"]}
    assert found["estimate"]["share"] == 0.5
    assert found["estimate"]["interval"] == "Wilson"
    first, second = found["systems"]
    assert (first["family"], first["parameters"], first["by"]) == ("names-cut", {"units": "63"}, "fail")
    assert (second["system"], second["by"], second["errors"]) == ("no-183", "error only", ["missing_name/one"])
    assert estimate_text(outcomes()).startswith("2 faults: 1 caught, 1 missed; 50% caught (95% Wilson interval: 9% to 91%)")


def test_the_table_is_written() -> None:
    text = table(outcomes(), "Wine 8.0").splitlines()
    assert text[6] == "| no-183 | no 183 | **missed** by 1 cases (error only) | 1 |"
    assert text[7] == "| names-cut:units=63 | names are one \\| or not | one |  |"


# ---- which cases can reach a system ----

STEPS = """\
writer> create section name=@x size=0x100000 protect=PAGE_READWRITE -> ok error=0
writer> map view of=section access=FILE_MAP_WRITE -> ok
reader> open section name=@x access=FILE_MAP_READ api=A -> ok
reader> map view of=section access=FILE_MAP_WRITE -> fail error=5
writer> close section -> ok
"""


@pytest.mark.parametrize(
    ("key", "value", "can"),
    [
        ("size", "1M", True),
        ("size", "2G", False),
        ("way", "A", True),
        ("way", "Numa", False),
        ("way", "W", True),
        ("view", "2", True),
        ("view", "3", False),
        ("handle", "2", True),
        ("process", "2", True),
        ("process", "3", False),
        ("event", "failure", True),
        ("event", "unmap", False),
        ("event", "kill", True),
        ("after", "1500", True),
        ("backing", "file", False),
        ("whose", "duplicate", False),
    ],
)
def test_cases_that_can_reach_a_gate(key: str, value: str, can: bool) -> None:
    assert can_open(key, value, STEPS) is can
    assert can_open(key, value, STEPS + "writer> churn objects count=300 -> ok\n")


def test_only_gates_limit_the_cases() -> None:
    family = Family("x", ("1",), ("sample",), {"size": ("2G",)}, {"way": ("A", "Numa")}, "x")
    steps = Case(ONE, Verdict.PASS, "", "", "", "", (), STEPS, 1)
    assert reachable(System(family, (("size", "2G"), ("way", "A"))))(steps)
    assert not reachable(System(family, (("size", "2G"), ("way", "Numa"))))(steps)


# ---- the order of the cases ----


def timed(topic: str, name: str, milliseconds: int) -> Case:
    return Case(Key(topic, name), Verdict.PASS, "", "", "", "", (), "", milliseconds)


def order_of(*cases: Case) -> tuple[Order, list[Key]]:
    return Order(Run("wine-8.0", {}, "", {one.key: one for one in cases})), [one.key for one in cases]


def test_cases_of_the_topics_and_short_ones_come_first() -> None:
    order, keys = order_of(timed("sample", "far", 100), timed("missing_name", "slow", 900), timed("missing_name", "near", 100))
    assert [key.id for batch in order.batches(SYSTEM, keys) for key in batch] == ["near", "slow", "far"]


def test_cases_that_caught_the_family_run_first() -> None:
    order, keys = order_of(timed("missing_name", "near", 100), timed("sample", "far", 100))
    caught = Outcome(SYSTEM, failed=[Key("sample", "far")], reached=True)
    order.note(caught)
    assert [key.id for batch in order.batches(SYSTEM, keys) for key in batch] == ["far", "near"]
    other = System(Family("x", ("9",), ("missing_name",), {}, {}, "x"))
    assert [key.id for batch in order.batches(other, keys) for key in batch] == ["near", "far"]


def test_every_case_is_in_one_batch() -> None:
    order, keys = order_of(*(timed("sample", f"case-{number}", 10 * number) for number in range(60)))
    batches = list(order.batches(SYSTEM, keys))
    assert len(batches) == 3
    assert all(batches)
    assert sorted((key for batch in batches for key in batch), key=str) == sorted(keys, key=str)
    assert list(order.batches(SYSTEM, [])) == []


class ScriptedRuns(FaultRuns):
    """Returns results that the test gives, instead of running cases."""

    def __init__(self, verdicts: list[dict[str, Verdict]]) -> None:
        super().__init__(WindowsTarget(), Path(), 1)
        object.__setattr__(self, "verdicts", verdicts)
        object.__setattr__(self, "asked", [])

    def run_cases(self, system: System, cases: Sequence[Key], first: bool, jobs: int) -> tuple[list[Run], bool]:
        del system, first, jobs
        asked: list[list[str]] = vars(self)["asked"]
        asked.append([key.id for key in cases])
        verdicts = vars(self)["verdicts"].pop(0)
        return [run_of(*(case(name, verdict) for name, verdict in verdicts.items()))], True


def test_a_case_that_fails_once_does_not_end_a_batch() -> None:
    """The later cases of the batch run too."""
    keys = [Key("missing_name", name) for name in ("one", "two", "three")]
    runs = ScriptedRuns(
        [
            {"one": Verdict.FAIL},
            {"one": Verdict.PASS},
            {"two": Verdict.ERROR, "three": Verdict.DEVIATES},
            {"three": Verdict.DEVIATES},
        ]
    )
    outcome = play_batch(runs, Outcome(SYSTEM), keys, keys)
    assert vars(runs)["asked"] == [["one", "two", "three"], ["one"], ["two", "three"], ["three"]]
    assert (outcome.by, [key.id for key in outcome.caught_by], outcome.cases) == (By.DEVIATES, ["three"], 3)
    assert [key.id for key in outcome.errors] == ["two"]


def test_an_error_does_not_end_a_batch() -> None:
    """A run stops at the first case that errs; the cases behind it run too. A run without a result ends the batch."""
    keys = [Key("missing_name", name) for name in ("one", "two", "three")]
    runs = ScriptedRuns([{"one": Verdict.ERROR}, {"two": Verdict.FAIL}, {"two": Verdict.FAIL}])
    outcome = play_batch(runs, Outcome(SYSTEM), keys, keys)
    assert vars(runs)["asked"] == [["one", "two", "three"], ["two", "three"], ["two"]]
    assert (outcome.by, outcome.cases) == (By.FAIL, 2)
    runs = ScriptedRuns([{}])
    assert play_batch(runs, Outcome(SYSTEM), keys, keys).by is By.NOTHING
    assert vars(runs)["asked"] == [["one", "two", "three"]]


# ---- the faulty actor ----


def faulty(
    *words: str, fault: str | None = None, reached: Path | None = None, steps: str = ""
) -> tuple[int, str]:
    """Runs the faulty actor and returns its exit code and output. Without words it performs `steps`, a line each, as at its
    prompt."""
    environment = environment_for("faulty")
    environment.pop("SHMCHECK_FAULT", None)
    if fault is not None:
        environment["SHMCHECK_FAULT"] = fault
    if reached is not None:
        environment["SHMCHECK_FAULT_REACHED"] = windows_path(reached)
    done = subprocess.run(
        ["wine", str(FAULTY), *words],
        env=environment,
        input=steps.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode().replace("\r\n", "\n")


@needs_programs
def test_the_faulty_actor_lists_its_faults() -> None:
    code, text = faulty("--faults")
    assert code == 0
    families = read_families(text)
    topics = {path.stem for path in (ROOT / "cases").glob("*.c")}
    check_topics(families, topics)
    drawn = [family for family in families if not family.is_control]
    assert len([family for family in drawn if family.own or family.gates]) >= 40
    assert {area for family in drawn for area in family.areas} == {str(number) for number in range(1, 15)}
    assert len([family for family in families if family.is_control]) == 4
    for system in draw(families, 300, 1).systems:
        assert len(system.text) < 100


@needs_programs
def test_the_faulty_actor_needs_a_fault() -> None:
    assert faulty("exit") == (3, "shmactor-faulty: SHMCHECK_FAULT must name a fault; "
                              "`shmactor-faulty --faults` lists them\n")
    assert faulty("exit", fault="none") == (3, "shmactor-faulty: SHMCHECK_FAULT=none: there is no fault 'none'\n")
    assert faulty("exit", fault="no-183") == (0, "")


@needs_programs
@pytest.mark.parametrize("parameters", ["units=64", "units", "units=63,units=63", "way=", "units=63 "])
def test_the_faulty_actor_refuses_wrong_parameters(parameters: str) -> None:
    code, text = faulty("exit", fault=f"names-cut:{parameters}")
    assert code == 3
    assert "is not a parameter of this fault, or is given twice; its parameters are: units=" in text


@needs_programs
def test_the_faulty_actor_tells_when_its_fault_is_reached(tmp_path: Path) -> None:
    mark = tmp_path / "reached"
    create = "create section name=Local\\shmcheck-test-reached size=4096 protect=PAGE_READWRITE\n"
    code, text = faulty(fault="stores-lost:page=first", reached=mark, steps=create)
    assert (code, "ok error=0" in text, mark.exists()) == (0, True, False), text
    code, text = faulty(fault="last-error-kept", reached=mark, steps=create)
    assert (code, "ok error=0" in text, mark.exists()) == (0, False, True), text


@needs_programs
def test_the_faulty_actor_is_not_beside_the_real_one() -> None:
    """The runner must not use it by mistake."""
    assert not (BIN / "shmactor-faulty.exe").exists()
    assert "SHMCHECK_FAULT" not in os.environ

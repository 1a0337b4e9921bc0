"""Tests of scripts/faults: the list of faults, what counts as noticed, the figures; and the faulty actor itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

from fault_runner import BIN, environment_for, why_not  # noqa: E402
from shmcheck.console import CannotRun  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.proof.faults import (  # noqa: E402
    Fault,
    check_topics,
    choose,
    figures,
    judge,
    passing,
    read_faults,
    table,
)
from shmcheck.reports.results import Case, Key, Run  # noqa: E402

FAULTY = BIN / "tests" / "shmactor-faulty.exe"
needs_programs = pytest.mark.skipif(
    bool(why_not()) or not FAULTY.is_file(), reason=why_not() or "shmactor-faulty.exe is not built"
)

FAULT = Fault("names-without-case", ("missing_name",), "names are one | or not")


def case(name: str, verdict: Verdict, details: str = "") -> Case:
    return Case(Key("missing_name", name), verdict, "", "", "", details, ("open-missing",), "", 1)


def run_of(*cases: Case) -> Run:
    return Run("wine-8.0", {"wine_version": "8.0"}, "", {one.key: one for one in cases})


# ---- the list ----


def test_list_is_read() -> None:
    faults = read_faults("no-183\tmissing_name sample\tno 183\nname-cut\tsample\tcut\n")
    assert faults[0] == Fault("no-183", ("missing_name", "sample"), "no 183")
    assert [fault.name for fault in faults] == ["no-183", "name-cut"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the list of faults is empty"),
        ("no-183\tsample\n", "line 1: not a name, topics and a sentence"),
        ("No 183\tsample\tx\n", "line 1: not a name"),
        ("no-183\t \tx\n", "line 1: not a name"),
        ("no-183\tsample\t\n", "line 1: not a name"),
        ("a\tsample\tx\na\tsample\ty\n", "line 2: there are two faults a"),
    ],
)
def test_a_bad_list_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(problem)):
        read_faults(text)


def test_topic_that_is_none() -> None:
    with pytest.raises(CannotRun, match="names the topic missing_name, which has no case"):
        check_topics([FAULT], {"sample"})
    check_topics([FAULT], {"sample", "missing_name"})


def test_choosing() -> None:
    other = Fault("no-183", ("sample",), "x")
    assert choose([FAULT, other], []) == [FAULT, other]
    assert choose([FAULT, other], ["no-183"]) == [other]
    with pytest.raises(CannotRun, match="there is no fault 'none'"):
        choose([FAULT], ["none"])


# ---- what counts ----


def outcomes_of(verdict: Verdict, details: str = "") -> tuple[int, int]:
    """How many cases notice, and how many broke."""
    outcome = judge(FAULT, [run_of(case("one", verdict, details))], {Key("missing_name", "one")})
    return len(outcome.caught_by), len(outcome.errors)


def test_failed_expectations_count() -> None:
    assert outcomes_of(Verdict.FAIL) == (1, 0)
    assert outcomes_of(Verdict.DEVIATES) == (1, 0)
    for verdict in (Verdict.PASS, Verdict.SKIP, Verdict.KNOWN):
        assert outcomes_of(verdict) == (0, 0)


def test_broken_preconditions_do_not() -> None:
    assert outcomes_of(Verdict.ERROR, "writer> map view: before anything can be checked this must be ok") == (0, 1)
    seen = "writer> map view: ...\nline 131: [open-missing] writer> open x: expected fail error=2, got ok"
    assert outcomes_of(Verdict.ERROR, seen) == (1, 0)


def test_only_cases_that_pass_without_it() -> None:
    baseline = run_of(case("good", Verdict.PASS), case("bad", Verdict.FAIL), case("away", Verdict.SKIP))
    passed = set(passing(baseline))
    assert passed == {Key("missing_name", "good")}
    outcome = judge(FAULT, [run_of(case("good", Verdict.PASS), case("bad", Verdict.FAIL))], passed)
    assert (outcome.cases, outcome.caught) == (1, False)


def test_figures_and_table() -> None:
    passed = {Key("missing_name", "one")}
    caught = judge(FAULT, [run_of(case("one", Verdict.FAIL))], passed)
    missed = judge(Fault("no-183", ("sample",), "x"), [run_of(case("one", Verdict.PASS))], passed)
    found: Mapping[str, object] = figures([caught, missed])
    assert (found["faults"], found["caught"], found["missed"]) == (2, 1, 1)
    assert found["missed_faults"] == ["no-183"]
    assert found["caught_by"] == {"names-without-case": ["missing_name/one"]}
    text = table([caught, missed], "Wine 8.0").splitlines()
    assert text[6] == "| no-183 | x | **missed** by 1 cases |  |"
    assert text[7] == "| names-without-case | names are one \\| or not | one |  |"


# ---- the faulty actor ----


def faulty(*words: str, fault: str | None = None) -> tuple[int, str]:
    environment = environment_for("faulty")
    environment.pop("SHMCHECK_FAULT", None)
    if fault is not None:
        environment["SHMCHECK_FAULT"] = fault
    done = subprocess.run(
        ["wine", str(FAULTY), *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode().replace("\r\n", "\n")


@needs_programs
def test_its_list() -> None:
    code, text = faulty("--faults")
    assert code == 0
    faults = read_faults(text)
    assert len(faults) >= 40
    topics = {path.stem for path in (ROOT / "cases").glob("*.c")}
    check_topics(faults, topics)


@needs_programs
def test_it_needs_a_fault() -> None:
    assert faulty("exit") == (3, "shmactor-faulty: SHMCHECK_FAULT must name a fault; "
                              "`shmactor-faulty --faults` lists them\n")
    assert faulty("exit", fault="none") == (3, "shmactor-faulty: SHMCHECK_FAULT: there is no fault 'none'\n")
    assert faulty("exit", fault="no-183") == (0, "")


@needs_programs
def test_it_is_not_where_the_actor_is() -> None:
    """Nobody takes it for the real one."""
    assert not (BIN / "shmactor-faulty.exe").exists()
    assert "SHMCHECK_FAULT" not in os.environ

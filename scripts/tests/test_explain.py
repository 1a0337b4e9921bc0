"""Tests of the explanation of disagreements: a fact that separates systems exactly is found, and no other is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.reports.explain import Condition, Explanation, Facts  # noqa: E402
from shmcheck.reports.results import Run, version  # noqa: E402


def facts_of(**systems: dict[str, str]) -> Facts:
    return Facts(Run(target, facts, "", {}) for target, facts in systems.items())


def explained(systems: dict[str, dict[str, str]], **outcomes: str) -> Explanation:
    found = facts_of(**systems).explain(outcomes)
    assert found is not None
    return found


WINES = {
    "w5": {"wine_version": "5.0", "session": "1"},
    "w8": {"wine_version": "8.0", "session": "0"},
    "w10": {"wine_version": "10.0", "session": "1"},
    "w11": {"wine_version": "11.4", "session": "0"},
}


def test_systems_that_agree_need_no_explanation() -> None:
    assert facts_of(**WINES).explain(dict.fromkeys(WINES, "pass")) is None
    assert facts_of(**WINES).explain({}) is None


def test_a_version_threshold_is_found() -> None:
    found = explained(WINES, w5="fail", w8="fail", w10="pass", w11="pass")
    assert found.sentence() == "fail where wine_version ≤ 8.0, not where it is ≥ 10.0; elsewhere pass."


def test_a_condition_on_the_newest_version_is_found() -> None:
    found = explained(WINES, w5="pass", w8="pass", w10="pass", w11="fail")
    assert found.sentence() == "fail where wine_version ≥ 11.4, not where it is ≤ 10.0; elsewhere pass."


def test_versions_are_numbers_and_not_text() -> None:
    found = explained(WINES, w5="pass", w8="pass", w10="fail", w11="fail")
    assert found.conditions[0] == Condition("wine_version", "wine_version ≥ 10.0", "≤ 8.0")


def test_one_version_in_the_middle_is_an_equality() -> None:
    found = explained(WINES, w5="pass", w8="pass", w10="fail", w11="pass")
    assert found.sentence() == "fail where wine_version = 10.0; elsewhere pass."


def test_another_fact_is_found_if_the_version_does_not_separate() -> None:
    found = explained(WINES, w5="pass", w8="fail", w10="pass", w11="fail")
    assert found.sentence() == "fail where session = 0; elsewhere pass."


def test_a_condition_on_all_but_one_value_is_found() -> None:
    systems = {name: {"integrity": value} for name, value in {"a": "low", "b": "high", "c": "medium", "d": "high"}.items()}
    found = explained(systems, a="fail", b="pass", c="fail", d="pass")
    assert "integrity ≠ high" in found.sentence() or "integrity = high" in found.sentence()


def test_wine_and_windows_are_separated() -> None:
    systems: dict[str, dict[str, str]] = WINES | {"win10": {"os_build": "10.0.19045"}, "win11": {"os_build": "10.0.22631"}, "win7": {}}
    found = explained(systems, w5="fail", w8="fail", w10="fail", w11="fail", win10="pass", win11="pass", win7="pass")
    assert found.sentence().startswith("pass where it is not Wine; elsewhere fail.")
    found = explained(systems, w5="fail", win10="pass", win11="pass", win7="pass")
    assert found.sentence().startswith("fail where it is Wine; elsewhere pass.")


def test_the_update_counts_with_its_build() -> None:
    systems = {name: {"os_build": "10.0.26100", "os_ubr": ubr} for name, ubr in {"a": "900", "b": "1742", "c": "2000"}.items()}
    found = explained(systems, a="pass", b="fail", c="fail")
    assert "os_version ≤ 10.0.26100.900, not where it is ≥ 10.0.26100.1742" in found.sentence()


def test_three_outcomes_each_have_their_condition() -> None:
    found = explained(WINES | {"win": {}}, w5="fail", w8="deviates", w10="pass", w11="pass", win="pass")
    assert found.found
    assert "fail where wine_version ≤ 5.0" in found.sentence()
    assert "deviates where wine_version = 8.0" in found.sentence()
    assert found.sentence().endswith("elsewhere pass.")


def test_no_condition_is_found_if_none_separates() -> None:
    systems = {name: {"wine_version": "8.0", "session": session} for name, session in {"a": "0", "b": "1", "c": "0"}.items()}
    systems["d"] = {"wine_version": "9.0", "session": "1"}
    found = explained(systems, a="fail", b="pass", c="pass", d="fail")
    assert found.conditions == (None,)
    assert found.same_platform == ("a", "c")
    assert "a and c disagree although all their recorded facts are equal" in found.sentence()
    systems["c"]["elevated"] = "yes"
    found = explained(systems, a="fail", b="pass", c="pass", d="fail")
    assert not found.found and found.sentence() == found.separation() == ""


def test_facts_of_a_run_are_never_a_cause() -> None:
    systems = {
        "a": {"run_id": "1", "run_ms": "5", "wine_version": "8.0"},
        "b": {"run_id": "2", "run_ms": "6", "wine_version": "8.0"},
    }
    found = explained(systems, a="fail", b="pass")
    assert found.same_platform and not found.found


def test_memory_and_harness_come_last() -> None:
    systems = {
        "a": {"memory_mib": "1", "harness_version": "1", "zone": "x"},
        "b": {"memory_mib": "2", "harness_version": "2", "zone": "y"},
    }
    found = explained(systems, a="fail", b="pass")
    assert found.conditions[0] and found.conditions[0].fact == "zone"
    assert found.also == ("harness_version",) and found.unclear == ("zone", "harness_version", "memory_mib")


def test_nothing_is_said_where_more_than_one_property_separates() -> None:
    found = explained({"a": {"wine_version": "5.0", "session": "0"}, "b": {"wine_version": "8.0", "session": "1"}}, a="fail", b="pass")
    assert found.unclear == ("wine_version", "session")
    assert found.sentence() == found.separation() == ""


def test_another_machine_is_one_cause_more() -> None:
    machine = {"memory_mib": "1", "processors": "2"}
    systems = {"a": {"wine_version": "5.0"} | machine, "b": {"wine_version": "8.0", "memory_mib": "8", "processors": "4"}}
    assert explained(systems, a="fail", b="pass").unclear == ("wine_version", "memory_mib")
    systems["c"] = {"wine_version": "8.0"} | machine
    assert explained(systems, a="fail", b="pass", c="pass").sentence().startswith("fail where wine_version")


def test_other_files_of_the_same_version_are_a_cause() -> None:
    files = {"wine_version": "8.0", "harness_version": "1", "runner_sha256": "aa", "actor_sha256": "bb"}
    systems = {"a": files, "b": files | {"actor_sha256": "cc"}}
    found = explained(systems, a="fail", b="pass")
    assert found.sentence().startswith("fail where programs = aa bb") and found.same_platform is None
    systems["b"]["harness_version"] = "2"
    assert explained(systems, a="fail", b="pass").unclear == ()  # the files differ because the version does
    systems["b"]["wine_version"] = "9.0"
    assert explained(systems, a="fail", b="pass").unclear == ("wine_version", "harness_version")


def test_what_separates_groups_is_said_without_outcomes() -> None:
    systems = {"a": {"wine_version": "5.0"}, "b": {"wine_version": "8.0"}, "c": {"wine_version": "10.0"}}
    assert explained(systems, a="fail", b="pass", c="pass").separation() == "a: wine_version ≤ 5.0; the others ≥ 8.0."


def test_a_difference_of_programs_is_not_a_cause_in_the_platform() -> None:
    systems = {"a": {"wine_version": "5.0", "harness_version": "1"}, "b": {"wine_version": "8.0", "harness_version": "2"}}
    assert explained(systems, a="fail", b="pass").unclear == ("wine_version", "harness_version")
    systems["c"] = {"wine_version": "5.0", "harness_version": "2"}
    assert explained(systems, a="fail", b="pass", c="pass").sentence() == "fail where harness_version = 1; elsewhere pass."
    assert explained(systems, a="fail", b="pass", c="fail").unclear == ()


def test_facts_of_one_system_version_are_one_cause() -> None:
    one = {"wine_version": "5.0", "os_build": "1", "memory_mib": "1"}
    systems = {"a": one, "b": {"wine_version": "8.0", "os_build": "2", "memory_mib": "1"}}
    found = explained(systems, a="fail", b="pass")
    assert found.unclear == () and found.sentence().endswith("Also separated by os_build.")


def test_values_of_the_machine_are_not_a_cause() -> None:
    found = explained(WINES, w5="A is seen", w8="B is seen", w10="C is seen", w11="D is seen")
    assert found.sentence() == "All systems differ from each other."


VALUES = st.sampled_from(["5.0", "8.0", "10.0", "11.4"])
SYSTEMS = st.dictionaries(
    st.sampled_from([f"system-{letter}" for letter in "abcdefg"]),
    st.fixed_dictionaries(
        {},
        optional={
            "wine_version": VALUES,
            "session": st.sampled_from(["0", "1"]),
            "os_build": st.sampled_from(["10.0.19045", "10.0.22631", "10.0.26100"]),
            "elevated": st.sampled_from(["yes", "no"]),
        },
    ),
    min_size=2,
)


def holds(text: str, facts: dict[str, str]) -> bool:
    """Whether the text of a condition is true for a system, evaluated independently."""
    if text == "it is Wine":
        return "wine_version" in facts
    if text == "it is not Wine":
        return "wine_version" not in facts
    name, word, *rest = text.split(" ", 2)
    if text.endswith("is recorded"):
        return name in facts
    if text.endswith("is not recorded"):
        return name not in facts
    value, wanted = facts.get(name), rest[0]
    if value is None:
        return False
    compared = {"=": value == wanted, "≠": value != wanted}
    compared |= {"≤": version(value) <= version(wanted), "≥": version(value) >= version(wanted)}
    return compared[word]


@given(SYSTEMS, st.data())
@settings(max_examples=500, deadline=None)
def test_every_condition_holds_for_exactly_its_systems(systems: dict[str, dict[str, str]], data: st.DataObject) -> None:
    outcomes = {name: data.draw(st.sampled_from(["pass", "fail", "deviates"])) for name in systems}
    found = facts_of(**systems).explain(outcomes)
    if found is None:
        assert len(set(outcomes.values())) == 1
        return
    assert {target for group in found.groups for target in group.targets} == set(systems)
    for group, condition in zip(found.groups, found.conditions, strict=False):
        if condition:
            assert {name for name, facts in systems.items() if holds(condition.text, facts)} == set(group.targets)


@given(SYSTEMS, st.data())
@settings(max_examples=200, deadline=None)
def test_a_property_that_separates_is_found(systems: dict[str, dict[str, str]], data: st.DataObject) -> None:
    """If one condition decides the outcome, a condition is found (not always the same one)."""
    wanted = data.draw(st.sampled_from(["session = 1", "wine_version ≤ 8.0", "elevated = no", "it is Wine"]))
    outcomes = {name: "fail" if holds(wanted, facts) else "pass" for name, facts in systems.items()}
    found = facts_of(**systems).explain(outcomes)
    name = "wine_version" if wanted == "it is Wine" else wanted.split()[0]
    if found is None or (wanted != "it is Wine" and not all(name in facts for facts in systems.values())):
        return  # a system without the fact cannot be distinguished from the others by it
    assert found.conditions[0] is not None
    assert found.same_platform is None


@pytest.mark.parametrize("count", [2, 50])
def test_order_of_systems_does_not_matter(count: int) -> None:
    systems = {f"s{number:02}": {"wine_version": f"{number % 5}.0"} for number in range(count)}
    outcomes = {name: "fail" if facts["wine_version"] == "1.0" else "pass" for name, facts in systems.items()}
    one = facts_of(**systems).explain(outcomes)
    other = facts_of(**dict(reversed(systems.items()))).explain(dict(reversed(outcomes.items())))
    assert one and other and one.sentence() == other.sentence()

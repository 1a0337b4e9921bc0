"""Tests of scripts/compare: the classes of changes and their properties, equality, the outputs and exit codes."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_maker import WINE, Made, Report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands.compare import main  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.reports.baseline_match import best_fit  # noqa: E402
from shmcheck.reports.change_kinds import DEFAULT_FAIL_ON, MEANING, Change, classify  # noqa: E402
from shmcheck.reports.compare import Comparison, compare  # noqa: E402
from shmcheck.reports.compare_text import as_json, markdown, text  # noqa: E402
from shmcheck.reports.markdown import MAX_BYTES  # noqa: E402
from shmcheck.reports.report_reader import parse  # noqa: E402
from shmcheck.reports.results import BAD, Case, Key, Run, observation, signature, version  # noqa: E402
from shmcheck.reports.transcript import align, first_difference, split, steps_of  # noqa: E402

VERDICTS = [verdict.value for verdict in Verdict]


def run(cases: Sequence[Made], target: str = "here", **facts: str) -> Run:
    return parse(Report(list(cases), facts=WINE | facts).xml().encode(), target)


def one_class(base: Made | None, new: Made | None, **facts: str) -> Change:
    """The class of a case in two runs with another case that does not change."""
    rest = [Made("rest")]
    found = compare(run(rest + ([base] if base else [])), run(rest + ([new] if new else []), **facts))
    return next(difference.change for difference in found.differences if difference.key.id != "rest")


# ---- the table of classes ----

EXPECTED = {
    ("absent", "pass"): "added",
    ("absent", "fail"): "new-failure",
    ("absent", "deviates"): "new-failure",
    ("absent", "error"): "new-failure",
    ("absent", "skip"): "added",
    ("absent", "known"): "added",
    ("pass", "absent"): "removed",
    ("fail", "absent"): "removed",
    ("deviates", "absent"): "removed",
    ("error", "absent"): "removed",
    ("skip", "absent"): "removed",
    ("known", "absent"): "removed",
    ("pass", "pass"): "same",
    ("pass", "fail"): "regressed",
    ("pass", "deviates"): "regressed",
    ("pass", "error"): "regressed",
    ("pass", "skip"): "lost-coverage",
    ("pass", "known"): "newly-known",
    ("fail", "pass"): "fixed",
    ("fail", "fail"): "still-failing",
    ("fail", "deviates"): "changed",
    ("fail", "error"): "regressed",
    ("fail", "skip"): "lost-coverage",
    ("fail", "known"): "still-known",
    ("deviates", "pass"): "fixed",
    ("deviates", "fail"): "regressed",
    ("deviates", "deviates"): "still-failing",
    ("deviates", "error"): "regressed",
    ("deviates", "skip"): "lost-coverage",
    ("deviates", "known"): "still-known",
    ("error", "pass"): "fixed",
    ("error", "fail"): "changed",
    ("error", "deviates"): "changed",
    ("error", "error"): "still-failing",
    ("error", "skip"): "lost-coverage",
    ("error", "known"): "still-known",
    ("skip", "pass"): "added",
    ("skip", "fail"): "new-failure",
    ("skip", "deviates"): "new-failure",
    ("skip", "error"): "new-failure",
    ("skip", "skip"): "same",
    ("skip", "known"): "added",
    ("known", "pass"): "unexpectedly-passing",
    ("known", "fail"): "regressed",
    ("known", "deviates"): "regressed",
    ("known", "error"): "regressed",
    ("known", "skip"): "lost-coverage",
    ("known", "known"): "still-known",
}


@pytest.mark.parametrize(("base", "new"), itertools.product(["absent", *VERDICTS], repeat=2))
def test_every_pair_of_verdicts_has_its_class(base: str, new: str) -> None:
    if base == new == "absent":
        with pytest.raises(ValueError, match="in one of the runs"):
            classify(None, None, finished=True)
        return
    made = {name: Made("case", name) for name in VERDICTS}
    assert one_class(made.get(base), made.get(new)) == EXPECTED[base, new]


def test_every_class_is_explained_and_reached() -> None:
    assert set(MEANING) == set(Change)
    reached = set(EXPECTED.values()) | {"changed", "not-selected"}
    assert reached == {change.value for change in Change}


@pytest.mark.parametrize("verdict", [name for name in VERDICTS if name != "skip"])
def test_a_case_missing_from_an_unfinished_run_is_lost(verdict: str) -> None:
    assert one_class(Made("case", verdict), None, run_complete="no") is Change.LOST_COVERAGE
    assert one_class(Made("case", verdict), None) is Change.REMOVED


def test_a_skip_missing_from_an_unfinished_run_loses_nothing() -> None:
    assert one_class(Made("case", "skip"), None, run_complete="no") is Change.REMOVED


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_case_missing_from_a_selection_is_not_selected(verdict: str) -> None:
    assert one_class(Made("case", verdict), None, selection="--filter rest") is Change.NOT_SELECTED
    assert one_class(Made("case", verdict), Made("case", verdict), selection="--filter rest") is not Change.NOT_SELECTED


def test_an_unfinished_selection_may_have_lost_cases() -> None:
    assert one_class(Made("case"), None, selection="--filter rest", run_complete="no") is Change.LOST_COVERAGE


def test_a_known_deviation_that_passes_on_a_newer_version_is_fixed() -> None:
    before, now = Made("case", "known"), Made("case")
    assert one_class(before, now, wine_version="10.0") is Change.FIXED
    assert one_class(before, now, wine_version="8.0") is Change.UNEXPECTEDLY_PASSING
    assert one_class(before, now, wine_version="5.0") is Change.UNEXPECTEDLY_PASSING
    windows = {name: value for name, value in WINE.items() if name != "wine_version"} | {"os_build": "10.0.26100"}
    found = compare(run([before]), parse(Report([now], facts=windows).xml().encode(), "windows"))
    assert found.counts[Change.UNEXPECTEDLY_PASSING] == 1  # another system is not a newer version


@pytest.mark.parametrize("verdict", ["pass", "fail", "deviates", "known", "error"])
def test_another_reply_is_a_change(verdict: str) -> None:
    before = Made("case", verdict, steps=["reader> read view as=u32 -> ok u32=1"])
    now = Made("case", verdict, steps=["reader> read view as=u32 -> ok u32=2"])
    assert one_class(before, now) is Change.CHANGED


def test_another_reason_of_a_skip_is_a_change() -> None:
    assert one_class(Made("case", "skip", message="no x86"), Made("case", "skip", message="no x64")) is Change.CHANGED


def test_another_kind_of_error_is_a_change() -> None:
    assert one_class(Made("case", "error", kind="Crash"), Made("case", "error", kind="Timeout")) is Change.CHANGED


def test_the_reason_of_a_known_deviation_may_be_reworded() -> None:
    before, now = Made("case", "known", message="one"), Made("case", "known", message="another")
    assert one_class(before, now) is Change.STILL_KNOWN


# ---- differences that do not count ----


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"place": "cases/sample.c:12"}, {"place": "cases/sample.c:99"}),
        ({"details": "line 12: [x] got 5"}, {"details": "line 14: [x] got 5"}),
        ({"message": "no reply after 5001 ms"}, {"message": "no reply after 5013 ms"}),
        ({"message": "at 0x00007FF812345678"}, {"message": "at 0x00007FF8AAAA0000"}),
        ({"message": "process 4711 is gone"}, {"message": "process 4720 is gone"}),
        ({"message": "ok ~handle=0x1C"}, {"message": "ok ~handle=0x20"}),
    ],
)
def test_values_that_change_from_run_to_run_do_not_count(before: dict[str, str], now: dict[str, str]) -> None:
    assert one_class(Made("case", "fail", **before), Made("case", "fail", **now)) is Change.STILL_FAILING


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("got fail error=5", "got fail error=87"),
        ("status=0xC0000022", "status=0xC0000005"),
        ("size=4096", "size=8192"),
        ("[row-a] expected ok", "[row-b] expected ok"),
    ],
)
def test_codes_and_values_count(before: str, now: str) -> None:
    assert signature(before) != signature(now)
    assert one_class(Made("case", "fail", message=before), Made("case", "fail", message=now)) is Change.CHANGED


# ---- properties ----

NAMES = st.sampled_from([f"case-{letter}" for letter in "abcdefgh"])
CASES = st.builds(
    Made,
    NAMES,
    st.sampled_from(VERDICTS),
    topic=st.sampled_from(["one", "two"]),
    message=st.sampled_from(["expected ok", "got 5"]),
    steps=st.lists(st.sampled_from(["writer> map v -> ok", "writer> map v -> fail error=5", "= n: 1", "# x"]), max_size=4),
)
RUNS = st.lists(CASES, min_size=1, max_size=12, unique_by=lambda case: (case.topic, case.id)).map(run)


def classes(found: Comparison) -> dict[Key, Change]:
    return {difference.key: difference.change for difference in found.differences}


@given(RUNS)
@settings(max_examples=150, deadline=None)
def test_equal_runs_have_no_difference(same: Run) -> None:
    found = compare(same, same)
    assert set(classes(found).values()) <= {Change.SAME, Change.STILL_FAILING, Change.STILL_KNOWN}
    assert not found.warnings
    assert found.sentence().startswith("no difference")


@given(RUNS, RUNS)
@settings(max_examples=150, deadline=None)
def test_the_classes_partition_the_cases(base: Run, new: Run) -> None:
    found = compare(base, new)
    assert len(found.differences) == len(base.cases.keys() | new.cases.keys())
    assert {difference.key for difference in found.differences} == base.cases.keys() | new.cases.keys()
    assert sum(found.counts.values()) == len(found.differences)
    for change in Change:
        assert len(found.of(change)) == found.counts[change]


@given(RUNS, RUNS)
@settings(max_examples=150, deadline=None)
def test_comparing_in_the_other_direction_mirrors_the_classes(base: Run, new: Run) -> None:
    """A change for the worse in one direction is one for the better, or a missing case, in the other."""
    there, back = classes(compare(base, new)), classes(compare(new, base))
    for key, change in there.items():
        if change in (Change.FIXED, Change.UNEXPECTEDLY_PASSING):
            assert back[key] in (Change.REGRESSED, Change.NEWLY_KNOWN)
        if change in (Change.SAME, Change.STILL_FAILING):
            assert back[key] is change
        if change is Change.ADDED:
            assert back[key] in (Change.REMOVED, Change.LOST_COVERAGE)


@given(RUNS, RUNS)
@settings(max_examples=100, deadline=None)
def test_a_failure_is_in_no_harmless_class(base: Run, new: Run) -> None:
    for difference in compare(base, new).differences:
        if difference.new and difference.new.verdict in BAD:
            assert difference.change not in (Change.SAME, Change.FIXED, Change.ADDED, Change.STILL_KNOWN)


@given(st.lists(CASES, min_size=1, max_size=8, unique_by=lambda case: (case.topic, case.id)), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_cases_does_not_matter(cases: list[Made], chance: object) -> None:
    other = list(cases)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert as_json([compare(run(cases), run(cases))]) == as_json([compare(run(other), run(other))])


# ---- transcripts ----

LINES = st.lists(st.sampled_from(["w> a -> ok", "w> a -> fail", "w> b -> ok", "r> c -> ok", "= n: 1", "# x"]), max_size=8)


@given(st.lists(LINES, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_each_transcript_is_in_the_alignment_in_its_order(transcripts: list[list[str]]) -> None:
    steps = align(["\n".join(lines) for lines in transcripts])
    for place, lines in enumerate(transcripts):
        kept = [(step.request, step.replies[place]) for step in steps if step.replies[place] is not None]
        assert kept == [(step.request, step.reply) for step in map(split, lines)]
    assert all(any(reply is not None for reply in step.replies) for step in steps)


@given(LINES, LINES)
@settings(max_examples=300, deadline=None)
def test_transcripts_differ_exactly_if_there_is_a_first_difference(one: list[str], other: list[str]) -> None:
    assert (first_difference("\n".join(one), "\n".join(other)) is None) == (one == other)


def test_a_line_is_split_as_the_protocol_has_it() -> None:
    assert steps_of("") == []
    step = split("writer> open s name=a access=FILE_MAP_READ -> fail error=2")
    assert (step.request, step.reply) == ("writer> open s name=a access=FILE_MAP_READ", "fail error=2")
    assert (split("= size: 4096").request, split("= size: 4096").reply) == ("= size:", "4096")
    assert split("# no -> reply").reply == ""


def test_a_different_reply_precedes_a_missing_step() -> None:
    found = first_difference("w> a -> ok\nw> x -> ok\nw> b -> ok", "w> a -> ok\nw> b -> fail error=5")
    assert found and (found.request, found.before, found.now) == ("w> b", "ok", "fail error=5")


# ---- warnings about the comparison ----


@pytest.mark.parametrize("fact", ["session", "elevated", "integrity", "harness_version", "process_arch"])
def test_other_conditions_are_named_first(fact: str) -> None:
    found = compare(run([Made("a")]), run([Made("a")], **{fact: "other"}))
    assert len(found.warnings) == 1 and found.warnings[0].startswith(fact)
    assert text(found).startswith("The conditions of the runs differ:\n")
    assert markdown(found).index("The conditions of the runs differ") < markdown(found).index("the same in both")


def test_other_programs_of_the_same_version_are_named_first() -> None:
    mine = {"runner_sha256": "a" * 64, "actor_sha256": "b" * 64}
    base = run([Made("a")], **mine)
    assert not compare(base, run([Made("a")], **mine)).warnings
    found = compare(base, run([Made("a")], session="0", **{**mine, "actor_sha256": "c" * 64})).warnings
    assert [warning.split(" ")[0] for warning in found] == ["shmactor.exe", "session"]
    assert "is another program of the same version" in found[0]
    found = compare(base, run([Made("a")], runner_sha256="d" * 64, actor_sha256="c" * 64)).warnings
    assert found[0].startswith("shmcheck.exe, shmactor.exe are other programs")
    # Programs of another version always differ, and a report without a SHA-256 cannot be compared.
    for other in ({"harness_version": "0.2.0"}, {"process_arch": "x86"}):
        assert len(compare(base, run([Made("a")], **{**mine, "actor_sha256": "c" * 64, **other})).warnings) == 1
    assert not compare(base, run([Made("a")])).warnings


def test_another_version_of_wine_needs_no_warning() -> None:
    assert not compare(run([Made("a")]), run([Made("a")], wine_version="10.0")).warnings


# ---- the choice of the base ----


def test_the_base_of_the_same_version_fits_best_then_an_older_one() -> None:
    runs = {version: run([Made("a")], f"wine-{version}", wine_version=version) for version in ("5.0", "8.0", "10.0", "11.0")}
    recorded = list(runs.values())
    for mine, fits in (("8.0", "8.0"), ("9.0", "8.0"), ("10.0", "10.0"), ("12.1", "11.0"), ("4.0", "5.0")):
        found = best_fit(run([Made("a")], wine_version=mine), recorded)
        assert found is runs[fits], mine
        assert best_fit(run([Made("a")], wine_version=mine), recorded[::-1]) is found


def test_windows_is_not_compared_with_wine_nor_x86_with_x64() -> None:
    wine = run([Made("a")])
    facts = {name: value for name, value in WINE.items() if name != "wine_version"}
    windows = parse(Report([Made("a")], facts=facts).xml().encode(), "windows")
    assert best_fit(windows, [wine]) is None
    assert best_fit(run([Made("a")], process_arch="x86"), [wine]) is None


def test_versions_have_an_order() -> None:
    words = ["5.0", "8.0", "8.0.1", "9.22", "10.0", "10.0.19045", "10.0.26100.1"]
    assert sorted(words[::-1], key=version) == words
    assert version("no number") == ()


# ---- outputs ----

HOSTILE = "`` ``` </code> <script> | [x](http://localhost) @everyone #1 *b* \\"


def test_markdown_has_text_of_reports_in_code_only() -> None:
    base = run([Made("case", steps=["w> a -> ok"])], "x`y|z")
    new = run([Made("case", "fail", message=HOSTILE, steps=[f"w> a -> fail {HOSTILE}"])], "<b>")
    made = markdown(compare(base, new))
    outside = outside_code(made)
    for piece in ("<script>", "@everyone", "](http", "<b>", "*b*"):
        assert piece not in outside, outside


def outside_code(made: str) -> str:
    """Markdown without its code blocks and spans, by CommonMark's rule: a run of backticks ends at an equal run."""
    out: list[str] = []
    fence = ""
    for line in made.split("\n"):
        stripped = line.strip()
        if fence:
            fence = "" if stripped == fence else fence
        elif stripped.startswith("```") and "`" not in stripped.lstrip("`"):
            fence = stripped[: len(stripped) - len(stripped.lstrip("`"))]
        else:
            out.append(without_spans(line))
    assert not fence
    return "\n".join(out)


def without_spans(line: str) -> str:
    at, out = 0, ""
    while at < len(line):
        run_length = len(line[at:]) - len(line[at:].lstrip("`"))
        if not run_length:
            out += line[at]
            at += 1
            continue
        end = at + run_length
        while (end := line.find("`" * run_length, end)) >= 0:
            whole = len(line[end:]) - len(line[end:].lstrip("`"))
            if whole == run_length:
                break
            end += whole
        if end < 0:
            out += line[at : at + run_length]
            at += run_length
        else:
            at = end + run_length
    return out


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip))
@settings(max_examples=300, deadline=None)
def test_no_text_gets_out_of_its_code_span(word: str) -> None:
    from shmcheck.reports.markdown import code

    assert without_spans("a " + code(word) + " b") == "a  b"


def test_markdown_is_never_too_long() -> None:
    cases = [Made(f"case-{number}", "fail", message="x" * 250 + str(number)) for number in range(2000)]
    made = markdown(compare(run([Made("rest")]), run(cases)))
    assert MAX_BYTES * 0.9 < len(made.encode()) <= MAX_BYTES
    assert "more\n" in made and "do not fit" in made


def test_json_has_every_case_that_is_not_the_same() -> None:
    base = [Made(f"case-{name}", name) for name in VERDICTS]
    new = [Made(f"case-{name}", "fail") for name in VERDICTS] + [Made("more")]
    document = json.loads(as_json([compare(run(base), run(new))]))
    assert len(document["cases"]) == len(VERDICTS) + 1
    assert sum(document["counts"].values()) == len(VERDICTS) + 1
    assert {entry["class"] for entry in document["cases"]} == {
        "regressed",
        "still-failing",
        "new-failure",
        "changed",
        "added",
    }


def test_the_text_shows_the_step_that_differs() -> None:
    before = Made("case", steps=["writer> map view -> ok", "writer> close s -> ok"])
    now = Made("case", "fail", message="expected ok", steps=["writer> map view -> ok", "writer> close s -> fail error=6"])
    shown = text(compare(run([before]), run([now])))
    assert "regressed (1)" in shown
    assert "first difference: writer> close s\n" in shown
    assert "before: ok\n" in shown and "now:    fail error=6\n" in shown


def test_unstable_cases_are_marked() -> None:
    found = compare(run([Made("a")]), run([Made("a"), Made("a.2", "fail")]))
    assert "unstable" in text(found) and "unstable" in markdown(found)


# ---- the command ----


def written(folder: Path, name: str, report: Report) -> Path:
    path = folder / f"TEST-shmcheck-{name}.xml"
    path.write_text(report.xml(), encoding="utf-8")
    return path


def command(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_exit_codes_tell_whether_something_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, "good", Report([Made("a"), Made("b", "fail")]))
    worse = written(tmp_path, "worse", Report([Made("a", "fail"), Made("b", "fail")]))
    assert command(good, good) == 0
    assert command(good, worse) == 1
    assert "exit code 1 because of 1 regressed" in capsys.readouterr().err
    assert command(worse, good) == 0
    assert command(worse, good, "--fail-on", "fixed") == 1
    assert command(good, worse, "--fail-on", "none") == 0
    assert command(good, good, "--fail-on", "any") == 0
    assert command(good, good, "--fail-on", "still-failing") == 1
    assert command(worse, good, "--fail-on", "any") == 1


def test_bad_input_has_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, "good", Report([Made("a")]))
    bad = tmp_path / "bad.xml"
    bad.write_text("<html/>", encoding="utf-8")
    for pair in ((good, bad), (bad, good), (good, tmp_path / "none.xml"), (tmp_path / "none", good)):
        assert command(*pair) == 3
        shown = capsys.readouterr()
        assert shown.out == "" and shown.err.startswith("scripts/compare: ") and shown.err.count("\n") == 1
    assert command(good, good, "--fail-on", "nonsense") == 3
    assert "no class is named 'nonsense'" in capsys.readouterr().err
    assert command(good) == 3
    assert "the following arguments are required: NEW" in capsys.readouterr().err


def test_a_lost_new_run_has_lost_its_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, "good", Report([Made("a"), Made("b")]))
    lost = written(tmp_path, "lost", Report([Made("no-case-ran", "error", topic="run", message="no route")]))
    assert command(good, lost) == 1
    assert "lost was lost: no route" in capsys.readouterr().out
    assert command(lost, good) == 3


def test_a_folder_is_accepted_as_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "baselines"
    folder.mkdir()
    for wine in ("5.0", "8.0", "10.0"):
        written(folder, f"wine-{wine}", Report([Made("a")], facts=WINE | {"wine_version": wine}))
    new = written(tmp_path, "new", Report([Made("a")], facts=WINE | {"wine_version": "9.3"}))
    assert command(folder, new) == 0
    assert "TEST-shmcheck-wine-8.0.xml (Wine 8.0, x64)" in capsys.readouterr().err
    x86 = written(tmp_path, "x86", Report([Made("a")], facts=WINE | {"process_arch": "x86"}))
    assert command(folder, x86) == 3
    assert "no report in" in capsys.readouterr().err


def test_a_removed_case_fails_unless_the_new_run_is_a_selection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = written(tmp_path, "whole", Report([Made("a"), Made("b"), Made("c")]))
    less = written(tmp_path, "less", Report([Made("a")]))
    chosen = written(tmp_path, "chosen", Report([Made("a")], facts=WINE | {"selection": "--filter a"}))
    assert command(whole, less) == 1
    assert "exit code 1 because of 2 removed" in capsys.readouterr().err
    assert command(whole, chosen) == 0
    shown = capsys.readouterr().out
    assert "the new run is a selection of the cases: --filter a" in shown
    assert "2 cases are not in the new run, which is a selection." in shown
    assert command(chosen, whole) == 0
    assert "the earlier run is a selection of the cases: --filter a" in capsys.readouterr().out


def test_a_selection_is_never_the_base_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "baselines"
    folder.mkdir()
    written(folder, "chosen", Report([Made("a")], facts=WINE | {"selection": "--filter a"}))
    assert command(folder, written(tmp_path, "new", Report([Made("a")]))) == 3


def test_new_may_be_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = {name: tmp_path / name for name in ("base", "new")}
    for name, folder in folders.items():
        folder.mkdir()
        for wine in ("8.0", "10.0"):
            bad = name == "new" and wine == "10.0"
            cases = [Made("a", "fail" if bad else "pass")]
            written(folder, f"wine-{wine}", Report(cases, facts=WINE | {"wine_version": wine}))
    assert command(folders["base"], folders["new"], "--json", tmp_path / "all.json", "--markdown", tmp_path / "all.md") == 1
    shown = capsys.readouterr()
    assert shown.out.count("== wine-") == 2 and "exit code 1 because of 1 regressed" in shown.err
    document = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert [each["new"]["target"] for each in document["comparisons"]] == ["wine-10.0", "wine-8.0"]
    assert (tmp_path / "all.md").read_text(encoding="utf-8").count("## ") >= 2
    # One report cannot be the base of several. A report that fits no base is named, and the exit code is not 0.
    assert command(folders["base"] / "TEST-shmcheck-wine-8.0.xml", folders["new"]) == 3
    assert "has 2 reports, so BASE must be a folder" in capsys.readouterr().err
    written(folders["new"], "x86", Report([Made("a")], facts=WINE | {"process_arch": "x86"}))
    assert command(folders["base"], folders["new"]) == 3
    shown = capsys.readouterr()
    assert "no report in" in shown.err and "x86" in shown.err and "== wine-8.0" in shown.out


def test_the_text_has_forty_lines_at_most(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = [Made(f"case-{at}") for at in range(60)] + [Made(f"known-{at}", "known", message="known: x") for at in range(80)]
    new = [Made(f"case-{at}", "fail", message="expected ok") for at in range(60)] + base[60:]
    paths = written(tmp_path, "base", Report(base)), written(tmp_path, "new", Report(new))
    assert command(*paths) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 40 and lines[0].startswith("60 regressed")
    assert "80 known deviations are as before." in lines
    assert any(line.startswith("... and ") and line.endswith("more lines; --all prints them") for line in lines)
    assert command(*paths, "--all") == 1
    every = capsys.readouterr().out.splitlines()
    assert len([line for line in every if line.startswith("  sample/case-")]) == 60
    # The text omits no line that fits, and is short for two equal runs.
    assert command(paths[0], paths[0]) == 0
    assert len(capsys.readouterr().out.splitlines()) < 6


def test_files_are_written_and_equal_on_every_run(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    base = written(tmp_path, "base", Report([Made("a")]))
    new = written(tmp_path, "new", Report([Made("a", "fail", message="ü → x")]))
    for name in ("one", "two"):
        assert command(base, new, "--markdown", tmp_path / f"{name}.md", "--json", tmp_path / f"{name}.json") == 1
    assert (tmp_path / "one.md").read_bytes() == (tmp_path / "two.md").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert command(base, new, "--json", tmp_path / "no" / "folder.json") == 3
    assert sorted(path.name for path in tmp_path.glob("*.tmp")) == []
    capsysbinary.readouterr()
    assert command(base, new, "--format", "json") == 1
    assert capsysbinary.readouterr().out == (tmp_path / "one.json").read_bytes()


def test_the_entry_point_runs(tmp_path: Path) -> None:
    base = written(tmp_path, "base", Report([Made("a")]))
    found = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "compare.py"), str(base), str(base)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("no difference between base and base")


def test_compare_does_not_need_jinja2(tmp_path: Path) -> None:
    base = written(tmp_path, "base", Report([Made("a")]))
    (tmp_path / "jinja2.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    program = f"import sys; sys.path[:0] = {[str(tmp_path), str(ROOT / 'scripts')]!r}\n"
    program += "from shmcheck.commands.compare import main; sys.exit(main(sys.argv[1:]))"
    found = subprocess.run([sys.executable, "-c", program, str(base), str(base)], capture_output=True, check=False)
    assert found.returncode == 0, found.stderr


def test_the_default_classes_of_fail_on() -> None:
    assert DEFAULT_FAIL_ON == {Change.REGRESSED, Change.NEW_FAILURE, Change.LOST_COVERAGE, Change.REMOVED}


def test_observations_are_hashable_and_verdicts_their_words() -> None:
    case: Case = next(iter(run([Made("a")]).cases.values()))
    assert len({observation(case), observation(case)}) == 1
    assert str(Verdict.PASS) == "pass"

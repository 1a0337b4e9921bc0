"""Tests of the path of a run's report, the text at its end, and the cases of --last-failed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from report_maker import WINE, Made, Report

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck import paths
from shmcheck.console import CannotRun
from shmcheck.paths import ROOT
from shmcheck.reports import baselines
from shmcheck.targets import fleet, options, report_place
from shmcheck.targets.targets_file import Spec


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "latest"
    (folder / "selection").mkdir(parents=True)
    monkeypatch.setattr(paths, "REPORTS", folder)
    return folder


def parsed(*words: str) -> options.Options:
    return options.parse(words, "/here", lambda path, _: path)


def write(folder: Path, cases: list[Made], timestamp: str = "2026-02-03T04:05:06Z", target: str = "wine-8") -> Path:
    path = folder / f"TEST-shmcheck-{target}.xml"
    path.write_text(Report(cases, timestamp=timestamp).xml(), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [["--filter", "a"], ["--topic", "a"], ["--row", "a"], ["--play", "a"], ["--last-failed"]])
def test_a_selection_goes_to_another_file(words: list[str], reports: Path) -> None:
    whole = report_place.report_path(parsed("--verbose"), "wine-8", "/here")
    selection = report_place.report_path(parsed(*words), "wine-8", "/here")
    assert whole == reports / "TEST-shmcheck-wine-8.xml"
    assert selection == reports / "selection" / "TEST-shmcheck-wine-8.xml"
    assert report_place.report_path(parsed(*words, "--junit", "r.xml"), "wine-8", "/here") == Path("/here/r.xml")


def test_a_selection_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="--record keeps whole runs only"):
        parsed("--record", "--row", "a")
    report = tmp_path / "r.xml"
    report.write_text(Report([Made("a")], facts=WINE | {"selection": "--filter a"}).xml(), encoding="utf-8")
    with pytest.raises(CannotRun, match="it has a selection of the cases, --filter a"):
        baselines.record("wine-8", report)


def test_commands_at_the_end_are_relative_to_the_users_folder(tmp_path: Path) -> None:
    report = tmp_path / "a b" / "r.xml"
    words = report_place.words(parsed("--targets", "t.toml"), Spec("wine-10", "wine"), report, str(tmp_path))
    assert shlex.split(words["SHMCHECK_COMMAND"]) == [
        str(ROOT / "scripts" / "run"), "--target", "wine-10", "--targets", "/here/t.toml",
    ]  # fmt: skip
    assert shlex.split(words["SHMCHECK_REPORT"]) == ["a b/r.xml"]
    assert shlex.split(words["SHMCHECK_COMPARE"])[-1] == "a b/r.xml"
    words = report_place.words(parsed(), Spec("", "wine"), ROOT / "reports" / "r.xml", str(ROOT))
    assert words["SHMCHECK_COMMAND"] == "scripts/run"
    assert words["SHMCHECK_COMPARE"] == "scripts/compare reports/baselines reports/r.xml"


def test_last_failed_is_what_failed_when_it_ran_last(reports: Path) -> None:
    write(reports, [Made("a"), Made("b", "fail"), Made("c", "error"), Made("d", "deviates"), Made("e", "known")])
    assert report_place.last_failed("wine-8") == ["b", "c", "d"]
    write(reports / "selection", [Made("a", "fail"), Made("b")], "2026-02-03T05:00:00Z")
    assert report_place.last_failed("wine-8") == ["a", "c", "d"]
    # A whole run after the selection counts alone.
    write(reports, [Made("a"), Made("b"), Made("c"), Made("d", "fail")], "2026-02-03T06:00:00Z")
    assert report_place.last_failed("wine-8") == ["d"]


def test_last_failed_becomes_filters(reports: Path) -> None:
    write(reports, [Made("a", "fail"), Made("b"), Made("c", "error")])
    wanted = report_place.resolved(parsed("--verbose", "--last-failed"), "wine-8")
    assert wanted.passed_on == ["--verbose", "--filter", "a", "--filter", "c"]
    assert wanted.selects


def test_last_failed_without_a_failure_or_a_report_says_so(reports: Path) -> None:
    with pytest.raises(CannotRun, match="there is no report of an earlier run"):
        report_place.resolved(parsed("--last-failed"), "wine-8")
    file = write(reports, [Made("a")])
    with pytest.raises(CannotRun, match="no case failed in the last run on wine-8"):
        report_place.resolved(parsed("--last-failed"), "wine-8")
    file.write_text("<html/>", encoding="utf-8")
    with pytest.raises(CannotRun, match="cannot be used"):
        report_place.resolved(parsed("--last-failed"), "wine-8")


def test_a_fleet_leaves_out_targets_without_a_failure(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(reports, [Made("a", "fail")])
    write(reports, [Made("a")], target="wine-10")
    specs = [Spec("wine-8", "wine"), Spec("wine-10", "wine")]
    assert fleet.with_failures(specs, parsed("--last-failed")) == specs[:1]
    assert "wine-10: no case failed in its last run" in capsys.readouterr().err
    assert fleet.with_failures(specs, parsed()) == specs
    with pytest.raises(CannotRun, match="no case failed in the last runs"):
        fleet.with_failures(specs[1:], parsed("--last-failed"))

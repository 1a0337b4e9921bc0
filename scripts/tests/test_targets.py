"""Tests of targets.toml, the command line with targets, lost targets, several targets at once, and recording."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report_maker import WINE, Made, Report
from shmcheck.console import CannotRun, Summary
from shmcheck.paths import ROOT
from shmcheck.reports import baselines
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import parse
from shmcheck.targets import fleet, last_time, lost_report, options, status_board, target_resolve, targets_file
from shmcheck.targets.debian_root import release_of_system
from shmcheck.targets.target import Target
from shmcheck.targets.targets_file import DEFAULT_FILE, Spec

PROGRAM = [sys.executable, str(ROOT / "scripts" / "run.py")]


def parsed(*words: str) -> options.Options:
    return options.parse(words, "/here", lambda path, folder: f"{folder}/{path}")


# ---- the command line ----


def test_targets_are_names_with_commas() -> None:
    found = parsed("--target", "a,b", "--target=c", "--seed", "3", "--parallel", "3", "--allow-lost", "1", "--record")
    assert found.targets == ("a", "b", "c")
    assert (found.parallel, found.allow_lost, found.record) == (3, 1, True)
    assert found.passed_on == ["--seed", "3"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--target",), "--target: expected one argument"),
        (("--target", "a,,b"), "commas"),
        (("--target", "a,b,a"), "names a twice"),
        (("--parallel", "0"), "takes a number"),
        (("--allow-lost", "some"), "takes a number"),
        (("--allow-lost=-1",), "takes a number"),
    ],
)
def test_mistakes_on_the_command_line_are_named(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(CannotRun, match=message):
        parsed(*words)


def test_a_driver_of_one_target_gets_all_but_the_targets() -> None:
    words = ["--target", "a,b", "--filter=--target", "--targets=t", "--verbose", "--jobs=2", "--parallel", "4"]
    assert parsed(*words).passed_on == ["--filter", "--target", "--jobs", "2", "--verbose"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "wine-8,wine-5", "--junit-suite-prefix", "lab"], "--junit-suite-prefix target takes the name of each"),
        (["--junit-suite-prefix", "a b"], "or the word target, not 'a b'"),
        (["--target", "nowhere"], "there is no target 'nowhere'"),
        (["--target", "wine-8,wine-5", "--junit", "x.xml"], "--junit names one report"),
        (["--target", "wine-8,wine-5", "--list"], "work with one target at most"),
        (["--targets", "t.toml"], "name one of them with --target"),
        (["--record"], "give --target"),
    ],
)
def test_mistakes_end_with_code_3_and_one_sentence(words: list[str], message: str) -> None:
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 3
    assert message in done.stderr
    assert "Traceback" not in done.stderr


# ---- targets.toml ----


def test_the_targets_file_of_the_project_is_valid() -> None:
    specs = targets_file.load(DEFAULT_FILE)
    assert specs["wine-10"] == Spec("wine-10", "wine", debian=13)
    assert specs["wine-8-win7"].windows == "win7"
    assert specs["wine-10-x86"].arch == "x86"


def test_relative_paths_start_at_the_targets_file(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('[lab]\nkind = "ssh"\nhost = "me@lab"\nprograms = "../exe"\nssh-config = "conf"\n', encoding="utf-8")
    spec = targets_file.load(file)["lab"]
    assert Path(spec.programs) == tmp_path.parent / "exe"
    assert Path(spec.ssh_config) == tmp_path / "conf"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[a]\nkind = 'wine'\n\ndebian = 12.0\n", 4, "debian is a number"),
        ("[a]\nkind = 'wine'\ndebian = true\n", 3, "debian is a number"),
        ("[a]\nkind = 'wine'\ndebian = 10\n", 3, "debian is one of 11, 12, 13"),
        ("[b]\nkind = 'wine'\n[a]\nkind = 'wine'\nwindows = 'xp'\n", 5, "windows is one of win7"),
        ("# one\n[a]\ndebian = 12\n", 2, "needs a kind"),
        ("[a]\nkind = 'farm'\n", 2, "needs a kind"),
        ("[a]\nkind = 'local'\nhost = 'x'\n", 3, "has no 'host'"),
        ("\n[a]\nkind = 'ssh'\n", 2, "needs a host"),
        ("[a]\nkind = 'ssh'\nhost = '-oProxyCommand=x'\n", 3, "host is a destination"),
        ("[a]\nkind = 'ssh'\nhost = 'x'\nfolder = '../up'\n", 4, "folder is a single name"),
        ("[a]\nkind = 'ssh'\nhost = 'x'\ndeadline = 0\n", 4, "deadline is a number of seconds"),
        ("[a]\nkind = 'ssh'\nhost = 'x'\ntransfer-deadline = 86401\n", 4, "transfer-deadline is a number of seconds"),
        ("[a]\nkind = 'ssh'\nhost = 'x'\narch = 'arm64'\n", 4, "built with MSVC only"),
        ("['a b']\nkind = 'local'\n", 1, "a target's name"),
        ("a = 1\n", 1, "outside every"),
        ('[a]\nkind = "wine\n', 2, "Illegal character"),
        ("[a]\nkind = 'wine'\nkind = 'wine'\n", 3, "overwrite"),
    ],
)
def test_mistakes_in_the_file_are_named_with_their_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = tmp_path / "t.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        targets_file.load(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert message in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_bytes(b"[a]\nkind = '\xff'\n")
    with pytest.raises(CannotRun, match=":2: not UTF-8"):
        targets_file.load(file)
    with pytest.raises(CannotRun, match="No such file"):
        targets_file.load(tmp_path / "none.toml")


def test_another_release_sees_only_some_paths() -> None:
    other = Spec("w", "wine", debian=11 if release_of_system() != 11 else 13)
    assert target_resolve.path_for(other, "cases/known.toml", str(ROOT)).endswith("cases\\known.toml")
    assert target_resolve.path_for(other, "/tmp/x.xml", str(ROOT)) == "Z:\\tmp\\x.xml"
    with pytest.raises(CannotRun, match="can use files in this checkout and in /tmp only"):
        target_resolve.path_for(other, "/srv/x.xml", str(ROOT))


# ---- the report of a lost target ----


@pytest.mark.parametrize(
    "reason",
    ["it does not answer", "<error> & \"quotes\" 'too'", "\x00\x1b[31m\ud800 \u202e]]>", "x" * 5000, "", "two\nlines"],
)
def test_a_lost_target_is_a_report_that_says_why(reason: str) -> None:
    run = parse(lost_report.text_of("lab", "Unreachable", reason).encode("utf-8"), "lab")
    assert run.lost and not run.cases and not run.complete
    if reason.isascii() and reason.isprintable() and 0 < len(reason) < 200:
        assert run.lost == reason


def test_the_report_of_a_lost_target_has_the_prefix_too() -> None:
    text = lost_report.text_of("lab", "Unreachable", "it does not answer", "lab")
    assert 'testsuite name="lab.shmcheck.run"' in text and 'classname="lab.shmcheck.run"' in text
    assert parse(text.encode("utf-8"), "lab").lost == "it does not answer"


def test_each_target_gets_its_own_prefix() -> None:
    wanted = parsed("--filter", "target", "--junit-suite-prefix", "target", "--jobs", "2")
    assert wanted.named("wine-8").passed_on == ["--filter", "target", "--junit-suite-prefix", "wine-8", "--jobs", "2"]
    assert wanted.suite_prefix("wine-8") == wanted.named("wine-8").suite_prefix("x") == "wine-8"
    assert parsed("--junit-suite-prefix", "lab").suite_prefix("wine-8") == "lab"
    assert parsed().suite_prefix("wine-8") == "" and parsed().named("wine-8") == parsed()


# ---- several targets at once ----


def lane(tmp_path: Path, name: str, code: str) -> fleet.Lane:
    report = tmp_path / f"TEST-shmcheck-{name}.xml"
    lost_report.write(report, name, "Interrupted", lost_report.UNFINISHED)
    return fleet.Lane(Spec(name, "local"), [sys.executable, "-c", code.replace("REPORT", repr(str(report)))], report)


def good_report() -> str:
    return Report([Made("one"), Made("two", "skip", message="not here"), Made("three", "fail", message="[row] no")]).xml()


def test_lanes_run_at_the_same_time_and_each_says_how_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.xml").write_text(good_report(), encoding="utf-8")
    copies = f"import shutil; shutil.copy({str(tmp_path / 'good.xml')!r}, REPORT); import time; time.sleep(1); "
    lanes = [
        lane(tmp_path, "good", copies + "print('[1/3] one', end='\\r'); print('fail  three'); exit(1)"),
        lane(tmp_path, "other", copies + "print('0 passed, 0 failed, 0 skipped'); exit(0)"),
        lane(tmp_path, "silent", "print('no such thing'); exit(3)"),
        lane(tmp_path, "killed", "import os; os.kill(os.getpid(), 9)"),
    ]
    begin = time.monotonic()
    shown = status_board.Board([each.name for each in lanes])
    assert not fleet.run_lanes(fleet.Fleet(lanes, shown), 4, str(tmp_path))
    assert time.monotonic() - begin < 1.9 + 2
    assert [each.code for each in lanes] == [1, 0, 3, 2]
    assert read(lanes[2].report).lost == "no such thing"
    assert read(lanes[3].report).lost == "its driver was killed by SIGKILL"
    assert fleet.conclude(lanes, options.Options(), False) == 3
    out = capsys.readouterr().out
    assert "good   | fail  three\n" in out
    assert "LOST: no such thing" in out
    assert out.splitlines()[-1] == "2 passed, 4 failed, 2 skipped"
    assert fleet.conclude(lanes, options.Options(allow_lost=2), False) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 2 failed, 4 skipped"


def took(tmp_path: Path, name: str, milliseconds: str, complete: str = "yes") -> fleet.Lane:
    """A lane whose last report has this duration."""
    made = lane(tmp_path, name, f"print('at work: {name}')")
    facts = {**WINE, "run_ms": milliseconds, "run_complete": complete}
    made.report.write_text(Report([Made("one")], facts=facts).xml(), encoding="utf-8")
    return made


def test_a_report_says_how_long_its_run_took(tmp_path: Path) -> None:
    assert last_time.seconds_of(took(tmp_path, "a", "51775").run_of()) == 51.775
    assert last_time.seconds_of(took(tmp_path, "b", "9000", "no").run_of()) is None
    assert last_time.seconds_of(took(tmp_path, "c", "-1").run_of()) is None
    absent = lane(tmp_path, "lost", "")
    assert last_time.seconds_of(absent.run_of()) is None
    absent.report.write_text("<testsuites><testsuite><properties>", encoding="utf-8")
    assert last_time.seconds_of(absent.run_of()) is None
    for name, recorded in (("wine-5", 5.0), ("wine-8", 5.0)):
        seconds = last_time.seconds_of(read(ROOT / "reports" / "baselines" / f"{name}.xml"))
        assert seconds is not None and seconds > recorded


def test_unknown_targets_start_first_then_the_slowest() -> None:
    seconds = {"quick": 1.0, "new": None, "slow": 90.0, "same": 1.0, "lost": None}
    assert last_time.slowest_first(list(seconds), seconds) == ["new", "lost", "slow", "quick", "same"]
    assert last_time.slowest_first(["same", "quick"], seconds) == ["same", "quick"]
    assert last_time.words(["new", "slow"], seconds) == "new (unknown), slow (90 s)"


def test_lanes_start_in_the_order_of_their_last_durations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lanes = [took(tmp_path, "quick", "1000"), took(tmp_path, "slow", "90000"), lane(tmp_path, "new", "print('at work: new')")]
    assert fleet.in_turn(lanes, 3) == lanes
    assert capsys.readouterr().out == ""
    assert [each.name for each in fleet.in_turn(lanes[2:] + [lane(tmp_path, "newer", "")], 1)] == ["new", "newer"]
    assert "".join(capsys.readouterr()) == ""
    turns = fleet.in_turn(lanes, 1)
    assert "3 targets, 1 at a time; in the order of their last run times, the longest first: new (unknown), slow (90 s), quick (1 s)" in "".join(
        capsys.readouterr()
    )
    fleet.run_lanes(fleet.Fleet(turns, status_board.Board([each.name for each in lanes])), 1, str(tmp_path))
    out = capsys.readouterr().out
    assert [line.rpartition(" ")[2] for line in out.splitlines() if "at work" in line] == ["new", "slow", "quick"]


def test_lanes_end_when_the_run_is_interrupted(tmp_path: Path) -> None:
    program = tmp_path / "two.py"
    program.write_text(
        f"""
import sys
sys.path[:0] = [{str(ROOT / 'scripts')!r}, {str(ROOT / 'scripts' / 'tests')!r}]
from pathlib import Path
from shmcheck import signals
from shmcheck.targets import fleet, status_board
from test_targets import lane
signals.install()
lanes = [lane(Path({str(tmp_path)!r}), name, "import time; print('up', flush=True); time.sleep(60)") for name in "ab"]
print(fleet.run_lanes(fleet.Fleet(lanes, status_board.Board(["a", "b"])), 1, "."), flush=True)
""",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"a | up\n"
        driver.send_signal(signal.SIGTERM)
        out = driver.stdout.read()
        assert driver.wait(30) == 0
    assert out.endswith(b"True\n")
    assert read(tmp_path / "TEST-shmcheck-b.xml").lost == lost_report.UNFINISHED


def test_counts_are_those_of_the_last_line_of_a_run() -> None:
    run = parse(Report([Made("a"), Made("a.2"), Made("b", "error", message="x"), Made("c", "skip", message="y")]).xml().encode(), "t")
    assert run.summary == Summary(2, 1, 1)


def test_lines_show_the_text_after_carriage_returns() -> None:
    assert fleet.last_of(b"\r      \r[3/40] a-case") == "[3/40] a-case"
    assert fleet.last_of(b"[3/40] a-case\r             \r") == "[3/40] a-case"
    assert fleet.visible(b"[3/40] a-case\r             \r") == ""
    assert fleet.visible(b"[3/40] a-case\r             \rfail  a-case\r") == "fail  a-case"
    assert status_board.printable("a\x1b[31mb\tc") == "a?[31mb?c"


# ---- recording ----


def test_a_recorded_run_names_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "BASELINES", tmp_path / "kept")
    report = tmp_path / "TEST-shmcheck-w.xml"
    report.write_text(good_report().replace("<testsuite ", '<testsuite hostname="SECRET" '), encoding="utf-8")
    text = baselines.record("wine-8", report).read_text(encoding="utf-8")
    assert "SECRET" not in text and 'hostname="wine-8"' in text
    assert read(tmp_path / "kept" / "wine-8.xml").target == "wine-8"


def test_a_recorded_run_with_a_prefix_has_the_same_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "BASELINES", tmp_path / "kept")
    report = tmp_path / "TEST-shmcheck-w.xml"
    report.write_text(Report([Made("one"), Made("two", "known", message="why")], prefix="w").xml(), encoding="utf-8")
    kept = read(baselines.record("wine-8", report))
    assert kept.cases == parse(Report([Made("one"), Made("two", "known", message="why")]).xml().encode(), "x").cases


def test_a_run_that_was_not_whole_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "BASELINES", tmp_path / "kept")
    report = tmp_path / "TEST-shmcheck-w.xml"
    lost_report.write(report, "w", "Timeout", "too slow")
    with pytest.raises(CannotRun, match="too slow"):
        baselines.record("w", report)
    report.write_text(good_report().replace('"run_complete" value="yes"', '"run_complete" value="no"'), encoding="utf-8")
    with pytest.raises(CannotRun, match="did not finish"):
        baselines.record("w", report)
    with pytest.raises(CannotRun, match="some run did not finish"):
        baselines.record_if(True, [("w", report)], 2)
    assert not (tmp_path / "kept").exists()


# ---- names ----


class Place(Target):
    """A target of this name that is never entered."""

    def __init__(self, default_name: str) -> None:
        self.default_name = default_name


def test_this_system_has_the_name_of_its_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_resolve, "release_of_system", lambda: 12)
    nameless = target_resolve.THIS_SYSTEM
    assert target_resolve.name_of(nameless, Place("wine-8.0")) == "wine-8"
    assert target_resolve.name_of(nameless, Place("wine-9.0")) == "wine-9.0"  # another Wine on PATH than Debian's
    assert target_resolve.name_of(Spec("lab", "wine"), Place("wine-8.0")) == "lab"
    file = tmp_path / "targets.toml"
    monkeypatch.setattr(target_resolve, "DEFAULT_FILE", file)
    assert target_resolve.name_of(nameless, Place("wine-8.0")) == "wine-8.0"
    file.write_text("[wine-8]\nkind = 'wine'\ndebian = 12\narch = 'x86'\n", encoding="utf-8")
    assert target_resolve.name_of(nameless, Place("wine-8.0")) == "wine-8.0"

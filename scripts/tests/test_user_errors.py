"""Tests of errors with the real shmcheck.exe and shmactor.exe: wrong arguments and files, and faults from outside.

SHMCHECK_BIN is the folder of the programs, WINEPREFIX a Wine prefix that exists. Each fault must end in a clear
message, exit code 3 or the stated verdict, a report that is whole, and no process left.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fault_runner import (
    ANSWER_SECONDS,
    BIN,
    CASE,
    GONE_SECONDS,
    LONG,
    SHORT,
    Answer,
    Runner,
    cases_of,
    end,
    environment_for,
    is_complete,
    processes,
    wait_for_cases,
    wait_until,
    why_not,
    windows_path,
)

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")


def expect_refused(answer: Answer, *parts: str) -> None:
    """Expects exit code 3, one line with the reason, and no output that looks like a result."""
    assert answer.code == 3, (answer.out, answer.err)
    for part in parts:
        assert part in answer.err
    assert answer.err.startswith("shmcheck: ")
    assert answer.err.count("\n") == 1, answer.err
    assert "passed" not in answer.out


# ---- before the first case ----


def test_a_run_without_a_fault_passes(runner: Runner, tmp_path: Path) -> None:
    """Without a fault none of the following errors appears."""
    report = tmp_path / "r.xml"
    answer = runner.run(*SHORT, "--repeat", "3", "--junit", windows_path(report))
    assert (answer.code, answer.err, answer.last_line) == (0, "", "3 passed, 0 failed, 0 skipped")
    assert cases_of(report) == {CASE: ("pass", ""), f"{CASE}.2": ("pass", ""), f"{CASE}.3": ("pass", "")}
    assert is_complete(report)
    assert [file.name for file in tmp_path.iterdir()] == ["r.xml"]
    runner.expect_no_process_left()


def test_an_unknown_option_is_named(runner: Runner) -> None:
    expect_refused(runner.run("--no-such"), "unknown option '--no-such'; --help lists the options")


def test_an_option_without_its_value_is_named(runner: Runner) -> None:
    expect_refused(runner.run("--jobs"), "--jobs needs a value")


def test_a_filter_without_a_match_is_named(runner: Runner) -> None:
    message = "--filter 'no-such-*' matches no case; --list shows ids, topics and rows"
    expect_refused(runner.run("--filter", CASE, "--filter", "no-such-*"), message)
    expect_refused(runner.run("--list", "--filter", "no-such-*"), "no case is selected by --filter, --topic and --row")


def test_a_filter_is_not_taken_for_the_names_of_files(runner: Runner) -> None:
    """The C library of some compilers replaces * by the names of files in the folder."""
    answer = runner.run("--list", "--filter", "*")
    assert answer.code == 0
    assert len(answer.out.splitlines()) > 200


def test_a_missing_actor_is_named(runner: Runner, tmp_path: Path) -> None:
    missing = windows_path(tmp_path / "no-such.exe")
    expect_refused(runner.run(*SHORT, "--actor", missing), f"the actor program {missing} cannot be opened (error 2)")


def test_a_missing_actor_beside_the_runner_is_named(runner: Runner, tmp_path: Path) -> None:
    alone = tmp_path / "shmcheck.exe"
    shutil.copy(BIN / "shmcheck.exe", alone)
    answer = runner.run(*SHORT, program=alone)
    missing = windows_path(tmp_path / "shmactor.exe")
    expect_refused(answer, f"{missing} cannot be opened (error 2); give its path with --actor")


def test_an_actor_that_is_not_a_program_is_named(runner: Runner, tmp_path: Path) -> None:
    for name, content in (("text.exe", b"not a program\n"), ("empty.exe", b""), ("cut.exe", b"MZ" + bytes(100))):
        fake = tmp_path / name
        fake.write_bytes(content)
        expect_refused(runner.run(*SHORT, "--actor", windows_path(fake)), "is not a Windows program")


def test_an_actor_of_another_architecture_is_named(runner: Runner, tmp_path: Path) -> None:
    program = BIN / "shmactor-x86.exe"
    if not program.is_file():
        compiler = shutil.which("i686-w64-mingw32-gcc")
        if compiler is None:
            pytest.skip("no 32-bit program and no compiler for one is available")
        (tmp_path / "x.c").write_text("int main(void) { return 0; }\n", encoding="ascii")
        program = tmp_path / "x86.exe"
        subprocess.run([compiler, str(tmp_path / "x.c"), "-o", str(program)], check=True)
    answer = runner.run(*SHORT, "--actor", windows_path(program))
    expect_refused(answer, "is an x86 program; this run needs an x64 one")


def test_a_program_that_is_not_an_actor_is_named(runner: Runner) -> None:
    answer = runner.run(*SHORT, "--actor", windows_path(BIN / "shmcheck.exe"))
    expect_refused(answer, "shmcheck.exe cannot be used: it starts but sends no hello")
    runner.expect_no_process_left()


@pytest.mark.parametrize(
    ("misbehaviour", "message"),
    [
        ("other-version", "it is version 0.0.0+older with protocol 1, this runner is version "),
        ("other-protocol", "with protocol 99, this runner is version "),
        ("other-greeting", "its first line is not the hello of an actor"),
        ("die-at-start", "it starts but sends no hello"),
    ],
    ids=["version", "protocol", "greeting", "death"],
)
def test_an_actor_of_another_version_is_named(runner: Runner, misbehaviour: str, message: str) -> None:
    misbehaving = BIN / "tests" / "test_runner_misbehaving_actors.exe"
    if not misbehaving.is_file():
        pytest.skip("the test programs are not built")
    expect_refused(runner.run(*SHORT, "--actor", windows_path(misbehaving), misbehaviour=misbehaviour), message)
    assert wait_until(lambda: not runner.programs("test_runner_misbehaving_actors.exe"), GONE_SECONDS)


# ---- the report ----


def test_a_missing_folder_of_the_report_is_named(runner: Runner, tmp_path: Path) -> None:
    where = windows_path(tmp_path / "no" / "r.xml")
    expect_refused(runner.run(*SHORT, "--junit", where), f"the folder of the report {where} does not exist")


def test_a_report_that_is_a_folder_is_named(runner: Runner, tmp_path: Path) -> None:
    where = windows_path(tmp_path)
    expect_refused(runner.run(*SHORT, "--junit", where), f"the report {where} is a folder; name a file")
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_is_named(runner: Runner, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    if os.geteuid() == 0:
        closed = Path("/sys")  # root can write into all folders of an ordinary file system
    else:
        closed.mkdir(mode=0o555)
    answer = runner.run(*SHORT, "--junit", windows_path(closed) + "\\r.xml")
    expect_refused(answer, "\\r.xml cannot be written (error ", "; check the folder's permissions")


def test_the_report_of_an_earlier_run_is_removed_first(runner: Runner, tmp_path: Path) -> None:
    """The old report is removed even if the run then cannot start, so that it cannot be mistaken for the result."""
    report = tmp_path / "r.xml"
    no_known = windows_path(tmp_path / "no.toml")
    for fault in (["--known", no_known], ["--actor", "Z:\\no-such.exe"], ["--filter", "no-such"]):
        report.write_text("<testsuites/>", encoding="ascii")
        answer = runner.run(*fault, "--junit", windows_path(report))
        assert answer.code == 3
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    mount = tmp_path / "small"
    mount.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "shmcheck-test", str(mount)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield mount
    subprocess.run(["umount", str(mount)], check=False)


def test_a_full_disk_is_named(runner: Runner, small_disk: Path) -> None:
    """All cases run and are counted; the last complete version of the report stays; the exit code shows the error."""
    report = small_disk / "r.xml"
    answer = runner.run(*SHORT, "--repeat", "150", "--jobs", "2", "--junit", windows_path(report))
    assert answer.code == 3
    assert "cannot be written: error 112, the disk is full; see only the output above" in answer.err
    assert answer.last_line == "150 passed, 0 failed, 0 skipped"
    assert 0 < len(cases_of(report)) < 150
    assert not is_complete(report)
    assert [file.name for file in small_disk.iterdir()] == ["r.xml"]
    runner.expect_no_process_left()


def test_a_disk_that_is_full_from_the_start_is_named(runner: Runner, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(256 * 1024))
    answer = runner.run(*SHORT, "--junit", windows_path(small_disk / "r.xml"))
    assert answer.code == 3
    assert "r.xml cannot be written" in answer.err
    assert "passed" not in answer.out


# ---- known.toml ----

ENTRY = '[[known]]\ncase = "{case}"\ncheck = "*"\nreason = "a test"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", ", line 1: "),
        (ENTRY.format(case=CASE) + "check = 'again'\n", ", line 5: "),
        ("\n\n[[known]]\ncase = \"a\"\n", ", line 3: this [[known]] has no check"),
        (ENTRY.format(case=CASE) + 'moon_phase = "full"\n', ", line 5: the unknown key moon_phase; conditions are "),
        (ENTRY.format(case=CASE) + "\n" + ENTRY.format(case="no-such-*"), ", line 6: no case is called 'no-such-*'"),
    ],
    ids=["no-toml", "twice", "incomplete", "unknown-key", "no-such-case"],
)
def test_a_malformed_known_toml_is_named(runner: Runner, tmp_path: Path, text: str, message: str) -> None:
    known = tmp_path / "known.toml"
    known.write_text(text, encoding="utf-8", newline="\n")
    expect_refused(runner.run(*SHORT, "--known", windows_path(known)), windows_path(known) + message)


def test_a_missing_known_toml_is_named(runner: Runner, tmp_path: Path) -> None:
    where = windows_path(tmp_path / "no.toml")
    expect_refused(runner.run(*SHORT, "--known", where), f"{where} cannot be opened: error 2")


# ---- two runs ----


def test_a_second_run_with_the_same_report_is_refused(runner: Runner, tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    first = runner.start(*SHORT, "--repeat", "500", "--jobs", "1", "--junit", windows_path(report))
    wait_for_cases(report)
    second = runner.run(*SHORT, "--junit", windows_path(report))
    expect_refused(second, "another run is writing the report ", "wait for it, or choose another --junit")
    assert first.process.poll() is None, "the first run was over too early for this test"
    answer = first.wait()
    assert (answer.code, answer.last_line) == (0, "500 passed, 0 failed, 0 skipped")
    assert len(cases_of(report)) == 500
    assert is_complete(report)


def test_two_runs_with_two_reports_pass(runner: Runner, tmp_path: Path) -> None:
    reports = [tmp_path / "a.xml", tmp_path / "b.xml"]
    children = [runner.start(*SHORT, "--repeat", "10", "--junit", windows_path(report)) for report in reports]
    for child, report in zip(children, reports):
        answer = child.wait()
        assert (answer.code, answer.last_line) == (0, "10 passed, 0 failed, 0 skipped"), answer.out
        assert len(cases_of(report)) == 10


# ---- in the middle of a run ----


def expect_interrupted(report: Path, most: int) -> None:
    """Expects the finished cases and the interrupted ones, and no others."""
    assert not is_complete(report)
    cases = cases_of(report)
    interrupted = [text for outcome, text in cases.values() if text.startswith("shmcheck.Interrupted: ")]
    assert 1 <= len(interrupted) <= most, cases
    assert all(outcome == "pass" for outcome, text in cases.values() if text not in interrupted), cases


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_runner_leaves_a_report(runner: Runner, tmp_path: Path, seed: int) -> None:
    report = tmp_path / "r.xml"
    child = runner.start(*LONG, "--junit", windows_path(report))
    wait_for_cases(report)
    time.sleep(random.Random(seed).uniform(0, 1.5))
    child.kill()
    assert child.wait().code == -signal.SIGKILL
    runner.expect_no_process_left()
    expect_interrupted(report, 2)
    # Files that it left beside the report do not affect the next run.
    answer = runner.run(*SHORT, "--junit", windows_path(report))
    assert answer.code == 0
    assert [file.name for file in tmp_path.iterdir()] == ["r.xml"]


def test_a_runner_killed_in_its_first_case_leaves_a_report(runner: Runner, tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    child = runner.start("--filter", CASE, "--jobs", "1", "--junit", windows_path(report))

    def begun() -> bool:
        return report.exists() and CASE in cases_of(report)

    assert wait_until(begun, ANSWER_SECONDS)
    child.kill()
    child.wait()
    runner.expect_no_process_left()
    if not is_complete(report):
        assert cases_of(report)[CASE][0] in ("error", "pass")


def test_a_killed_worker_is_one_error(runner: Runner, tmp_path: Path) -> None:
    """One case is an error; the others run on another worker. There are enough of them for the worker to be found in time."""
    report = tmp_path / "r.xml"
    child = runner.start(*SHORT, "--repeat", "400", "--jobs", "1", "--junit", windows_path(report))
    wait_for_cases(report)
    workers = [pid for pid in runner.programs("shmcheck.exe") if "--worker" in runner.left().get(pid, "")]
    assert len(workers) == 1
    assert end(workers[0])
    answer = child.wait()
    assert (answer.code, answer.last_line) == (2, "399 passed, 1 failed, 0 skipped"), answer.out
    errors = [text for outcome, text in cases_of(report).values() if outcome == "error"]
    assert len(errors) == 1
    assert errors[0].startswith("shmcheck.Crash: the worker that ran the case died: it ended, exit code 0x")
    assert is_complete(report)
    runner.expect_no_process_left()


def test_killed_actors_are_errors(runner: Runner, tmp_path: Path) -> None:
    """The case of each killed actor is an error that names the role; the other cases pass."""
    report = tmp_path / "r.xml"
    # Enough repetitions that the run does not end before the test has found and killed five actors.
    child = runner.start(*SHORT, "--repeat", "300", "--jobs", "1", "--junit", windows_path(report))
    wait_for_cases(report)

    def crashes() -> int:
        return sum(text.startswith("shmcheck.Crash: ") for _, text in cases_of(report).values())

    # Killing an actor that waits for a role, or that has sent its last reply, causes no error: repeat until one does.
    killed = 0
    while (killed < 5 or crashes() == 0) and child.process.poll() is None:
        killed += sum(end(pid) for pid in runner.programs("shmactor.exe"))
        time.sleep(0.05)
    answer = child.wait()
    cases = cases_of(report)
    errors = [text for outcome, text in cases.values() if outcome != "pass"]
    assert killed >= 5
    assert 1 <= len(errors) <= killed
    # An actor that is killed between its last reply and its end causes no error.
    for text in errors:
        kind, _, message = text.partition(": ")
        assert kind in ("shmcheck.Crash", "shmcheck.Harness"), text
        assert message.startswith(("writer> ", "reader> ", "the actor for ")), text
    assert crashes() >= 1, errors
    assert (answer.code, len(cases)) == (2, 300)
    assert is_complete(report)
    runner.expect_no_process_left()


def test_an_interrupted_run_leaves_a_report(runner: Runner, tmp_path: Path) -> None:
    """Wine turns SIGINT into a CTRL_C_EVENT: the report is finished, in order, at once."""
    report = tmp_path / "r.xml"
    child = runner.start(*LONG, "--junit", windows_path(report))
    wait_for_cases(report)
    os.kill(child.process.pid, signal.SIGINT)
    begun = time.monotonic()
    answer = child.wait()
    assert time.monotonic() - begun < 5
    assert answer.code == 2
    assert answer.last_line.endswith(" skipped")
    expect_interrupted(report, 2)
    for outcome, text in cases_of(report).values():
        assert outcome == "pass" or text == "shmcheck.Interrupted: the run was stopped while this case ran"
    assert [file.name for file in tmp_path.iterdir()] == ["r.xml"]
    runner.expect_no_process_left()


def test_a_closed_output_does_not_end_the_run(runner: Runner, tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    reader, writer = os.pipe()
    child = runner.start(*SHORT, "--repeat", "5", "--jobs", "1", "--junit", windows_path(report), stdout=writer)
    os.close(writer)
    os.close(reader)
    assert child.wait().code == 0
    assert len(cases_of(report)) == 5
    assert is_complete(report)


# ---- the server ends: in a separate prefix, so that other tests are not affected ----


@pytest.fixture(scope="module")
def own_prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new Wine prefix, in which each test starts its own server."""
    prefix = str(tmp_path_factory.mktemp("server") / "prefix")
    environment = environment_for("own-prefix", prefix)
    done = subprocess.run(["wineboot", "-i"], env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        pytest.skip(f"wineboot cannot make a prefix: {done.stderr.strip()[-200:]}")
    yield prefix
    subprocess.run(["wineserver", "-k"], env=environment, capture_output=True, timeout=60, check=False)
    for pid in processes("WINEPREFIX", prefix):
        end(pid)


def test_a_wineserver_that_is_asked_to_end_ends_the_run(own_prefix: str, tmp_path: Path) -> None:
    runner = Runner(prefix=own_prefix)
    report = tmp_path / "r.xml"
    child = runner.start(*LONG, "--junit", windows_path(report))
    wait_for_cases(report)
    environment = environment_for(runner.mark, own_prefix)
    subprocess.run(["wineserver", "-k"], env=environment, capture_output=True, timeout=60, check=False)
    # Wine ends its programs with exit code 0, so only the missing summary shows the fault.
    assert "passed," not in child.wait().out
    runner.expect_no_process_left()
    expect_interrupted(report, 2)


def test_a_killed_wineserver_ends_the_run(own_prefix: str, tmp_path: Path) -> None:
    """Programs under Wine that are waiting do not notice the end of the server and have to be killed. The report is complete."""
    runner = Runner(prefix=own_prefix)
    report = tmp_path / "r.xml"
    child = runner.start(*LONG, "--junit", windows_path(report))
    wait_for_cases(report)
    servers = [pid for pid, command in processes("WINEPREFIX", own_prefix).items() if "wineserver" in command]
    assert servers
    for pid in servers:
        end(pid)
    time.sleep(1)
    for pid in runner.left():
        end(pid)
    assert "passed," not in child.wait().out
    runner.expect_no_process_left()
    expect_interrupted(report, 2)

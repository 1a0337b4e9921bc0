"""Tests of running shmcheck.exe, with scripts in its place: output, all kinds of ends, and processes that are left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.console import CannotRun
from shmcheck.processes import OPEN_FILES
from shmcheck.targets import launch, local_run
from shmcheck.targets.launch import Ending
from shmcheck.targets.prefix import LINGER_SECONDS, MARK, Prefix, environment_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests need a POSIX system")

REPORT = """<testsuites><testsuite name="shmcheck.s"><testcase name="a" classname="shmcheck.s"/>
<testcase name="b" classname="shmcheck.s"><error type="shmcheck.Crash" message="m"/></testcase></testsuite></testsuites>"""

# A separate driver process, because it prints to its real stdout and gets real signals. Its arguments: the report, and the
# program in place of shmcheck.exe.
DRIVER = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from shmcheck import signals
from shmcheck.commandline import guarded
from shmcheck.targets import launch
from shmcheck.targets.local_run import ended_abnormally, mark_of
def run():
    report = Path(sys.argv[2])
    before = mark_of(report)
    alive = lambda: not report.with_name("dead").exists()
    ending = launch.run([sys.executable, "-c", sys.argv[3]], dict(os.environ), report.parent, alive)
    if 0 <= ending.code <= 2 and ending.summary:
        return ending.code
    return ended_abnormally(ending, report, mark_of(report) != before)
sys.exit(guarded("driver", run, counts=True))
"""


def driver(folder: Path, program: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", DRIVER, str(ROOT / "scripts"), str(folder / "r.xml"), textwrap.dedent(program)]
    environment = {**os.environ, "REPORT": REPORT}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment, preexec_fn=hear_hangups
    )


def hear_hangups() -> None:
    """These tests may run under nohup, which makes children ignore the signal."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def finished(folder: Path, program: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    child = driver(folder, program)
    out, err = child.communicate(timeout=30)
    return child.returncode, out.decode(), err.decode()


def test_output_is_passed_through_and_nothing_is_added(tmp_path: Path) -> None:
    code, out, err = finished(
        tmp_path,
        r"""
        import sys
        sys.stdout.buffer.write(b"caf\xc3\xa9 \xff\r\n\r\na\rb\r")
        sys.stdout.buffer.flush()
        sys.stdout.buffer.write(b"\n3 passed, 1 failed, 0 skipped\r\n")
        sys.stderr.write("to stderr\n")
        sys.exit(1)
        """.replace(r"\xff", "?"),
    )
    assert (code, err) == (1, "to stderr\n")
    assert out == "café ?\n\na\rb\n3 passed, 1 failed, 0 skipped\n"


def test_a_megabyte_without_a_newline_is_passed_through(tmp_path: Path) -> None:
    code, out, _ = finished(tmp_path, "print('x' * (1 << 20) + '\\n1 passed, 0 failed, 0 skipped')")
    assert code == 0
    assert len(out) == (1 << 20) + 1 + len("1 passed, 0 failed, 0 skipped\n")


WRITE = "import os; open('r.xml', 'w').write(os.environ['REPORT']); print('pass one', flush=True)\n"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("os._exit(5)", "ended with code 5"),
        ("os._exit(0)", "ended with code 0 but without its summary"),  # a killed program may end like this under Wine
        ("print('1 passed, 0 failed, 0 skipped'); print('and more', flush=True); os._exit(1)", "ended with code 1 but"),
    ],
)
def test_an_abnormal_end_is_explained(tmp_path: Path, end: str, words: str) -> None:
    code, out, err = finished(tmp_path, WRITE + end)
    assert code == 2
    assert f"shmcheck.exe {words}" in err
    assert f"The cases that had finished are in {tmp_path / 'r.xml'}." in err
    assert out.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_the_report_of_an_earlier_run_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(REPORT, encoding="utf-8")
    code, out, err = finished(tmp_path, "import os; os._exit(5)")
    assert code == 2
    assert "It left no report." in err
    assert out == "0 passed, 0 failed, 0 skipped\n"


def test_half_a_report_is_an_error(tmp_path: Path) -> None:
    code, out, err = finished(tmp_path, "import os; open('r.xml', 'w').write('<testsuites>'); os._exit(5)")
    assert code == 2
    assert "cannot be read" in err
    assert out == "0 passed, 0 failed, 0 skipped\n"


def test_a_grandchild_that_holds_the_output_is_not_waited_for(tmp_path: Path) -> None:
    begin = time.monotonic()
    code, out, _ = finished(
        tmp_path,
        """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(8)"])
        print("1 passed, 0 failed, 0 skipped")
        """,
    )
    assert (code, out) == (0, "1 passed, 0 failed, 0 skipped\n")
    assert time.monotonic() - begin < 6


def test_a_program_whose_wineserver_ended_is_ended(tmp_path: Path) -> None:
    program = WRITE + "open('dead', 'w').close(); import time; time.sleep(30)"
    code, out, err = finished(tmp_path, program)
    assert code == 2
    assert "was killed because its wineserver had ended" in err
    assert out.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def wait_for(path: Path) -> int:
    """Waits for the number that a program writes into the file, and returns it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if path.exists() and path.read_text(encoding="ascii").endswith("\n"):
            return int(path.read_text(encoding="ascii"))
        time.sleep(0.01)
    raise AssertionError(f"no {path}")


def gone(pid: int) -> bool:
    """Whether the process has ended. A zombie has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(") ", 1)[1][0] == "Z"
    except OSError:
        return True


PID = "import os, signal, sys, time; open('pid', 'w').write(f'{os.getpid()}\\n')\n"
STUBBORN = WRITE + "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + PID + "time.sleep(30)"
POLITE = (
    WRITE
    + "import signal, sys\n"
    + "def end(*_): print('1 passed, 1 failed, 0 skipped', flush=True); sys.exit(2)\n"
    + "signal.signal(signal.SIGINT, end)\n"
    + PID
    + "time.sleep(30)"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("program", [STUBBORN, POLITE], ids=["stubborn", "polite"])
def test_a_signal_ends_the_program_within_two_seconds(tmp_path: Path, number: int, program: str) -> None:
    child = driver(tmp_path, program)
    pid = wait_for(tmp_path / "pid")
    begin = time.monotonic()
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert time.monotonic() - begin < 2
    assert gone(pid)
    assert child.returncode == 2
    assert f"{signal.Signals(number).name}: ending the run" in err.decode()
    assert out.decode().splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_a_killed_driver_ends_the_program(tmp_path: Path) -> None:
    child = driver(tmp_path, STUBBORN)
    pid = wait_for(tmp_path / "pid")
    child.kill()
    child.wait()
    deadline = time.monotonic() + 2
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gone(pid)


def test_a_closed_output_does_not_end_the_run(tmp_path: Path) -> None:
    program = "import time\nfor i in range(50): print('x' * 4000, flush=True); time.sleep(0.001)\n" + WRITE
    child = driver(tmp_path, program + "print('1 passed, 0 failed, 0 skipped')")
    assert child.stdout is not None
    child.stdout.read(1)
    child.stdout.close()
    assert child.wait(20) == 0
    assert (tmp_path / "r.xml").exists()


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending(-11, True, ""), "was killed by SIGSEGV"),
        (Ending(0xC0000005, True, ""), "ended with code 3221225477 (0xC0000005)"),
        (Ending(3, True, ""), "ended with code 3 but without its summary"),
        (Ending(-9, True, "", "SIGTERM"), "was killed by SIGKILL, after SIGTERM"),
    ],
)
def test_exit_codes_are_explained(ending: Ending, words: str) -> None:
    assert local_run.how(ending) == words


def test_a_program_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="cannot be started"):
        launch.run([str(tmp_path / "nothing")], {}, tmp_path)


def sleeper(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "30"], env=environment)


def test_a_driver_ends_only_processes_that_runs_started_in_the_prefix(tmp_path: Path) -> None:
    folder = tmp_path / "wine-prefix"
    prefix = Prefix(folder)
    path = {"PATH": os.environ["PATH"]}
    ours = sleeper({**path, "WINEPREFIX": str(folder), MARK: "1"})
    others = [
        sleeper({**path, "WINEPREFIX": str(folder)}),  # a user's shell with this prefix
        sleeper({**path, "WINEPREFIX": str(folder) + "2", MARK: "1"}),  # another checkout's
    ]
    try:
        assert environment_of(ours.pid) >= {MARK.encode() + b"=1"}
        assert prefix.processes() == [ours.pid]
        assert prefix.lock.try_exclusive()
        prefix.end()
        assert ours.wait(5) == -signal.SIGKILL  # no server could have ended it otherwise
        assert prefix.processes() == []
        assert [each.poll() for each in others] == [None, None]
    finally:
        for each in [ours, *others]:
            each.kill()
            each.wait()


GUARDED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from shmcheck.targets.guard import Guard
guard = Guard(lambda: Path(sys.argv[2]).write_text("tidy"))
print("ready", flush=True)
if sys.stdin.read():
    guard.dismiss()
"""


@pytest.mark.parametrize(("end", "tidied"), [("kill", True), ("leave", True), ("dismiss", False)])
def test_the_guard_cleans_up_after_a_killed_driver(tmp_path: Path, end: str, tidied: bool) -> None:
    mark = tmp_path / "mark"
    command = [sys.executable, "-c", GUARDED, str(ROOT / "scripts"), str(mark)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"ready\n"
    if end == "kill":
        child.kill()
    # stdout must also end: the guard must not hold it open.
    child.communicate(b"x" if end == "dismiss" else b"", timeout=5)
    deadline = time.monotonic() + (5 if tidied else 0.3)
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert mark.exists() == tidied


LIMITED = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from shmcheck.commandline import guarded
from shmcheck.processes import allow_open_files
sys.exit(guarded("driver", lambda: allow_open_files() or print(resource.getrlimit(resource.RLIMIT_NOFILE)) or 0))
"""


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        ("256:4096", 0, f"({OPEN_FILES}, 4096)"),
        ("2048:4096", 0, "(2048, 4096)"),
        ("256:512", 3, f"driver: a process of this user may open 512 files, and some cases need up to {OPEN_FILES} under Wine: raise"),
    ],
)
def test_programs_may_open_as_many_files_as_the_cases_need(limits: str, code: int, words: str) -> None:
    command = ["prlimit", f"--nofile={limits}", sys.executable, "-c", LIMITED, str(ROOT / "scripts")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done


@pytest.mark.parametrize(("given", "used"), [("/nonexistent", "/tmp"), ("", "/tmp"), ("/var/tmp", "/var/tmp"), (None, None)])
def test_wine_gets_a_folder_for_temporary_files_that_exists(
    given: str | None, used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)  # what was found before
    for name in ("TEMP", "TMP", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv("TMPDIR", given)
    assert Prefix(Path("/nonexistent")).environment.get("TMPDIR") == used


@pytest.mark.parametrize(("free", "words"), [(3 << 20, "only 3 MiB are free there"), (3 << 30, "a message of wineboot")])
def test_a_prefix_that_fails_on_a_full_disk_says_so(
    tmp_path: Path, free: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = Prefix(tmp_path / "prefix", wrap=lambda words, environment: ["sh", "-c", "echo a message of wineboot; exit 1"])
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    with pytest.raises(CannotRun, match=words):
        prefix.enter("8.0")


@pytest.mark.parametrize("folder", ["/tmp/another", None])
def test_a_run_looks_for_the_server_where_another_run_started_it(tmp_path: Path, folder: str | None) -> None:
    prefix = Prefix(tmp_path / "prefix", wrap=lambda words, environment: ["true"], section_files=tmp_path)
    prefix.folder.mkdir()
    prefix.stamp.write_text(f"8.0\n{prefix.folder}\n", encoding="utf-8")
    prefix.enter("8.0")
    assert prefix.environment["TMPDIR"] == str(tmp_path)  # no server runs
    environment = {**prefix.environment, "TMPDIR": folder or ""}
    if folder is None:
        del environment["TMPDIR"]
    server = subprocess.Popen(["wineserver64", "30"], executable=shutil.which("sleep"), env=environment)
    try:
        end = time.monotonic() + 10
        while not prefix.server_pid():
            assert time.monotonic() < end
            time.sleep(0.01)
        prefix.enter("8.0")
        assert prefix.environment.get("TMPDIR") == folder
    finally:
        server.kill()
        server.wait()
        prefix.leave()


def test_the_wineserver_waits_for_the_next_program(tmp_path: Path) -> None:
    calls: list[list[str]] = []

    def wrap(words: Sequence[str | Path], environment: Mapping[str, str]) -> list[str]:
        calls.append([str(word) for word in words])
        return ["true"]

    prefix = Prefix(tmp_path / "prefix", wrap=wrap)
    prefix.folder.mkdir()
    prefix.stamp.write_text(f"8.0\n{prefix.folder}\n", encoding="utf-8")
    prefix.enter("8.0")
    prefix.leave()
    assert calls == [["wineserver", f"-p{LINGER_SECONDS}"]]

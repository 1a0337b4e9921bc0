"""Starts shmcheck.exe under Wine, finds its processes and reads its report, for tests that inject faults."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shmcheck.targets.prefix import OVERRIDES  # noqa: E402

BIN = Path(os.environ.get("SHMCHECK_BIN", ""))
PREFIX = os.environ.get("WINEPREFIX", "")


def why_not() -> str:
    """Why these tests cannot run here; "" if they can."""
    if sys.platform == "win32":
        return "faults are injected with POSIX signals: Linux and Wine only"
    if not os.environ.get("SHMCHECK_BIN"):
        return "SHMCHECK_BIN does not name the folder with shmcheck.exe"
    if not (BIN / "shmcheck.exe").is_file() or not (BIN / "shmactor.exe").is_file():
        return f"{BIN} has no shmcheck.exe and shmactor.exe"
    if not PREFIX:
        return "WINEPREFIX names no Wine prefix"
    if shutil.which("wine") is None:
        return "wine is not installed"
    return ""


MARK = "SHMCHECK_FAULT_TEST"
PROGRAMS = ("shmcheck.exe", "shmactor.exe", "test_runner_misbehaving_actors.exe")

# A process that Wine 8 was creating when its creator was killed. It waits in the loader without end, has not run an
# instruction of its program, and wineserver does not know it.
UNBORN = re.compile(r"\S*/wine(64)?(-preloader)? ")

ANSWER_SECONDS = 120.0
GONE_SECONDS = 2.0

# A case of the real suite that passes on all platforms, has two actors, and takes some time if it is repeated.
CASE = "view-coherent-two-processes"
# It must not end before a test has killed it: a thousand repetitions of the quick case alone take some four seconds.
LONG = ["--filter", CASE, "--filter", "many-times", "--repeat", "1000", "--jobs", "2"]
SHORT = ["--filter", CASE]


def environment_for(mark: str, prefix: str = PREFIX) -> dict[str, str]:
    """An environment with a mark, by which all descendants of a process can be found."""
    extra = {"WINEPREFIX": prefix, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": OVERRIDES, MARK: mark}
    return {**os.environ, **extra}


def windows_path(path: Path) -> str:
    """The path of this file for a program under Wine."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def processes(variable: str, value: str) -> dict[int, str]:
    """The running processes with this environment variable: ids and command lines."""
    wanted = os.fsencode(f"{variable}={value}")
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            variables = Path("/proc", name, "environ").read_bytes().split(b"\0")
            command = Path("/proc", name, "cmdline").read_bytes()
        except OSError:
            continue  # it has ended, or belongs to another user
        if wanted in variables:
            found[int(name)] = command.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Waits until the condition is true. Returns False if it is not true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@dataclass
class Answer:
    """The exit code and output of a run."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The summary."""
        return self.out.rstrip("\n").rpartition("\n")[2]


@dataclass
class Run:
    """A started shmcheck.exe. Its output goes to files, because processes that outlive it would hold a pipe open."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]
    err: IO[bytes]

    def kill(self) -> None:
        """Kills the program, like a task manager."""
        self.process.kill()

    def wait(self) -> Answer:
        """Waits for the end of the program. AssertionError if it does not end in time."""
        try:
            self.process.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail(f"no end within {ANSWER_SECONDS:.0f} seconds: {self.text(self.out)[-2000:]}")
        return Answer(self.process.returncode, self.text(self.out), self.text(self.err))

    @staticmethod
    def text(file: IO[bytes]) -> str:
        """The output so far."""
        file.seek(0)
        return file.read().decode("utf-8", "replace").replace("\r\n", "\n")


@dataclass
class Runner:
    """Starts shmcheck.exe and finds the processes that belong to it."""

    prefix: str = PREFIX
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def start(self, *arguments: str, program: Path | None = None, stdout: int | None = None, misbehaviour: str = "") -> Run:
        """Starts shmcheck.exe. `misbehaviour` is for the actor of harness/tests/misbehaving_actor.c."""
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        child = subprocess.Popen(
            ["wine", str(program or BIN / "shmcheck.exe"), *arguments],
            env={**environment_for(self.mark, self.prefix), "SHMCHECK_MISBEHAVIOUR": misbehaviour},
            stdin=subprocess.DEVNULL,
            stdout=out if stdout is None else stdout,
            stderr=err,
            start_new_session=True,
        )
        return Run(child, out, err)

    def run(self, *arguments: str, program: Path | None = None, misbehaviour: str = "") -> Answer:
        """Starts shmcheck.exe and waits for its end."""
        return self.start(*arguments, program=program, misbehaviour=misbehaviour).wait()

    def left(self) -> dict[int, str]:
        """Its running processes."""
        return processes(MARK, self.mark)

    def programs(self, name: str) -> list[int]:
        """Its running processes of this program."""
        return [pid for pid, command in self.left().items() if name in command and not UNBORN.match(command)]

    def expect_no_process_left(self) -> None:
        """Expects all processes that it started to end soon after it. A wineserver that this run started may stay longer,
        because it belongs to the prefix."""

        def gone() -> bool:
            return not any(self.programs(name) for name in PROGRAMS)

        assert wait_until(gone, GONE_SECONDS), self.left()
        unborn = [pid for pid, command in self.left().items() if UNBORN.match(command)]
        assert len(unborn) <= 2
        for pid in unborn:
            end(pid)


def end(pid: int) -> bool:
    """Kills a process of this test. Returns False if it had ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def cases_of(report: Path) -> dict[str, tuple[str, str]]:
    """The report, read by a parser that accepts only well-formed XML: name -> (outcome, type and message)."""
    cases: dict[str, tuple[str, str]] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        outcome, text = "pass", ""
        for kind in ("failure", "error", "skipped"):
            element = case.find(kind)
            if element is not None:
                outcome, text = kind, f"{element.get('type', '')}: {element.get('message', '')}"
        name = case.get("name", "")
        assert name not in cases, f"{name} is there twice"
        cases[name] = (outcome, text)
    return cases


def properties_of(report: Path) -> dict[str, str]:
    """The properties of the report, which must be the same in all suites: name -> value."""
    found: dict[str, str] = {}
    for one in ElementTree.parse(report).getroot().iter("property"):
        name, value = one.get("name", ""), one.get("value", "")
        assert found.setdefault(name, value) == value, f"{name} differs between the suites"
    return found


def is_complete(report: Path) -> bool:
    """Whether the report says that its run is complete."""
    properties = ElementTree.parse(report).getroot().iter("property")  # of pairs of programs other ones differ
    return {one.get("value") for one in properties if one.get("name") == "run_complete"} == {"yes"}


def wait_for_cases(report: Path, count: int = 1) -> None:
    """Waits until the report on disk has this number of finished cases."""

    def there() -> bool:
        try:
            return sum(1 for outcome, _ in cases_of(report).values() if outcome == "pass") >= count
        except FileNotFoundError:
            return False

    assert wait_until(there, ANSWER_SECONDS), "no case has finished"

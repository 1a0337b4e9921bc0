"""Tests of targets of the kind ssh, with a real sshd on this machine and faults of hosts.

SHMCHECK_BIN is the folder of the programs, WINEPREFIX a Wine prefix that exists; scripts/test sets both.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loopback import SSHD, Host, make_key
from report_maker import WINE, Made, Report
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.paths import BUILD, ROOT, report_file
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import parse
from shmcheck.reports.results import PROGRAMS, Run
from shmcheck.targets import options, remote_run
from shmcheck.targets.remote import Lost, sha256
from shmcheck.targets.targets_file import Spec

BIN = Path(os.environ.get("SHMCHECK_BIN", ""))
PREFIX = os.environ.get("WINEPREFIX", "")
COMPILER = "x86_64-w64-mingw32-gcc"
CASES = ["--filter", "create-any-handle-user"]
SECONDS = 150.0


def why_not() -> str:
    """Why these tests cannot run here, "" if they can."""
    if sys.platform == "win32":
        return "the host on loopback needs Wine"
    if not os.environ.get("SHMCHECK_BIN") or not (BIN / "shmcheck.exe").is_file():
        return "SHMCHECK_BIN does not name the folder with shmcheck.exe"
    if not PREFIX:
        return "WINEPREFIX names no Wine prefix"
    for program in (SSHD, "ssh", "sftp", "ssh-keygen", "wine", COMPILER):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return ""


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")

# A shmcheck.exe with a fault that MODE names. Its arguments are those of the real one: --junit FILE comes first.
FAKE = r"""
#include <stdio.h>
#include <string.h>
#include <windows.h>
int main(int argc, char **argv)
{
    if (strcmp(MODE, "hang") == 0) { printf("[1/2] hanging\r"); fflush(stdout); Sleep(INFINITE); }
    if (strcmp(MODE, "crash") == 0) *(volatile int *)1 = 2;
    if (strcmp(MODE, "refuse") == 0) { fprintf(stderr, "shmcheck: no case is called so\n"); return 3; }
    if (strcmp(MODE, "half") == 0 && argc > 2) {
        FILE *file = fopen(argv[2], "wb");
        fputs("<?xml version=\"1.0\"?><testsuites name=\"shmcheck\"><testsuite na", file);
        fclose(file);
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def fakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of programs, one for each fault."""
    folder = tmp_path_factory.mktemp("fakes")
    (folder / "fake.c").write_text(FAKE, encoding="ascii")
    for mode in ("hang", "crash", "silent", "refuse", "half"):
        (folder / mode).mkdir()
        command = [COMPILER, "-O1", "-w", f'-DMODE="{mode}"', "fake.c", "-o", f"{mode}/shmcheck.exe"]
        subprocess.run(command, cwd=folder, check=True)
    return folder


@dataclass
class Lab:
    """A host, the targets on it, and runs on them."""

    host: Host
    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def name(self, target: str) -> str:
        return f"selftest-{self.mark}-{target}"

    def targets(self, **targets: dict[str, object]) -> None:
        """Writes targets.toml. A target is on the host and has the real programs, unless its keys say otherwise."""
        text = ""
        for name, more in targets.items():
            values: dict[str, object] = {
                "kind": "ssh",
                "host": self.host.alias,
                "ssh-config": str(self.host.client_config),
                "programs": str(BIN),
                **more,
            }
            text += f"[{self.name(name)}]\n"
            text += "".join(f"{key} = {value if isinstance(value, int) else repr(value)}\n" for key, value in values.items())
        (self.folder / "targets.toml").write_text(text, encoding="utf-8")
        self.known.write_text("# no host is known\n", encoding="utf-8")

    @property
    def known(self) -> Path:
        return self.folder / "known deviations.toml"

    def command(self, *targets: str) -> list[str]:
        names = ",".join(self.name(target) for target in targets)
        program = [sys.executable, str(ROOT / "scripts" / "run.py")]
        return [*program, "--targets", str(self.folder / "targets.toml"), "--target", names, "--known", str(self.known), *CASES]

    def run(self, *targets: str, more: tuple[str, ...] = ()) -> tuple[int, str]:
        """Runs scripts/run. Returns its exit code and output."""
        done = subprocess.run(
            [*self.command(*targets), *more],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def report(self, target: str) -> Run:
        return read(report_file(self.name(target), True))

    def left(self) -> list[str]:
        """The files that runs have left in the home of the host's user."""
        place = self.host.root / "shmcheck"
        return sorted(entry.name for entry in place.iterdir()) if place.exists() else []

    def processes(self) -> list[str]:
        """The programs of this lab that run on the host."""
        mark = f"{self.host.mark}=1".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    found.append(words[0].decode("utf-8", "replace"))
            except OSError:
                pass
        return [name for name in found if "shmcheck-" in name]

    def clean(self) -> None:
        for file in [*report_file("", True).parent.glob(f"TEST-shmcheck-selftest-{self.mark}-*"), *(BUILD / "targets").glob(f"selftest-{self.mark}-*")]:
            file.unlink()
        for folder in (BUILD / "targets" / "left").glob(f"selftest-{self.mark}-*"):
            shutil.rmtree(folder)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    host = Host(tmp_path / "host", PREFIX, f"SHMCHECK_LAB_{uuid.uuid4().hex[:8]}")
    host.make()
    host.start()
    made = Lab(host, tmp_path)
    try:
        yield made
    finally:
        host.stop()
        made.clean()


def lost(lab: Lab, target: str) -> str:
    """The reason in the report of a lost target."""
    run = lab.report(target)
    assert run.lost, f"the report has {len(run.cases)} cases"
    return run.lost


def test_a_remote_run_returns_its_report_and_leaves_nothing_behind(lab: Lab) -> None:
    lab.targets(one={})
    code, text = lab.run("one")
    assert code == 0, text
    assert text.splitlines()[-1] == "1 passed, 0 failed, 0 skipped", text
    assert text.count(" passed, ") == 1, text
    run = lab.report("one")
    assert run.complete and run.count(Verdict.PASS) == 1
    assert run.facts["runner_sha256"] == sha256(BIN / "shmcheck.exe")
    assert run.facts["actor_sha256"] == sha256(BIN / "shmactor.exe")
    assert lab.left() == []


def test_two_runs_on_one_host_and_a_dead_host_at_the_same_time(lab: Lab) -> None:
    closed = lab.folder / "closed_config"
    closed.write_text(lab.host.client_config.read_text().replace(f"Port {lab.host.port}", "Port 1"), encoding="utf-8")
    lab.targets(one={}, two={}, dead={"ssh-config": str(closed)})
    code, text = lab.run("one", "two", "dead")
    assert code == 3, text
    assert text.splitlines()[-1] == "2 passed, 1 failed, 0 skipped", text
    assert lab.report("one").complete and lab.report("two").complete
    assert "it refuses the connection on this port" in lost(lab, "dead")
    assert f"{lab.name('dead')}  LOST: lab: sending the programs failed: it refuses the connection on this port" in text
    assert lab.left() == []
    code, text = lab.run("one", "dead", more=("--allow-lost", "1"))
    assert code == 0, text
    assert text.splitlines()[-1] == "1 passed, 0 failed, 1 skipped", text


def test_wrong_keys_and_changed_host_keys_are_errors(lab: Lab) -> None:
    lab.targets(one={})
    make_key(lab.folder / "other")
    shutil.copy(lab.folder / "other.pub", lab.host.folder / "authorized_keys")
    code, _ = lab.run("one")
    assert code == 3
    assert "it refuses the login" in lost(lab, "one")
    known = lab.host.folder / "known_hosts"
    other = (lab.folder / "other.pub").read_text(encoding="utf-8")
    known.write_text(f"[127.0.0.1]:{lab.host.port} {other}", encoding="utf-8")
    code, _ = lab.run("one")
    assert code == 3
    assert "its host key has changed" in lost(lab, "one")


def test_a_report_of_another_program_is_refused(tmp_path: Path) -> None:
    for name in PROGRAMS.values():
        (tmp_path / name).write_bytes(name.encode())
    spec = Spec("one", "ssh", host="lab", programs=str(tmp_path))
    remote = remote_run.RemoteRun(spec, options.Options(), str(tmp_path), tmp_path / "report.xml")
    facts = {fact: sha256(tmp_path / name) for fact, name in PROGRAMS.items()}
    remote.check(report_with({}))  # old programs do not record it
    remote.check(report_with(facts))
    for fact, name in PROGRAMS.items():
        with pytest.raises(Lost, match=f"from another {name} than the one that was sent"):
            remote.check(report_with({**facts, fact: "0" * 64}))


def report_with(facts: dict[str, str]) -> Run:
    return parse(Report([Made("a")], facts={**WINE, **facts}).xml().encode(), "one")


def test_a_host_without_sftp_is_an_error(lab: Lab) -> None:
    lab.targets(one={})
    (lab.host.folder / "faults" / "no-sftp").touch()
    code, text = lab.run("one")
    assert code == 3
    assert "sending the programs failed" in lost(lab, "one"), text


def test_a_full_remote_disk_is_an_error(tmp_path: Path) -> None:
    root = tmp_path / "host" / "root"
    root.mkdir(parents=True)
    mount = 'mount -t tmpfs -o size=64k shmcheck-test "$1" && shift && exec "$@"'
    probe = ["unshare", "--mount", "sh", "-c", mount, "sh", str(root)]
    if subprocess.run([*probe, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        pytest.skip("a small file system needs root with the right to mount")
    host = Host(tmp_path / "host", PREFIX, f"SHMCHECK_LAB_{uuid.uuid4().hex[:8]}", before=probe)
    host.make()
    host.start()
    lab = Lab(host, tmp_path)
    try:
        lab.targets(one={})
        code, text = lab.run("one")
        assert code == 3
        assert "sending the programs failed" in lost(lab, "one"), text
    finally:
        host.stop()
        lab.clean()


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("crash", "shmcheck.exe ended with code -1073741819 (0xC0000005)"),
        ("silent", "left no report"),
        ("refuse", "could not run: shmcheck: no case is called so"),
        ("half", "its report cannot be used"),
    ],
)
def test_programs_without_a_report_are_errors(lab: Lab, fakes: Path, mode: str, reason: str) -> None:
    lab.targets(one={"programs": str(fakes / mode)})
    code, text = lab.run("one")
    assert code == 3, text
    assert reason in lost(lab, "one")
    assert text.splitlines()[-1] == "0 passed, 0 failed, 0 skipped", text
    assert lab.left() == []


def test_a_program_that_hangs_is_ended_at_the_deadline(lab: Lab, fakes: Path) -> None:
    lab.targets(one={"programs": str(fakes / "hang"), "deadline": 3})
    begin = time.monotonic()
    code, text = lab.run("one")
    assert code == 3, text
    assert "the run did not end within 3 seconds" in lost(lab, "one")
    assert time.monotonic() - begin < 60
    assert lab.processes() == []
    assert lab.left() == []


# ---- slow links ----


def test_a_run_over_a_slow_link_ends(lab: Lab) -> None:
    rate = 1_000_000
    lab.targets(one={"ssh-config": str(lab.host.slow_config(rate, 0.05))})
    sent = sum(file.stat().st_size for file in (BIN / name for name in PROGRAMS.values()) if file.is_file())
    begin = time.monotonic()
    code, text = lab.run("one")
    seconds = time.monotonic() - begin
    assert code == 0, text
    # Without compression all bytes went up, and came back for the comparison.
    assert seconds > 2 * sent / rate, "the link was not slow"
    assert lab.report("one").complete
    assert lab.left() == []


def test_a_link_that_is_too_slow_is_an_error(lab: Lab, fakes: Path) -> None:
    rate = (fakes / "silent" / "shmcheck.exe").stat().st_size // 8  # 16 seconds there and back
    slow = {"ssh-config": str(lab.host.slow_config(rate, 0.1)), "transfer-deadline": 4}
    lab.targets(one={"programs": str(fakes / "silent"), **slow})
    begin = time.monotonic()
    code, text = lab.run("one")
    assert code == 3, text
    assert "took longer than 4 seconds (transfer-deadline)" in lost(lab, "one")
    assert "sending the programs" in lost(lab, "one")
    assert time.monotonic() - begin < 60
    wait_for(lambda: not lab.left(), "half a transfer is left on the host")


def test_a_driver_that_is_killed_while_it_sends_leaves_nothing(lab: Lab) -> None:
    lab.targets(one={"ssh-config": str(lab.host.slow_config(100_000, 0.05))})
    with subprocess.Popen(lab.command("one"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as driver:
        wait_for(lambda: bool(lab.left()), "no file arrives on the host")
        assert driver.poll() is None
        driver.kill()
        driver.wait(60)
    assert "ended" in lost(lab, "one")
    wait_for(lambda: not lab.left(), "half a transfer is left on the host")


def test_a_slow_status_request_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_run, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(remote_run, "TIDY_SECONDS", 0.0)
    (tmp_path / "shmcheck.exe").touch()
    spec = Spec("one", "ssh", host="localhost", programs=str(tmp_path), ssh_config="/dev/null")
    run = remote_run.RemoteRun(spec, options.Options(), str(tmp_path), tmp_path / "report.xml")
    run.local = tmp_path
    run.progress()
    assert run.tidy(run.id, True) is False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_driver_that_is_ended_midway_cleans_up(lab: Lab, fakes: Path, number: int) -> None:
    lab.targets(one={"programs": str(fakes / "hang")})
    with subprocess.Popen(lab.command("one"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as driver:
        wait_for(lambda: bool(lab.processes()), "the program does not start on the host")
        driver.send_signal(number)
        driver.wait(60)
    assert "ended" in lost(lab, "one")
    wait_for(lambda: not lab.left() and not lab.processes(), "a file is left on the host")


def test_the_next_run_removes_folders_that_a_run_could_not_remove(lab: Lab) -> None:
    lab.targets(one={})
    (lab.host.root / "shmcheck" / "1-1").mkdir(parents=True)
    (lab.host.root / "shmcheck" / "1-1" / "run.cmd").touch()
    journal = BUILD / "targets" / "left" / lab.name("one")
    journal.mkdir(parents=True)
    (journal / "1-1").touch()
    code, text = lab.run("one")
    assert code == 0, text
    assert lab.left() == [] and list(journal.iterdir()) == []


def wait_for(done: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)

"""Tests of the tree of another Debian release: no other process sees its mounts, and they are removed in any case.

The tree of the tests is not a Debian release: it has a shell and a few programs of this system.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck.paths import ROOT
from shmcheck.processes import run_quiet
from shmcheck.targets import debian_mirror, debian_root
from shmcheck.targets.debian_root import Release, mounts_below

PROGRAMS = ("/bin/sh", "/usr/bin/env", "/bin/cat", "/bin/sleep", "/usr/bin/id")


def may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "shmcheck-test", "/mnt"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not may_mount(), reason="mounting needs root with the right to mount")


def copy_program(program: str, root: Path) -> None:
    """Copies the program and the libraries that it loads to the same paths."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    for name in [program, *re.findall(r"(/\S+) \(0x", listed)]:
        place = root / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.realpath(name), place)


@pytest.fixture
def tree(tmp_path: Path) -> Release:
    made = Release(13)
    made.folder = tmp_path / "tree"
    made.root = made.folder / "root"
    made.stamp = made.folder / "ready"
    for name in ("dev", "sys", "proc", "tmp", "bin", "usr/bin"):
        (made.root / name).mkdir(parents=True)
    for program in PROGRAMS:
        copy_program(program, made.root)
        shutil.copy(os.path.realpath(program), made.root / "bin")
        shutil.copy(os.path.realpath(program), made.root / "usr" / "bin")
    return made


def wait_for(pid: int, text: bytes) -> None:
    """Waits until the process runs this program."""
    end = time.monotonic() + 20
    while not Path("/proc", str(pid), "cmdline").read_bytes().startswith(text):
        assert time.monotonic() < end
        time.sleep(0.02)


@needs_mounts
def test_the_checkout_is_mounted_at_the_same_path_inside_only(tree: Release) -> None:
    code, text = tree.run(["cat", str(ROOT / "LICENSE"), "/proc/self/mountinfo"], 60)
    assert code == 0, text
    assert (ROOT / "LICENSE").read_text(encoding="utf-8") in text
    assert " " + str(ROOT).replace(" ", r"\040") + " " in text  # as proc(5) writes a blank
    assert mounts_below(tree.folder) == []
    assert not (tree.folder / ROOT.relative_to("/") / "LICENSE").exists()


@needs_mounts
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_mounted_when_a_program_in_it_is_ended(tree: Release, number: int) -> None:
    with subprocess.Popen(tree.command(["sleep", "60"], {})) as inside:
        wait_for(inside.pid, b"sleep")
        assert mounts_below(tree.folder) == []
        inside.send_signal(number)
        assert inside.wait(10) == -number
    assert mounts_below(tree.folder) == []
    tree.delete()
    assert not tree.folder.exists() and (ROOT / "LICENSE").exists()


@needs_mounts
def test_foreign_mounts_are_not_deleted(tree: Release, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    place = tree.root / "a b"
    place.mkdir()
    subprocess.run(["mount", "--bind", precious, place], check=True)
    try:
        assert mounts_below(tree.folder) == [str(place)]
        tree.delete()
    finally:
        subprocess.run(["umount", place], stderr=subprocess.DEVNULL, check=False)
    assert (precious / "file").exists()
    assert not tree.folder.exists()


@needs_mounts
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_setting_up_ends_with_the_driver(tmp_path: Path, number: int) -> None:
    """With a debootstrap that mounts a file system and never ends, because the real one takes long."""
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "debootstrap"
    mark = f"60{os.getpid()}"
    fake.write_text(f'#!/bin/sh\nmkdir -p "$5"\nmount -t tmpfs x "$5"\ntouch {tmp_path}/up\nexec sleep {mark}\n')
    fake.chmod(0o755)
    program = f"""
import sys
sys.path.insert(0, {str(ROOT / 'scripts')!r})
from pathlib import Path
from shmcheck import signals
from shmcheck.targets.debian_root import Release
signals.install()
made = Release(13)
made.folder = Path({str(tmp_path / 'tree')!r})
made.root = made.folder / "root"
made.folder.mkdir()
made.bootstrap("file:///nowhere")
"""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL) as driver:
        end = time.monotonic() + 30
        while not (tmp_path / "up").exists():
            assert time.monotonic() < end and driver.poll() is None
            time.sleep(0.05)
        assert mounts_below(tmp_path) == []
        driver.send_signal(number)
        driver.wait(20)
    end = time.monotonic() + 10
    while mark in running():
        assert time.monotonic() < end, "debootstrap still runs"
        time.sleep(0.05)
    assert mounts_below(tmp_path) == []


def running() -> set[str]:
    """The last word of the command lines of all processes."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal():
                found.add((entry / "cmdline").read_bytes().rstrip(b"\0").rpartition(b"\0")[2].decode("utf-8", "replace"))
        except OSError:
            pass
    return found


@needs_mounts
@pytest.mark.parametrize(("outside", "inside"), [("/tmp/own", "/tmp/own"), ("/var/tmp/own", None), (None, None)])
def test_temporary_files_are_below_tmp_in_a_tree(tree: Release, outside: str | None, inside: str | None) -> None:
    """No other folder for them exists there."""
    environment = {**os.environ, "TMPDIR": outside or ""}
    if outside is None:
        del environment["TMPDIR"]
    code, text = run_quiet(tree.command(["env"], environment), environment=environment, seconds=60)
    assert code == 0, text
    found = [line for line in text.splitlines() if line.startswith("TMPDIR=")]
    assert found == ([] if inside is None else [f"TMPDIR={inside}"])


def test_states_have_words(tree: Release) -> None:
    assert tree.state() == "set up only in part; add it again"
    lines = {"version": debian_root.STAMP_VERSION, "checkout": ROOT, "wine": "10.0", "bits": "64"}
    tree.stamp.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
    assert tree.ready() and tree.state() == "set up: Debian 13, Wine 10.0, programs of 64 bits"
    tree.stamp.write_text("version=1\ncheckout=/elsewhere\n", encoding="utf-8")
    assert not tree.ready()


def test_the_archive_is_part_of_the_same_mirror() -> None:
    assert debian_mirror.archive_of("http://mirror.example/debian") == "http://mirror.example/debian-archive/debian"
    assert debian_mirror.archive_of("https://mirror.example/pub/debian/") == "https://mirror.example/pub/debian-archive/debian"


def test_the_mirror_is_that_of_the_main_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        "Other|Other|bookworm|main|http://third.example/apt/\n"
        "Debian|Debian-Security|bookworm-security|main|http://mirror.example/debian-security/\n"
        "Debian|Debian|bookworm-updates|main|http://mirror.example/debian/\n"
        "Debian|Debian|bookworm|main|http://mirror.example/debian/\n"
    )
    monkeypatch.setattr(debian_mirror, "run_quiet", lambda *words, **more: (0, lines))
    assert debian_mirror.listed_mirror() == "http://mirror.example/debian"

"""A checkout that its user cannot write, in a folder whose name has blanks and a letter that is not ASCII, without HOME, with
the build elsewhere, with flags for another compiler and with a TMPDIR that does not exist: scripts/run builds and runs, and
leaves the checkout as it was.

It builds both architectures from nothing, so it runs with scripts/test --slow only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.console import is_summary  # noqa: E402
from shmcheck.paths import BUILD  # noqa: E402

USER = "nobody"  # this account has no privileges; every Debian system has it
SECONDS = 3600
UNUSABLE = {"CFLAGS": "-fsanitize=address", "LDFLAGS": "-Wl,-z,relro", "TMPDIR": "/nonexistent"}


def why_not() -> str:
    if os.environ.get("SHMCHECK_SLOW") != "1":
        return "it takes many minutes: scripts/test --slow runs it"
    if sys.platform == "win32" or os.geteuid() != 0:
        return "only root can become a user who may not write the checkout"
    return "" if shutil.which("setpriv") and shutil.which("wine") else "setpriv or wine is not installed"


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")


def content(folder: Path) -> dict[str, int]:
    """All files and folders, each with the time of its last change."""
    return {str(path.relative_to(folder)): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def make_checkout(folder: Path) -> None:
    """A clone that only root can write."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    subprocess.run(["chmod", "-R", "a+rX,a-w", str(folder)], check=True)


def make_build_folder(folder: Path) -> None:
    """An empty folder that belongs to the user, with the files that a build would otherwise download."""
    folder.mkdir()
    if (BUILD / "downloads").is_dir():
        shutil.copytree(BUILD / "downloads", folder / "downloads")
    entry = pwd.getpwnam(USER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that all users can enter. Each run of pytest closes its own folders again."""
    folder = Path(tempfile.mkdtemp(prefix="shmcheck-checkout-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_checkout_that_cannot_be_written(place: Path) -> None:
    checkout, build = place / "shm chéck", place / "büild here"
    make_checkout(checkout)
    make_build_folder(build)
    before = content(checkout)
    words = [str(checkout / "scripts" / "run"), "--build-dir", str(build), "--filter", "life-*", "--timeout-scale", "10"]
    done = subprocess.run(
        ["setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups", *words],
        env={**UNUSABLE, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert is_summary(last) and not last.startswith("0 passed"), done.stdout
    assert (build / "reports" / "selection").is_dir(), done.stdout
    assert content(checkout) == before

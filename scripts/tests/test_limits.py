"""The suite with the limits of ordinary users: without CAP_IPC_LOCK, with Docker's capabilities, few file descriptors, little
locked memory, as a user who is not root. Each case must have the same verdict as without these limits.

The limits hold together; with scripts/test --slow (SHMCHECK_SLOW=1) also each alone.
SHMCHECK_BIN and WINEPREFIX as in test_user_errors.py.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fault_runner import BIN, why_not

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commandline import default_jobs  # noqa: E402
from shmcheck.definitions import Verdict  # noqa: E402
from shmcheck.paths import windows_path  # noqa: E402
from shmcheck.processes import OPEN_FILES  # noqa: E402
from shmcheck.reports import report_files  # noqa: E402
from shmcheck.reports.results import Key  # noqa: E402
from shmcheck.targets.prefix import OVERRIDES  # noqa: E402

SLOW = os.environ.get("SHMCHECK_SLOW") == "1"
SECONDS = 1800
# The capabilities that root has in a container of Docker.
DOCKER = "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap"
KEPT = ",".join(["-all", *(f"+{name}" for name in DOCKER.split(","))])
USER = "nobody"  # this account has no privileges; every Debian system has it


def why_not_here() -> str:
    reason = why_not()
    if not reason and os.geteuid() != 0:
        reason = "only root can drop capabilities and become another user"
    return reason or ("" if shutil.which("setpriv") else "setpriv is not installed")


pytestmark = pytest.mark.skipif(bool(why_not_here()), reason=why_not_here() or "can run")


class Place:
    """A folder with its own Wine prefix, because the limits must also apply to its wineserver."""

    def __init__(self, folder: Path, wrapper: Sequence[str], user: str = "") -> None:
        self.folder = folder
        self.wrapper = wrapper
        self.environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            "WINEPREFIX": str(folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": OVERRIDES,
        }
        folder.mkdir(parents=True)
        if user:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.wrapper, *command], env=self.environment, cwd="/", capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def play(self) -> tuple[int, str, dict[Key, Verdict]]:
        """Runs the suite. Returns the exit code, the output, and the verdict of each case."""
        report = self.folder / "report.xml"
        known = ["--known", windows_path(str(ROOT / "cases" / "known.toml"), "/")]
        self.call("wineboot", "-i")
        options = ["--junit", windows_path(str(report), "/"), *known, "--jobs", str(default_jobs()), "--timeout-scale", "6"]
        done = self.call("wine", str(BIN / "shmcheck.exe"), *options)
        if not report.exists():
            pytest.fail(f"no report: {done.stdout}{done.stderr}")
        return done.returncode, done.stdout, {key: case.verdict for key, case in report_files.read(report).cases.items()}

    def end(self) -> None:
        self.call("wineserver", "-k", "-w")


@pytest.fixture
def opened() -> Iterator[Path]:
    """A folder that every user can enter. Those of pytest are closed again by each of its runs."""
    folder = Path(tempfile.mkdtemp(prefix="shmcheck-limits-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Key, Verdict]]:
    """The verdicts without limits."""
    place = Place(tmp_path_factory.mktemp("free") / "place", [])
    try:
        yield place.play()[2]
    finally:
        place.end()


AS_DOCKER = ["setpriv", f"--bounding-set={KEPT}", "--inh-caps=-all"]
AS_USER = ["setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups"]
FEW_FILES = ["prlimit", f"--nofile={OPEN_FILES}"]
LITTLE_LOCKED = ["prlimit", "--memlock=65536"]  # ulimit -l 64; without a capability it holds for root too
TOGETHER = [
    pytest.param([*AS_DOCKER, *LITTLE_LOCKED, *FEW_FILES], "", id="docker-with-both-limits"),
    pytest.param([*AS_USER, *LITTLE_LOCKED], USER, id="user-with-little-locked-memory"),
]
ALONE = [
    pytest.param(AS_DOCKER, "", id="docker"),
    pytest.param(AS_USER, USER, id="user"),
    pytest.param(FEW_FILES, "", id="few-files"),
    pytest.param([*AS_DOCKER, *LITTLE_LOCKED], "", id="little-locked-memory"),
]


@pytest.mark.parametrize(("wrapper", "user"), TOGETHER + (ALONE if SLOW else []))
def test_limits_change_no_verdict(wrapper: list[str], user: str, free: dict[Key, Verdict], opened: Path) -> None:
    place = Place(opened / "place", wrapper, user)
    try:
        code, output, verdicts = place.play()
    finally:
        place.end()
    assert verdicts.keys() == free.keys() and len(verdicts) > 600
    different = {str(key): (free[key].value, verdict.value) for key, verdict in verdicts.items() if verdict is not free[key]}
    assert different == {}, output
    assert code == 0, output

"""The packages that a build, a run and the tests need, and installing those that are missing."""

from __future__ import annotations

import glob
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shmcheck.console import CannotRun, say
from shmcheck.paths import BUILD
from shmcheck.signals import deferred

# The folders in which distributions install modules for their own Python, which may not be the first one on PATH.
MODULE_FOLDERS = ("/usr/lib/python3*/dist-packages", "/usr/lib*/python3*/site-packages")


@dataclass(frozen=True)
class Need:
    """A package, and the program, file or Python module that shows that it is installed, from any source."""

    package: str  # of Debian and Ubuntu
    program: str = ""  # on PATH
    file: str = ""  # globs with '|' between them
    module: str = ""  # of Python
    dnf: str = ""  # the package of Fedora; "" if there is none, or if another package includes it
    pacman: str = ""  # of Arch
    zypper: str = ""  # of openSUSE

    def met(self) -> bool:
        """Whether the package is installed."""
        if self.program:
            return shutil.which(self.program) is not None
        if self.module:
            places = [f"{folder}/{self.module}{end}" for folder in MODULE_FOLDERS for end in ("", ".py")]
            if any(glob.glob(place) for place in places):
                return True
            # apt-get installs for the system's Python, and all modules must be in the same one.
            return shutil.which("apt-get") is None and importlib.util.find_spec(self.module) is not None
        return any(glob.glob(pattern) for pattern in self.file.split("|"))


BUILDING = (
    Need("cmake", program="cmake", dnf="cmake", pacman="cmake", zypper="cmake"),
    Need("ninja-build", program="ninja", dnf="ninja-build", pacman="ninja", zypper="ninja"),
)
FOR_WINDOWS = (
    Need(
        "gcc-mingw-w64-x86-64",
        program="x86_64-w64-mingw32-gcc",
        dnf="mingw64-gcc",
        pacman="mingw-w64-gcc",
        zypper="mingw64-cross-gcc",
    ),
    Need(
        "gcc-mingw-w64-i686",
        program="i686-w64-mingw32-gcc",
        dnf="mingw32-gcc",
        pacman="mingw-w64-gcc",
        zypper="mingw32-cross-gcc",
    ),
)
RUNNING = (Need("wine", program="wine", dnf="wine", pacman="wine", zypper="wine"),)
TESTING = (
    Need("gcc", program="gcc", dnf="gcc", pacman="gcc", zypper="gcc"),
    Need("libc6-dev", file="/usr/include/stdio.h", dnf="glibc-devel", pacman="glibc", zypper="glibc-devel"),
    Need("libcmocka-dev", file="/usr/include/cmocka.h", dnf="libcmocka-devel", pacman="cmocka", zypper="libcmocka-devel"),
    Need("python3-pytest", module="pytest", dnf="python3-pytest", pacman="python-pytest", zypper="python3-pytest"),
    Need(
        "python3-hypothesis",
        module="hypothesis",
        dnf="python3-hypothesis",
        pacman="python-hypothesis",
        zypper="python3-hypothesis",
    ),
    Need("python3-jinja2", module="jinja2", dnf="python3-jinja2", pacman="python-jinja", zypper="python3-Jinja2"),
    Need("python3-junitparser", module="junitparser", dnf="python3-junitparser"),
    Need("mypy", module="mypy", dnf="python3-mypy", pacman="mypy", zypper="python3-mypy"),
)
# scripts/test installs these with --all only: a browser is as large as all others together, and openssh-server starts a
# server. Without --all their tests run if they are installed.
OPTIONAL = (
    Need("openssh-server", file="/usr/sbin/sshd", dnf="openssh-server", pacman="openssh", zypper="openssh-server"),
    Need("chromium", program="chromium", dnf="chromium", pacman="chromium", zypper="chromium"),
    Need("chromium-driver", program="chromedriver", dnf="chromedriver", pacman="chromium", zypper="chromedriver"),
    Need("python3-selenium", module="selenium", dnf="python3-selenium", pacman="python-selenium", zypper="python3-selenium"),
    Need("libxml2-utils", program="xmllint", dnf="libxml2", pacman="libxml2", zypper="libxml2-tools"),
    Need("shellcheck", program="shellcheck", dnf="ShellCheck", pacman="shellcheck", zypper="ShellCheck"),
)
FUZZING = (
    Need("clang", program="clang", dnf="clang", pacman="clang", zypper="clang"),
    Need(
        "libclang-rt-dev",
        file="/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a|/usr/lib*/clang/*/lib/*/libclang_rt.fuzzer*.a",
        dnf="compiler-rt",
        pacman="compiler-rt",
    ),
)

REACHING = (Need("openssh-client", program="sftp", dnf="openssh-clients", pacman="openssh", zypper="openssh-clients"),)

BUILDING_FOR_WINDOWS = BUILDING + FOR_WINDOWS
FOR_RUN = BUILDING_FOR_WINDOWS + RUNNING
FOR_TEST = FOR_RUN + TESTING + FUZZING

APT_LOCK_SECONDS = 300
LOG = BUILD / "apt.log"
LOG_LINES = 15
DOWNLOAD = re.compile(r"^Need to get (?:[^/\n]*/)?([0-9.,]+ [kMG]?B) of archives", re.MULTILINE)
SPACE = re.compile(r"^After this operation, ([0-9.,]+ [kMG]?B) of additional disk space", re.MULTILINE)
COUNT = re.compile(r"^[0-9]+ upgraded, ([0-9]+) newly installed", re.MULTILINE)


def missing(needs: Sequence[Need]) -> list[Need]:
    """The needs that are not met."""
    return [need for need in needs if not need.met()]


def as_root() -> list[str]:
    """The prefix of a command that only root may run. CannotRun if this user cannot become root."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise CannotRun("installing packages needs root, and sudo is not installed: install them as root and try again")
    # Without a terminal the user cannot type a password, so sudo fails instead of waiting for one.
    return ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else ["sudo", "-n"]


def apt_get(arguments: Sequence[str]) -> bool:
    """Runs apt-get as root, with its output in LOG. Returns whether it succeeded. CannotRun if it cannot be started."""
    settings = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"]
    lock = f"-oDPkg::Lock::Timeout={APT_LOCK_SECONDS}"
    command = [*as_root(), "env", *settings, "apt-get", lock, "-y", "-q", *arguments]
    try:
        # No signal interrupts this: after dpkg was killed a person has to repair the system.
        with deferred(), LOG.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False)
            return done.returncode == 0
    except OSError as error:
        raise CannotRun(f"apt-get cannot be started: {error}") from error


def failed(names: str) -> CannotRun:
    """The error for packages that could not be installed, with the end of LOG."""
    lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    end = "\n".join(f"  {line}" for line in lines)
    return CannotRun(f"these packages could not be installed: {names}\napt's whole output is in {LOG}; it ends with:\n{end}")


def plan(packages: Sequence[str]) -> str | None:
    """The output of apt-get about installing the packages, without installing them; None if its lists lack one of them."""
    command = ["apt-get", "install", "--no-install-recommends", "--assume-no", "-q", *packages]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
    except OSError:
        return None
    text = done.stdout.decode("utf-8", "replace")
    return text if COUNT.search(text) else None


def size_of(planned: str) -> str:
    """The sizes of the download and of the installation, as text."""
    count, download, space = (each.search(planned) for each in (COUNT, DOWNLOAD, SPACE))
    parts = [f"{count[1]} packages"] if count else []
    parts += [f"{download[1]} to download"] if download else []
    parts += [f"{space[1]} on disk"] if space else []
    return ", ".join(parts)


def how_to_install(needs: Sequence[Need]) -> str:
    """The commands that install the packages on a system without apt-get."""
    lines = []
    for manager, command in (("dnf", "dnf install"), ("pacman", "pacman -S --needed"), ("zypper", "zypper install")):
        names = dict.fromkeys(name for need in needs if (name := getattr(need, manager)))
        absent = [need.package for need in needs if not getattr(need, manager)]
        more = f"  (and the equivalents of Debian's {', '.join(absent)})" if absent else ""
        if names and (shutil.which(manager) or not any(map(shutil.which, ("dnf", "pacman", "zypper")))):
            lines.append(f"  {command} {' '.join(names)}{more}")
    return "\n".join(lines)


def install(needs: Sequence[Need]) -> None:
    """Installs the packages of the needs. CannotRun if that fails."""
    packages = [need.package for need in needs]
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotRun(
            f"these packages of Debian are missing, and this system has no apt-get to install them: {names}\n"
            f"On other distributions (not tried):\n{how_to_install(needs)}"
        )
    as_root()
    LOG.unlink(missing_ok=True)
    say(f"missing Debian packages: {names}")
    command = ["install", "--no-install-recommends", *packages]
    planned = plan(packages)
    if planned is None:
        say("updating apt's lists first")
        if not apt_get(["update"]):
            say(f"apt-get update reported a problem, see {LOG}; installing the packages anyway")
        planned = plan(packages) or ""
        updated = True
    else:
        updated = False
    size = size_of(planned)
    say(f"installing them{f' ({size})' if size else ''}; this usually takes 1 to 5 minutes; apt's output is in {LOG}")
    if apt_get(command):
        return
    if not updated:
        say("apt's lists may be out of date: updating them and trying again")
        if apt_get(["update"]) and apt_get(command):
            return
    raise failed(names)


def ensure(needs: Sequence[Need]) -> None:
    """Installs the packages that are missing. If none is, it only checks files and needs no network. CannotRun if a package
    cannot be installed."""
    absent = missing(needs)
    if not absent:
        return
    install(absent)
    importlib.invalidate_caches()
    for need in missing(needs):
        what = need.program or need.file or f"module {need.module}"
        raise CannotRun(f"package {need.package} is installed, but {what} is missing; reinstall the package")

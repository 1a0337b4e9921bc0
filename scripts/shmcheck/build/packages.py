"""The Debian packages that a build and a run need, and installing those that are missing."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shmcheck.console import CannotRun, say
from shmcheck.signals import deferred


@dataclass(frozen=True)
class Need:
    """A package and what shows that it, or something as good from elsewhere, is there."""

    package: str
    program: str = ""  # on PATH
    file: str = ""  # a pattern

    def met(self) -> bool:
        if self.program:
            return shutil.which(self.program) is not None
        return any(glob.iglob(self.file))


BUILDING = (
    Need("cmake", program="cmake"),
    Need("ninja-build", program="ninja"),
)
FOR_WINDOWS = (
    Need("gcc-mingw-w64-x86-64", program="x86_64-w64-mingw32-gcc"),
    Need("gcc-mingw-w64-i686", program="i686-w64-mingw32-gcc"),
)
RUNNING = (Need("wine", program="wine"),)
TESTING = (
    Need("gcc", program="gcc"),
    Need("libc6-dev", file="/usr/include/stdio.h"),
    Need("libcmocka-dev", file="/usr/include/cmocka.h"),
    Need("python3-pytest", file="/usr/lib/python3/dist-packages/pytest"),
    Need("python3-hypothesis", file="/usr/lib/python3/dist-packages/hypothesis"),
    Need("python3-jinja2", file="/usr/lib/python3/dist-packages/jinja2"),
    Need("python3-junitparser", file="/usr/lib/python3/dist-packages/junitparser"),
    Need("mypy", file="/usr/lib/python3/dist-packages/mypy"),
)
# These are installed on CI's machines only: a browser is as big as all the others together, and openssh-server starts
# a server. Elsewhere they are used if they are there, and their tests say what they miss.
TESTING_ON_CI = (
    Need("openssh-server", file="/usr/sbin/sshd"),
    Need("chromium", program="chromium"),
    Need("chromium-driver", program="chromedriver"),
    Need("python3-selenium", file="/usr/lib/python3/dist-packages/selenium"),
)
FUZZING = (
    Need("clang", program="clang"),
    Need("libclang-rt-dev", file="/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a"),
)

REACHING = (Need("openssh-client", program="sftp"),)

BUILDING_FOR_WINDOWS = BUILDING + FOR_WINDOWS
FOR_RUN = BUILDING_FOR_WINDOWS + RUNNING
FOR_TEST = FOR_RUN + TESTING + FUZZING

APT_LOCK_SECONDS = 300


def missing(needs: Sequence[Need]) -> list[str]:
    """The packages of the needs that are not met."""
    return [need.package for need in needs if not need.met()]


def as_root() -> list[str]:
    """What goes before a command that only root may run."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise CannotRun("installing them takes root; there is no sudo, so install them yourself and try again")
    # Without a terminal nobody could type a password: fail instead of waiting for one.
    return ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else ["sudo", "-n"]


def apt_get(arguments: Sequence[str]) -> bool:
    """Runs apt-get as root, with its output shown as messages; whether it succeeded."""
    command = [
        *as_root(),
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        f"-oDPkg::Lock::Timeout={APT_LOCK_SECONDS}",
        "-y",
        "-q",
        *arguments,
    ]
    try:
        # Not ended with this driver: killing dpkg half-way leaves a system that somebody has to repair.
        with deferred():
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode == 0
    except OSError as error:
        raise CannotRun(f"apt-get cannot be started: {error}") from error


def all_known(packages: Sequence[str]) -> bool:
    """Whether apt has heard of all these packages; on a fresh system it has not heard of any."""
    command = ["apt-cache", "show", "--no-all-versions", *packages]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def install(packages: Sequence[str]) -> None:
    """Installs the packages, or CannotRun."""
    names = " ".join(packages)
    say(f"missing Debian packages: {names}")
    if shutil.which("apt-get") is None:
        raise CannotRun(f"there is no apt-get here; install what these Debian packages have: {names}")
    command = ["install", "--no-install-recommends", *packages]
    if all_known(packages):
        if apt_get(command):
            return
        say("apt's lists may be out of date: updating them and trying again")
    if not apt_get(["update"]):
        say("apt-get update had a problem; trying to install all the same")
    if not apt_get(command):
        raise CannotRun(f"these packages could not be installed: {names}")


def ensure(needs: Sequence[Need]) -> None:
    """Installs what is missing. Looks at files only, and asks no network, when nothing is."""
    packages = missing(needs)
    if not packages:
        return
    install(packages)
    left = [need for need in needs if not need.met()]
    if left:
        need = left[0]
        raise CannotRun(f"package {need.package} is installed and there is still no {need.program or need.file}")

"""Runs scripts/run and scripts/test on bare Debian systems: trees with only the packages that debootstrap installs, git,
Python and sudo. The name of the checkout's folder has blanks and a letter that is not ASCII; root has no HOME."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.build import packages
from shmcheck.console import CannotRun, is_summary, say
from shmcheck.files import write_file
from shmcheck.paths import BUILD, ROOT
from shmcheck.processes import TooSlow, run_quiet
from shmcheck.targets.debian_mirror import mirror_of_system, settings_of_apt
from shmcheck.targets.debian_root import (
    CODENAMES,
    DEBOOTSTRAP,
    ENCLOSED,
    KEYRING,
    SETTING_UP,
    check_namespaces,
    root_rights,
)

RELEASES = (12, 13)
USERS = ("root", "user")
COMMANDS = ("run", "test")
SECONDS = 3 * 3600.0
TRY_LINES = 15
CHECKOUT = "/srv/shm chéck"

PREPARE = """\
set -e
root=$1 checkout=$2 source=$3
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
chroot "$root" apt-get update -q
chroot "$root" apt-get install -y -q --no-install-recommends ca-certificates git python3 sudo
chroot "$root" useradd --create-home person
echo 'person ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/person"
git clone -q "$source" "$root$checkout"
chroot "$root" chown -R person:person "$checkout"
"""
PLAY = """\
set -e
root=$1 checkout=$2 who=$3
shift 3
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
chroot=/usr/sbin/chroot path=PATH=/usr/local/bin:/usr/bin:/bin
if [ "$who" = root ]; then
    "$chroot" "$root" chown -R root:root "$checkout"
    exec "$chroot" "$root" /usr/bin/env -i --chdir="$checkout" "$path" "$@"
fi
exec "$chroot" --userspec=person:person "$root" /usr/bin/env -i --chdir="$checkout" "$path" HOME=/home/person "$@"
"""


@dataclass(frozen=True)
class CommandEnd:
    """The end of one command in one system."""

    name: str  # "Debian 12, root: scripts/run"
    code: int
    last_line: str
    tail: str  # the last lines of the output, and the path of the file with all of it

    @property
    def passed(self) -> bool:
        return self.code == 0 and is_summary(self.last_line) and not self.last_line.startswith("0 passed")


def end_of(name: str, code: int, text: str, log: Path) -> CommandEnd:
    """The end of a command that printed this text, which is written to the file `log`."""
    summaries = [line for line in text.splitlines() if is_summary(line)]
    write_file(log, text)
    return CommandEnd(name, code, summaries[-1] if summaries else "", f"{last_lines(text)}\nall of it: {log}")


def slow_tests() -> CommandEnd:
    """Runs the slow tests of the project on this system."""
    name = "here: scripts/test --slow"
    say(name)
    command = [sys.executable, str(ROOT / "scripts" / "test.py"), "--slow", "--filter", "scripts/slow"]
    try:
        code, text = run_quiet(command, seconds=2 * SECONDS)
    except TooSlow as error:
        code, text = -1, str(error)
    (BUILD / "nightly").mkdir(parents=True, exist_ok=True)
    return end_of(name, code, text, BUILD / "nightly" / "slow.txt")


class Bare:
    """A bare system of Debian `number`, below build/nightly. The output of the commands is also there, and stays when the
    system is deleted."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.folder = BUILD / "nightly" / f"debian-{number}"
        self.base = self.folder / "base"

    def make(self) -> None:
        """Makes the tree. CannotRun if that fails."""
        self.delete()
        self.folder.mkdir(parents=True)
        say(f"making a bare Debian {self.number}")
        self.script(DEBOOTSTRAP, [str(self.base), mirror_of_system(), CODENAMES[self.number], KEYRING])
        for name in ("resolv.conf", "hosts"):
            if Path("/etc", name).exists():
                shutil.copyfile(Path("/etc", name), self.base / "etc" / name)
        (self.base / "etc/apt/apt.conf.d/90host").write_text(settings_of_apt(), encoding="utf-8")
        self.script(PREPARE, [str(self.base), CHECKOUT, str(ROOT)])

    def script(self, text: str, arguments: Sequence[str]) -> str:
        """Runs a script in namespaces of its own. Returns its output; CannotRun if it fails."""
        code, output = self.play(text, arguments)
        if code != 0:
            raise CannotRun(f"Debian {self.number} cannot be made (code {code}):\n{last_lines(output)}")
        return output

    def play(self, text: str, arguments: Sequence[str]) -> tuple[int, str]:
        """Runs a script as root in namespaces whose mounts and processes end with it."""
        return run_quiet([*root_rights(), *ENCLOSED, "sh", "-c", text, "sh", *arguments], seconds=SECONDS)

    def outcomes(self, user: str, commands: Sequence[str]) -> list[CommandEnd]:
        """Runs the commands one after the other in a fresh copy, like a user after cloning the project."""
        tree = self.folder / user
        code, text = run_quiet([*root_rights(), "cp", "-a", "--", str(self.base), str(tree)], seconds=SECONDS)
        if code != 0:
            raise CannotRun(f"{self.base} cannot be copied: {text.strip()}")
        found = []
        for command in commands:
            name = f"Debian {self.number}, {user}: scripts/{command}"
            say(name)
            try:
                code, text = self.play(PLAY, [str(tree), CHECKOUT, user, f"./scripts/{command}"])
            except TooSlow as error:
                code, text = -1, str(error)
            found.append(end_of(name, code, text, self.folder.with_name(f"{self.folder.name}-{user}-{command}.txt")))
        return found

    def delete(self) -> None:
        if self.folder.exists():
            code, text = run_quiet([*root_rights(), "rm", "-rf", "--one-file-system", "--", str(self.folder)], seconds=SECONDS)
            if code != 0:
                raise CannotRun(f"{self.folder} cannot be deleted: {text.strip()}")


def last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-TRY_LINES:])


def run(releases: Sequence[int], users: Sequence[str], commands: Sequence[str]) -> list[CommandEnd]:
    """Runs the commands on every release as every user. CannotRun if a bare system cannot be made."""
    packages.ensure(SETTING_UP)
    check_namespaces()
    found = []
    for number in releases:
        bare = Bare(number)
        try:
            bare.make()
            for user in users:
                found += bare.outcomes(user, commands)
        finally:
            bare.delete()
    return found

"""The Wine of another Debian release: a tree of that release under build/, entered with chroot.

All mounts are in a mount namespace of the entering process and its children. The kernel removes them when the last of
these processes has ended, in whatever way, and no other process sees them. Page: mount_namespaces(7).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from shmcheck.build import packages
from shmcheck.console import CannotRun, say
from shmcheck.locks import Lock
from shmcheck.paths import BUILD, ROOT
from shmcheck.processes import TooSlow, run_quiet
from shmcheck.targets.debian_mirror import archive_of, has_release, mirror_of_system, settings_of_apt

CODENAMES: Mapping[int, str] = {11: "bullseye", 12: "bookworm", 13: "trixie"}
WINES: Mapping[str, int] = {"wine-5": 11, "wine-8": 12, "wine-10": 13}

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SETTING_UP = (
    packages.Need("debootstrap", file="/usr/sbin/debootstrap"),
    packages.Need("debian-archive-keyring", file=KEYRING),
    packages.Need("gpgv", program="gpgv"),
)
SET_UP_SECONDS = 1800.0
REMOVE_SECONDS = 300.0
STAMP_VERSION = 1  # version of what add() makes; an older tree is made again

# unshare makes all mounts of the new namespace private, so no other process sees them.
NAMESPACE = ("unshare", "--mount")
# The set-up also has a process namespace: all its processes end with the first one.
ENCLOSED = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

MOUNT = """\
set -e
root=$1 tree=$2
shift 2
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount --bind /tmp "$root/tmp"
mkdir -p "$root$tree"
mount --bind "$tree" "$root$tree"
"""
# Wine finds its server through /tmp, and runs may write reports there, so /tmp is the same inside and outside. A TMPDIR of this
# process would be passed on; Release.command sets it if it is below /tmp.
ENTER = MOUNT + 'user=$1\nshift\nexec chroot --userspec="$user" "$root" env --unset=TMPDIR --chdir="$tree" "$@"\n'

DEBOOTSTRAP = """\
set -e
root=$1 mirror=$2 codename=$3 keyring=$4
# debootstrap must not see the real /dev while it makes the new tree.
exec debootstrap --variant=minbase --arch=amd64 --keyring="$keyring" "$codename" "$root" "$mirror"
"""

INSTALL = (
    MOUNT
    + """\
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
in_root() { chroot "$root" "$@"; }
# Packages must not start services.
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
if [ "$1" = i386 ]; then
    in_root dpkg --add-architecture i386
    in_root apt-get update -q
    in_root apt-get install -y -q --no-install-recommends wine wine64 wine32:i386
else
    in_root apt-get update -q
    in_root apt-get install -y -q --no-install-recommends wine wine64
fi
in_root apt-get clean
rm -rf "$root"/var/lib/apt/lists/*
"""
)


def release_of_system() -> int:
    """The number of this system's Debian release; 0 if it is another system."""
    try:
        text = Path("/etc/debian_version").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return 0
    number = text.strip().partition(".")[0]
    return int(number) if number.isdecimal() else 0


class Release:
    """The tree of Debian release `number`, which may not exist yet."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.codename = CODENAMES[number]
        self.folder = BUILD / "targets" / f"debian-{number}"
        self.root = self.folder / "root"
        self.stamp = self.folder / "ready"

    # ---- state ----

    def ready(self) -> bool:
        """Whether the set-up of the tree is complete and was made for this checkout's folder."""
        return self.told("version") == str(STAMP_VERSION) and self.told("checkout") == str(ROOT)

    def told(self, key: str) -> str:
        """A line of the stamp; "" if the stamp does not have it."""
        try:
            lines = self.stamp.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ""
        return dict(line.partition("=")[::2] for line in lines).get(key, "")

    def state(self) -> str:
        """The state in words, for a list."""
        if self.ready():
            return f"set up: Debian {self.number}, Wine {self.told('wine')}, programs of {self.told('bits')} bits"
        return "set up only in part; add it again" if self.folder.exists() else "not set up"

    # ---- setting up and removing; the lock is held exclusively during both ----

    def lock(self) -> Lock:
        (BUILD / "targets").mkdir(parents=True, exist_ok=True)
        return Lock(self.folder.with_name(self.folder.name + ".lock"))

    def add(self, mirror: str, with_x86: bool) -> None:
        """Sets the tree up. Deletes the rest of an interrupted attempt first."""
        packages.ensure(SETTING_UP)
        root_rights()
        check_namespaces()
        lock = self.lock()
        try:
            if not lock.try_exclusive():
                raise CannotRun(f"another process uses or sets up Debian {self.number} in {self.folder}; wait until it has ended")
            if self.folder.exists():
                self.delete()
            self.folder.mkdir(parents=True)
            self.bootstrap(mirror or self.mirror())
            bits = "64 and 32" if with_x86 and self.install(True) else "64"
            if bits == "64":
                self.install(False)
            code, text = self.run(["wine", "--version"], 60.0)
            version = text.strip().removeprefix("wine-").partition(" ")[0]
            if code != 0 or not version:
                raise CannotRun(f"the Wine of Debian {self.number} does not start:\n{text.strip()}")
            lines = {"version": STAMP_VERSION, "checkout": ROOT, "wine": version, "bits": bits}
            self.stamp.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
        finally:
            lock.close()

    def mirror(self) -> str:
        """The mirror of this system's own sources, or its archive if the release has moved there."""
        mirror = mirror_of_system()
        for place in (mirror, archive_of(mirror)):
            if has_release(place, self.codename):
                return place
        raise CannotRun(
            f"neither {mirror} nor its archive has Debian {self.number} ({self.codename}); "
            "name a mirror that has it with --mirror URL"
        )

    def bootstrap(self, mirror: str) -> None:
        say(f"setting up Debian {self.number} ({self.codename}) in {self.root}; this takes some minutes")
        self.script(DEBOOTSTRAP, [str(self.root), mirror, self.codename, KEYRING], "debootstrap")
        for name in ("resolv.conf", "hosts"):
            source = Path("/etc", name)
            if source.exists():
                self.put(f"etc/{name}", source.read_text(encoding="utf-8", errors="replace"))
        self.put("etc/apt/apt.conf.d/90host", settings_of_apt())

    def install(self, with_x86: bool) -> bool:
        """Installs Wine. Returns False if the 32-bit half could not be installed; without it a failure is CannotRun."""
        say(f"installing the Wine of Debian {self.number}" + (", for 64-bit and 32-bit programs" if with_x86 else ""))
        try:
            self.script(INSTALL, [str(self.root), str(ROOT), "i386" if with_x86 else ""], "installing Wine")
        except TooSlow:
            raise
        except CannotRun as error:
            if not with_x86:
                raise
            say(f"{error}\ntrying again without 32-bit Wine")
            return False
        return True

    def put(self, name: str, text: str) -> None:
        """Writes a file of the tree, as root."""
        beside = self.folder / "put.tmp"
        beside.write_text(text, encoding="utf-8")
        code, output = run_quiet([*root_rights(), "install", "-m", "644", beside, self.root / name])
        beside.unlink()
        if code != 0:
            raise CannotRun(f"{self.root / name} cannot be written: {output.strip()}")

    def script(self, text: str, arguments: Sequence[str], what: str) -> None:
        """Runs a script as root in namespaces whose mounts and processes end with it."""
        command = [*root_rights(), *ENCLOSED, "sh", "-c", text, "sh", *arguments]
        code, output = run_quiet(command, seconds=SET_UP_SECONDS)
        if code != 0:
            lines = output.strip().splitlines()
            raise CannotRun(f"{what} failed (code {code}):\n" + "\n".join(lines[-15:]))

    def remove(self) -> None:
        """Removes the tree."""
        lock = self.lock()
        try:
            if not lock.try_exclusive():
                raise CannotRun(f"a run uses Debian {self.number}; try again when it has ended")
            if self.folder.exists():
                self.delete()
        finally:
            lock.close()

    def delete(self) -> None:
        """Deletes all files. CannotRun if a file system is mounted in the folder, whose files would also be deleted."""
        below = mounts_below(self.folder)
        for place in reversed(below):
            code, text = run_quiet([*root_rights(), "umount", "--recursive", place])
            if code != 0:
                raise CannotRun(f"{place} is mounted, and cannot be unmounted: {text.strip()}")
        if mounts_below(self.folder):
            raise CannotRun(f"a file system is mounted in {self.folder}; nothing was deleted")
        self.stamp.unlink(missing_ok=True)
        command = [*root_rights(), "rm", "-rf", "--one-file-system", "--", str(self.folder)]
        code, text = run_quiet(command, seconds=REMOVE_SECONDS)
        if code != 0:
            raise CannotRun(f"{self.folder} cannot be deleted: {text.strip()}")

    # ---- running ----

    def command(self, words: Sequence[str | Path], environment: Mapping[str, str]) -> list[str]:
        """The command that runs `words` in the tree as the current user. sudo drops the environment, so it is passed on
        as arguments. A TMPDIR that is not below /tmp is not: that folder may be missing in the tree."""
        settings = {**environment, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        if not Path(settings.get("TMPDIR", "/tmp")).is_relative_to("/tmp"):
            del settings["TMPDIR"]
        user = f"{os.getuid()}:{os.getgid()}"
        assignments = [f"{name}={value}" for name, value in settings.items()]
        enter = [*NAMESPACE, "sh", "-c", ENTER, "sh", str(self.root), str(ROOT), user]
        return [*root_rights(), *enter, *assignments, *map(str, words)]

    def run(self, words: Sequence[str], seconds: float) -> tuple[int, str]:
        """Runs a short command in the tree. Returns its exit code and output."""
        return run_quiet(self.command(words, {"HOME": str(BUILD), "LC_ALL": "C.UTF-8"}), seconds=seconds)


def root_rights() -> list[str]:
    """The prefix of a command that only root may run. CannotRun if this user cannot become root."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise CannotRun("the Wine of another Debian release runs by chroot, which needs root, and sudo is not installed")
    return ["sudo", "-n"]


def check_namespaces() -> None:
    """Checks before a long download that root may mount. In a container it may not be allowed."""
    code, text = run_quiet([*root_rights(), *ENCLOSED, "mount", "-t", "tmpfs", "shmcheck", "/mnt"], seconds=60)
    if code != 0:
        raise CannotRun(
            "the Wine of another Debian release needs root with the right to mount (CAP_SYS_ADMIN), or sudo without a "
            f"password: {text.strip()}"
        )


def mounts_below(folder: Path) -> list[str]:
    """The mount points at or below the folder, in the order in which they were mounted."""
    text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    places = [unescaped(line.split(" ")[4]) for line in text.splitlines()]
    inside = os.path.realpath(folder)
    return [place for place in places if place == inside or place.startswith(inside + "/")]


def unescaped(text: str) -> str:
    """Decodes a path of mountinfo, which has blanks and backslashes as octal numbers. Page: proc(5)."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text

"""Fetches and unpacks the sources of cmocka.

    fetch_cmocka.py VERSION SHA256 FOLDER

leaves FOLDER/cmocka-VERSION. The archive comes from cmocka's own site or, where that cannot be reached, from
the source package of the Debian (or derived) system this runs on; it is the same file, and its SHA-256 must be
the one given. The system's package sources are only read: apt runs with a configuration of its own in FOLDER.
Exit code 0, or 1 with a message for people on stderr.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

SITE = "https://cmocka.org/files"
SITE_SECONDS = 20
APT_SECONDS = 300
ARCHIVE_BYTES_MAX = 4 * 1024 * 1024


class FetchError(Exception):
    """One way to get the archive did not work; the text says why."""


def check(archive: bytes, sha256: str) -> bytes:
    """The archive itself, or FetchError if it is another file than the pinned one."""
    seen = hashlib.sha256(archive).hexdigest()
    if seen != sha256:
        raise FetchError(f"its SHA-256 is {seen}, not {sha256}")
    return archive


def from_site(version: str) -> bytes:
    """The archive from cmocka's own site."""
    series = ".".join(version.split(".")[:2])
    address = f"{SITE}/{series}/cmocka-{version}.tar.xz"
    print(f"fetching {address}", flush=True)
    try:
        with urllib.request.urlopen(address, timeout=SITE_SECONDS) as answer:
            data: bytes = answer.read(ARCHIVE_BYTES_MAX + 1)
    except (OSError, urllib.error.URLError) as error:
        raise FetchError(str(error)) from error
    return data


def source_entries(text: str) -> str:
    """A deb822 file of package sources, asking for source packages instead of binary ones."""
    stanzas = []
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"(?mi)^Types:.*\bdeb\b", stanza) and not re.search(r"(?mi)^Enabled:\s*no\b", stanza):
            stanzas.append(re.sub(r"(?mi)^Types:.*$", "Types: deb-src", stanza).strip())
    return "\n\n".join(stanzas) + "\n" if stanzas else ""


def source_lines(text: str) -> str:
    """A one-line-style file of package sources, asking for source packages instead of binary ones."""
    lines = [re.sub(r"^\s*deb(-src)?\s", "deb-src ", line) for line in text.splitlines()]
    wanted = [line.strip() for line in lines if line.startswith("deb-src ") and "cdrom:" not in line]
    kept = list(dict.fromkeys(wanted))
    return "\n".join(kept) + "\n" if kept else ""


def derive_sources(etc_apt: Path, out: Path) -> int:
    """Writes source-package versions of all the system's package sources into `out`; how many files."""
    found = [etc_apt / "sources.list"]
    found += sorted((etc_apt / "sources.list.d").glob("*"))
    written = 0
    for file in found:
        if file.suffix not in (".list", ".sources") or not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        derived = source_entries(text) if file.suffix == ".sources" else source_lines(text)
        if derived:
            (out / file.name).write_text(derived, encoding="utf-8")
            written += 1
    return written


def run_apt(arguments: list[str], options: list[str], folder: Path) -> None:
    """apt-get with these options; FetchError with the end of its output if it fails."""
    environment = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
    try:
        done = subprocess.run(
            ["apt-get", *options, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=APT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(str(error)) from error
    if done.returncode != 0:
        tail = done.stdout.decode("utf-8", "replace").strip().splitlines()[-5:]
        raise FetchError(f"apt-get {arguments[0]} failed:\n  " + "\n  ".join(tail))


def from_debian(version: str, folder: Path) -> bytes:
    """The upstream archive out of Debian's source package."""
    if shutil.which("apt-get") is None:
        raise FetchError("there is no apt-get")
    work = Path(tempfile.mkdtemp(prefix="apt-", dir=folder))
    try:
        for name in ("parts", "lists/partial", "cache/archives/partial", "state"):
            (work / name).mkdir(parents=True)
        if derive_sources(Path("/etc/apt"), work / "parts") == 0:
            raise FetchError("the system names no package sources")
        print("fetching cmocka's source package with apt-get", flush=True)
        options = [
            "-oDir::Etc::SourceList=/dev/null",
            f"-oDir::Etc::SourceParts={work / 'parts'}",
            f"-oDir::State={work / 'state'}",
            f"-oDir::State::Lists={work / 'lists'}",
            f"-oDir::Cache={work / 'cache'}",
            # The sandbox user could not read a folder in somebody's home; what comes is checked by its hash.
            f"-oAPT::Sandbox::User={user_name()}",
            # The system's hooks after an update are about the system's lists.
            "-oAPT::Update::Post-Invoke-Success=",
            "-qq",
        ]
        update_error = ""
        try:
            run_apt(["update"], options, work)
        except FetchError as error:
            # A third-party source without source packages fails here although Debian's own are fine.
            update_error = f"{error}; "
        try:
            run_apt(["source", "--download-only", "--tar-only", "cmocka"], options, work)
        except FetchError as error:
            raise FetchError(f"{update_error}{error}") from error
        archives = list(work.glob("cmocka_*.orig.tar.xz"))
        if [file.name for file in archives] != [f"cmocka_{version}.orig.tar.xz"]:
            names = ", ".join(file.name for file in archives) or "nothing"
            raise FetchError(f"this system has {names}, not version {version}")
        return archives[0].read_bytes()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def user_name() -> str:
    """The name of the user this runs as."""
    import pwd  # not on Windows, where there is no apt-get either

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id of a container's maker; apt changes its user only when root runs it
        return "root"


def unpack(archive: bytes, version: str, folder: Path) -> None:
    """Puts the archive's cmocka-VERSION into `folder`, whole or not at all."""
    work = Path(tempfile.mkdtemp(prefix="unpack-", dir=folder))
    try:
        packed = work / "cmocka.tar.xz"
        packed.write_bytes(archive)
        with tarfile.open(packed, "r:xz") as tar:
            tar.extractall(work)
        target = folder / f"cmocka-{version}"
        shutil.rmtree(target, ignore_errors=True)
        (work / f"cmocka-{version}").rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fetch(version: str, sha256: str, folder: Path) -> bytes:
    """The archive from the first place that has the right one; FetchError names them all."""
    places: list[tuple[str, Callable[[], bytes]]] = [
        ("cmocka.org", lambda: from_site(version)),
        ("Debian's source package", lambda: from_debian(version, folder)),
    ]
    reasons = []
    for place, get in places:
        try:
            return check(get(), sha256)
        except FetchError as error:
            reasons.append(f"{place}: {error}")
    raise FetchError("\n".join(reasons))


def main(arguments: list[str]) -> int:
    """See the top of this file."""
    if len(arguments) != 3:
        print("usage: fetch_cmocka.py VERSION SHA256 FOLDER", file=sys.stderr)
        return 1
    version, sha256, folder = arguments[0], arguments[1], Path(arguments[2]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        unpack(fetch(version, sha256, folder), version, folder)
    except (FetchError, OSError, tarfile.TarError) as error:
        print(
            f"cmocka {version} could not be had:\n{error}\n"
            f"Put the archive's folder at {folder}/cmocka-{version}, or install cmocka for the target.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

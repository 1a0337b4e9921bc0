"""Fetches and unpacks the sources of cmocka.

    fetch_cmocka.py FOLDER [ARCHIVE]

leaves FOLDER/cmocka-VERSION. ARCHIVE is a cmocka-VERSION.tar.xz that was downloaded before; then nothing is fetched. Where there is apt-get, the version is the one that the system packages, and the archive
comes from the system's own mirror, as the source package; no other site is asked. Elsewhere it comes from cmocka's own
site. Its SHA-256 must be the one in VERSIONS. An archive that was fetched once is kept in the user's cache folder, so
that another checkout needs no network. The system's package sources are only read: apt runs with a configuration of
its own in FOLDER. Exit code 0, or 1 with a message on stderr.
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
from pathlib import Path

# The source tree may be read-only, and a build leaves no files in it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from shmcheck.patience import patiently, remove_tree, replace  # noqa: E402

# SHA-256 of each archive cmocka-VERSION.tar.xz, which Debian and Ubuntu package unchanged.
VERSIONS = {
    "1.1.5": "f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6",  # Debian 11 and 12, Ubuntu 22.04
    "1.1.7": "810570eb0b8d64804331f82b29ff47c790ce9cd6b163e98d47a4807047ecad82",  # Debian 13, Ubuntu 24.04
}
SITE_VERSION = "1.1.7"
SITE = "https://cmocka.org/files"
SITE_SECONDS = 20
APT_SECONDS = 300
ARCHIVE_BYTES_MAX = 4 * 1024 * 1024


class FetchError(Exception):
    """The archive could not be fetched; the text says why."""


def check(archive: bytes, version: str) -> bytes:
    """The archive itself. FetchError if it is not the known file of this version."""
    if version not in VERSIONS:
        raise FetchError(f"version {version} has no SHA-256 in {Path(__file__).name}; it knows {', '.join(VERSIONS)}")
    seen = hashlib.sha256(archive).hexdigest()
    if seen != VERSIONS[version]:
        raise FetchError(f"the SHA-256 of version {version} is {seen}, not {VERSIONS[version]}")
    return archive


def cache_folder() -> Path | None:
    """The folder of this user for files that can be fetched again; None if it cannot be found."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    try:
        return (Path(named) if os.path.isabs(named) else Path("~/.cache").expanduser()) / "shmcheck"
    except RuntimeError:  # neither HOME nor an entry of this user in the list of users
        return None


def from_cache(folder: Path | None) -> tuple[str, bytes] | None:
    """The newest good archive in the cache, with its version; None if there is none."""
    for version in sorted(VERSIONS, reverse=True) if folder else ():
        try:
            return version, check((Path(str(folder)) / f"cmocka-{version}.tar.xz").read_bytes(), version)
        except (OSError, FetchError):
            pass  # it is fetched again
    return None


def keep(folder: Path | None, version: str, archive: bytes) -> None:
    """Puts an archive into the cache. A cache that cannot be written is not an error."""
    if folder is None:
        return
    beside = folder / f"cmocka-{version}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(archive)
        replace(beside, folder / f"cmocka-{version}.tar.xz")
    except OSError:
        pass


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
    """A deb822 file of package sources, changed to source packages."""
    stanzas = []
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"(?mi)^Types:.*\bdeb\b", stanza) and not re.search(r"(?mi)^Enabled:\s*no\b", stanza):
            stanzas.append(re.sub(r"(?mi)^Types:.*$", "Types: deb-src", stanza).strip())
    return "\n\n".join(stanzas) + "\n" if stanzas else ""


def source_lines(text: str) -> str:
    """A one-line-style file of package sources, changed to source packages."""
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


def from_mirror(folder: Path) -> tuple[str, bytes]:
    """The version that this system packages, and its archive from the source package."""
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
            # The sandbox user cannot read a folder in a user's home. The SHA-256 of the archive is checked.
            f"-oAPT::Sandbox::User={user_name()}",
            # The system's hooks after an update concern the system's lists.
            "-oAPT::Update::Post-Invoke-Success=",
            "-qq",
        ]
        update_error = ""
        try:
            run_apt(["update"], options, work)
        except FetchError as error:
            # A third party's source without source packages fails here although Debian's own works.
            update_error = f"{error}; "
        try:
            run_apt(["source", "--download-only", "--tar-only", "cmocka"], options, work)
        except FetchError as error:
            raise FetchError(f"{update_error}{error}") from error
        archives = list(work.glob("cmocka_*.orig.tar.xz"))
        if len(archives) != 1:
            raise FetchError(f"apt-get fetched {len(archives)} archives of cmocka, not one")
        version = archives[0].name.removeprefix("cmocka_").removesuffix(".orig.tar.xz")
        return version, archives[0].read_bytes()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def user_name() -> str:
    """The name of the user that this runs as."""
    import pwd  # Windows has no such module, and no apt-get

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id without a name, in a container; apt changes its user only if root runs it
        return "root"


def unpack(archive: bytes, version: str, folder: Path) -> None:
    """Puts the archive's cmocka-VERSION into `folder`, completely or not at all."""
    work = Path(tempfile.mkdtemp(prefix="unpack-", dir=folder))
    try:
        packed = work / "cmocka.tar.xz"
        packed.write_bytes(archive)
        with tarfile.open(packed, "r:xz") as tar:
            tar.extractall(work)
        target = folder / f"cmocka-{version}"
        if target.exists():
            remove_tree(target)
        patiently(lambda: (work / f"cmocka-{version}").rename(target))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def from_file(path: Path) -> tuple[str, bytes]:
    """An archive that the user names, with its version, which its SHA-256 tells. FetchError if it is none of VERSIONS."""
    try:
        archive = path.read_bytes()
    except OSError as error:
        raise FetchError(f"{path} cannot be read: {error.strerror}") from error
    seen = hashlib.sha256(archive).hexdigest()
    for version, sum_of_version in VERSIONS.items():
        if seen == sum_of_version:
            return version, archive
    raise FetchError(f"{path} has the SHA-256 {seen}, which is that of no cmocka-VERSION.tar.xz of {', '.join(VERSIONS)}")


def fetch(folder: Path) -> tuple[str, bytes]:
    """A version and its archive: the cached one, else that of the mirror, or of cmocka's site where there is no
    apt-get. FetchError if it cannot be fetched or is another file than the known one."""
    cache = cache_folder()
    kept = from_cache(cache)
    if kept:
        return kept
    if shutil.which("apt-get"):
        version, archive = from_mirror(folder)
    else:
        version, archive = SITE_VERSION, from_site(SITE_VERSION)
    check(archive, version)
    keep(cache, version, archive)
    return version, archive


def main(arguments: list[str]) -> int:
    """See the top of this file."""
    if len(arguments) not in (1, 2):
        print("usage: fetch_cmocka.py FOLDER [ARCHIVE]", file=sys.stderr)
        return 1
    folder = Path(arguments[0]).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        version, archive = from_file(Path(arguments[1])) if arguments[1:] else fetch(folder)
        unpack(archive, version, folder)
    except (FetchError, OSError, tarfile.TarError) as error:
        print(
            f"the sources of cmocka could not be fetched: {error}\n"
            f"Download cmocka-VERSION.tar.xz ({', '.join(VERSIONS)}) and name it with the variable SHMCHECK_CMOCKA_ARCHIVE, or "
            "install cmocka for the target (with vcpkg: vcpkg install cmocka, and its file for CMAKE_TOOLCHAIN_FILE).",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

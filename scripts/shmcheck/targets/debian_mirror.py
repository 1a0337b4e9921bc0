"""Finds the Debian mirror of this system's apt sources."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from shmcheck.build import packages
from shmcheck.console import CannotRun
from shmcheck.processes import run_quiet

FIELDS = "$(ORIGIN)|$(LABEL)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)"
HELPER = "/usr/lib/apt/apt-helper"
APT_SECONDS = 120.0
# The settings that apt in the new tree needs to reach the same mirror.
HANDED_ON = ("Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until", "Acquire::Check-Date", "Acquire::Retries")


def listed_mirror() -> str:
    """The first source of Debian's main archive, not of updates, security or a third party; "" if there is none."""
    code, text = run_quiet(
        ["apt-get", "indextargets", "--format", FIELDS, "Created-By: Packages"], seconds=APT_SECONDS
    )
    for line in text.splitlines() if code == 0 else []:
        fields = line.split("|")
        if len(fields) == 5 and fields[:2] == ["Debian", "Debian"] and fields[3] == "main" and "-" not in fields[2]:
            return fields[4].rstrip("/")
    return ""


def mirror_of_system() -> str:
    """The mirror that this system was installed from."""
    # Only apt's lists say which archive a source belongs to.
    mirror = listed_mirror()
    if not mirror and packages.apt_get(["update"]):
        mirror = listed_mirror()
    if not mirror:
        raise CannotRun("this system's apt sources name no Debian mirror; name one with --mirror URL")
    return mirror


def archive_of(mirror: str) -> str:
    """The same mirror's archive of old releases: HOST/debian-archive/debian for HOST/debian."""
    parts = urlsplit(mirror)
    path = parts.path.rstrip("/").removesuffix("/debian") + "/debian-archive/debian"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def has_release(mirror: str, codename: str) -> bool:
    """Whether the mirror has this release. Uses apt's own downloader, so that proxy settings apply."""
    with tempfile.TemporaryDirectory() as folder:
        code, _ = run_quiet(
            [HELPER, "download-file", f"{mirror}/dists/{codename}/Release", Path(folder, "Release")],
            seconds=APT_SECONDS,
        )
    return code == 0


def settings_of_apt() -> str:
    """This system's settings that apt needs to reach the mirror, as an apt.conf."""
    code, text = run_quiet(["apt-config", "dump", *HANDED_ON], seconds=APT_SECONDS)
    lines = [line for line in text.splitlines() if line.endswith('";') and not line.endswith(' "";')]
    return "".join(line + "\n" for line in lines if code == 0 and line.startswith("Acquire::"))

"""The archive of scripts/package: files in a ZIP file that has the same bytes whenever it has the same content."""

from __future__ import annotations

import hashlib
import io
import re
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from shmcheck.console import CannotRun

NAME = re.compile(r"[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)*")
SUMS = "SHA256SUMS"
FIRST_SECOND = 315532800  # 1980-01-01, the first date that a ZIP file can have


def sums(files: Mapping[str, bytes]) -> bytes:
    """The list of the SHA-256 sums of these files, in the format of `sha256sum -c`."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode("ascii")


def packed(folder: str, files: Mapping[str, bytes], seconds: int) -> bytes:
    """A ZIP file with one folder that contains these files, by their paths, and the list of their SHA-256. Every entry
    has the same date: `seconds` since 1970, in UTC. Order, attributes and version do not depend on this system; the
    compressed bytes are those of this system's zlib."""
    whole = {**files, SUMS: sums(files)}
    when = time.gmtime(max(seconds, FIRST_SECOND))
    date = (when.tm_year, when.tm_mon, when.tm_mday, when.tm_hour, when.tm_min, when.tm_sec)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(whole):
            if not NAME.fullmatch(name):
                raise CannotRun(f"the file name '{name}' cannot be in the package: only letters, digits and ._+- are allowed")
            entry = zipfile.ZipInfo(f"{folder}/{name}", date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = (0o100755 if name.endswith((".exe", ".cmd")) else 0o100644) << 16
            archive.writestr(entry, whole[name])
    return out.getvalue()


def write(path: Path, data: bytes) -> None:
    """Writes the archive. CannotRun if that fails."""
    beside = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CannotRun(f"{path}: cannot be written: {error.strerror or error}") from error

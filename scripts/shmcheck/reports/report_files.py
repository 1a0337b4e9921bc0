"""The files of reports: finds and reads them, and takes the target from a file's name."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from shmcheck.reports.report_reader import BadReport, parse
from shmcheck.reports.results import BadFile, Case, Loaded, Run, lost_run

MAX_BYTES = 64 * 1024 * 1024
Shared = TypeVar("Shared")
FILE_NAME = re.compile(r"TEST-shmcheck-(.+)\.xml", re.IGNORECASE | re.DOTALL)

def _bytes_of(path: Path) -> bytes:
    """The bytes of the file, if it is a regular file within the size limit. Never reads more than one byte above it."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise BadReport(f"cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    try:
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadReport("not a regular file")
            if status.st_size > MAX_BYTES:
                raise BadReport(f"it has {status.st_size} bytes; the limit for a report is {MAX_BYTES}")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadReport(f"cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise BadReport(f"it grew beyond {MAX_BYTES} bytes while it was read")
    return data


def target_of(path: Path) -> str:
    """The target in a file's name; the whole name if it has no such part."""
    match = FILE_NAME.fullmatch(path.name)
    return shown_name(match[1] if match else path.stem or path.name)


def shown_name(name: str) -> str:
    """The name of a file, which may come from another machine, without characters that a terminal interprets."""
    return "".join(character if character.isprintable() else f"\\u{{{ord(character):04X}}}" for character in name)


def read(path: Path) -> Run:
    """The run of a report. BadReport if the file cannot be used."""
    return parse(_bytes_of(path), target_of(path))


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files, and the reports in the folders. The order does not matter; a file that is named twice counts once."""
    found: dict[str, Path] = {}
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = [file for file in path.iterdir() if file.suffix.lower() == ".xml"]
            if not inside:
                raise BadReport(f"{path}: this folder has no report")
        for file in inside:
            found.setdefault(os.path.realpath(file), file)
    return [found[name] for name in sorted(found)]


def load(paths: Iterable[Path]) -> Loaded:
    """Reads all files. A file that cannot be used gives a message, and a lost run so that it has a column."""
    loaded = Loaded()
    files = files_of(paths)
    for path, target in zip(files, _distinct_targets(files), strict=True):
        try:
            loaded.runs += [pooled(run) for run in replace(read(path), target=target).by_pair()]
        except BadReport as error:
            loaded.bad.append(BadFile(shown_name(str(path)), str(error)))
            loaded.runs.append(lost_run(target, f"its report cannot be used: {error}"))
    return loaded


_pool: dict[object, object] = {}


def pooled(run: Run) -> Run:
    """The same run, with cases and texts that other runs have too shared in memory."""
    return replace(run, cases={_shared(key): _pooled(case) for key, case in run.cases.items()})


def _shared(value: Shared) -> Shared:
    """The first object that is equal to this one."""
    return cast(Shared, _pool.setdefault(value, value))


def _pooled(case: Case) -> Case:
    key, rows, place = _shared(case.key), _shared(case.rows), _shared(case.place)
    message, details, transcript = _shared(case.message), _shared(case.details), _shared(case.transcript)
    return replace(case, key=key, rows=rows, place=place, message=message, details=details, transcript=transcript)


def _distinct_targets(files: list[Path]) -> list[str]:
    """A name for each column. Files with the same name get as many of their folders as needed to make the names unique."""
    names = [target_of(path) for path in files]
    for depth in range(1, 1 + max((len(path.parts) for path in files), default=0)):
        counts = {name: names.count(name) for name in names}
        if all(count == 1 for count in counts.values()):
            break
        for at, path in enumerate(files):
            if counts[names[at]] > 1:
                folders = [shown_name(part) for part in Path(os.path.realpath(path)).parts[:-1][-depth:]]
                names[at] = "/".join((*(part.strip("/\\") for part in folders), target_of(path)))
    return names

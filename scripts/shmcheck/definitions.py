"""The lists of harness/common/*.def that C and Python share: architectures, verdicts, facts, options, ...

C includes the same files, so each name, number and help text is written once. The first comment of a list explains its
fields. A line of a list is a comment, blank, or ENTRY(FIELD, ...); a field is a name, a "string", or a
number. Anything else is an error that names the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from shmcheck.console import CannotRun
from shmcheck.paths import ROOT

FOLDER = ROOT / "harness" / "common"

_LINE = re.compile(r"ENTRY\((.*)\)")
_FIELD = re.compile(
    r'\s*(?:"(?P<string>(?:[^"\\]|\\.)*)"|(?P<hexadecimal>0x[0-9A-Fa-f]+)|(?P<decimal>[0-9]+\.[0-9]+)|(?P<whole>[0-9]+)'
    r"|(?P<name>[A-Z][A-Z0-9_]*))\s*(?:,|$)"
)
_ESCAPE = re.compile(r"\\(.)")
_KINDS: dict[type, str] = {str: "a name or a string", int: "a whole number", float: "a number"}

Field = str | int | float
Entry = TypeVar("Entry")


class DefinitionError(CannotRun):
    """A list cannot be read; the text names the file and the line."""


def parse_entry(line: str) -> tuple[Field, ...]:
    """The fields of one ENTRY(...). ValueError, whose text says what is wrong, if the line is not an entry."""
    entry = _LINE.fullmatch(line)
    if not entry:
        raise ValueError(f"expected ENTRY(FIELD, ...) on one line, got {line!r}")
    text = entry[1]
    fields: list[Field] = []
    at = 0
    while at < len(text) or not fields or text.rstrip().endswith(","):
        found = _FIELD.match(text, at)
        if not found:
            raise ValueError(f"expected a name, a string or a number, got {text[at:]!r}")
        fields.append(_value(found))
        at = found.end()
    return tuple(fields)


def _value(found: re.Match[str]) -> Field:
    """The value of one field."""
    if found["string"] is not None:
        for escape in _ESCAPE.findall(found["string"]):
            if escape not in '"\\':
                raise ValueError(f"unknown escape \\{escape} in a string; only \\\" and \\\\ are read")
        return _ESCAPE.sub(r"\1", found["string"])
    if found["name"] is not None:
        return found["name"]
    if found["decimal"] is not None:
        return float(found["decimal"])
    return int(found["hexadecimal"] or found["whole"], 0 if found["hexadecimal"] else 10)


def read_list(name: str, kinds: Sequence[type], folder: Path = FOLDER) -> list[tuple[Field, ...]]:
    """The entries of one list, whose fields are of these types. The first field identifies an entry and is unique.

    DefinitionError if the file does not exist or an entry is not valid.
    """
    path = folder / f"{name}.def"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read: {error}; scripts need the whole checkout") from error
    entries: list[tuple[Field, ...]] = []
    in_comment = False
    for number, line in enumerate(text.splitlines(), 1):
        if in_comment or line.startswith("/*"):
            in_comment = "*/" not in line
        elif line.strip():
            try:
                entries.append(_checked(parse_entry(line.rstrip()), kinds))
            except ValueError as error:
                raise DefinitionError(f"{path}:{number}: {error}") from error
    if in_comment or not entries:
        raise DefinitionError(f"{path}: {'a comment does not end' if in_comment else 'there is no entry'}")
    ids = [entry[0] for entry in entries]
    for entry_id in ids:
        if ids.count(entry_id) > 1:
            raise DefinitionError(f"{path}: {entry_id} is defined twice; remove one of the entries")
    return entries


def _checked(fields: tuple[Field, ...], kinds: Sequence[type]) -> tuple[Field, ...]:
    """The fields, if they are of these types. ValueError otherwise."""
    if len(fields) != len(kinds):
        raise ValueError(f"expected {len(kinds)} fields, got {len(fields)}")
    for position, (field, kind) in enumerate(zip(fields, kinds, strict=True), 1):
        if not isinstance(field, (int, float) if kind is float else kind):
            raise ValueError(f"field {position} must be {_KINDS[kind]}, not {field!r}")
    return fields


def _entries(name: str, entry: type[Entry], kinds: Sequence[type]) -> tuple[Entry, ...]:
    """A list as objects; their attributes are the fields in the same order."""
    return tuple(entry(*fields) for fields in read_list(name, kinds))


@dataclass(frozen=True, slots=True)
class Architecture:
    """architectures.def: an architecture that programs are built for."""

    id: str
    name: str  # "x64"
    bits: int
    machine: int  # in a program's header


@dataclass(frozen=True, slots=True)
class VerdictEntry:
    """verdicts.def: a verdict and its form in a report."""

    id: str
    word: str
    exit_code: int
    element: str  # of JUnit XML; "" if there is none
    type: str  # of that element; "" if there is none; of an error only the start
    severity: int
    meaning: str


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """error_kinds.def: why a case is an error."""

    id: str
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Fact:
    """facts.def: a property that a report records."""

    id: str
    name: str
    use: str  # PLATFORM, PAIR, DETAIL, PART, RUN
    order: str  # ORDERED, PLAIN
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """statuses.def: an NTSTATUS."""

    name: str
    code: int
    error: int  # the Win32 error that RtlNtStatusToDosError returns for it; 0: no statement


@dataclass(frozen=True, slots=True)
class Win32Error:
    """errors.def: a Win32 error."""

    name: str
    code: int


@dataclass(frozen=True, slots=True)
class Constant:
    """constants.def: a constant that steps write by name."""

    name: str
    value: int
    kind: str  # PROTECT, SECTION, MAP_ACCESS, STATE, TYPE, PROCESS
    use: str  # WRITTEN, READ


@dataclass(frozen=True, slots=True)
class IntegrityLevel:
    """integrity_levels.def: an integrity level."""

    id: str
    name: str
    rid: int


@dataclass(frozen=True, slots=True)
class RunnerOption:
    """runner_options.def: an option of shmcheck.exe."""

    id: str
    name: str  # "--jobs"
    type: str  # FLAG, ACTION, GLOBS, FILE, FILES, CHOICE, COUNT, FACTOR, PAIRS, NAME
    argument: str  # in --help; "" if it takes no value
    lowest: float
    highest: float
    default: str
    help: str

    @property
    def takes_value(self) -> bool:
        """Whether a value follows the name."""
        return bool(self.argument)


ARCHITECTURES = _entries("architectures", Architecture, (str, str, int, int))
VERDICTS = _entries("verdicts", VerdictEntry, (str, str, int, str, str, int, str))
ERROR_KINDS = _entries("error_kinds", ErrorKind, (str, str, str))
FACTS = _entries("facts", Fact, (str, str, str, str, str))
STATUSES = _entries("statuses", Status, (str, int, int))
ERRORS = _entries("errors", Win32Error, (str, int))
CONSTANTS = _entries("constants", Constant, (str, int, str, str))
INTEGRITY_LEVELS = _entries("integrity_levels", IntegrityLevel, (str, str, int))
RUNNER_OPTIONS = _entries("runner_options", RunnerOption, (str, str, str, str, float, float, str, str))

_VERDICT = {entry.id: entry for entry in VERDICTS}
_ERROR_KIND = {entry.id: entry for entry in ERROR_KINDS}
_ARCHITECTURE = {entry.id: entry for entry in ARCHITECTURES}
_OPTION = {entry.id: entry for entry in RUNNER_OPTIONS}

X64 = _ARCHITECTURE["X64"].name
X86 = _ARCHITECTURE["X86"].name
ARM64 = _ARCHITECTURE["ARM64"].name


class Verdict(StrEnum):
    """The verdict on a case, by its word."""

    PASS = _VERDICT["PASS"].word
    FAIL = _VERDICT["FAIL"].word
    DEVIATES = _VERDICT["DEVIATES"].word
    ERROR = _VERDICT["ERROR"].word
    SKIP = _VERDICT["SKIP"].word
    KNOWN = _VERDICT["KNOWN"].word

    @property
    def entry(self) -> VerdictEntry:
        """The entry of verdicts.def for this verdict."""
        return _VERDICT[self.name]


class Kind(StrEnum):
    """Why a case is an error, by the word that ends its type."""

    HARNESS = _ERROR_KIND["HARNESS"].word
    CRASH = _ERROR_KIND["CRASH"].word
    TIMEOUT = _ERROR_KIND["TIMEOUT"].word
    INTERRUPTED = _ERROR_KIND["INTERRUPTED"].word


def option(option_id: str) -> RunnerOption:
    """The option of shmcheck.exe with this id, for example "JOBS"."""
    return _OPTION[option_id]


def architecture_names() -> tuple[str, ...]:
    """"x64", "x86", ...: the order of the list."""
    return tuple(entry.name for entry in ARCHITECTURES)

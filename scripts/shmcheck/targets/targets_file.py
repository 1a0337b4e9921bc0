"""Reads targets.toml: the targets by name."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import ARM64, architecture_names
from shmcheck.paths import ROOT
from shmcheck.targets.debian_root import CODENAMES

DEFAULT_FILE = ROOT / "scripts" / "targets.toml"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# A destination for ssh: not an option, and without characters that a shell or sftp would interpret.
HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}")
FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
AT_LINE = re.compile(r" \(at line ([0-9]+), column [0-9]+\)")

KINDS = ("local", "wine", "ssh")
WINDOWS = ("win7", "win81", "win10", "win11")
ARCHITECTURES = architecture_names()
DEADLINE_SECONDS = 30 * 60
KEYS: Mapping[str, Mapping[str, type]] = {
    "local": {"arch": str, "programs": str},
    "wine": {"arch": str, "programs": str, "debian": int, "windows": str, "path": str},
    "ssh": {
        "arch": str,
        "programs": str,
        "host": str,
        "folder": str,
        "ssh-config": str,
        "deadline": int,
        "transfer-deadline": int,
    },
}


@dataclass(frozen=True)
class Spec:
    """One target, as the file describes it."""

    name: str
    kind: str
    arch: str = ""  # of shmcheck.exe and the actor; "": this machine's own, x64 under Wine
    programs: str = ""  # the folder of programs that were built elsewhere; "": they are built here
    debian: int = 0  # the Debian release of its Wine; 0: the Wine on PATH
    windows: str = ""  # the version that Wine reports; "": Wine's default
    path: str = ""  # the build tree or installation of a Wine; "": the Wine of `debian`
    typed: str = ""  # the word on the command line, if that is not the target's name
    host: str = ""  # a destination of ssh
    folder: str = "shmcheck"  # on the host, in the home of the user there
    ssh_config: str = ""  # "": the user's own
    deadline: int = DEADLINE_SECONDS  # seconds, for the whole run on the host
    transfer_deadline: int = DEADLINE_SECONDS  # seconds, for sending the programs, and for fetching the report


class Places:
    """Finds the line of an error, which tomllib does not record."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()

    def line_of(self, table: str, key: str = "") -> int:
        """The line of a table's heading, or of a key in it; 0 if it is not found as plain text."""
        inside = 0
        for number, line in enumerate(self.lines, 1):
            heading = re.match(r"\s*\[\s*(.*?)\s*\]", line)
            if heading:
                named = heading[1].strip("\"'") == table
                inside = number if named else 0
                if named and not key:
                    return number
            elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return self.line_of(table) if key else self.plain(table)

    def plain(self, word: str) -> int:
        """The line that begins with a word, for keys outside every table."""
        for number, line in enumerate(self.lines, 1):
            if re.match(rf"\s*[\"']?{re.escape(word)}[\"']?\s*=", line):
                return number
        return 0

    def mistake(self, message: str, table: str, key: str = "") -> CannotRun:
        line = self.line_of(table, key)
        return CannotRun(f"{self.file}:{line}: {message}" if line else f"{self.file}: {message}")


def load(file: Path) -> dict[str, Spec]:
    """All targets of the file, in its order. CannotRun, with the line, for an error in it."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CannotRun(f"{file}:{line}: not UTF-8") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = AT_LINE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise CannotRun(f"{file}:{line}: {AT_LINE.sub('', str(error))}") from error
    places = Places(file, text)
    return {name: spec_of(name, table, places) for name, table in tables.items()}


def spec_of(name: str, table: object, places: Places) -> Spec:
    """The target of one table. CannotRun if it is not valid."""
    if not isinstance(table, dict):
        raise places.mistake(f"{name} is outside every [target]", name)
    if not NAME.fullmatch(name):
        raise places.mistake("a target's name is letters, digits, '_', '.' and '-', 64 at most", name)
    kind = table.get("kind")
    if kind not in KINDS:
        raise places.mistake(f"target {name} needs a kind: {', '.join(KINDS)}", name, "kind")
    keys = KEYS[kind]
    values: dict[str, object] = {}
    for key, value in table.items():
        if key == "kind":
            continue
        if key not in keys:
            raise places.mistake(f"a target of the kind {kind} has no {key!r}; it has {', '.join(keys)}", name, key)
        if type(value) is not keys[key]:
            wanted = "a number" if keys[key] is int else "a string"
            raise places.mistake(f"{key} is {wanted}", name, key)
        problem = problem_of(key, value)
        if problem:
            raise places.mistake(problem, name, key)
        values[key.replace("-", "_")] = value
    if "path" in values and "debian" in values:
        raise places.mistake(f"target {name} has path and debian; name only one of them", name, "path")
    for key in ("programs", "ssh_config", "path"):
        if key in values:
            expanded = os.path.expanduser(str(values[key]))
            values[key] = os.path.abspath(os.path.join(places.file.parent, expanded))
    if kind == "ssh" and "host" not in values:
        raise places.mistake(f"target {name} needs a host", name)
    if kind == "ssh" and values.get("arch") == ARM64 and "programs" not in values:
        raise places.mistake(f"programs for {ARM64} are built with MSVC only: name their folder with programs=", name, "arch")
    return Spec(name, str(kind), **values)  # type: ignore[arg-type]


def problem_of(key: str, value: object) -> str:
    """What is wrong with a value of the right type; "" if it is valid."""
    choices = {"arch": ARCHITECTURES, "windows": WINDOWS, "debian": tuple(CODENAMES)}
    if key in choices:
        known = choices[key]
        return "" if value in known else f"{key} is one of {', '.join(map(str, known))}, not {value!r}"
    if key == "host" and not HOST.fullmatch(str(value)):
        return f"host is a destination of ssh, 'host' or 'user@host', not {value!r}"
    if key == "folder" and not FOLDER.fullmatch(str(value)):
        return "folder is a single name; it is created in the user's home on the host"
    if key in ("deadline", "transfer-deadline") and not 1 <= int(str(value)) <= 24 * 3600:
        return f"{key} is a number of seconds, 1 to 86400"
    if key in ("programs", "ssh-config", "path") and not value:
        return f"{key} is empty"
    return ""


BY_PATH = "wine:"
NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def by_path(word: str, folder: str) -> Spec:
    """The target that --target wine:PATH means. Its name, and so that of its report, is made from the path."""
    path = word.removeprefix(BY_PATH)
    if not path:
        raise CannotRun(f"--target {word}: the path of a Wine's build tree or installation is missing")
    whole = os.path.abspath(os.path.join(folder, os.path.expanduser(path)))
    name = "wine-" + NOT_IN_NAME.sub("-", whole).strip("-.")
    return Spec(name[:5] + name[5:][-59:].lstrip("-."), "wine", path=whole, typed=BY_PATH + whole)


def find(specs: Mapping[str, Spec], name: str, file: Path) -> Spec:
    """The target of this name. CannotRun if the file has none."""
    if name not in specs:
        raise CannotRun(f"there is no target {name!r} in {file}; there are {', '.join(specs) or 'none'}")
    return specs[name]

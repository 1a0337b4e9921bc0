"""The verbs of the actor as harness/actor/verbs.def has them: keys with types and defaults, and the fields of replies.

That file explains its columns. All modules of scripts/ that need a verb use this one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import parse_entry
from shmcheck.paths import ROOT

VERBS = ROOT / "harness" / "actor" / "verbs.def"

KINDS = {"LIMIT": 2, "GROUP": 1, "VERB": 5, "KEY": 8, "COMMON_KEY": 6, "NOTE": 2}
TYPES = ("NUMBER", "ADDRESS", "CONSTANTS", "YES", "CHOICE", "WORDS", "LABEL", "LABELS", "NAME", "TEXT", "BYTES")
# The values of these names in C. An address is limited by the actor's architecture, which is not known here.
C_LIMITS = {
    "0": 0,
    "UINT8_MAX": 2**8 - 1,
    "UINT16_MAX": 2**16 - 1,
    "UINT32_MAX": 2**32 - 1,
    "INT64_MAX": 2**63 - 1,
    "UINT64_MAX": 2**64 - 1,
    "UINTPTR_MAX": 2**64 - 1,
}

ENTRY = re.compile(r"([A-Z_]+)\((.*)\)")
# A verb is named without quotes, because C makes identifiers of its name; names in other lists are in capitals.
VERB_NAME = re.compile(r"^([a-z][a-z0-9]*)")
QUOTED = r'"\1"'
FIELD = re.compile(r"\[?(~?[a-z0-9-]+)=([^\]\s]*)\]?")


@dataclass(frozen=True)
class VerbKey:
    """A key of a verb. `most` is the largest value of a NUMBER, ADDRESS or CONSTANTS; `default` is "" if there is none."""

    name: str
    type: str
    required: bool
    most: int
    values: str
    default: str
    help: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a CHOICE, WORDS or YES takes; none for the other types."""
        if self.type == "YES":
            return ("yes", "no")
        return tuple(self.values.split()) if self.type in ("CHOICE", "WORDS") else ()


@dataclass(frozen=True)
class ReplyField:
    """A field of a reply. `volatile`: it differs from run to run and is left out of transcripts."""

    name: str
    values: str
    volatile: bool
    always: bool


@dataclass
class Verb:
    name: str
    group: str
    label: str  # NONE, OPTIONAL or REQUIRED
    word: str
    calls: str
    reply: str
    keys: list[VerbKey] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def replies(self) -> list[tuple[ReplyField, ...]]:
        """The fields of each form of success, in their order."""
        forms: list[tuple[ReplyField, ...]] = []
        for form in self.reply.split(" | ") if self.reply else []:
            found = FIELD.finditer(form)
            forms.append(
                tuple(ReplyField(m[1].lstrip("~"), m[2], m[1].startswith("~"), not m[0].startswith("[")) for m in found)
            )
        return forms

    def reply_fields(self) -> set[str]:
        """The names of all fields that a success can have, volatile ones with their ~."""
        return {("~" if one.volatile else "") + one.name for form in self.replies() for one in form}


@dataclass(frozen=True)
class Table:
    verbs: dict[str, Verb]
    common_keys: tuple[VerbKey, ...]

    def key(self, verb: str, name: str) -> VerbKey | None:
        """The key of this name that the verb takes, common ones included."""
        found = self.verbs.get(verb)
        for one in (*found.keys, *self.common_keys) if found else ():
            if one.name == name:
                return one
        return None


def entries(text: str, origin: str) -> list[tuple[str, list[str]]]:
    """The entries of the file, in their order, with their columns. CannotRun for a line that is not an entry."""
    found: list[tuple[str, list[str]]] = []
    in_comment = False
    for number, line in enumerate(text.split("\n"), 1):
        if in_comment or line.startswith("/*"):
            in_comment = "*/" not in line
            continue
        if not line.strip():
            continue
        match = ENTRY.fullmatch(line.strip())
        if not match or match[1] not in KINDS:
            raise CannotRun(f"{origin}:{number}: not an entry: {line.strip()[:60]}")
        try:
            columns = [str(column) for column in parse_entry(f"ENTRY({VERB_NAME.sub(QUOTED, match[2])})")]
        except ValueError as error:
            raise CannotRun(f"{origin}:{number}: {error}") from error
        if len(columns) != KINDS[match[1]]:
            raise CannotRun(f"{origin}:{number}: {match[1]} has {len(columns)} columns, not {KINDS[match[1]]}")
        found.append((match[1], columns))
    return found


def make_key(columns: list[str], limits: dict[str, int], origin: str) -> VerbKey:
    name, kind, need, most, values, default, text = columns
    if kind not in TYPES:
        raise CannotRun(f"{origin}: the key {name} has the type {kind}, which is not one of {', '.join(TYPES)}")
    if most not in limits:
        raise CannotRun(f"{origin}: the key {name} has the limit {most}, which no LIMIT names")
    return VerbKey(name, kind, need == "REQUIRED", limits[most], values, default, text)


def parse(text: str, origin: str) -> Table:
    """Reads the text of verbs.def. CannotRun, with the line, for an entry that is not valid."""
    limits = dict(C_LIMITS)
    verbs: dict[str, Verb] = {}
    common: list[VerbKey] = []
    group = ""
    for kind, columns in entries(text, origin):
        if kind == "LIMIT":
            limits[columns[0]] = int(columns[1], 0)
        elif kind == "GROUP":
            group = columns[0]
        elif kind == "VERB":
            name, label, word, calls, reply = columns
            verbs[name] = Verb(name, group, label, word, calls, reply)
        elif kind == "COMMON_KEY":
            common.append(make_key([columns[0], columns[1], "OPTIONAL", *columns[2:]], limits, origin))
        elif columns[0] not in verbs:
            raise CannotRun(f"{origin}: {kind} names the verb {columns[0]}, which has no VERB line before it")
        elif kind == "KEY":
            verbs[columns[0]].keys.append(make_key(columns[1:], limits, origin))
        else:
            verbs[columns[0]].notes.append(columns[1])
    return Table(verbs, tuple(common))


def load(path: Path = VERBS) -> Table:
    """Reads verbs.def. CannotRun if it cannot be read or is not valid."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}") from error

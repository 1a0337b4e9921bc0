"""Access checks: SDDL, DACLs, mandatory labels, generic rights."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from shmcheck.definitions import INTEGRITY_LEVELS
from shmcheck.oracle.constants import (
    FILE_MAP_ALL_ACCESS,
    GENERIC,
    MAXIMUM_ALLOWED,
    READ_CONTROL,
    SECTION_EXTEND_SIZE,
    SECTION_MAP_EXECUTE,
    SECTION_MAP_READ,
    SECTION_MAP_WRITE,
    SECTION_QUERY,
    SYNCHRONIZE,
    WRITE_DAC,
)
from shmcheck.oracle.state import Section, Token

ALL_RIGHTS = FILE_MAP_ALL_ACCESS | SYNCHRONIZE
_RIGHTS = {
    "GA": 0x10000000, "GR": 0x80000000, "GW": 0x40000000, "GX": 0x20000000,
    "RC": 0x20000, "SD": 0x10000, "WD": 0x40000, "WO": 0x80000,
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
}  # fmt: skip
_ACE = re.compile(r"\(([A-Z]+);([A-Z]*);([^;]*);[^;]*;[^;]*;([^;)]+)\)")
_DACL = re.compile(r"(?:O:[^:]*?)?(?:G:[^:]*?)?D:(P?(?:AI|AR)*)(NO_ACCESS_CONTROL|(?:\([^)]*\))*)(?:S:((?:\([^)]*\))*))?")
LEVELS = tuple(level.name for level in INTEGRITY_LEVELS)
_LABELS = {"LW": "low", "ME": "medium", "HI": "high", "SI": "system"}


class Ace:
    __slots__ = ("allows", "rights", "who")

    def __init__(self, allows: bool, rights: int, who: str) -> None:
        self.allows = allows
        self.rights = rights
        self.who = who


class Descriptor:
    """A parsed SDDL. `aces` None: a NULL DACL."""

    __slots__ = ("aces", "label", "policy", "dacl_text")

    def __init__(self, aces: tuple[Ace, ...] | None, label: str, policy: str, dacl_text: str) -> None:
        self.aces = aces
        self.label = label  # "", "LW", "ME", ...
        self.policy = policy  # "NW", "NWNR", ...
        self.dacl_text = dacl_text


def reads_back_as_given(descriptor: Descriptor) -> bool:
    """Whether a system writes the DACL with the same text: without flags, generic rights and numbers."""
    text = descriptor.dacl_text
    return text.startswith("D:(") and not any(word in text for word in ("0x", ";G", ";OW)"))


def mapped(access: int) -> int:
    """An access with its generic rights replaced by those of a section; row open-generic-mapping."""
    for generic, rights in GENERIC:
        if access & generic:
            access = access & ~generic | rights
    return access


def _rights(text: str) -> int | None:
    if text.startswith("0x"):
        return int(text, 16)
    value = 0
    for index in range(0, len(text), 2):
        bits = _RIGHTS.get(text[index : index + 2])
        if bits is None:
            return None
        value |= bits
    return value


@lru_cache(maxsize=1024)
def parse(sddl: str) -> Descriptor | None:
    """The descriptor of an SDDL; None if it has parts that the model does not know."""
    match = _DACL.fullmatch(sddl)
    if not match:
        return None
    aces: list[Ace] | None = None if match[2] == "NO_ACCESS_CONTROL" else []
    if aces is not None:
        for kind, flags, rights, who in _ACE.findall(match[2]):
            value = _rights(rights)
            if kind not in ("A", "D") or flags or value is None:
                return None
            aces.append(Ace(kind == "A", mapped(value), who))
        if len(aces) != match[2].count("("):
            return None
    label = policy = ""
    if match[3]:
        found = _ACE.findall(match[3])
        if len(found) != 1 or found[0][0] != "ML":
            return None
        policy, label = found[0][2], found[0][3]
    return Descriptor(None if aces is None else tuple(aces), label, policy, f"D:{match[1]}{match[2]}")


def _member(token: Token, who: str, allows: bool) -> bool | None:
    """Whether an ACE with this SID applies to the token; None if unknown."""
    if who in token.denied:
        return not allows
    if who in token.members:
        return True
    if who in token.outside:
        return False
    return None


def granted_if(section: Section, token: Token | None, desired: int, sddl: str, owner: bool) -> int | None | bool:
    """`granted` with another descriptor; `owner`: the owner has all standard rights whatever the DACL grants."""
    own = section.descriptor
    try:
        section.descriptor = sddl
        if owner and token is not None and token.user == section.owner:
            desired &= ~OWNER_RIGHTS
        return granted(section, token, desired)
    finally:
        section.descriptor = own


OWNER_RIGHTS = 0x1F0000


def granted(section: Section, token: Token | None, desired: int) -> int | None | bool:
    """The rights that an open with this access gets; False for a refusal, None if unknown.

    Rests on how-dacls-control-access-to-an-object and mandatory-integrity-control."""
    if token is None or section.descriptor is None or token.container:
        return None
    if token.restricted:
        return _twice(section, token, desired)
    descriptor = parse(section.descriptor) if section.descriptor else None
    if section.descriptor and descriptor is None:
        return None
    desired = mapped(desired)
    most = desired & MAXIMUM_ALLOWED
    desired &= ~MAXIMUM_ALLOWED
    forbidden = _forbidden_by_label(section, token, descriptor)
    if forbidden is None:
        return None
    if desired & forbidden:
        return False
    if descriptor is None:
        return _by_default_dacl(section, token, desired, most, forbidden)
    if descriptor.aces is None:
        return (desired | (ALL_RIGHTS & ~forbidden if most else 0)) & ~MAXIMUM_ALLOWED
    return _by_dacl(section, token, descriptor.aces, desired, most, forbidden)


def _by_default_dacl(section: Section, token: Token, desired: int, most: int, forbidden: int) -> int | None | bool:
    """The default DACL of a token admits its user, and possibly others (row sd-default-who)."""
    if section.owner is None or token.user != section.owner:
        return None
    return None if most else desired


def _by_dacl(
    section: Section, token: Token, aces: tuple[Ace, ...], desired: int, most: int, forbidden: int
) -> int | None | bool:
    owner = token.user is not None and token.user == section.owner
    allowed = denied = 0
    if owner and not any(ace.who == "OW" for ace in aces):
        allowed = READ_CONTROL | WRITE_DAC
    for ace in aces:
        who = owner if ace.who == "OW" else _member(token, ace.who, ace.allows)
        if who is None:
            if most or (ace.rights & desired & ~allowed & ~denied):
                return None
            continue
        if who and ace.allows:
            allowed |= ace.rights & ~denied
        elif who:
            denied |= ace.rights & ~allowed
    if desired & ~allowed:
        return False
    if most:
        return desired | (allowed & ALL_RIGHTS & ~forbidden)
    return desired


# The SIDs of a restricted actor's second check: Everyone, Users, RESTRICTED and the logon session, not the user.
_RESTRICTING = Token(user=None, members=frozenset({"WD", "BU", "RC", "{logon}"}), outside=frozenset({"{user}", "AU"}))


def _twice(section: Section, token: Token, desired: int) -> int | None | bool:
    """A restricted token must pass the check of its own SIDs and that of the restricting ones; row
    sd-restricted-token-two-checks."""
    if not section.descriptor or mapped(desired) & (MAXIMUM_ALLOWED | READ_CONTROL | WRITE_DAC):
        return None
    own = replace(token, restricted=False, outside=frozenset())
    first = granted(section, own, desired)
    second = granted(section, _RESTRICTING, desired)
    if first is False or second is False:
        return False
    return None if first is None or second is None else first


WRITE_RIGHTS = SECTION_MAP_WRITE | SECTION_EXTEND_SIZE | WRITE_DAC | 0x10000 | 0x80000
READ_RIGHTS = SECTION_QUERY | SECTION_MAP_READ
EXECUTE_RIGHTS = SECTION_MAP_EXECUTE


def _forbidden_by_label(section: Section, token: Token, descriptor: Descriptor | None) -> int | None:
    """Rights that the integrity level of the token takes away; None if unknown."""
    if token.level is None or section.label is None:
        return None
    label = descriptor.label if descriptor and descriptor.label else section.label
    policy = descriptor.policy if descriptor and descriptor.label else "NW"
    level = _LABELS.get(label, "") if label else "medium"
    if not level:
        return None
    if not label and section.owner_level in LEVELS[3:] and LEVELS.index(token.level) < LEVELS.index(section.owner_level):
        return None  # row il-high-creator-label: whether such sections have a label is contested
    if LEVELS.index(token.level) >= LEVELS.index(level):
        return 0
    forbidden = 0
    if "NW" in policy:
        forbidden |= WRITE_RIGHTS
    if "NR" in policy:
        forbidden |= READ_RIGHTS | READ_CONTROL
    if "NX" in policy:
        forbidden |= EXECUTE_RIGHTS
    return forbidden

"""The meaning of an object's name: its namespace, and the error of an invalid name.

A step writes `@tag` for Local\\NAME and `^tag` for NAME, where NAME is a name that no other program uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shmcheck.oracle.constants import GRANULE
from shmcheck.oracle.state import NoStatement, Section, World
from shmcheck.oracle.text import Step, plain

_OWN = b"\x01"  # replaces the prefix that the runner puts before a tag
_TAG = re.compile(rb"(?:^@|(?<![^\\])\^)([A-Za-z0-9_-]*)")
_PREFIX = re.compile(rb"(Global|Local|Session\\[0-9]+)\\", re.IGNORECASE)
_EXACT = re.compile(rb"(Global|Local)\\")
# The runner's part of a name is some 30 to 90 characters long.
_OWN_LEAST, _OWN_MOST = 20, 120


@dataclass(frozen=True, slots=True)
class Name:
    """A parsed name. Exactly one of `key` and `wrong` is set, or neither: then the model makes no statement."""

    space: str = ""  # "session", "global", ""
    key: str = ""
    wrong: str = ""  # "backslash", "leading", "reserved", "empty"
    why: str = ""  # why there is no statement
    least: int = 0  # characters at least, and at most
    most: int = 0
    head: str = ""  # of a name with a backslash: the key of the part before it


@lru_cache(maxsize=4096)
def parse(text: str, repeat: int) -> Name:
    """Parses a name of a step, outside private namespaces."""
    data = plain(text)
    if not data and not repeat:
        return Name(wrong="empty")
    own = data.count(b"@") + data.count(b"^")
    if data.startswith(b"@"):
        data = b"Local\\" + _OWN + data[1:]
    data = _TAG.sub(lambda match: _OWN + match[1], data)
    length = len(data) + repeat
    data += b"n" * repeat
    least, most = length + (own > 0) * _OWN_LEAST, length + own * _OWN_MOST
    if data in (b"Global", b"Local", b"Session"):
        return Name(wrong="reserved", least=least, most=most)
    if data.startswith(b"\\"):
        return Name(wrong="leading", least=least, most=most)
    space, rest = "session", data
    prefix = _PREFIX.match(data)
    if prefix:
        if not _EXACT.match(data):
            return Name(why="whether prefixes are case sensitive is contested, and Session\\ is reserved")
        space = "global" if prefix[1] == b"Global" else "session"
        rest = data[prefix.end() :]
    if b"\\" in rest:
        if prefix and rest.startswith(b"\\"):
            return Name(wrong="double", least=least, most=most)
        head = rest.partition(b"\\")[0].decode("latin-1")
        return Name(wrong="backslash", least=least, most=most, head=f"{space}:{head}")
    if not rest:
        return Name(why="a prefix without a name")
    return Name(space, f"{space}:{rest.decode('latin-1')}", least=least, most=most)


def of_step(world: World, step: Step, ansi: bool) -> Name | None:
    """The name that a step gives; None for a NULL pointer."""
    if not step.has("name"):
        return None
    text = step.word("name")
    if "$" in text:
        raise NoStatement("a name made of a value that the transcript does not tell")
    found = parse(text, step.number("name-repeat"))
    if ansi and any(byte > 127 for byte in plain(text)):
        raise NoStatement("the code page of the A function")
    if found.space == "session" and world.platform.client_session is False:
        return Name("global", "global:" + found.key.partition(":")[2], least=found.least, most=found.most)
    if found.space and world.platform.client_session is None:
        raise NoStatement("which session this is")
    return found


def refused(world: World, name: Name | None) -> str:
    """The error in the form of a name: "backslash", "leading", "double", "below" a section, or "". NoStatement if another
    object has the name before a backslash."""
    if name is None or name.wrong not in ("backslash", "leading", "double"):
        return ""
    above = world.names.get(name.head) if name.head else None
    if isinstance(above, Section):
        return "below"
    if above is not None:
        raise NoStatement("a backslash behind the name of an object")
    return name.wrong


MAX_ANSI = 260
MAX_UNITS = GRANULE // 2 - 1 - 200  # a UNICODE_STRING; the directory's path is not part of it

"""Converts values of steps to C: numbers, constants, names of objects, text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shmcheck import definitions
from shmcheck.reproduce.steps import CannotExpress, unescape

# Constants that the headers of older SDKs do not have.
NEWER = frozenset(
    "FILE_MAP_RESERVE FILE_MAP_LARGE_PAGES FILE_MAP_TARGETS_INVALID PAGE_TARGETS_INVALID SEC_IMAGE_NO_EXECUTE "
    "SEC_PROTECTED_IMAGE SEC_FILE MEM_REPLACE_PLACEHOLDER MEM_PRESERVE_PLACEHOLDER MEM_UNMAP_WITH_TRANSIENT_BOOST "
    "SECTION_QUERY SECTION_MAP_WRITE SECTION_MAP_READ SECTION_MAP_EXECUTE SECTION_EXTEND_SIZE".split()
)
WORD = re.compile(r"[A-Z][A-Z0-9_]*")
NUMBER = re.compile(r"0x[0-9A-Fa-f]+|[0-9]+")


ERRORS = {entry.code: entry.name for entry in definitions.ERRORS}
STATUSES = {entry.code: entry.name for entry in definitions.STATUSES}
CONSTANTS = {entry.name: entry.value for entry in definitions.CONSTANTS}


def error(number: int) -> str:
    """A Win32 error as C."""
    name = ERRORS.get(number)
    return "ERROR_SUCCESS" if number == 0 else name or str(number)


def status(number: int) -> str:
    """An NTSTATUS as C: its number, because ntstatus.h conflicts with windows.h, and its name as a comment."""
    return f"0x{number:08X}" + (f" /* {STATUSES[number]} */" if number in STATUSES else "")


def constants(value: str, used: set[str]) -> str:
    """`PAGE_READWRITE|SEC_COMMIT` or a number as C. Adds the names that older SDKs lack to `used`."""
    words = value.split("|")
    for word in words:
        if not NUMBER.fullmatch(word) and word not in CONSTANTS and word != "GENERIC_READ":
            raise CannotExpress(f"an unknown constant: {word}")
        if word in NEWER:
            used.add(word)
    return " | ".join(words)


def _literal(units: Iterable[int], prefix: str, digits: int) -> str:
    """A C string literal of these characters. A hexadecimal digit after an escape begins a new literal."""
    out = ""
    after_escape = False
    for unit in units:
        char = chr(unit)
        if char in "\"\\":
            out, after_escape = out + "\\" + char, False
        elif " " <= char <= "~":
            if after_escape and char in "0123456789abcdefABCDEF":
                out += f'" {prefix}"'
            out, after_escape = out + char, False
        else:
            out, after_escape = out + f"\\x{unit:0{digits}X}", True
    return f'{prefix}"{out}"'


def narrow(data: str) -> str:
    """Bytes, one per character, as a C string literal."""
    return _literal(map(ord, data), "", 2)


def wide(data: str) -> str:
    """UTF-8 (or WTF-8) bytes, one per character, as a wide C string literal."""
    units = data.encode("latin-1").decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return _literal((units[at] + 256 * units[at + 1] for at in range(0, len(units), 2)), "L", 4)


def object_name(value: str, prefix: str) -> str:
    """The name of an object as a case writes it, with its tags replaced: `@x` is Local\\PREFIX-x, `^x` PREFIX-x."""
    value = re.sub(r"^@([A-Za-z0-9_-]+)", lambda found: f"Local\\{prefix}-{found[1]}", value)
    value = re.sub(
        r"(^|[\\/]|%[0-9A-Fa-f]{2})\^([A-Za-z0-9_-]+)", lambda found: f"{found[1]}{prefix}-{found[2]}", value
    )
    return unescape(value)


def split_64(value: str) -> tuple[str, str]:
    """A 64-bit number as the two DWORDs that calls take, high and low."""
    if NUMBER.fullmatch(value):
        number = int(value, 0)
        if number < 2**32:
            return "0", value
        return f"0x{number >> 32:X}", f"0x{number & 0xFFFFFFFF:08X}"
    return f"(DWORD)({value} >> 32)", f"(DWORD){value}"

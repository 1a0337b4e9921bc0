"""Numbers of the Windows headers that steps write by name or that rules compare with.

The names come from the lists of harness/common; a test compares the numbers here with those.
"""

from __future__ import annotations

from shmcheck import definitions
from shmcheck.definitions import CONSTANTS

PAGE = 4096
GRANULE = 65536
MIB = 1 << 20
GIB = 1 << 30

PAGE_NOACCESS = 0x01
PAGE_READONLY = 0x02
PAGE_READWRITE = 0x04
PAGE_WRITECOPY = 0x08
PAGE_EXECUTE = 0x10
PAGE_EXECUTE_READ = 0x20
PAGE_EXECUTE_READWRITE = 0x40
PAGE_EXECUTE_WRITECOPY = 0x80
PAGE_GUARD = 0x100
PAGE_NOCACHE = 0x200
PAGE_WRITECOMBINE = 0x400

SEC_FILE = 0x0080_0000
SEC_IMAGE = 0x0100_0000
SEC_PROTECTED_IMAGE = 0x0200_0000
SEC_RESERVE = 0x0400_0000
SEC_COMMIT = 0x0800_0000
SEC_NOCACHE = 0x1000_0000
SEC_WRITECOMBINE = 0x4000_0000
SEC_LARGE_PAGES = 0x8000_0000
SEC_ALL = (
    SEC_FILE | SEC_IMAGE | SEC_PROTECTED_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE | SEC_WRITECOMBINE
    | SEC_LARGE_PAGES
)

SECTION_QUERY = 0x01
SECTION_MAP_WRITE = 0x02
SECTION_MAP_READ = 0x04
SECTION_MAP_EXECUTE = 0x08
SECTION_EXTEND_SIZE = 0x10
FILE_MAP_COPY = 0x01
FILE_MAP_WRITE = 0x02
FILE_MAP_READ = 0x04
FILE_MAP_EXECUTE = 0x20
FILE_MAP_ALL_ACCESS = 0xF001F
FILE_MAP_LARGE_PAGES = 0x2000_0000
FILE_MAP_RESERVE = 0x8000_0000

DELETE = 0x10000
READ_CONTROL = 0x20000
WRITE_DAC = 0x40000
WRITE_OWNER = 0x80000
SYNCHRONIZE = 0x100000
STANDARD_RIGHTS_REQUIRED = 0xF0000
ACCESS_SYSTEM_SECURITY = 0x0100_0000
MAXIMUM_ALLOWED = 0x0200_0000
GENERIC_ALL = 0x1000_0000
GENERIC_EXECUTE = 0x2000_0000
GENERIC_WRITE = 0x4000_0000
GENERIC_READ = 0x8000_0000

# The rights of a section for each generic right; row open-generic-mapping.
GENERIC = (
    (GENERIC_READ, 0x20005),
    (GENERIC_WRITE, 0x20002),
    (GENERIC_EXECUTE, 0x20008),
    (GENERIC_ALL, FILE_MAP_ALL_ACCESS),
)

PROTECT_NAMES: dict[str, int] = {one.name: one.value for one in CONSTANTS if (one.kind, one.use) == ("PROTECT", "WRITTEN")}
SECTION_NAMES: dict[str, int] = {one.name: one.value for one in CONSTANTS if (one.kind, one.use) == ("SECTION", "WRITTEN")}
NAMES: dict[str, int] = {one.name: one.value for one in CONSTANTS}

_PROTECT_WORDS = tuple((value, name) for name, value in PROTECT_NAMES.items())
_SECTION_WORDS = tuple((value, name) for name, value in SECTION_NAMES.items())


def _spelled(value: int, words: tuple[tuple[int, str], ...]) -> str:
    found = []
    for bits, name in words:
        if value & bits == bits:
            found.append(name)
            value &= ~bits
    return "|".join(found) if found and not value else f"0x{value:X}" if not found else "|".join([*found, f"0x{value:X}"])


def protect_words(value: int) -> str:
    """A protection as replies write it."""
    return _spelled(value, _PROTECT_WORDS)


def section_words(value: int) -> str:
    """SEC_ attributes as replies write them."""
    return _spelled(value, _SECTION_WORDS)


# The words that replies put after the numbers of errors and statuses.
ERRORS: dict[int, str] = {one.code: one.name for one in definitions.ERRORS}
STATUS_INVALID_VIEW_SIZE = 0xC000001F
STATUS_SECTION_PROTECTION = 0xC000004E
STATUS_SECTION_TOO_BIG = 0xC0000040
STATUSES: dict[int, str] = {one.code: one.name for one in definitions.STATUSES}

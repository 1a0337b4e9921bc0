"""The steps of sequences about files under sections. Each function makes a step or returns None."""

from __future__ import annotations

from collections.abc import Callable

from shmcheck.oracle.actions import Action, mapping, named, of_view
from shmcheck.oracle.constants import GRANULE, PAGE
from shmcheck.oracle.maker import Maker
from shmcheck.oracle.state import Region

SIZES = (0, 1, 100, PAGE - 1, PAGE, PAGE + 1, GRANULE - 1, GRANULE, GRANULE + 1, 3 * GRANULE)
PROTECTS = ("PAGE_READWRITE", "PAGE_READWRITE", "PAGE_READONLY", "PAGE_WRITECOPY", "PAGE_EXECUTE_READ")
ACCESSES = (" access=GENERIC_READ", " access=GENERIC_WRITE", " access=GENERIC_READ|GENERIC_WRITE|GENERIC_EXECUTE")
SHARES = ("", " share=read", " share=none")
FILES = ("name=^f1", "name=^f2")


def of_file(make: Callable[[Maker, str], str | None]) -> Action:
    """An action about any handle of the role to a file: its label."""

    def action(maker: Maker) -> str | None:
        found = maker.files()
        return make(maker, maker.random.choice(found)[0]) if found else None

    return action


def create_file(maker: Maker) -> str:
    """A new file, with some bytes at its beginning, and a section over it."""
    label, name = maker.label("f"), maker.pick(FILES)
    maker.add(f"file {label} {name} size={maker.number(SIZES)}")
    if maker.chance(0.5):
        maker.add(f"filewrite {label} at=0 text=first")
    return over(maker, label)


def over(maker: Maker, label: str) -> str:
    """A section over a file: of its size, or of another one. The file is not an image."""
    verb, api = "create", maker.pick(("", "", " api=A", " api=numa"))
    if maker.chance(0.2) and maker.has("createapp"):
        verb, api = "createapp", ""
    size = 0 if maker.chance(0.5) else maker.number(SIZES)
    protect = maker.pick(PROTECTS)
    if maker.chance(0.06):
        size, protect = 0, "PAGE_READONLY|SEC_IMAGE"
    return f"{verb} {maker.label('s')} {named(maker, True)}size={size} protect={protect} file={label}{api}"


@of_file
def create_over_file(maker: Maker, label: str) -> str | None:
    return over(maker, label)


def open_file(maker: Maker) -> str:
    access = maker.pick(ACCESSES) if maker.chance(0.4) else ""
    return f"file {maker.label('f')} {maker.pick(FILES)} open=existing{access}{maker.pick(SHARES) if maker.chance(0.3) else ''}"


@of_file
def size_of_file(maker: Maker, label: str) -> str | None:
    return f"filesize {label}"


@of_file
def resize_file(maker: Maker, label: str) -> str | None:
    """A cut or an extension of a file, which may be mapped."""
    return f"filesize {label} to={maker.number(SIZES)}"


def read_file(maker: Maker) -> str | None:
    found = maker.files()
    if not found:
        return None
    return f"fileread {maker.random.choice(found)[0]} at={maker.number((0, 0, PAGE - 2, PAGE))} length={maker.number((1, 5, 8))}"


@of_file
def write_file(maker: Maker, label: str) -> str | None:
    return f"filewrite {label} at={maker.number((0, 3, PAGE - 2))} text=later"


@of_file
def close_file(maker: Maker, label: str) -> str | None:
    return f"close {label}"


@of_view
def name_of_file(maker: Maker, label: str, region: Region) -> str | None:
    """The name of the file behind a view: at its start, in its middle, or at its end."""
    return f"filename {label} at={maker.number((0, 1, region.size // 2, region.size - 1))}"


def map_file(maker: Maker) -> str | None:
    """A view of a section over a file: all of it, or one that ends near the end of the file."""
    found = [item for item in maker.handles() if item[2].file is not None]
    if not found:
        return None
    label, handle, section = maker.random.choice(found)
    access = "FILE_MAP_WRITE" if (handle.access or 0) & 2 and maker.chance(0.7) else maker.pick(("FILE_MAP_READ", "FILE_MAP_COPY"))
    if maker.chance(0.6):
        return mapping(maker, label, access)
    length = max(1, maker.number((section.size, section.size - 1, section.extent, section.extent + 1, PAGE)))
    return mapping(maker, label, access, f" offset=0x0 length={length:#x}")

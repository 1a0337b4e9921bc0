"""The functions that a Windows program imports, and the modules that are loaded with it.

Format: https://learn.microsoft.com/windows/win32/debug/pe-format
"""

from __future__ import annotations

import struct
from pathlib import Path

PE32 = 0x10B
PE32_PLUS = 0x20B
IMPORTS = 1
DELAYED_IMPORTS = 13


class BadProgram(Exception):
    """The file is not a Windows program, or it is damaged."""


class Program:
    """A program file."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        try:
            self.read_headers()
        except struct.error as error:
            raise BadProgram(f"{path}: {error}") from error

    def read_headers(self) -> None:
        """Finds the sections and the directories."""
        (start,) = struct.unpack_from("<I", self.data, 0x3C)
        if self.data[:2] != b"MZ" or self.data[start : start + 4] != b"PE\0\0":
            raise BadProgram("no PE signature")
        self.machine: int
        self.machine, sections, optional_size = struct.unpack_from("<HH12xH", self.data, start + 4)
        optional = start + 24
        (magic,) = struct.unpack_from("<H", self.data, optional)
        if magic not in (PE32, PE32_PLUS):
            raise BadProgram(f"unknown optional header {magic:#x}")
        self.wide = magic == PE32_PLUS
        directories = optional + (112 if self.wide else 96)
        (count,) = struct.unpack_from("<I", self.data, directories - 4)
        self.directories = [struct.unpack_from("<II", self.data, directories + 8 * i) for i in range(count)]
        self.sections: list[tuple[int, int, int]] = []
        for i in range(sections):
            size, address, raw_size, raw = struct.unpack_from("<IIII", self.data, optional + optional_size + 40 * i + 8)
            self.sections.append((address, max(size, raw_size), raw))

    def offset(self, address: int) -> int:
        """The file offset of a relative virtual address."""
        for begin, size, raw in self.sections:
            if begin <= address < begin + size:
                return raw + address - begin
        raise BadProgram(f"address {address:#x} is in no section")

    def text(self, address: int) -> str:
        """The terminated string at an address."""
        begin = self.offset(address)
        return self.data[begin : self.data.index(b"\0", begin)].decode("ascii", "replace")

    def imports(self) -> set[str]:
        """The names of all imported functions, delayed ones included. Functions imported by ordinal have no name."""
        return set().union(*self.imports_by_module(delayed=True).values())

    def imports_by_module(self, delayed: bool = False) -> dict[str, set[str]]:
        """Maps each module, in lower case, to the names of the functions that are imported from it, without those imported by
        ordinal. `delayed`: also those that are looked up at their first call."""
        names: dict[str, set[str]] = {}
        tables = [(IMPORTS, 20, 0, 12, 16), (DELAYED_IMPORTS, 32, 16, 4, 12)]
        for directory, size, lookup, module_name, addresses in tables if delayed else tables[:1]:
            if directory >= len(self.directories) or self.directories[directory][0] == 0:
                continue
            at = self.offset(self.directories[directory][0])
            while any(self.data[at : at + size]):
                (address,) = struct.unpack_from("<I", self.data, at + lookup)
                if address == 0:  # some linkers omit the lookup table; the address table has the same entries
                    (address,) = struct.unpack_from("<I", self.data, at + addresses)
                module = self.text(struct.unpack_from("<I", self.data, at + module_name)[0]).lower()
                names.setdefault(module, set()).update(self.looked_up(self.offset(address)))
                at += size
        return names

    def modules(self) -> set[str]:
        """The modules that are loaded before the program starts, in lower case."""
        return set(self.imports_by_module())

    def looked_up(self, at: int) -> set[str]:
        """The names in one import lookup table."""
        form, width = ("<Q", 8) if self.wide else ("<I", 4)
        ordinal = 1 << (8 * width - 1)
        names = set()
        while (entry := struct.unpack_from(form, self.data, at)[0]) != 0:
            if not entry & ordinal:
                names.add(self.text(int(entry & 0x7FFFFFFF) + 2))
            at += width
        return names

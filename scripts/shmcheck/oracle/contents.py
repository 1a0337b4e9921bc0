"""The bytes of a section, without storing bytes that can be computed: zeros and patterns of `fill`."""

from __future__ import annotations

from functools import lru_cache

from shmcheck.oracle.intervals import Intervals

_MASK = (1 << 64) - 1


class Written:
    """Bytes that were written; the byte at n is data[n - origin]."""

    __slots__ = ("origin", "data")

    def __init__(self, origin: int, data: bytes) -> None:
        self.origin = origin
        self.data = data

    def piece(self, start: int, end: int) -> bytes:
        return self.data[start - self.origin : end - self.origin]


class Filled:
    """The pattern of a seed; the byte at n is that of n + shift."""

    __slots__ = ("seed", "shift")

    def __init__(self, seed: int, shift: int) -> None:
        self.seed = seed
        self.shift = shift

    def piece(self, start: int, end: int) -> bytes:
        return pattern(self.seed, start + self.shift, end - start)


class Unknown:
    """Unknown bytes."""

    __slots__ = ()


UNKNOWN = Unknown()
Source = Written | Filled | Unknown


@lru_cache(maxsize=256)
def pattern(seed: int, start: int, length: int) -> bytes:
    """The bytes of the pattern of `fill` (harness/actor/touch.c)."""
    shift = (seed * 0x9E3779B97F4A7C15) & _MASK
    found = bytearray(length)
    for index in range(length):
        x = (start + index + shift) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x ^= x >> 27
        found[index] = 1 + x % 255
    return bytes(found)


class Contents(Intervals[Source]):
    """The bytes of a section, a file or the private pages of a view. Bytes that were never written are zero."""

    __slots__ = ()

    def write(self, start: int, data: bytes) -> None:
        self.put(start, start + len(data), Written(start, data))

    def fill(self, start: int, end: int, seed: int, shift: int) -> None:
        self.put(start, end, Filled(seed, shift))

    def forget(self, start: int, end: int) -> None:
        """Makes these bytes unknown."""
        self.put(start, end, UNKNOWN)

    def copy_from(self, other: Contents, start: int, end: int) -> None:
        """Copies the values of a range of other contents."""
        for piece, stop, source in list(other.runs(start, end)):
            self.put(piece, stop, source)

    def read(self, start: int, end: int) -> bytes | None:
        """The bytes of a range; None if one of them is unknown."""
        parts = []
        for piece, stop, source in self.runs(start, end):
            if source is None:
                parts.append(bytes(stop - piece))
            elif isinstance(source, Unknown):
                return None
            else:
                parts.append(source.piece(piece, stop))
        return parts[0] if len(parts) == 1 else b"".join(parts)

"""Ranges of numbers with one value each, for bytes of a section and pages of a view."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Intervals(Generic[T]):
    """A map from numbers to values that is constant over ranges. Numbers without a value have None."""

    __slots__ = ("starts", "ends", "values")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[T] = []

    def put(self, start: int, end: int, value: T | None) -> None:
        """Sets the value of start <= n < end."""
        if start >= end:
            return
        starts, ends, values = self.starts, self.ends, self.values
        if not starts or start >= ends[-1]:
            if value is not None:
                starts.append(start)
                ends.append(end)
                values.append(value)
            return
        first = bisect_right(ends, start)
        last = bisect_left(starts, end)
        new: list[tuple[int, int, T]] = []
        if first < last and starts[first] < start:
            new.append((starts[first], start, values[first]))
        if value is not None:
            new.append((start, end, value))
        if first < last and ends[last - 1] > end:
            new.append((end, ends[last - 1], values[last - 1]))
        starts[first:last] = [piece[0] for piece in new]
        ends[first:last] = [piece[1] for piece in new]
        values[first:last] = [piece[2] for piece in new]

    def at(self, point: int) -> T | None:
        """The value of a number."""
        index = bisect_right(self.starts, point) - 1
        return self.values[index] if index >= 0 and point < self.ends[index] else None

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, T | None]]:
        """The pieces of a range in order, including gaps with the value None. Neighbours may have equal values."""
        starts, ends, values = self.starts, self.ends, self.values
        index = bisect_right(ends, start)
        at = start
        while at < end:
            if index >= len(starts) or starts[index] >= end:
                yield at, end, None
                return
            if starts[index] > at:
                yield at, starts[index], None
                at = starts[index]
            stop = min(ends[index], end)
            yield at, stop, values[index]
            at = stop
            index += 1

    def same_until(self, start: int, end: int, value: T | None) -> int:
        """The first number from `start` on with another value; `end` if there is none."""
        for piece, stop, found in self.runs(start, end):
            if found != value:
                return piece
        return end

    def any(self, start: int, end: int) -> bool:
        """Whether a number of the range has a value."""
        index = bisect_right(self.ends, start)
        return start < end and index < len(self.starts) and self.starts[index] < end

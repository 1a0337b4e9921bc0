"""Markdown for pull requests: within GitHub's size limit, and no text of a report acts as markup.

Text of a report is always in a code span or a code block, where nothing is markup, a link, a mention or a reference to
an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shmcheck.console import shortened

MAX_BYTES = 60_000
_TAIL_BYTES = 600  # for the line about the entries that were left out

_RUNS = re.compile(r"`+")


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in _RUNS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def code(text: str, most: int = 300) -> str:
    """A code span of one line."""
    line = shortened(" ".join(text.split()), most) or " "
    fence = _fence(line, 1)
    edge = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def cell(text: str, most: int = 120) -> str:
    """A code span in a table. A bar would end the cell even there, so it is escaped."""
    return code(text, most).replace("|", "\\|")


def block(lines: Iterable[str], language: str = "", indent: str = "") -> list[str]:
    """A code block. The language is a constant of the caller."""
    body = [shortened(line) for line in lines]
    fence = _fence("\n".join(body), 3)
    return [f"{indent}{fence}{language}", *(indent + line for line in body), f"{indent}{fence}"]


class Document:
    """Markdown to which items are added up to a size limit. It ends with the number of items that did not fit."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self.limit = limit
        self.lines: list[str] = []
        self.used = 0
        self.left_out = 0

    def add(self, *lines: str) -> bool:
        """Adds all of the lines, or none if they do not fit."""
        size = sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)
        if self.used + size > self.limit - _TAIL_BYTES:
            return False
        self.lines += lines
        self.used += size
        return True

    def section(self, title: str, items: Sequence[Sequence[str]], note: str = "") -> None:
        """Adds a heading and items of some lines each; no heading without items."""
        if not items:
            return
        if not self.add("", f"### {title}", "", *([note, ""] if note else [])):
            self.left_out += len(items)
            return
        for at, item in enumerate(items):
            if not self.add(*item):
                left = len(items) - at
                self.left_out += left
                self.add(f"- … and {left} more")
                return

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Adds a table. The caller has escaped the cells."""
        if not self.add("", "| " + " | ".join(header) + " |", "|" + " --- |" * len(header)):
            self.left_out += len(rows)
            return
        for at, row in enumerate(rows):
            if not self.add("| " + " | ".join(row) + " |"):
                self.left_out += len(rows) - at
                return

    def text(self) -> str:
        lines = list(self.lines)
        if self.left_out:
            lines += ["", f"_{self.left_out} entries do not fit here; the JSON and the page have all._"]
        return "\n".join(lines).strip("\n") + "\n"

"""Parses steps and replies of transcripts (harness/PROTOCOL.md). Each text is parsed once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from shmcheck.oracle.constants import NAMES


CACHED = 4096  # texts that are kept parsed: most come again within one sequence


class BadText(Exception):
    """A line that is not a step or not a reply; the text says why."""


class Step:
    """One request: `create section name=@x size=4096`. Immutable; equal texts give the same object."""

    __slots__ = ("text", "verb", "label", "fields", "_numbers")

    def __init__(self, text: str) -> None:
        words = text.split(" ")
        if not words[0]:
            raise BadText(f"a step without a verb: {text!r}")
        self.text = text
        self.verb = words[0]
        self.label = ""
        rest = words[1:]
        if rest and "=" not in rest[0]:
            self.label = rest.pop(0)
        self.fields: dict[str, str] = {}
        for word in rest:
            key, equals, value = word.partition("=")
            if not equals:
                key, value = word, ""  # `strict`-like words; no verb of the model has one
            self.fields[key] = value
        self._numbers: dict[str, int | None] = {}

    def word(self, key: str, default: str = "") -> str:
        """The text of a field."""
        return self.fields.get(key, default)

    def has(self, key: str) -> bool:
        return key in self.fields

    def number(self, key: str, default: int = 0) -> int:
        """The number of a field, which may be constants joined by '|'. BadText for any other text, such as a `$reference`."""
        if key not in self.fields:
            return default
        if key not in self._numbers:
            self._numbers[key] = number(self.fields[key])
        found = self._numbers[key]
        if found is None:
            raise BadText(f"{key}={self.fields[key]} is no number")
        return found


class Reply:
    """One reply: `fail error=5 ERROR_ACCESS_DENIED status=0xC0000022 STATUS_ACCESS_DENIED`. Volatile fields do not count."""

    __slots__ = ("text", "word", "fields", "volatile")

    def __init__(self, text: str) -> None:
        words = text.split(" ")
        self.text = text
        self.word = words[0]
        self.fields: dict[str, str] = {}
        self.volatile: dict[str, str] = {}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals:
                continue  # the name of the error or status before it
            if key.startswith("~"):
                self.volatile[key[1:]] = value
            else:
                self.fields[key] = value


@lru_cache(maxsize=CACHED)
def number(text: str) -> int | None:
    """The value of `0x10000`, `12` or `PAGE_READWRITE|SEC_COMMIT`; None for any other text."""
    value = 0
    for word in text.split("|"):
        if word in NAMES:
            value |= NAMES[word]
            continue
        try:
            value |= int(word, 16) if word.startswith("0x") else int(word, 10)
        except ValueError:
            return None
    return value


@lru_cache(maxsize=CACHED)
def step(text: str) -> Step:
    """The step of a text. BadText if it is not a step."""
    return Step(text)


@lru_cache(maxsize=CACHED)
def reply(text: str) -> Reply:
    """The reply of a text."""
    return Reply(text)


# Verbs that several roles perform at the same time; crowd= is their number.
TOGETHER = frozenset({"burst", "churn", "initialise"})


def together(steps: Sequence[tuple[str, str]], start: int) -> int:
    """The number of steps (role, text) from this one on that are performed at the same time; mostly 1."""
    verb = steps[start][1].partition(" ")[0]
    if verb not in TOGETHER:
        return 1
    end = min(len(steps), start + step(steps[start][1]).number("crowd", 1))
    roles = {steps[start][0]}
    for index in range(start + 1, end):
        role, text = steps[index]
        if text.partition(" ")[0] != verb or role in roles:
            return index - start
        roles.add(role)
    return max(1, end - start)


def up_to(steps: Sequence[tuple[str, str]], at: int) -> list[int]:
    """The indexes of the steps up to the one at `at`, which comes last, and of those that are performed at the same time."""
    start = 0
    while start + together(steps, start) <= at:
        start += together(steps, start)
    group = range(start, start + together(steps, start))
    return [*range(start), *(index for index in group if index != at), at]


@lru_cache(maxsize=CACHED)
def plain(text: str) -> bytes:
    """The bytes of an escaped value."""
    return unquote_to_bytes(text) if "%" in text else text.encode("utf-8", "surrogateescape")


def escaped(data: bytes) -> str:
    """Bytes as a value of a step or reply: every byte that is not printable ASCII, the blank and '%' as %XX."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E and byte != 0x25 else f"%{byte:02X}" for byte in data)

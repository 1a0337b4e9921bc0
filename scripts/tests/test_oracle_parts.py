"""The parts that the model is made of: ranges, contents, names, access checks, texts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.oracle import access, names  # noqa: E402
from shmcheck.oracle.contents import Contents, pattern  # noqa: E402
from shmcheck.oracle.intervals import Intervals  # noqa: E402
from shmcheck.oracle.state import Section, Token  # noqa: E402
from shmcheck.oracle.text import BadText, Reply, Step, escaped, plain  # noqa: E402

PIECE = st.tuples(st.integers(0, 40), st.integers(0, 40), st.one_of(st.none(), st.integers(1, 3)))


@given(st.lists(PIECE, max_size=12), st.integers(0, 40), st.integers(0, 40))
def test_intervals_are_a_map_of_numbers(puts: list[tuple[int, int, int | None]], start: int, end: int) -> None:
    ranges: Intervals[int] = Intervals()
    plainly: dict[int, int] = {}
    for first, last, value in puts:
        ranges.put(first, last, value)
        for number in range(first, last):
            if value is None:
                plainly.pop(number, None)
            else:
                plainly[number] = value
    assert [ranges.at(number) for number in range(45)] == [plainly.get(number) for number in range(45)]
    told = [value for piece, stop, value in ranges.runs(start, end) for _ in range(piece, stop)]
    assert told == [plainly.get(number) for number in range(start, end)]
    assert ranges.any(start, end) == any(number in plainly for number in range(start, end))


WRITE = st.tuples(st.integers(0, 300), st.one_of(st.binary(min_size=1, max_size=40), st.integers(1, 2)))


@given(st.lists(WRITE, max_size=10))
def test_contents_are_bytes(writes: list[tuple[int, bytes | int]]) -> None:
    contents, plainly = Contents(), bytearray(400)
    for at, what in writes:
        if isinstance(what, bytes):
            contents.write(at, what)
            plainly[at : at + len(what)] = what
        else:
            contents.fill(at, at + 50, what, 7)
            plainly[at : at + 50] = pattern(what, at + 7, 50)
    assert contents.read(0, 400) == bytes(plainly)


def test_the_pattern_is_the_actors() -> None:
    """Values of harness/actor/touch.c, as transcripts have shown them."""
    assert 0 not in pattern(1, 0, 4096)
    assert pattern(5, 100, 50) == pattern(5, 0, 200)[100:150]
    assert pattern(1, 0, 1) != pattern(2, 0, 1) or pattern(1, 1, 1) != pattern(2, 1, 1)


def test_forgotten_bytes_are_unknown() -> None:
    contents = Contents()
    contents.forget(10, 20)
    assert contents.read(0, 10) == bytes(10)
    assert contents.read(5, 11) is None


@pytest.mark.parametrize(
    ("text", "key", "wrong"),
    [
        ("@x", "session:\x01x", ""),
        ("^x", "session:\x01x", ""),
        ("Local\\^x", "session:\x01x", ""),
        ("Global\\^x", "global:\x01x", ""),
        ("@x%20", "session:\x01x ", ""),
        ("^a\\b", "", "backslash"),
        ("\\^a", "", "leading"),
        ("Local", "", "reserved"),
        ("", "", "empty"),
    ],
)
def test_names_are_resolved(text: str, key: str, wrong: str) -> None:
    found = names.parse(text, 0)
    assert (found.key, found.wrong, found.why) == (key, wrong, "")


def test_names_without_a_rule_are_unknown() -> None:
    assert "case sensitive" in names.parse("LOCAL\\^x", 0).why
    assert "reserved" in names.parse("Session\\1\\^x", 0).why


def section(sddl: str) -> Section:
    made = Section(4096, 4, 0)
    made.descriptor = sddl
    return made


@pytest.mark.parametrize(
    ("sddl", "desired", "granted"),
    [
        ("", 0xF001F, 0xF001F),
        ("D:P", 0x4, False),
        ("D:P", 0x60000, 0x60000),
        ("D:(A;;0x4;;;WD)", 0x4, 0x4),
        ("D:(A;;0x4;;;WD)", 0x6, False),
        ("D:(A;;0x4;;;WD)(A;;0x2;;;WD)", 0x6, 0x6),
        ("D:(D;;0x2;;;WD)(A;;GA;;;WD)", 0x2, False),
        ("D:(A;;GA;;;WD)(D;;0x2;;;WD)", 0x2, 0x2),
        ("D:(A;;GR;;;WD)", 0x80000000, 0x20005),
        ("D:NO_ACCESS_CONTROL", 0xF001F, 0xF001F),
        ("D:(A;;0x4;;;WD)", 0x02000000, 0x60004),
        ("D:(A;;0x4;;;S-1-2-3)", 0x4, None),
        ("D:(A;;GA;;;WD)S:(ML;;NW;;;ME)", 0x2, 0x2),
        ("O:BAnonsense", 0x4, None),
    ],
)
def test_access_is_decided_by_the_dacl(sddl: str, desired: int, granted: int | None | bool) -> None:
    found = access.granted(section(sddl), Token(), desired)
    assert found == granted and (found is False) == (granted is False)


@pytest.mark.parametrize(
    ("level", "sddl", "desired", "granted"),
    [
        ("low", "D:(A;;GA;;;WD)", 0x2, False),
        ("low", "D:(A;;GA;;;WD)", 0x4, 0x4),
        ("low", "D:(A;;GA;;;WD)S:(ML;;NW;;;LW)", 0x2, 0x2),
        ("low", "D:(A;;GA;;;WD)S:(ML;;NWNR;;;ME)", 0x4, False),
        ("untrusted", "D:(A;;GA;;;WD)S:(ML;;NW;;;LW)", 0x2, False),
    ],
)
def test_integrity_levels_are_checked_before_the_dacl(level: str, sddl: str, desired: int, granted: int | bool) -> None:
    assert access.granted(section(sddl), Token(level=level), desired) == granted


def test_steps_and_replies_are_parsed() -> None:
    found = Step("map view of=section access=FILE_MAP_READ|0x2 offset=0x10000")
    assert (found.verb, found.label, found.number("access"), found.number("offset"), found.number("length", 7)) == (
        "map", "view", 6, 65536, 7,
    )  # fmt: skip
    with pytest.raises(BadText, match="offset=\\$writer.base is no number"):
        Step("map view of=section offset=$writer.base").number("offset")
    with pytest.raises(BadText, match="without a verb"):
        Step(" x")
    told = Reply("fail error=5 ERROR_ACCESS_DENIED status=0xC0000022 ~handle=0x4")
    assert (told.word, told.fields, told.volatile) == ("fail", {"error": "5", "status": "0xC0000022"}, {"handle": "0x4"})


@given(st.binary(max_size=30))
def test_percent_escapes_are_decoded(data: bytes) -> None:
    assert plain(escaped(data)) == data

"""The lists that C and Python share are read strictly, and no other file repeats their entries."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck import definitions  # noqa: E402
from shmcheck.definitions import DefinitionError, Kind, Verdict, parse_entry, read_list  # noqa: E402

SOURCES = (".c", ".h", ".py", ".j2", ".js", ".cmake")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('ENTRY(X64, "x64", 64, 0x8664)', ("X64", "x64", 64, 0x8664)),
        ("ENTRY(NAME)", ("NAME",)),
        ('ENTRY("")', ("",)),
        (r'ENTRY("Global\\ \"names\", and (commas)")', ('Global\\ "names", and (commas)',)),
        ("ENTRY(A,1,  0.25 )", ("A", 1, 0.25)),
        ("ENTRY(A, 010)", ("A", 10)),
    ],
)
def test_an_entry_is_read_as_its_fields(line: str, fields: tuple[object, ...]) -> None:
    assert parse_entry(line) == fields


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ENTRY()", "expected a name, a string or a number"),
        ("ENTRY(A,)", "expected a name, a string or a number"),
        ("ENTRY(A B)", "expected a name"),
        ("ENTRY(lower)", "expected a name"),
        ('ENTRY("open)', "expected a name"),
        (r'ENTRY("\n")', r"unknown escape \\n"),
        ('ENTRY(A, "a" "b")', "expected a name"),
        ("ENTRY(A, -1)", "expected a name"),
        ("X(A)", "expected ENTRY"),
        ("ENTRY(A) ENTRY(B)", "expected a name"),
        ("ENTRY(A) /* comment */", "expected ENTRY"),
    ],
)
def test_a_line_that_is_not_an_entry_is_an_error(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_entry(line)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no entry"),
        ("/* a comment\n", "a comment does not end"),
        ("ENTRY(A, 1)\n\nENTRY(A, 2)\n", "A is defined twice"),
        ("/* one\n * two */\nENTRY(A, 1)\nENTRY(B)\n", r"list\.def:4: expected 2 fields, got 1"),
        ('ENTRY(A, "1")\n', r"list\.def:1: field 2 must be a whole number, not '1'"),
        ("ENTRY(A, 1.5)\n", r"list\.def:1: field 2 must be a whole number, not 1\.5"),
    ],
)
def test_a_list_that_is_not_valid_is_an_error_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "list.def").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=message):
        read_list("list", (str, int), tmp_path)


def test_a_list_that_is_missing_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"list\.def: cannot be read"):
        read_list("list", (str, int), tmp_path)


def test_the_enumerations_have_every_entry() -> None:
    assert {verdict.name: verdict.value for verdict in Verdict} == {one.id: one.word for one in definitions.VERDICTS}
    assert {kind.name: kind.value for kind in Kind} == {one.id: one.word for one in definitions.ERROR_KINDS}


def test_the_words_of_the_lists_are_known() -> None:
    assert {fact.use for fact in definitions.FACTS} == {"PLATFORM", "PAIR", "DETAIL", "PART", "RUN"}
    assert {constant.use for constant in definitions.CONSTANTS} == {"WRITTEN", "READ"}
    assert {fact.order for fact in definitions.FACTS} == {"ORDERED", "PLAIN"}
    for option in definitions.RUNNER_OPTIONS:
        assert option.takes_value == (option.type not in ("FLAG", "ACTION")), option.name
        assert (option.highest > 0) == (option.type in ("COUNT", "FACTOR", "NAME")), option.name


def test_the_error_of_a_status_is_listed() -> None:
    codes = {error.code for error in definitions.ERRORS}
    assert [status.name for status in definitions.STATUSES if status.error not in codes] == []


COMMENT = {".py": re.compile(r'#.*|^ *"""(?:.|\n)*?"""', re.MULTILINE), ".cmake": re.compile(r"#.*"), ".j2": re.compile(r"\{#.*?#\}")}
C_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sources() -> Iterator[tuple[str, str]]:
    """The sources of the programs and scripts by their names, without comments. Without tests, which repeat entries that
    they expect."""
    for folder in ("harness", "cases", "scripts"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in SOURCES and "/tests/" not in name and path.name != "definitions.py":
                yield name, COMMENT.get(path.suffix, C_COMMENT).sub("", path.read_text(encoding="utf-8"))


def copies(words: list[str], least: int, text: str) -> set[str]:
    """The words that a text contains as whole strings, if there are enough of them to be a copy of a list."""
    found = {word for word in words if re.search(rf"""L?["']{re.escape(word)}["']""", text)}
    return found if len(found) >= least else set()


# Each list, and the number of its words that make a copy if one file has them. "fail" and "error" are also words of replies.
LISTS: list[tuple[str, list[str], int]] = [
    ("architectures", [one.name for one in definitions.ARCHITECTURES], 2),
    ("verdicts", [one.word for one in definitions.VERDICTS], 4),
    ("types of failures", [one.type for one in definitions.VERDICTS if one.element == "failure"], 1),
    ("kinds of errors", [one.word for one in definitions.ERROR_KINDS], 2),
    ("facts", [one.name for one in definitions.FACTS], 10),
    ("statuses", [one.name for one in definitions.STATUSES], 1),
    ("errors", [one.name for one in definitions.ERRORS], 2),
    ("integrity levels", [one.name for one in definitions.INTEGRITY_LEVELS], 5),
    ("options of the runner", [one.name for one in definitions.RUNNER_OPTIONS], 7),
]


@pytest.mark.parametrize(("what", "words", "least"), LISTS, ids=[one[0] for one in LISTS])
def test_no_file_repeats_a_list(what: str, words: list[str], least: int) -> None:
    texts = dict(sources())
    assert len(texts) > 100
    found = {name: copies(words, least, text) for name, text in texts.items()}
    assert {name: words for name, words in found.items() if words} == {}, f"{what}: read harness/common/*.def instead"


def test_no_file_defines_a_listed_status() -> None:
    own = re.compile(rf"#\s*define\s+({'|'.join(status.name for status in definitions.STATUSES)})\b")
    found = {name: match[0] for name, text in sources() if (match := own.search(text))}
    assert found == {}, "include <statuses.h>, which is made from harness/common/statuses.def"


def test_a_copy_is_found() -> None:
    assert copies(["x64", "x86", "arm64"], 2, """ARCHITECTURES = ("x64", 'arm64')""") == {"x64", "arm64"}
    assert copies(["x64", "x86", "arm64"], 2, '"x64" and "x640"') == set()

"""Tests of the table of verbs in Python, the reference made from it, and both compared with recorded runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shmcheck.console import CannotRun
from shmcheck.paths import ROOT
from shmcheck.proof.protocol_text import with_reference
from shmcheck.verbs import Table, load, parse

BASELINES = sorted((ROOT / "reports" / "baselines").glob("*.xml"))
STEP = re.compile(r"^([a-z0-9-]+)> (.*?) -> (ok|fail|fault|bad|bye)( .*)?$")


@pytest.fixture(scope="module")
def table() -> Table:
    return load()


def steps(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """For each step of the transcripts of a report: the request, the verb whose reply it has, the word of the reply and its
    fields. `finish` has the reply of the step that the same role began with later=yes."""
    for element in ElementTree.parse(path).iter("system-out"):
        begun: dict[str, str] = {}
        for line in (element.text or "").splitlines():
            match = STEP.match(line)
            if match is None or match[2].startswith("("):
                continue
            role, request, word, fields = match[1], match[2], match[3], match[4] or ""
            verb = request.partition(" ")[0]
            if " later=yes" in request and word == "ok":
                begun[role] = verb
            yield request, begun.pop(role, verb) if verb == "finish" else verb, word, fields


def test_the_reference_in_the_page_is_made_from_the_table(table: Table) -> None:
    page = (ROOT / "harness" / "PROTOCOL.md").read_text(encoding="utf-8")
    assert with_reference(page, table) == page, "run scripts/protocol --write"


def test_a_page_without_marks_is_refused(table: Table) -> None:
    with pytest.raises(CannotRun, match="lacks the lines"):
        with_reference("# A page", table)


def test_keys_have_what_their_verbs_need(table: Table) -> None:
    create = table.verbs["create"]
    assert (create.label, create.group) == ("REQUIRED", "Sections")
    api = table.key("create", "api")
    assert api is not None
    assert (api.words, api.default, api.required) == (("W", "A", "numa"), "W", False)
    length = table.key("read", "length")
    assert length is not None
    assert length.most == 384
    assert table.key("close", "on") is not None
    assert table.key("map2", "lowest") is None
    assert table.key("dance", "on") is None


def test_replies_name_their_optional_fields(table: Table) -> None:
    assert table.verbs["create"].reply_fields() == {"error", "~handle"}
    verify = table.verbs["verify"].replies()
    assert [[one.name for one in form] for form in verify] == [["match"], ["match", "first", "expected", "got"]]
    units = next(one for form in table.verbs["workingset"].replies() for one in form if one.name == "units")
    assert not units.always and not units.volatile


@pytest.mark.parametrize("path", BASELINES, ids=[path.name for path in BASELINES])
def test_every_recorded_step_is_one_of_the_table(table: Table, path: Path) -> None:
    count = 0
    for request, replying, word, reply in steps(path):
        verb, *rest = request.split(" ")
        assert verb in table.verbs, request
        for token in rest:
            name, equals, _ = token.partition("=")
            if equals:
                assert table.key(verb, name) is not None, request
        if word == "ok":
            fields = {name.partition("=")[0] for name in reply.split() if "=" in name}
            assert fields <= table.verbs[replying].reply_fields() | {"first-error"}, f"{request} -> {reply}"
        count += 1
    assert count > 1000


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("DANCE(1)", "table:1: not an entry"),
        ('/* two\nlines */\nGROUP("x"', "table:3: not an entry"),
        ('VERB(a, NONE, "", "")', "VERB has 4 columns, not 5"),
        ('GROUP("a" b)', "table:1: expected a name, a string or a number"),
        ('NOTE(a, "b")', "NOTE names the verb a, which has no VERB line before it"),
        ('COMMON_KEY("k", BALL, 0, "", "", "")', "the type BALL"),
        ('COMMON_KEY("k", NUMBER, FAR, "", "", "")', "the limit FAR"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(text: str, wrong: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(wrong)):
        parse(text, "table")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="missing.def"):
        load(tmp_path / "missing.def")

"""Tests of the contract: the file itself, its strict reader, and the C table made of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.contract import STRENGTHS, Contract, ContractError, load, parse  # noqa: E402

CONTRACT = ROOT / "cases" / "contract.toml"
TABLE_SCRIPT = ROOT / "harness" / "cmake" / "contract_table.py"
CASE_ROOM = ROOT / "harness" / "runner" / "case"

FEWEST_ROWS = 460  # rows are added, not removed

HEAD = """
[[area]]
number = 1
title = "Creating"

[[area]]
number = 2
title = "Opening"

[[note]]
id = "D1"
text = "Pages differ."

[[suite]]
id = "wine"
repository = "wine-mirror/wine"
text = "Tests that run on Windows."
"""

ROW = {
    "id": '"create-it"',
    "area": "1",
    "statement": '"It is created."',
    "function": '"CreateFileMapping"',
    "expected": '"handle"',
    "basis": '"documented"',
    "code_basis": '"observed"',
    "strength": '"documented"',
    "source": '["a-page", "another page"]',
    "needs": "[]",
    "test": '"writer creates"',
}


def row(**changes: str | None) -> str:
    """A [[row]] with some keys changed, added, or (None) removed."""
    values = ROW | changes
    return "\n[[row]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items() if value is not None)


def problems(text: str) -> list[str]:
    with pytest.raises(ContractError) as caught:
        parse(text)
    return caught.value.problems


# ---- the file ----


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(CONTRACT)


def test_every_row_is_there(contract: Contract) -> None:
    assert len(contract.rows) >= FEWEST_ROWS
    assert {row.area for row in contract.rows} == set(contract.areas)
    assert sorted(contract.notes, key=lambda note: int(note[1:])) == [f"D{number}" for number in range(1, 40)]


def test_the_contract_is_plain_text(contract: Contract) -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    assert text.isascii()
    assert "\r" not in text and "\t" not in text
    for found in contract.rows:
        # Letters for processes, and abbreviations, would need an explanation.
        for words in (found.statement, found.expected, found.test):
            assert not re.search(r"(?<![A-Za-z0-9\\])(W|R|X|P|GLE)(?![A-Za-z0-9])", words), found.id


def test_rows_that_cannot_fail_say_so(contract: Contract) -> None:
    for found in contract.rows:
        if found.basis == "record":
            assert found.code_basis == "record", found.id
        if found.expected.startswith("record"):
            assert found.basis == "record", found.id


def test_only_some_codes_are_documented(contract: Contract) -> None:
    """Only the few error codes that pages name are documented; all others are observed."""
    documented = {"0", "6", "183", "112", "1006", "1460", "1656"}
    for found in contract.rows:
        if found.code_basis == "documented":
            codes = re.findall(r"(?:NULL|FALSE); (\d+)", found.expected)
            assert set(codes) <= documented, found.id


def test_every_topic_is_listed_once() -> None:
    listed = re.findall(r"^X\(([a-z0-9_]+)\)$", (ROOT / "cases" / "topics.def").read_text(encoding="utf-8"), re.M)
    sources = [
        name
        for path in sorted((ROOT / "cases").glob("*.c"))
        for name in re.findall(r"^TOPIC\((\w+),", path.read_text(encoding="utf-8"), re.M)
    ]
    assert sorted(listed) == sorted(sources)


# ---- the reader ----


def test_a_row_is_read() -> None:
    text = HEAD + row(note='"D1"', excuse='"no such machine"', needs='["file", "windows-10-1803"]')
    found = parse(text).rows[0]
    assert found.id == "create-it"
    assert found.area == 1
    assert found.source == ("a-page", "another page")
    assert found.needs == ("file", "windows-10-1803")
    assert (found.basis, found.code_basis) == ("documented", "observed")
    assert (found.note, found.excuse) == ("D1", "no such machine")


def test_evidence_is_read() -> None:
    evidence = '["wine: dlls/kernel32/tests/virtual.c test_mapping", "report: ned14/llfio 28"]'
    contract = parse(HEAD + row(strength='"asserted"', evidence=evidence, source="[]"))
    assert contract.suites == {"wine": "wine-mirror/wine"}
    assert contract.rows[0].strength == "asserted"
    assert contract.rows[0].evidence == ("wine: dlls/kernel32/tests/virtual.c test_mapping", "report: ned14/llfio 28")
    article = parse(HEAD + row(strength='"reported"', source='["chen-20031211"]'))
    assert (article.rows[0].strength, article.rows[0].evidence) == ("reported", ())


@pytest.mark.parametrize(
    ("suite", "problem"),
    [
        ('id = "report"\nrepository = "a/b"\ntext = "T."', "suite report: the id is not kebab-case, or is 'report'"),
        ('id = "Wine"\nrepository = "a/b"\ntext = "T."', "suite Wine: the id is not kebab-case, or is 'report'"),
        ('id = "wine"\nrepository = "a/b"\ntext = "T."', "suite wine: this id is used twice"),
        ('id = "other"\ntext = "T."', "suite other: key 'repository' is missing"),
    ],
)
def test_a_bad_suite_is_named(suite: str, problem: str) -> None:
    assert problems(HEAD + row() + f"\n[[suite]]\n{suite}\n") == [problem]


def test_hypotheses_are_few(contract: Contract) -> None:
    assert sum(found.strength == "hypothesis" for found in contract.rows) <= 30


def test_a_function_may_be_empty() -> None:
    assert parse(HEAD + row(function='""')).rows[0].function == ""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"colour": '"red"'}, "unknown key 'colour'"),
        ({"statement": None}, "key 'statement' is missing"),
        ({"basis": None}, "key 'basis' is missing"),
        ({"basis": '"folklore"'}, "basis 'folklore' is none of documented, observed, record"),
        ({"code_basis": '"Documented"'}, "code_basis 'Documented' is none of documented, observed, record"),
        (
            {"basis": '"observed"', "code_basis": '"documented"'},
            "its code (documented) cannot be better known than its outcome (observed)",
        ),
        (
            {"basis": '"record"', "code_basis": '"observed"'},
            "its code (observed) cannot be better known than its outcome (record)",
        ),
        ({"area": "3"}, "there is no area 3"),
        ({"area": '"1"'}, "area is not a number"),
        ({"area": "true"}, "area is not a number"),
        ({"source": "[]"}, "it has neither source nor evidence"),
        ({"source": '"a-page"'}, "source is not a list of strings"),
        ({"source": "[1]"}, "source is not a list of strings"),
        ({"source": '[""]'}, "source is empty"),
        ({"needs": '["Windows 8"]'}, "need 'Windows 8' is not kebab-case"),
        ({"needs": '["file", "file"]'}, "a need is named twice"),
        ({"strength": None}, "key 'strength' is missing"),
        ({"strength": '"known"'}, "strength 'known' is none of asserted, documented, reported, hypothesis"),
        ({"strength": '"asserted"'}, "its strength is asserted, and no suite is among its evidence"),
        (
            {"strength": '"asserted"', "evidence": '["report: python/cpython 99871"]'},
            "its strength is asserted, and no suite is among its evidence",
        ),
        ({"basis": '"observed"'}, "its strength is documented, and its basis is observed"),
        ({"strength": '"reported"'}, "its strength is reported, and it has no evidence and no source that is an article"),
        (
            {"strength": '"hypothesis"', "evidence": '["report: python/cpython 99871"]'},
            "its strength is hypothesis, and it has evidence",
        ),
        ({"evidence": '["wein: a.c test"]'}, "evidence 'wein: a.c test' does not start with a suite's id or 'report', and ': '"),
        ({"evidence": '["wine:"]'}, "evidence 'wine:' does not start with a suite's id or 'report', and ': '"),
        ({"note": '"D2"'}, "there is no note D2"),
        ({"statement": '" "'}, "statement is empty"),
        ({"excuse": '""'}, "excuse is empty"),
        ({"test": '"one  two"'}, "test has blanks at an end, two in a row, or a line break"),
        ({"expected": '"one\\ntwo"'}, "expected has blanks at an end, two in a row, or a line break"),
    ],
)
def test_a_bad_row_is_named(changes: dict[str, str | None], problem: str) -> None:
    assert f"row create-it: {problem}" in problems(HEAD + row(**changes))


@pytest.mark.parametrize("name", ["Create-it", "create_it", "-create", "create-", "create--it", "1-create", "gr\u00fcn"])
def test_ids_are_kebab_case(name: str) -> None:
    assert problems(HEAD + row(id=f'"{name}"')) == [f"row {name}: the id is not kebab-case"]


def test_ids_are_unique() -> None:
    assert problems(HEAD + row() + row()) == ["row create-it: this id is used twice"]
    assert problems(HEAD + HEAD + row()) == [
        "area 1: this number is used twice",
        "area 2: this number is used twice",
        "note D1: this id is used twice",
        "suite wine: this id is used twice",
    ]


def test_all_problems_of_a_contract_are_named() -> None:
    text = HEAD + row(basis='"x"') + row(id='"other"', area="9") + row(id=None)
    assert problems(text) == [
        "row create-it: basis 'x' is none of documented, observed, record",
        "row other: there is no area 9",
        "row (the 3. one): key 'id' is missing",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no [[row]]"),
        (HEAD, "there is no [[row]]"),
        ("row = 3", "there is no [[row]]"),
        ("row = [3]", "there is no [[row]]"),
        (HEAD + row() + "\n[case]\n", "unknown key 'case' at the top"),
        (HEAD.replace('"D1"', '"1"') + row(), "note 1: the id is not D and a number"),
    ],
)
def test_a_bad_file_is_refused(text: str, problem: str) -> None:
    assert problem in problems(text)


def test_text_that_is_not_toml_is_refused() -> None:
    assert problems("[[row]\n")[0].startswith("not TOML: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="nothing.toml: cannot be read"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe4\n")
    with pytest.raises(ContractError, match="latin.toml: cannot be read"):
        load(tmp_path / "latin.toml")


# ---- the table ----


def make_table(contract: Path, table: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TABLE_SCRIPT), str(contract), str(table)], capture_output=True, text=True, check=False
    )


def test_the_same_contract_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.c", "b.c"):
        assert make_table(CONTRACT, tmp_path / "new" / name).returncode == 0
    first = (tmp_path / "new" / "a.c").read_bytes()
    assert first == (tmp_path / "new" / "b.c").read_bytes()
    assert first.isascii() and b"\r" not in first and str(ROOT).encode() not in first
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a.c", "b.c"]


def test_a_bad_contract_makes_no_table(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(HEAD + row(basis='"folklore"'), encoding="utf-8")
    done = make_table(tmp_path / "bad.toml", tmp_path / "t.c")
    assert done.returncode == 1
    assert "bad.toml: row create-it: basis 'folklore' is none of" in done.stderr
    assert not (tmp_path / "t.c").exists()


def test_the_script_prints_its_usage() -> None:
    done = subprocess.run([sys.executable, str(TABLE_SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith("usage: ")


def test_a_table_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder.c").mkdir()
    done = make_table(CONTRACT, tmp_path / "folder.c")
    assert done.returncode == 1 and "cannot be written" in done.stderr


FIND = r"""
#include "contract.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    for (size_t i = 0; i < contract_row_count; i++)
        if (contract_find(contract_rows[i].id) != &contract_rows[i])
            return 2;
    for (int i = 1; i < argc; i++) {
        const struct contract_row *found = contract_find(argv[i]);
        if (found)
            printf("%s %d %d %d %s\n", found->id, (int)found->outcome, (int)found->code, (int)found->strength,
                   found->source);
        else
            puts("none");
    }
    return 0;
}
"""


def find_in_table(contract: Path, folder: Path, *ids: str) -> list[str]:
    """The result of contract_find, from a program made of the real sources."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    assert make_table(contract, folder / "table.c").returncode == 0
    (folder / "find.c").write_text(FIND, encoding="utf-8")
    command = [compiler, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wtrigraphs"]
    command += ["-Werror", f"-I{CASE_ROOM}", "-o", str(folder / "find"), str(folder / "find.c"), str(folder / "table.c")]
    subprocess.run([*command, str(CASE_ROOM / "contract.c")], check=True)
    done = subprocess.run([str(folder / "find"), *ids], capture_output=True, check=True)
    return done.stdout.decode("utf-8").splitlines()


def test_every_row_is_found_in_the_table(tmp_path: Path, contract: Contract) -> None:
    numbers = {"documented": 0, "observed": 1, "record": 2}
    expected = [
        f"{found.id} {numbers[found.basis]} {numbers[found.code_basis]} {STRENGTHS.index(found.strength)} "
        + "; ".join(found.source + found.evidence)
        for found in contract.rows
    ]
    assert find_in_table(CONTRACT, tmp_path, *(found.id for found in contract.rows)) == expected


def test_an_id_that_is_not_a_row_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(HEAD + row(), encoding="utf-8")
    ids = ("", "a", "create-i", "create-it", "create-it-", "zzz")
    found = find_in_table(tmp_path / "one.toml", tmp_path, *ids)
    assert found == ["none", "none", "none", "create-it 0 1 1 a-page; another page", "none", "none"]


def test_any_text_is_a_safe_literal(tmp_path: Path) -> None:
    source = 'a "quoted" page\\n, ??/ ?\\?= \u00e97, %s'
    (tmp_path / "odd.toml").write_text(HEAD + row(source=f"[{json.dumps(source)}]"), encoding="utf-8")
    assert find_in_table(tmp_path / "odd.toml", tmp_path, "create-it") == [f"create-it 0 1 1 {source}"]

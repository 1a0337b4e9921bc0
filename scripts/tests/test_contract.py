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

FEWEST_ROWS = 460  # rows are added, not lost

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
    """A [[row]] with some keys changed, added, or (None) left out."""
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

"""The table of areas in README.md, which is generated from the contract and the cases."""

from __future__ import annotations

from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.contract import Contract
from shmcheck.paths import ROOT
from shmcheck.proof.coverage import Coverage

README = ROOT / "README.md"
START = "<!-- areas: made by scripts/coverage --readme -->\n"
END = "<!-- end of areas -->\n"


def table(contract: Contract, coverage: Coverage) -> str:
    """The table as Markdown: a line for each area, and one for all."""
    lines = ["| area | rows | covered | excused |", "|---|---|---|---|"]
    for number in sorted(contract.areas):
        count = coverage.count([row for row in contract.rows if row.area == number])
        lines.append(f"| {number}. {contract.areas[number]} | {count.rows} | {count.covered} | {count.excused} |")
    whole = coverage.count(contract.rows)
    lines.append(f"| all | {whole.rows} | {whole.covered} | {whole.excused} |")
    return "\n".join(lines) + "\n"


def split(text: str, path: Path) -> tuple[str, str, str]:
    """The text before the table, the table, and the text after it."""
    before, start, rest = text.partition(START)
    inside, end, behind = rest.partition(END)
    if not start or not end:
        raise CannotRun(f"{path} does not have the two lines that enclose the table of areas")
    return before + start, inside, end + behind


def is_current(made: str, path: Path = README) -> bool:
    return split(path.read_text(encoding="utf-8"), path)[1] == made


def write(made: str, path: Path = README) -> None:
    before, _, behind = split(path.read_text(encoding="utf-8"), path)
    path.write_text(before + made + behind, encoding="utf-8")

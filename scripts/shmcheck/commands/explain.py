"""scripts/explain: what is known about a symptom."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED
from shmcheck.contract import load as load_contract
from shmcheck.paths import KNOWN, ROOT
from shmcheck.proof import problems, symptoms
from shmcheck.reports import known_list
from shmcheck.reports.sources import link

CASES = ROOT / "cases"
MOST = 6

DESCRIPTION = """\
Says what is known about a symptom, in any words: an error or an NTSTATUS by number or name, a function, other words.

  scripts/explain "error 5 MapViewOfFile"
  scripts/explain "OpenFileMapping ERROR_FILE_NOT_FOUND global"
  scripts/explain "size of the second creator is ignored"

It searches the statements of the contract, the known deviations of cases/known.toml and the frequent problems of
cases/problems.toml, which name cases that show them: scripts/run --filter CASE --verbose.

Exit code 0: something was found; 1: nothing was; 3: wrong usage."""


def lines(text: str) -> str:
    return textwrap.fill(text, 110, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def explain(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/explain", DESCRIPTION)
    parser.add_argument("symptom", nargs="+", metavar="SYMPTOM", help="what was seen")
    parser.add_argument("--most", type=int, default=MOST, metavar="N", help=f"at most so many of each kind (default: {MOST})")
    wanted = parser.parse_args(arguments)
    if wanted.most < 1:
        parser.error(f"--most {wanted.most}: a number from 1 on")
    symptom = symptoms.parse(" ".join(wanted.symptom))
    contract = load_contract(CASES / "contract.toml")
    found = symptoms.search(
        symptom, contract, known_list.load(KNOWN), problems.load(CASES / "problems.toml"), wanted.most
    )
    if found.problems:
        print("Frequent problems:")
    for problem in found.problems:
        print(f"  {problem.id}\n{lines(problem.title)}")
        if problem.caught:
            print(lines("shown by the cases " + ", ".join(problem.caught[:4])))
    if found.rows:
        print("Rows of the contract:")
    for row in found.rows:
        print(f"  {row.id} ({row.function or 'no function'}: {row.expected}; {row.basis})\n{lines(row.statement)}")
        pages = [address for address in map(link, row.source) if address]
        print("".join(f"    {address}\n" for address in pages[:2]), end="")
    if found.known:
        print("Known deviations:")
    for entry in found.known:
        where = ", ".join(f"{fact} {globs}" for fact, globs in entry.conditions) or "everywhere"
        print(f"  {entry.case} ({where})\n{lines(entry.reason)}")
    if not (found.problems or found.rows or found.known):
        print("nothing is known about that; try the function alone, or the error alone")
        return EXIT_FAILED
    return EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/explain", lambda: explain(arguments))

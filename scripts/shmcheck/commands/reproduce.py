"""scripts/reproduce: a standalone C program that does what a case of a report does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from shmcheck import verbs
from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.contract import load as load_contract
from shmcheck.files import write_file
from shmcheck.paths import ROOT
from shmcheck.proof import reproductions
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport
from shmcheck.definitions import Verdict
from shmcheck.reports.results import Case, Run
from shmcheck.reproduce.program import render

CONTRACT = ROOT / "cases" / "contract.toml"

DESCRIPTION = """\
Writes a standalone C program of plain Win32 calls from the transcript of a case: one file without dependencies, which
`cl repro.c` or `x86_64-w64-mingw32-gcc repro.c -o repro.exe` builds. It starts itself once for each role, makes the calls
in the order of the transcript, prints what is expected and what came, and ends with 0 (as expected) or 1.

Expected is what the case expects where the report says that it got something else, and the recorded reply everywhere
else. A step that plain calls cannot do is an error that names its verb.

--all is the proof: every program that can be written is built by mingw-w64's gcc and read by clang for MSVC's target, both
with -Wall -Wextra -Werror, and run under Wine. Its exit code has to agree with the verdict of its case.

Exit code 0: the program is written, or with --all every one agrees; 1: one does not; 3: wrong usage, a report that cannot be
used, or a step that cannot be expressed."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/reproduce", DESCRIPTION)
    parser.add_argument("report", type=Path, metavar="REPORT", help="a report of shmcheck.exe, of any system")
    parser.add_argument("case", nargs="?", metavar="CASE", help="the case's name, or topic/name")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the program; default: stdout")
    parser.add_argument(
        "--winetest", action="store_true", help="a test function in the style of Wine's suite, to be pasted there"
    )
    parser.add_argument("--all", action="store_true", help="write, build and run the programs of all cases")
    parser.add_argument("--json", type=Path, metavar="FILE", help="with --all: the counts and each case, as JSON")
    parser.add_argument("--share", type=float, default=1.0, metavar="PART", help="with --all: this part of the cases, 0 to 1")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="with --share: which ones")
    found = parser.parse_args(arguments)
    if found.all == (found.case is not None):
        parser.error("name one case, or --all")
    if (found.json or found.share != 1.0) and not found.all:
        parser.error("--json and --share go with --all")
    if not 0 < found.share <= 1:
        parser.error(f"--share {found.share:g}: a number above 0 and at most 1")
    return found


def case_of(run: Run, name: str) -> Case:
    """The case of this name. CannotRun, with names that are like it, if there is none or more than one."""
    found = [case for key, case in run.cases.items() if name in (key.id, str(key))]
    if len(found) == 1:
        return found[0]
    if found:
        raise CannotRun(f"{name}: {len(found)} cases are called so: {', '.join(str(case.key) for case in found)}")
    like = [key.id for key in run.cases if name in key.id][:5]
    raise CannotRun(f"{name}: the report has no such case" + (f"; it has {', '.join(like)}" if like else ""))


def read_report(path: Path) -> Run:
    try:
        return read(path)
    except BadReport as error:
        raise CannotRun(f"{path}: {error}") from error


def reproduce(arguments: Sequence[str]) -> int:
    found = options(arguments)
    run, contract, table = read_report(found.report), load_contract(CONTRACT), verbs.load()
    if found.all:
        proof = reproductions.prove(run, contract, table, found.share, found.seed)
        if found.json:
            write_file(found.json, json.dumps(proof.as_dict(), indent=2) + "\n")
        for line in proof.problems:
            say(line)
        print(proof.sentence)
        return EXIT_FAILED if proof.problems else EXIT_PASSED
    case = case_of(run, found.case)
    text = render(case, run, contract, table, winetest=found.winetest, known=case.verdict is Verdict.KNOWN)
    if found.output:
        write_file(found.output, text)
    else:
        sys.stdout.write(text)
    return EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/reproduce", lambda: reproduce(arguments))

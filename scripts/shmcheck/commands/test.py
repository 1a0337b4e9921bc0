"""scripts/test: builds and runs all tests of the project itself."""

from __future__ import annotations

from collections.abc import Sequence

from shmcheck.commandline import Parser, guarded
from shmcheck.proof import own_tests

DESCRIPTION = """\
Builds and runs all tests of the project itself: the portable parts natively, under sanitizers and for a short time under a
fuzzer, the other parts on this Windows or under Wine, and the tests of scripts/.

The last line is 'N passed, N failed, N skipped'. Exit code 0: all passed or skipped; 1: some failed; 3: could not run.
"""


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/test", lambda: run(arguments), counts=True)


def run(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/test", DESCRIPTION)
    parser.add_argument(
        "--filter", action="append", default=[], metavar="GLOB", help="only tests whose names match, for example 'native/*'"
    )
    parser.add_argument("--verbose", action="store_true", help="show the output of all tests")
    parser.add_argument(
        "--all", action="store_true", help="install the packages that only some tests need: a browser, an ssh server, xmllint, shellcheck, and programs from npm"
    )
    parser.add_argument(
        "--slow",
        action="store_true",
        help="also run what takes an hour: every case as an ordinary user has it, and a checkout that cannot be written",
    )
    wanted = parser.parse_args(arguments)
    return own_tests.run(wanted.filter, wanted.verbose, wanted.all, wanted.slow)

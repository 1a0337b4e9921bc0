"""scripts/nightly: runs scripts/run and scripts/test on bare Debian systems."""

from __future__ import annotations

from collections.abc import Sequence

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_out
from shmcheck.paths import ON_WINDOWS, make_build_folder
from shmcheck.proof import bare_debian

SLOW = "slow"
DESCRIPTION = """\
Makes bare Debian systems with debootstrap and runs scripts/run and scripts/test in each, as root without HOME and as a
user with sudo, from a fresh clone in a folder whose name has blanks and a letter that is not ASCII.

Then it runs the tests here that scripts/test leaves out for their length (scripts/test --slow).

It needs root or sudo, the right to mount, the system's Debian mirror, some 6 GB below build/nightly, and several hours.
The clone does not contain changes that are not committed.

Exit code 0: every command passed; 1: some did not; 3: a system could not be made."""


def run(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/nightly", DESCRIPTION)
    parser.add_argument(
        "--debian", type=int, action="append", choices=bare_debian.RELEASES, help="only this release; may be given several times"
    )
    parser.add_argument("--user", action="append", choices=bare_debian.USERS, help="only as root, or as a user with sudo")
    parser.add_argument(
        "--command", action="append", choices=(*bare_debian.COMMANDS, SLOW), help="only this command; slow: only the slow tests, here"
    )
    found = parser.parse_args(arguments)
    if ON_WINDOWS:
        raise CannotRun("scripts/nightly makes Debian systems, which works on Linux only")
    make_build_folder()
    commands = found.command or [*bare_debian.COMMANDS, SLOW]
    bare = [command for command in commands if command != SLOW]
    outcomes = bare_debian.run(found.debian or bare_debian.RELEASES, found.user or bare_debian.USERS, bare) if bare else []
    if SLOW in commands:
        outcomes.append(bare_debian.slow_tests())
    for outcome in outcomes:
        word = "passed" if outcome.passed else "FAILED"
        write_out(f"{word}  {outcome.name}: code {outcome.code}, {outcome.last_line or 'no summary'}\n")
        if not outcome.passed:
            write_out("".join(f"    {line}\n" for line in outcome.tail.splitlines()))
    return EXIT_PASSED if all(outcome.passed for outcome in outcomes) else EXIT_FAILED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/nightly", lambda: run(arguments))

"""scripts/protocol: compares the verbs in harness/PROTOCOL.md with harness/actor/verbs.def, or writes them."""

from __future__ import annotations

from collections.abc import Sequence

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, say
from shmcheck.files import write_file
from shmcheck.paths import ROOT
from shmcheck.proof.protocol_text import with_reference
from shmcheck.verbs import load

PAGE = ROOT / "harness" / "PROTOCOL.md"

DESCRIPTION = """\
Makes the reference of the verbs in harness/PROTOCOL.md from harness/actor/verbs.def.

Exit code 0: the page is up to date, or was written; 1: it is not up to date; 3: one of the two files cannot be read."""


def run(write: bool) -> int:
    page = PAGE.read_text(encoding="utf-8")
    made = with_reference(page, load())
    if made == page:
        return EXIT_PASSED
    if not write:
        say("error: harness/PROTOCOL.md is not up to date with harness/actor/verbs.def; run scripts/protocol --write")
        return EXIT_FAILED
    write_file(PAGE, made)
    return EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/protocol", DESCRIPTION)
    parser.add_argument("--write", action="store_true", help="write the reference into harness/PROTOCOL.md")
    found = parser.parse_args(arguments)
    return guarded("scripts/protocol", lambda: run(found.write))

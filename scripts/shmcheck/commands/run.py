"""scripts/run: builds the programs that are needed and runs all cases, here or on named targets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import guarded
from shmcheck.console import EXIT_NOT_RUN
from shmcheck.definitions import option
from shmcheck.targets import fleet, git_bisect, local_run, options, remote_run, target_resolve
from shmcheck.targets.prepare import prepare_targets


def main(arguments: Sequence[str]) -> int:
    if any(word == "--bisect" or word.startswith("--bisect=") for word in arguments):
        code = guarded("scripts/run", lambda: run_bisect(arguments), counts=False)
        # git bisect: this commit cannot be tested.
        return git_bisect.CANNOT_TELL if code == EXIT_NOT_RUN else code
    shows = any(word in options.SHOWING_OPTIONS for word in arguments)
    return guarded("scripts/run", lambda: run(arguments), counts=not shows)


def run_bisect(arguments: Sequence[str]) -> int:
    """Runs one case and returns the exit code that git bisect run expects."""
    parser = options.parser()
    found = parser.parse_args(arguments)
    case = str(found.bisect)
    if len(options.target_names(found.target)) > 1 or getattr(found, option("JUNIT").id) or getattr(found, option("FILTER").id):
        parser.error("--bisect takes one target, and neither --filter nor --junit")
    at = next(place for place, word in enumerate(arguments) if word == "--bisect" or word.startswith("--bisect="))
    behind = at + (2 if arguments[at] == "--bisect" else 1)
    with tempfile.TemporaryDirectory(prefix="shmcheck-bisect-") as folder:
        report = Path(folder) / "TEST-shmcheck-bisect.xml"
        run([*arguments[:at], "--filter", case.rpartition("/")[2], "--junit", str(report), *arguments[behind:]])
        return git_bisect.judge(report, case)


def run(arguments: Sequence[str]) -> int:
    """The command. Returns its exit code; CannotRun if nothing could be run."""
    folder = os.getcwd()
    wanted = options.parse(arguments, folder, lambda path, _: path)
    specs = target_resolve.specs_of(wanted)
    prepare_targets(specs)
    if len(specs) > 1:
        return fleet.run(specs, wanted, folder)
    spec = specs[0]
    if spec.kind == "ssh":
        return remote_run.run(spec, wanted, folder)
    wanted = options.parse(arguments, folder, lambda path, base: target_resolve.path_for(spec, path, base))
    return local_run.run(spec, wanted, folder)

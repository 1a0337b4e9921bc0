"""scripts/run: builds what is needed and runs every case, here or on named targets."""

from __future__ import annotations

import os
from collections.abc import Sequence

from shmcheck.commandline import guarded
from shmcheck.targets import fleet, local_run, options, remote_run, target_resolve
from shmcheck.targets.prepare import prepare_targets


def main(arguments: Sequence[str]) -> int:
    shows = any(word in options.SHOWING_OPTIONS for word in arguments)
    return guarded("scripts/run", lambda: run(arguments), counts=not shows)


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

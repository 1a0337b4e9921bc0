"""scripts/soak: runs the whole suite many times and compares all runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from shmcheck.commandline import Parser, guarded, number
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_file
from shmcheck.paths import make_build_folder
from shmcheck.proof.soak import Soak, all_lines, settings_of, settings_of_orders
from shmcheck.proof.soak_runs import run_settings
from shmcheck.targets import target_resolve
from shmcheck.targets.options import Options
from shmcheck.targets.prepare import prepare_targets
from shmcheck.targets.targets_file import Spec

RUNS_MOST = 1000
SEED_MOST = 1_000_000  # with RUNS_MOST orders below what --order-seed of shmcheck.exe takes

DESCRIPTION = """\
Runs the whole suite many times, with one job and with two, alternately on an idle machine and with all processors busy,
and compares verdicts and transcripts of all runs byte for byte. A case that differs between two runs of one target is a
defect of the case or of the harness.

--fresh N runs the suite in N random orders instead, each once with a new process for each role and once with used actors.

Exit code 0: all runs agree; 1: some cases differ, and are listed; 3: a run was not possible."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/soak", DESCRIPTION)
    parser.add_argument("--runs", type=number(0, RUNS_MOST), default=3, metavar="N", help="whole runs for each target (default 3)")
    parser.add_argument("--twins", type=number(0, RUNS_MOST), default=0, metavar="N", help="also N times two runs at the same time")
    parser.add_argument("--fresh", type=number(0, RUNS_MOST), default=0, metavar="N", help="N random orders with new and with used actors")
    parser.add_argument("--order-seed", type=number(1, SEED_MOST), default=1, metavar="N", help="the seed of the first of these orders (default 1)")
    parser.add_argument("--target", action="append", default=[], metavar="NAME", help="targets of targets.toml; default: this system")
    parser.add_argument("--filter", action="append", default=[], metavar="GLOB", help="only these cases")
    parser.add_json()
    parser.add_programs()
    wanted = parser.parse_args(arguments)
    if wanted.fresh:
        return wanted
    if wanted.runs + wanted.twins == 0:
        raise CannotRun("--runs and --twins are both 0; give one of them a number from 1 on")
    return wanted


def soak_target(soak: Soak, spec: Spec, wanted: argparse.Namespace) -> None:
    """All runs on one target."""
    programs = wanted.programs.resolve() if wanted.programs else target_resolve.programs_of(spec)
    with target_resolve.target_of(spec) as target:
        name = target_resolve.name_of(spec, target)
        if wanted.fresh:
            plan = settings_of_orders(wanted.fresh, wanted.order_seed, name)
        else:
            plan = settings_of(wanted.runs, wanted.twins, name)
        for settings in plan:
            run_settings(soak, target, programs, settings, wanted.filter)


def soak(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    specs = target_resolve.specs_of(Options(targets=tuple(wanted.target)))
    if any(spec.kind == "ssh" for spec in specs):
        raise CannotRun("scripts/soak runs only on targets of this machine")
    make_build_folder()
    if not wanted.programs:
        prepare_targets(specs)
    seen = Soak()
    try:
        for spec in specs:
            soak_target(seen, spec, wanted)
    finally:
        # The observations before an error may explain it.
        found = seen.differences()
        print("\n".join(all_lines(found)), end="\n" if found else "")
        if wanted.json:
            write_file(wanted.json, json.dumps(seen.figures(), indent=2) + "\n")
    print(f"{len(seen.runs)} runs, {seen.cases} case runs, {len(found)} differences")
    return EXIT_FAILED if found else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/soak", lambda: soak(arguments))

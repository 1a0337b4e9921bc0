"""scripts/faults: runs the cases on faulty systems, and tells which faults they notice."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build.cmake_build import Part, main_preset
from shmcheck.commandline import Parser, guarded, number
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_file
from shmcheck.paths import REPORTS, make_build_folder
from shmcheck.proof import exploration
from shmcheck.proof.fault_runs import FaultRuns, check_controls, look_for, run_baseline, sample
from shmcheck.proof.faults import (
    Chosen,
    Family,
    FamilyNeed,
    Outcome,
    System,
    choose,
    draw,
    estimate_text,
    figures,
    passing,
    table,
    unmet_needs,
)
from shmcheck.targets import target_resolve
from shmcheck.targets.options import Options
from shmcheck.targets.prepare import prepare_targets
from shmcheck.targets.targets_file import Spec

SAMPLE_MOST = 1000

DESCRIPTION = """\
Runs the cases again on systems that break one rule each, and tells which cases notice which fault.

A fault is a family with parameters. Its own parameters say where it breaks the rule; a gate says when: from a size on,
for the second handle, after a process was killed. --list shows the families with their parameters, and --fault takes
one with any of them: names-cut:units=63,way=A. Without a gate the rule is always broken.

--sample N draws N systems at random, runs each up to the first case that notices, beginning with those that are
likely to, and estimates the share that is caught. Without it every family, or each --fault, is looked for in its topics; the table
stands in reports/latest/faults.md too. Only cases that pass without a fault count. An error does not count as caught,
nor does a fault that no call reached. --controls looks whether systems without a fault leave every verdict as it is.
--by-exploring plays no case on them: it looks whether scripts/explore finds the systems within --seconds each.
A system is left out, with the reason, if this platform breaks the same rule without a fault: a sample, or a run of every family,
does not count it.

Exit code 0: every fault is caught, or at least the share that --at-least asks for, and no control changed a verdict;
1: not so; 3: a run was not possible."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/faults", DESCRIPTION)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--list", action="store_true", help="print every family with its parameters; run nothing")
    parser.add_argument("--whole", action="store_true", help="look for each fault in all topics, which takes long")
    parser.add_argument("--sample", type=number(1, SAMPLE_MOST), metavar="N", help=f"draw N systems, 1 to {SAMPLE_MOST}")
    parser.add_argument("--seed", type=int, metavar="N", help="draws the same systems again (default: today's date)")
    parser.add_argument("--at-least", type=number(0, 100), default=100, metavar="PERCENT", help="the share to catch (default: 100)")
    parser.add_argument("--by-exploring", action="store_true", help="find them by scripts/explore alone, without a case")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="of --by-exploring for each (default: 60)")
    parser.add_argument("--controls", action="store_true", help="run the suite on the systems without a fault too")
    parser.add_argument("--target", metavar="NAME", help="a target of scripts/targets.toml instead of this system")
    parser.add_jobs("systems at the same time")
    parser.add_timeout_scale("multiply all deadlines by X")
    parser.add_json()
    parser.add_programs()
    wanted = parser.parse_args(arguments)
    check(wanted)
    return wanted


def check(wanted: argparse.Namespace) -> None:
    """CannotRun if the options do not go together."""
    if wanted.sample is not None and (wanted.fault or wanted.whole):
        raise CannotRun("--sample cannot be combined with --fault or --whole: it draws the systems and runs all topics")
    if wanted.seed is not None and wanted.sample is None:
        raise CannotRun("--seed needs --sample: it chooses the systems of a sample")


def spec_of(wanted: argparse.Namespace) -> Spec:
    """The place to run in. CannotRun if it is another machine."""
    spec = target_resolve.specs_of(Options(targets=(wanted.target,) if wanted.target else ()))[0]
    if spec.kind == "ssh":
        raise CannotRun(f"target {spec.name} is another machine; run scripts/faults there")
    return spec


def built_programs(spec: Spec) -> Path:
    prepare_targets([spec], Part(main_preset(), ("shmactor-faulty",)))
    return target_resolve.programs_of(spec)


def show_families(families: Sequence[Family]) -> None:
    for family in families:
        print(f"{family.name} (areas {', '.join(family.areas)}; {', '.join(family.topics)}): {family.sentence}")
        for word, parameters in (("parameters", family.own), ("gates", family.gates)):
            if parameters:
                print(f"    {word}: " + " ".join(f"{key}={'|'.join(values)}" for key, values in parameters.items()))


def conclude(
    outcomes: Sequence[Outcome], chosen: Chosen, problems: Sequence[str], platform: str, wanted: argparse.Namespace
) -> int:
    """Prints and writes the figures. Returns the exit code."""
    found: dict[str, object] = {**figures(outcomes, wanted.seed), "left_out": chosen.reasons}
    if wanted.sample is not None:
        print(f"scripts/faults --sample {wanted.sample} --seed {wanted.seed}")
    print(estimate_text(outcomes))
    if not wanted.fault and wanted.sample is None:
        REPORTS.mkdir(parents=True, exist_ok=True)
        write_file(REPORTS / "faults.md", table(outcomes, platform))
    if wanted.json:
        write_file(wanted.json, json.dumps(found, indent=2) + "\n")
    for problem in problems:
        print(f"a system without a fault changed a verdict: {problem}")
    enough = 100 * sum(outcome.caught for outcome in outcomes) >= wanted.at_least * len(outcomes)
    return EXIT_PASSED if enough and not problems else EXIT_FAILED


def by_exploring(runs: FaultRuns, spec: Spec, families: Sequence[Family], wanted: argparse.Namespace) -> int:
    """Explores every system, and with --controls those without a fault. Returns the exit code."""
    plan = exploration.Plan(seconds=wanted.seconds, jobs=wanted.jobs, scale=wanted.timeout_scale)
    needed = [case for family in families for need in family.needs for case in need.cases]
    facts = exploration.probe(runs.target, spec, runs.programs, wanted.timeout_scale, needed)
    chosen = chosen_of(wanted, families, unmet_needs(families, passing(facts)))
    accused = 0
    for control in [System(family) for family in families if family.is_control and wanted.controls]:
        result = exploration.explore_fault(plan, runs.target, runs.faulty_actor, facts, control)
        accused += result.found is not None
        print(f"{control.text}: {'ACCUSED' if result.found else 'not accused'} in {result.sequences} sequences", flush=True)
    results = []
    for system in chosen.systems:
        results.append(exploration.explore_fault(plan, runs.target, runs.faulty_actor, facts, system))
        print(exploration.fault_text(results[-1]), flush=True)
    found = exploration.fault_figures(results, chosen.reasons, wanted.seed)
    left_out = f"; {len(chosen.left_out)} others left out" if chosen.left_out else ""
    print(f"{found['faults']} faults: {found['found']} found by exploring, {found['missed']} missed{left_out}")
    if wanted.json:
        write_file(wanted.json, json.dumps(found, indent=2) + "\n")
    enough = 100 * sum(result.found is not None for result in results) >= wanted.at_least * len(results)
    return EXIT_PASSED if enough and not accused else EXIT_FAILED


def chosen_of(wanted: argparse.Namespace, families: Sequence[Family], unmet: Sequence[tuple[Family, FamilyNeed]]) -> Chosen:
    """What is to be played: a sample, the systems that --fault names, or every family. Prints what is left out, and why."""
    if wanted.sample is not None:
        chosen = draw(families, wanted.sample, wanted.seed, unmet)
    else:
        chosen = choose(families, wanted.fault, unmet)
    for name, reason in chosen.reasons.items():
        print(f"left out: {name}, because {reason}", flush=True)
    return chosen


def run(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    spec = spec_of(wanted)
    make_build_folder()
    programs = wanted.programs.resolve() if wanted.programs else built_programs(spec)
    if wanted.sample is not None and wanted.seed is None:
        wanted.seed = int(datetime.date.today().strftime("%Y%m%d"))
    with target_resolve.target_of(spec) as target:
        runs = FaultRuns(target, programs, wanted.jobs, wanted.timeout_scale)
        families = runs.families()
        if wanted.list:
            show_families(families)
            return EXIT_PASSED
        if wanted.by_exploring:
            return by_exploring(runs, spec, families, wanted)
        baseline = run_baseline(runs, families)
        chosen = chosen_of(wanted, families, unmet_needs(families, baseline.passed))
        problems = check_controls(runs, families, baseline) if wanted.controls else []
        if wanted.sample is not None:
            outcomes = sample(runs, chosen.systems, baseline)
        else:
            outcomes = look_for(runs, chosen.systems, baseline, wanted.whole)
    return conclude(outcomes, chosen, problems, baseline.run.platform, wanted)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/faults", lambda: run(arguments))

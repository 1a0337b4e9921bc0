"""scripts/explore: plays generated sequences of steps and judges the replies by the model of the contract."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_ERROR, EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.files import write_file, write_out
from shmcheck.oracle.exploring import ALL_FAMILIES, Contradiction, Explored, explore
from shmcheck.oracle.play_text import lines_of, playable
from shmcheck.paths import BUILD, make_build_folder
from shmcheck.proof.exploration import Plan, jobs_of, probe
from shmcheck.targets import target_resolve
from shmcheck.targets.prepare import prepare_targets
from shmcheck.targets.targets_file import DEFAULT_FILE, Spec, find
from shmcheck.targets.targets_file import load as load_targets

DESCRIPTION = """\
Makes sequences of steps for three actors, plays them, and asks the model of the contract (scripts/shmcheck/oracle)
about each reply. A sequence that contradicts the contract is shortened and written as a file of steps. Deviations that
cases/known.toml names with a rule count as known, and exploring continues after them.

The same seed gives the same sequences. First all sequences up to a depth over classes of arguments are played, then
random ones, until the number or the time is reached.

Exit code 0: no reply contradicts the contract, or not again when it is repeated; 1: one does; 2: a worker failed; 3: exploring
was not possible."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/explore", DESCRIPTION)
    parser.add_argument("--for", type=float, default=0.0, dest="minutes", metavar="MINUTES", help="how long; default: 1")
    parser.add_argument("--sequences", type=int, default=0, metavar="N", help="how many sequences at most")
    parser.add_argument("--seed", default=date.today().isoformat(), help="default: today's date")
    parser.add_argument(
        "--family", action="append", default=[], metavar="F", help=f"only this one, several times: {', '.join(ALL_FAMILIES)}"
    )
    parser.add_argument("--depth", type=int, default=4, metavar="N", help="of the exhaustive part; 0: random only; default: 4")
    parser.add_jobs("workers, with three actors each")
    parser.add_argument("--target", default="", metavar="NAME", help="a target of scripts/targets.toml instead of this system")
    parser.add_programs()
    parser.add_argument("--actor", type=Path, metavar="EXE", help="the actor; default: shmactor.exe of the programs")
    parser.add_argument("--first", action="store_true", help="end with the first contradiction")
    parser.add_argument("--out", type=Path, default=BUILD / "explored", metavar="DIR", help="files of steps; default: build/explored")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit report")
    parser.add_json()
    parser.add_timeout_scale("multiply the time for an answer, 5 s, by X")
    found = parser.parse_args(arguments)
    for family in found.family:
        if family not in ALL_FAMILIES:
            raise CannotRun(f"--family {family}: there are {', '.join(ALL_FAMILIES)}")
    if found.sequences < 0 or found.minutes < 0 or found.depth < 0:
        raise CannotRun("--sequences, --for and --depth take no negative number")
    if not found.sequences and not found.minutes:
        found.minutes = 1.0
    return found


def spec_of(found: argparse.Namespace) -> Spec:
    if not found.target:
        return target_resolve.THIS_SYSTEM
    return find(load_targets(DEFAULT_FILE), found.target, DEFAULT_FILE)


class ExploreProgress:
    """Prints the progress of the workers."""

    def __init__(self, wanted: argparse.Namespace) -> None:
        self.wanted = wanted
        self.last = time.monotonic()
        self.live = sys.stderr.isatty()

    def __call__(self, found: Explored, new: list[Contradiction]) -> bool:
        for item in new:
            self.clear()
            say(f"contradicted after {item.after:.1f} s, {len(item.steps)} steps: {line_of(item, len(item.steps) - 1)}")
        if time.monotonic() - self.last > (0.5 if self.live else 10.0):
            self.last = time.monotonic()
            text = f"{found.tally.sequences} sequences, {found.tally.steps} steps, {len(found.found)} contradictions"
            if self.live:
                print(f"\r{text} ", end="", file=sys.stderr, flush=True)
            else:
                say(text)
        return not (self.wanted.first and found.found)

    def clear(self) -> None:
        if self.live:
            print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)


# ---- output ----


def line_of(item: Contradiction, index: int) -> str:
    role, text = item.steps[index]
    answer = item.replies[index]
    return f"{role}> {text} -> {answer}"


def steps_text(item: Contradiction, seed: str, platform: str) -> str:
    """A contradiction as a file of steps, with the replies and the expected reply to the last step."""
    lines = [
        f"# {platform}: contradicts the contract",
        f"# found by scripts/explore --seed {seed}, family {item.family}, sequence {item.number}",
        f"case {name_of(item)}",
        *(f"row {row}" for row in item.rows[:1]),
        *(["needs client-session"] if any("Global\\" in text for _, text in item.steps) else []),
    ]
    expected = [*item.replies[:-1], playable(item.expected[0] if item.expected else "*")]
    *before, last = lines_of(item.steps, expected)
    told = [f"# told: {item.replies[-1]}", *(f"# also allowed: {other}" for other in item.expected[1:])]
    return "\n".join([*lines, *before, *told, last]) + "\n"


def name_of(item: Contradiction) -> str:
    row = item.rows[0] if item.rows else "actor-ended"
    return f"{item.steps[-1][1].split(' ')[0]}-{row}"


def junit_text(found: Explored, families: Sequence[str], seed: str, platform: str) -> str:
    """JUnit XML: a test for each contradiction, and one for each family without a contradiction."""
    failed = list(found.found.values())
    bad = {item.family for item in failed}
    clean = [family for family in families if family not in bad]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(failed) + len(clean)}" failures="{len(failed)}" errors="0" time="{found.seconds:.3f}">',
        f'  <testsuite name="shmcheck.explore" tests="{len(failed) + len(clean)}" failures="{len(failed)}" errors="0" '
        f'skipped="0" time="{found.seconds:.3f}">',
    ]
    names: dict[str, int] = {}
    for item in failed:
        name = name_of(item)
        names[name] = names.get(name, 0) + 1
        name += f".{names[name]}" if names[name] > 1 else ""
        message = f"{line_of(item, len(item.steps) - 1)}; allowed: {' or '.join(item.expected)}"
        lines += [
            f'    <testcase name={quoteattr(name)} classname="shmcheck.explore.{item.family}" time="{item.after:.3f}">',
            f'      <failure message={quoteattr(message)} type="shmcheck.Contradiction">{escape(message)}</failure>',
            f"      <system-out>{escape(steps_text(item, seed, platform))}</system-out>",
            "    </testcase>",
        ]
    for family in clean:
        lines.append(f'    <testcase name="{family}" classname="shmcheck.explore" time="0.000"/>')
    lines += ["  </testsuite>", "</testsuites>", ""]
    return "\n".join(lines)


def figures(found: Explored, seed: str, platform: str) -> dict[str, object]:
    tally = found.tally
    return {
        "platform": platform,
        "seed": seed,
        "sequences": tally.sequences,
        "steps": tally.steps,
        "seconds": round(found.seconds, 3),
        "explained": tally.explained,
        "unexplained": tally.unexplained,
        "known": tally.known,
        "known_rules": dict(sorted(tally.changes.items())),
        "contradictions": len(found.found),
        "contradicted_sequences": tally.contradicted,
        "unstable": tally.unstable,
        "actors_per_sequence": round(tally.actors / tally.sequences, 3) if tally.sequences else 0,
        "actor_starts": tally.actor_starts,
        "families": tally.families,
        "found": [
            {
                "name": name_of(item), "rows": list(dict.fromkeys(item.rows)), "family": item.family, "sequence": item.number,
                "after": round(item.after, 3), "shrunk_in": round(item.shrunk_in, 3), "times": item.times, "repeatable": item.repeatable,
                "original_steps": len(item.original),
                "steps": [line_of(item, index) for index in range(len(item.steps))], "allowed": list(item.expected),
            }
            for item in found.found.values()
        ],
    }  # fmt: skip


def write_results(found: Explored, wanted: argparse.Namespace, families: Sequence[str], platform: str) -> None:
    wanted.out.mkdir(parents=True, exist_ok=True)
    for old in wanted.out.glob("*.steps"):
        old.unlink()
    for index, item in enumerate(found.found.values(), 1):
        write_file(wanted.out / f"{index:02}-{name_of(item)}.steps", steps_text(item, wanted.seed, platform))
    if wanted.junit:
        write_file(wanted.junit, junit_text(found, families, wanted.seed, platform))
    if wanted.json:
        write_file(wanted.json, json.dumps(figures(found, wanted.seed, platform), indent=2) + "\n")


def conclude(found: Explored, wanted: argparse.Namespace, platform: str) -> int:
    tally = found.tally
    rate = tally.sequences / found.seconds if found.seconds else 0
    lines = [
        f"{platform}, seed {wanted.seed}: {tally.sequences} sequences of {tally.steps / max(1, tally.sequences):.1f} steps in "
        f"{found.seconds:.1f} s ({rate:.0f} a second), {tally.explained} steps explained, {tally.known} known, "
        f"{tally.unexplained} unexplained, {len(found.found)} contradictions"
    ]
    for item in found.found.values():
        again = "" if item.repeatable else "not seen again when played again, "
        lines.append(f"{name_of(item)} ({again}{item.times} times, by {', '.join(dict.fromkeys(item.rows))}):")
        lines += [f"  {line_of(item, index)}" for index in range(len(item.steps))]
        lines.append(f"  allowed: {' or '.join(item.expected)}")
    write_out("\n".join(lines) + "\n")
    for error in found.errors:
        say(f"scripts/explore: a worker failed: {error}")
    if found.errors:
        return EXIT_ERROR
    # A contradiction that does not appear again when it is repeated is printed but not a finding: a file of steps would not show
# it.
    return EXIT_FAILED if any(item.repeatable for item in found.found.values()) else EXIT_PASSED


def run(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    families = wanted.family or list(ALL_FAMILIES)
    make_build_folder()
    spec = spec_of(wanted)
    if spec.kind == "ssh":
        raise CannotRun(f"target {spec.name} is another machine; explore there")
    if not wanted.programs:
        prepare_targets([spec])
    programs = wanted.programs.resolve() if wanted.programs else target_resolve.programs_of(spec)
    with target_resolve.target_of(spec) as target:
        report = probe(target, spec, programs, wanted.timeout_scale)
        actor = wanted.actor.resolve() if wanted.actor else programs / "shmactor.exe"
        plan = Plan(
            tuple(families), wanted.seed, wanted.sequences, wanted.minutes * 60, wanted.depth, wanted.jobs, wanted.timeout_scale
        )
        found = explore(jobs_of(plan, target, actor, report, {}), ExploreProgress(wanted))
    write_results(found, wanted, families, report.platform)
    return conclude(found, wanted, report.platform)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/explore", lambda: run(arguments))

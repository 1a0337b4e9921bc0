"""The proof of scripts/reproduce: builds its programs with two compilers, runs them under Wine, and compares them with the
report."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck.build import packages
from shmcheck.console import CannotRun
from shmcheck.contract import Contract
from shmcheck.definitions import X64, Verdict
from shmcheck.paths import make_build_folder
from shmcheck.processes import TooSlow, processors, run_quiet
from shmcheck.proof import msvc_target
from shmcheck.reports.results import Case, Run
from shmcheck.reproduce.program import render
from shmcheck.reproduce.steps import CannotExpress
from shmcheck.targets.prefix import Prefix, run_wine, wine_version
from shmcheck.verbs import Table

COMPILER = "x86_64-w64-mingw32-gcc"
WARNINGS = ("-Wall", "-Wextra", "-Werror")
BUILD_SECONDS = 120.0
RUN_SECONDS = 180.0
SHOWN = 12  # lines of a program's output in a problem


@dataclass
class Proof:
    """The result. `disagree` counts programs whose exit code does not agree with the verdict of their case."""

    programs: int = 0
    built: int = 0
    agree: int = 0
    disagree: int = 0
    known_agree: int = 0
    not_expressed: dict[str, str] = field(default_factory=dict)  # case -> the step that plain calls cannot do
    outcomes: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "problems"}

    @property
    def sentence(self) -> str:
        return (
            f"{self.programs} programs, {self.built} built, {self.agree} agree ({self.known_agree} of them known deviations), "
            f"{self.disagree} disagree; {len(self.not_expressed)} cases cannot be expressed"
        )


def missing() -> str:
    """The missing tool, in words; "" if all tools are installed."""
    return msvc_target.missing()


def chosen(run: Run, share: float, seed: int) -> list[Case]:
    """The cases that performed steps, or a share of them."""
    cases = [case for case in run.cases.values() if case.verdict in EXPECTED and case.transcript]
    if share == 1.0:
        return cases
    return random.Random(seed).sample(cases, max(1, round(len(cases) * share)))


EXPECTED = {Verdict.PASS: 0, Verdict.KNOWN: 1, Verdict.FAIL: 1, Verdict.DEVIATES: 1}


def prove(run: Run, contract: Contract, table: Table, share: float, seed: int) -> Proof:
    """Writes, builds and runs the programs in a Wine prefix of their own. CannotRun if a tool is missing."""
    if missing():
        raise CannotRun(missing())
    make_build_folder()
    packages.ensure(packages.FOR_RUN)
    proof = Proof()
    with tempfile.TemporaryDirectory(prefix="shmcheck-reproduce-") as name:
        folder = Path(name)
        sources: list[tuple[Case, Path]] = []
        for case in chosen(run, share, seed):
            try:
                text = render(case, run, contract, table)
            except CannotExpress as error:
                proof.not_expressed[case.key.id] = str(error)
                continue
            source = folder / f"{case.key.id}.c"
            source.write_text(text, encoding="utf-8")
            sources.append((case, source))
        proof.programs = len(sources)
        for_msvc(proof, [source for _, source in sources], folder)
        prefix = Prefix()
        prefix.enter(wine_version())
        try:
            with ThreadPoolExecutor(processors()) as pool:
                for case, outcome, text in pool.map(lambda pair: one(prefix, *pair), sources):
                    judge(proof, case, outcome, text)
        finally:
            prefix.leave()
    return proof


def for_msvc(proof: Proof, sources: Sequence[Path], folder: Path) -> None:
    units = [msvc_target.Unit(source, ()) for source in sources]
    proof.problems += [f"for MSVC's target: {problem}" for problem in msvc_target.problems(X64, units, folder)]


def one(prefix: Prefix, case: Case, source: Path) -> tuple[Case, int | None, str]:
    """Builds and runs a program. Returns its exit code, or None if it cannot be built, and the output."""
    program = source.with_suffix(".exe")
    try:
        code, text = run_quiet([COMPILER, *WARNINGS, source, "-o", program], seconds=BUILD_SECONDS)
    except TooSlow as error:
        return case, None, str(error)
    if code != 0:
        return case, None, text
    ended, text = run_wine(prefix, [str(program)], RUN_SECONDS)
    return case, ended, text


def judge(proof: Proof, case: Case, outcome: int | None, text: str) -> None:
    name = case.key.id
    if outcome is None:
        proof.outcomes[name] = "not built"
        proof.problems.append(f"{name}: cannot be built:\n{text}")
        return
    proof.built += 1
    expected = EXPECTED[case.verdict]
    if outcome == expected:
        proof.agree += 1
        proof.known_agree += case.verdict is Verdict.KNOWN
        proof.outcomes[name] = "agrees"
        return
    proof.disagree += 1
    proof.outcomes[name] = f"exit code {outcome} where the case is '{case.verdict}'"
    lines = [line for line in text.splitlines() if not line.startswith("ok  ")][:SHOWN]
    proof.problems.append("\n".join([f"{name}: {proof.outcomes[name]}", *(f"    {line}" for line in lines)]))

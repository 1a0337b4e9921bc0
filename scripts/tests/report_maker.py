"""Makes reports in the format of shmcheck.exe for tests: any number of systems that agree and disagree on purpose."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

TYPES = {"fail": "shmcheck.Failure", "deviates": "shmcheck.Deviation"}
ELEMENTS = {"fail": "failure", "deviates": "failure", "error": "error", "skip": "skipped", "known": "skipped"}

WINE = {
    "run_id": "5f3a",
    "run_complete": "yes",
    "harness_version": "0.1.0",
    "os_name": "Microsoft Windows 10",
    "os_build": "10.0.19043",
    "wine_version": "8.0",
    "wine_host": "Linux",
    "os_arch": "x64",
    "process_arch": "x64",
    "session": "1",
    "elevated": "yes",
    "integrity": "high",
    "global_privilege": "enabled",
    "in_job": "no",
    "page_size": "4096",
    "granularity": "65536",
    "processors": "2",
    "memory_mib": "24105",
}


@dataclass
class Made:
    """A case of a made report."""

    id: str
    verdict: str = "pass"
    topic: str = "sample"
    message: str = ""
    kind: str = "Harness"
    details: str = ""
    rows: Sequence[str] = ()
    steps: Sequence[str] = ("writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0",)
    place: str = "cases/sample.c:12"
    extra: str = ""  # raw XML behind the output


@dataclass
class Report:
    cases: list[Made] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=lambda: dict(WINE))
    timestamp: str = "2026-02-03T04:05:06Z"
    prefix: str = ""  # of suites and classes, as --junit-suite-prefix writes it

    def xml(self) -> str:
        topics: dict[str, list[Made]] = {}
        for case in self.cases:
            topics.setdefault(case.topic, []).append(case)
        suites = "".join(suite(topic, cases, self) for topic, cases in topics.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="shmcheck" tests="1">\n{suites}</testsuites>\n'


def attribute(text: str) -> str:
    return escape(text, quote=True).replace("\n", "&#10;").replace("\t", "&#9;")


def suite(topic: str, cases: Sequence[Made], report: Report) -> str:
    facts = "".join(
        f'      <property name="{attribute(name)}" value="{attribute(value)}"/>\n' for name, value in report.facts.items()
    )
    prefix = f"{report.prefix}." if report.prefix else ""
    if report.prefix:
        facts = f'      <property name="suite_prefix" value="{report.prefix}"/>\n' + facts
    return (
        f'  <testsuite name="{prefix}shmcheck.{attribute(topic)}" tests="{len(cases)}" timestamp="{report.timestamp}">\n'
        f"    <properties>\n{facts}    </properties>\n" + "".join(testcase(case, prefix) for case in cases) + "  </testsuite>\n"
    )


def testcase(case: Made, prefix: str = "") -> str:
    lines = [f"[[PROPERTY|verdict={case.verdict}]]", *(f"[[PROPERTY|row={row}]]" for row in case.rows), *case.steps]
    return (
        f'    <testcase name="{attribute(case.id)}" classname="{prefix}shmcheck.{attribute(case.topic)}" time="0.012">\n'
        + outcome(case)
        + f"      <system-out>{escape(chr(10).join(lines), quote=False)}\n</system-out>\n{case.extra}    </testcase>\n"
    )


def outcome(case: Made) -> str:
    if case.verdict == "pass":
        return ""
    message = case.message or f"{case.id}: expected ok, got fail error=5"
    if case.verdict == "known":
        message = "known: " + message
    kind = TYPES.get(case.verdict) or (f"shmcheck.{case.kind}" if case.verdict == "error" else "")
    typed = f' type="{kind}"' if kind else ""
    details = f"\n{case.details}" if case.details else ""
    text = escape(f"{message}\n  at {case.place}{details}", quote=False)
    element = ELEMENTS[case.verdict]
    return f'      <{element} message="{attribute(message)}"{typed}>{text}</{element}>\n'


def fleet(systems: int, cases: int, seed: int = 1, steps: int = 8) -> dict[str, Report]:
    """Systems of several Wine and Windows versions. Some cases depend on a version, some on the session, others on neither;
    every tenth has another value on each system."""
    chance = random.Random(seed)
    made: dict[str, Report] = {}
    for number in range(systems):
        facts = dict(WINE)
        if number % 3:
            facts |= {"wine_version": ["5.0", "8.0", "10.0", "11.4"][number % 4]}
        else:
            del facts["wine_version"], facts["wine_host"]
            facts |= {"os_build": ["10.0.19045", "10.0.22631", "10.0.26100"][number // 3 % 3], "os_ubr": str(1000 + number)}
        facts |= {"session": "0" if number % 7 == 0 else "1", "memory_mib": str(8192 + number)}
        made[f"{'wine' if number % 3 else 'windows'}-{number:02}"] = Report(facts=facts)
    for index in range(cases):
        kind = chance.choice(["same"] * 12 + ["wine", "old", "session", "chance", "skip", "known"])
        lines = [transcript_line(chance, step) for step in range(steps)]
        for number, report in enumerate(made.values()):
            report.cases.append(one(index, kind, lines, number, report, chance))
    return made


def transcript_line(chance: random.Random, step: int) -> str:
    role = chance.choice(["writer", "reader", "third"])
    size = 4096 * chance.randrange(1, 99)
    return f"{role}> map view{step} of=section access=FILE_MAP_WRITE length={size} -> ok size={size} protect=PAGE_READWRITE"


def one(index: int, kind: str, lines: list[str], number: int, report: Report, chance: random.Random) -> Made:
    wine = report.facts.get("wine_version")
    bad = (
        (kind == "wine" and wine is not None)
        or (kind == "old" and wine == "5.0")
        or (kind == "session" and report.facts["session"] == "0")
        or (kind == "chance" and chance.random() < 0.3)
    )
    steps = list(lines)
    if bad:
        steps[-1] = steps[-1].split(" -> ")[0] + " -> fail error=5 ERROR_ACCESS_DENIED status=0xC0000022"
    if index % 10 == 0:
        steps.append(f"= value: {number}")
    verdict = chance.choice(["fail", "deviates"]) if bad else "pass"
    verdict = {"skip": "skip", "known": "known" if wine else "pass"}.get(kind, verdict)
    message = {"skip": "needs to run in session 0", "known": "Wine keeps the name"}.get(kind, "")
    return Made(
        id=f"made-case-{index}",
        topic=f"topic_{index % 12}",
        verdict=verdict,
        message=message,
        steps=[] if verdict == "skip" else steps,
        rows=[f"row-{index}"],
    )

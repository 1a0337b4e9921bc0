"""Reads the output of a test program in the Test Anything Protocol, as cmocka writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shmcheck.console import Summary

PLAN = re.compile(r"1\.\.([0-9]+)")
# cmocka 1.1.5 writes "not ok" for a skipped test, later versions "ok"; the SKIP directive decides.
RESULT = re.compile(r"(not )?ok\b(.*)")
SKIP = re.compile(r"#\s*SKIP\b", re.IGNORECASE)


@dataclass
class TapResult:
    """The result of a test program, from its output and exit code."""

    summary: Summary = field(default_factory=Summary)
    problems: list[str] = field(default_factory=list)  # failed tests, and problems of the program as a whole
    skips: list[str] = field(default_factory=list)  # names of skipped tests


def judge(output: str, code: int) -> TapResult:
    """Counts the tests of a program. One that crashed, or reported fewer tests than it announced, is at least one
    failure. One without TAP output is one test, passed if its exit code is 0."""
    result = TapResult()
    planned = 0
    for line in output.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned += int(plan[1])  # one plan for each group of tests
        found = RESULT.match(line)
        if found:
            count(result, found, line)
    seen = result.summary.passed + result.summary.failed + result.summary.skipped
    if planned == 0 and seen == 0:
        result.summary.add(Summary(passed=1) if code == 0 else Summary(failed=1))
    elif seen < planned:
        result.summary.failed += planned - seen
        result.problems.append(f"{planned - seen} of {planned} tests did not report")
    elif code != 0 and result.summary.failed == 0:
        result.summary.failed += 1
    if code != 0:
        result.problems.append(f"it ended with code {code}")
    return result


def count(result: TapResult, found: re.Match[str], line: str) -> None:
    """One line about one test."""
    if SKIP.search(found[2]):
        result.summary.skipped += 1
        result.skips.append(SKIP.sub("", found[2]).strip(" -0123456789"))
    elif found[1]:
        result.summary.failed += 1
        result.problems.append(line)
    else:
        result.summary.passed += 1

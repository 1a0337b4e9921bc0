"""The tests of a build tree, as CTest lists them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.processes import run_quiet

DEFAULT_SECONDS = 120.0


@dataclass(frozen=True)
class Test:
    """A test program, with its arguments."""

    name: str
    command: tuple[str, ...]
    seconds: float


def tests_of(folder: Path) -> list[Test]:
    """All tests of the tree in this folder. CannotRun if there are none, so that an empty list does not pass."""
    code, text = run_quiet(["ctest", "--show-only=json-v1", "-C", "RelWithDebInfo"], folder=folder)
    try:
        listed = json.loads(text)["tests"]
        tests = [Test(each["name"], tuple(each["command"]), seconds_of(each)) for each in listed]
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRun(f"ctest does not list the tests of {folder} (code {code}):\n{text.strip()}") from error
    if not tests:
        raise CannotRun(f"there are no tests in {folder}")
    return tests


def seconds_of(listed: dict[str, object]) -> float:
    """The TIMEOUT property of a test, in seconds."""
    properties = listed.get("properties", [])
    if isinstance(properties, list):
        for each in properties:
            if isinstance(each, dict) and each.get("name") == "TIMEOUT":
                return float(each["value"])
    return DEFAULT_SECONDS

"""Fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_runner import PROGRAMS, Runner, end


@pytest.fixture
def runner() -> Iterator[Runner]:
    """A runner whose processes are ended after the test, also if it failed."""
    made = Runner()
    yield made
    for pid, command in made.left().items():
        if any(name in command for name in PROGRAMS):
            end(pid)

"""Tests of scripts/nightly without making a system: summaries that pass, the commands on each system, and failures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands import nightly
from shmcheck.console import CannotRun
from shmcheck.proof import bare_debian
from shmcheck.proof.bare_debian import CommandEnd

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bare Debian systems are made on Linux")


@pytest.mark.parametrize(
    ("code", "line", "passed"),
    [
        (0, "440 passed, 0 failed, 88 skipped", True),
        (1, "439 passed, 1 failed, 88 skipped", False),
        (0, "0 passed, 0 failed, 528 skipped", False),
        (0, "", False),
        (-1, "440 passed, 0 failed, 88 skipped", False),
    ],
)
def test_summaries_that_count_as_passed(code: int, line: str, passed: bool) -> None:
    assert CommandEnd("x", code, line, "").passed is passed


class FakeBare:
    """Takes the place of a system, and records what is done with it."""

    log: list[str] = []
    broken = False

    def __init__(self, number: int) -> None:
        self.number = number

    def make(self) -> None:
        self.log.append(f"make {self.number}")
        if self.broken:
            raise CannotRun("no mirror")

    def outcomes(self, user: str, commands: Sequence[str]) -> list[CommandEnd]:
        self.log.append(f"{self.number} {user} {' '.join(commands)}")
        bad = user == "user" and self.number == 13
        line = f"9 passed, {int(bad)} failed, 0 skipped"
        return [CommandEnd(f"Debian {self.number}, {user}", int(bad), line, "the last\nlines")]

    def delete(self) -> None:
        self.log.append(f"delete {self.number}")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeBare]:
    log: list[str] = []
    made = type("Made", (FakeBare,), {"log": log})

    def slow_tests() -> CommandEnd:
        log.append("slow")
        return CommandEnd("here", 0, "1 passed, 0 failed, 0 skipped", "")

    monkeypatch.setattr(bare_debian, "Bare", made)
    monkeypatch.setattr("shmcheck.build.packages.ensure", lambda needs: None)
    monkeypatch.setattr(bare_debian, "check_namespaces", lambda: None)
    monkeypatch.setattr(bare_debian, "slow_tests", slow_tests)
    return made


def test_every_release_as_every_user(fake: type[FakeBare], capsys: pytest.CaptureFixture[str]) -> None:
    assert nightly.main([]) == 1
    assert fake.log == [
        "make 12", "12 root run test", "12 user run test", "delete 12",
        "make 13", "13 root run test", "13 user run test", "delete 13",
        "slow",
    ]  # fmt: skip
    shown = capsys.readouterr().out
    assert shown.count("passed  Debian") == 3
    assert "FAILED  Debian 13, user: code 1, 9 passed, 1 failed, 0 skipped\n    the last\n    lines\n" in shown


def test_a_release_a_user_and_a_command_can_be_selected(fake: type[FakeBare]) -> None:
    assert nightly.main(["--debian", "12", "--user", "user", "--command", "run"]) == 0
    assert fake.log == ["make 12", "12 user run", "delete 12"]


def test_only_the_slow_tests(fake: type[FakeBare], capsys: pytest.CaptureFixture[str]) -> None:
    assert nightly.main(["--command", "slow"]) == 0
    assert fake.log == ["slow"]
    assert "passed  here: code 0, 1 passed, 0 failed, 0 skipped" in capsys.readouterr().out


def test_a_system_that_cannot_be_made_is_removed(fake: type[FakeBare]) -> None:
    fake.broken = True
    assert nightly.main(["--debian", "13"]) == 3
    assert fake.log == ["make 13", "delete 13"]

"""File operations that a scanner prevents for a moment: they are tried again, and what lasts is passed on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck import patience  # noqa: E402


class Scanner:
    """Refuses an action so many times."""

    def __init__(self, refusals: int, error: type[OSError] = PermissionError) -> None:
        self.refusals, self.error, self.calls = refusals, error, 0

    def action(self) -> None:
        self.calls += 1
        if self.calls <= self.refusals:
            raise self.error("held")


def test_a_refusal_that_passes_is_no_error() -> None:
    scanner = Scanner(refusals=2)
    patience.patiently(scanner.action, tries=3, pause=0)
    assert scanner.calls == 3


def test_a_refusal_that_lasts_is_passed_on() -> None:
    scanner = Scanner(refusals=9)
    with pytest.raises(PermissionError, match="held"):
        patience.patiently(scanner.action, tries=3, pause=0)
    assert scanner.calls == 3


def test_another_error_is_passed_on_at_once() -> None:
    scanner = Scanner(refusals=9, error=FileNotFoundError)
    with pytest.raises(FileNotFoundError):
        patience.patiently(scanner.action, tries=3, pause=0)
    assert scanner.calls == 1


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new", encoding="ascii")
    (tmp_path / "old").write_text("old", encoding="ascii")
    patience.replace(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_text(encoding="ascii") == "new"
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    patience.remove_tree(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]

"""Workflows and the action for GitHub hold against the engine's schema, and their shell parts against shellcheck."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import npm_tools

ROOT = Path(__file__).resolve().parents[2]
FILES = ("action.yml", ".github/workflows/check.yml", ".github/workflows/nightly.yml", "harness/package/examples/workflow.yml")
LINE = re.compile(r"^ *(?:- )?run: (?P<body>[^|>\n].*\n)", re.MULTILINE)
BLOCK = re.compile(r"^(?P<indent> *)(?:- )?run: (?P<style>[|>])\n(?P<body>(?:(?P=indent) {2,}.*\n|\n)+)", re.MULTILINE)
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def complaints(file: Path) -> str:
    """What action-validator says against a file; "" if it is valid."""
    done = subprocess.run(
        [npm_tools.program("action-validator"), file], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("name", FILES)
def test_workflows_and_the_action_are_valid(name: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name  # the validator looks for files that a pattern names, which are elsewhere
    shutil.copyfile(ROOT / name, file)
    assert complaints(file) == ""


def test_the_validator_notices_a_wrong_action(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    (tmp_path / "action.yml").write_text(text.replace("using: composite", "using: compost"), encoding="utf-8")
    assert "/runs/using" in complaints(tmp_path / "action.yml")


def shell_parts(name: str) -> list[str]:
    """The parts of a file that a POSIX shell runs: all but those of PowerShell and cmd."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = [match["body"] for match in LINE.finditer(text)]
    for match in BLOCK.finditer(text):
        found.append(match["body"] if match["style"] == "|" else " ".join(match["body"].split()) + "\n")
    return [EXPRESSION.sub("EXPRESSION", body) for body in found if not re.search(r"\$env:|\\|if not exist", body)]


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed (Debian: shellcheck)")
def test_shell_parts_pass_shellcheck() -> None:
    parts = [(name, part) for name in FILES for part in shell_parts(name)]
    assert len(parts) >= 3
    for name, part in [*parts, ("a wrong part", "cd /tmp || [ $x = 1 ; then\n")]:
        command = ["shellcheck", "-s", "sh", "--severity", "warning", "-"]
        done = subprocess.run(command, input=part, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode == 0) == (name in FILES), f"{name}:\n{part}\n{done.stdout}"

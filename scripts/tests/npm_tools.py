"""Programs from npm that tests use, at fixed versions, in build/readers/. They are some 125 MB, so only scripts/test --all
installs them."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck.paths import BUILD  # noqa: E402

VERSIONS = {
    "junit-to-ctrf": "0.0.14",
    "junit2json": "4.0.0",
    "xunit-viewer": "10.6.1",
    "allure": "3.18.0",
    "@action-validator/core": "0.6.0",
    "@action-validator/cli": "0.6.0",
}
FOLDER = BUILD / "readers"
INSTALL_SECONDS = 300


def program(name: str) -> Path:
    """The path of a program. Skips the test if the packages are not installed and may not be, or cannot be."""
    refusal = "" if _installed() else _install()
    if refusal:
        pytest.skip(refusal)
    return FOLDER / "node_modules" / ".bin" / name


def _installed() -> bool:
    """Whether every package is there in its version."""
    for name, version in VERSIONS.items():
        try:
            text = (FOLDER / "node_modules" / name / "package.json").read_text(encoding="utf-8")
        except OSError:
            return False
        if json.loads(text)["version"] != version:
            return False
    return True


@functools.cache  # without its registry npm tries for minutes, so it is asked once for all tests
def _install() -> str:
    """Installs the packages. Returns why that was not possible, or ""."""
    npm = shutil.which("npm")
    if not npm:
        return "npm is not installed, so its programs are not there"
    if os.environ.get("SHMCHECK_INSTALL") != "1":
        return "the programs from npm are not installed; scripts/test --all installs them, some 125 MB"
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(FOLDER), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    command += [f"{name}@{version}" for name, version in VERSIONS.items()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"npm did not install its programs within {INSTALL_SECONDS} seconds"
    if done.returncode != 0:
        return f"npm cannot install its programs: {' '.join(done.stderr.split())[-200:]}"
    assert _installed(), done.stdout + done.stderr
    return ""

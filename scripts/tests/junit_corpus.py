"""Reports of the real shmcheck.exe with every verdict, in any dialect, for tests of what reads JUnit XML."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fault_runner import BIN, environment_for, windows_path

STEPS = """\
case passes
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0
case fails
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=183
case deviates
row name-container-isolated
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=183
case crashes
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0
writer> crash how=abort -> ok
case skips
needs session-0
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0
case known
writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=183
"""
KNOWN = """\
[[known]]
case = "known"
check = "*"
reason = "a reason & <more>"
"""
# The case of each verdict, and its form in JUnit XML.
VERDICTS = {
    "passes": "passed",
    "fails": "failed",
    "deviates": "failed",
    "crashes": "error",
    "skips": "skipped",
    "known": "skipped",
}
SKIP_REASON = "needs to run in session 0, as a service does"
KNOWN_REASON = "known: a reason & <more>"


def write(report: Path, *options: str) -> Path:
    """Runs the steps with these options of shmcheck.exe, writes the report, and returns its path."""
    steps, known = report.with_name("verdicts.steps"), report.with_name("known.toml")
    steps.write_text(STEPS, encoding="utf-8")
    known.write_text(KNOWN, encoding="utf-8")
    command = ["wine", str(BIN / "shmcheck.exe"), "--timeout-scale", "4", "--quiet", "--play", windows_path(steps)]
    command += ["--known", windows_path(known), "--junit", windows_path(report), *options]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=environment_for("junit-corpus"), check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 passed, 3 failed, 2 skipped"
    return report

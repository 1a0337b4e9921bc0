"""Actors that end during a long run are collected; other ended processes are left for the code that waits for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]

# A separate process, because it becomes the parent of all orphans among its descendants.
PROGRAM = """
import ctypes, os, sys, time
sys.path.insert(0, sys.argv[1])
from shmcheck import processes

processes.REAP_SECONDS = 0.05
processes.adopt_orphans()
processes.adopt_orphans()

def leave(name):
    \"\"\"An orphan of this name ends.\"\"\"
    child = os.fork()
    if child == 0:
        grandchild = os.fork()
        if grandchild == 0:
            ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME
            time.sleep(0.2)
        os._exit(0)
    os.waitpid(child, 0)

def zombies():
    names = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name, rest = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if state == "Z" and int(parent) == os.getpid():
            names.append(name.split(" (", 1)[1])
    return sorted(names)

for name in ("shmactor.exe", "shmactor-faulty", "shmcheck.exe", "wineserver"):
    leave(name)
end = time.monotonic() + 10
while zombies() != ["shmcheck.exe", "wineserver"] and time.monotonic() < end:
    time.sleep(0.05)
print(*zombies())
processes.reap()
print(*zombies())

# An actor that this driver has started itself: the driver waits for its exit code.
actor = "import ctypes, os, time; ctypes.CDLL(None).prctl(15, b'shmactor-faulty', 0, 0, 0); os._exit(7)"
codes = {processes.run_quiet([sys.executable, "-c", actor])[0] for _ in range(20)}
processes.REAP_SECONDS = 0.0
codes |= {processes.run_quiet([sys.executable, "-c", actor])[0] for _ in range(40)}
print(*codes)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has zombie processes")
def test_only_ended_actors_are_reaped() -> None:
    command = [sys.executable, "-c", PROGRAM, str(SCRIPTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n") == ["shmcheck.exe wineserver", "", "7", ""]

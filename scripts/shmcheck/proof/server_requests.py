"""Counts the requests of programs to wineserver, a figure that does not depend on the speed of the machine."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.paths import BUILD
from shmcheck.targets.prefix import Prefix
from shmcheck.targets.target import Target, WineTarget

LOG = BUILD / "bench" / "server.log"
START_SECONDS = 20.0

# `wineserver -d` prints "0024: read( ... )" for a request and "0024: read() = SUCCESS ..." for its reply.
REQUEST = re.compile(rb"^[0-9a-f]+: [a-z_]+\((?!\) =)", re.MULTILINE)

FEW, MANY = 100, 4100  # the starts of two programs differ in some requests


def requests_in(log: bytes) -> int:
    """The number of requests in a log of wineserver."""
    return len(REQUEST.findall(log))


@contextmanager
def traced_server(prefix: Prefix, log: Path) -> Iterator[None]:
    """A wineserver in the prefix that prints each request to `log`. It ends with the last program that it serves, and
    replaces one that runs. CannotRun if the prefix has another user, or if the server does not start."""
    if not prefix.lock.try_exclusive():
        raise CannotRun("another run uses the Wine prefix, so the requests of this run cannot be counted; wait until it has ended")
    prefix.end()
    with open(log, "wb") as file:
        process = subprocess.Popen(
            prefix.wrap(["wineserver", "-f", "-d"], prefix.environment),
            env=prefix.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not prefix.server_pid():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(f"wineserver -f -d did not start: {log.read_text('utf-8', 'replace')}")
            time.sleep(0.05)
        yield
    finally:
        prefix.end()
        process.wait(START_SECONDS)
        prefix.lock.shared()


def requests_of_one(prefix: Prefix, run: Callable[[int], object]) -> float:
    """The requests of one repetition, if run(COUNT) performs COUNT repetitions. The start and the end of the programs do not
    count, because two runs have them in common."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    counts = []
    for times in (FEW, MANY):
        with traced_server(prefix, LOG):
            run(times)
        counts.append(requests_in(LOG.read_bytes()))
    return round((counts[1] - counts[0]) / (MANY - FEW), 2)


def count(target: Target, runs: Mapping[str, Callable[[int], object]]) -> dict[str, float]:
    """The requests of one repetition of each run, by the run's name. Empty without a Wine."""
    if not isinstance(target, WineTarget):
        return {}
    return {name: requests_of_one(target.prefix, run) for name, run in runs.items()}

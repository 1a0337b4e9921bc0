"""A run leaves no object, file or process behind, and its memory and handles do not grow.

SHMCHECK_BIN and WINEPREFIX as in test_user_errors.py. SHMCHECK_SLOW=1 repeats more often: more pairs of runs, and more
moments at which the runner is killed.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from fault_runner import (
    BIN,
    LONG,
    Answer,
    Runner,
    cases_of,
    environment_for,
    is_complete,
    properties_of,
    wait_until,
    why_not,
    windows_path,
)

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "can run")

SLOW = os.environ.get("SHMCHECK_SLOW") == "1"
PAIRS = 20 if SLOW else 3
KILLS = 50 if SLOW else 5
# The runner holds the report in memory: one MiB for two hundred transcripts, and unused memory of the allocator.
GROWTH_KIB = 8 * 1024
GONE_SECONDS = 10.0

LEFTOVERS = BIN / "tests" / "leftovers.exe"
needs_leftovers = pytest.mark.skipif(not LEFTOVERS.is_file(), reason="leftovers.exe is not built")


def leftovers() -> Answer:
    """The output of leftovers.exe about the prefix."""
    done = subprocess.run(
        ["wine", str(LEFTOVERS)],
        env=environment_for("leftovers"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_memory_and_handles_do_not_grow_over_a_thousand_cases(runner: Runner, tmp_path: Path) -> None:
    """One job, so that one worker runs all cases."""
    report = tmp_path / "r.xml"
    quick = ["--filter", "create-protect-noaccess", "--repeat", "1000", "--jobs", "1"]
    answer = runner.start(*quick, "--junit", windows_path(report)).wait()
    assert answer.last_line == "1000 passed, 0 failed, 0 skipped", answer.err
    facts = {name: int(value) for name, value in properties_of(report).items() if name.endswith(("_first", "_last"))}
    assert facts["runner_handles_first"] > 0
    assert facts["worker_handles_first"] > 0
    assert facts["runner_handles_last"] <= facts["runner_handles_first"]
    assert facts["worker_handles_last"] <= facts["worker_handles_first"]
    assert facts["runner_private_kib_last"] <= facts["runner_private_kib_first"] + GROWTH_KIB
    runner.expect_no_process_left()


@needs_leftovers
def test_leftovers_are_found(runner: Runner, tmp_path: Path) -> None:
    """leftovers.exe finds the object and both programs during a run: the section exists while the actor waits."""
    steps = tmp_path / "held.steps"
    steps.write_text(
        "writer> create section name=@held size=4096 protect=PAGE_READWRITE -> ok\n"
        "writer> hold never name=@never kind=event -> ok\n" + "writer> wait never timeout=5000\n" * 24,
        encoding="utf-8",
    )
    run = runner.start("--play", windows_path(steps), "--junit", windows_path(tmp_path / "r.xml"))
    try:
        looks: list[Answer] = []

        def sees_all() -> bool:
            looks.append(leftovers())
            return all(word in looks[-1].out for word in ("object ", "process shmcheck.exe", "process shmactor.exe"))

        assert wait_until(sees_all, 60), looks[-1].out
        assert looks[-1].code == 1
    finally:
        run.kill()
        run.wait()


@needs_leftovers
def test_a_run_leaves_no_object(runner: Runner, tmp_path: Path) -> None:
    """Runs whole topics with names of all kinds, including Global\\ and unusual characters."""
    report = tmp_path / "r.xml"
    globs = ("name-*", "open-*", "sample-*", "life-*", "dup-*", "inherit-*")
    words = [word for glob in globs for word in ("--filter", glob)]
    answer = runner.start(*words, "--jobs", "2", "--junit", windows_path(report)).wait()
    assert answer.code in (0, 1), answer.err
    assert is_complete(report)
    assert wait_until(lambda: leftovers().code == 0, GONE_SECONDS), leftovers().out
    runner.expect_no_process_left()


def test_two_runs_at_the_same_time_do_not_affect_each_other(runner: Runner, tmp_path: Path) -> None:
    """Two runs share no name, pipe or temporary file."""
    globs = ("create-existing-*", "name-collide-*", "name-global-*", "life-*", "inherit-*")
    words = [word for glob in globs for word in ("--filter", glob)]
    seen = set()
    for pair in range(PAIRS):
        reports = [tmp_path / f"{pair}{side}.xml" for side in "ab"]
        runs = [runner.start(*words, "--jobs", "1", "--junit", windows_path(report)) for report in reports]
        for run, report in zip(runs, reports, strict=True):
            answer = run.wait()
            assert answer.code in (0, 1), answer.out[-2000:] + answer.err
            assert is_complete(report)
            seen.add(tuple(sorted((name, outcome) for name, (outcome, _) in cases_of(report).items())))
    assert len(seen) == 1, "some case ended differently in one of the runs"
    runner.expect_no_process_left()


def wait_for_file(path: Path) -> None:
    end = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not exist after 120 seconds"
        time.sleep(0.02)


def test_a_run_that_is_killed_leaves_a_whole_report_and_no_process(runner: Runner, tmp_path: Path) -> None:
    """Every second run is killed after its report exists, the others maybe earlier."""
    chance = random.Random(20)
    for number in range(KILLS):
        report = tmp_path / f"{number}.xml"
        run = runner.start(*LONG, "--junit", windows_path(report))
        with_report = number % 2 == 1
        if with_report:
            wait_for_file(report)
        time.sleep(chance.uniform(0.0, 2.0 if with_report else 4.0))
        run.kill()
        run.wait()
        assert report.exists() or not with_report
        if report.exists():
            outcomes = [outcome for outcome, _ in cases_of(report).values()]
            assert set(outcomes) <= {"pass", "error"}
            assert outcomes.count("error") <= 2
            assert not is_complete(report)
        runner.expect_no_process_left()

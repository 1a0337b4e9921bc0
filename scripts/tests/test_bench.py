"""Tests of scripts/bench: the calculation of its figures."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shmcheck.proof import bench  # noqa: E402
from shmcheck.proof.bench import (  # noqa: E402
    MET,
    MISSED,
    TOO_NOISY,
    Bench,
    Cost,
    Measured,
    Pairs,
    SLICES,
    Others,
    Ratio,
    growth_of,
    machine_seconds,
    memory_folder,
    one_processor,
    seconds_of,
    verdicts,
)
from shmcheck.proof.server_requests import requests_in  # noqa: E402
from shmcheck.targets.target import WindowsTarget  # noqa: E402


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.30, 0.31, 0.32, 0.33], MET),
        ([0.50, 0.51, 0.52, 0.53], MISSED),
        ([0.20, 0.40, 0.60, 0.80], TOO_NOISY),
        ([0.30, 0.31, 0.32, 0.33, 9.00], MET),  # one slice on a busy machine does not change the median
    ],
)
def test_a_verdict_needs_both_quartiles(values: list[float], expected: str) -> None:
    assert Ratio.of(values).verdict(0.45) == expected


def test_each_goal_has_a_verdict() -> None:
    figures: dict[str, object] = {"jobs": 2, "actor_starts": 301, "others_share": 0.02}
    for name in ("jobs1_ratio", "jobsN_ratio", "step_ratio", "growth"):
        figures |= {name: 0.2, f"{name}_spread": [0.1, 0.3]}
    assert [(name, verdict) for name, _, _, verdict in verdicts(figures)] == [
        ("jobs1_ratio", MET),
        ("jobsN_ratio", TOO_NOISY),
        ("step_ratio", MET),
        ("growth", MET),
        ("actor_starts", MISSED),
    ]
    assert "jobsN_ratio" not in [name for name, *_ in verdicts({**figures, "jobs": 8})]


@pytest.mark.parametrize(("others", "expected"), [(0.11, TOO_NOISY), (0.1, MISSED), (0.0, MISSED)])
def test_a_busy_machine_says_nothing_about_time(others: float, expected: str) -> None:
    figures: dict[str, object] = {"jobs": 2, "actor_starts": 1, "others_share": others}
    for name in ("jobs1_ratio", "jobsN_ratio", "step_ratio", "growth"):
        figures |= {name: 1.4, f"{name}_spread": [1.4, 1.4]}
    assert [verdict for _, _, _, verdict in verdicts(figures)] == [expected] * 4 + [MET]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds processes for the benchmark")
def test_steps_are_measured_on_one_processor() -> None:
    before = os.sched_getaffinity(0)
    with one_processor(WindowsTarget()):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_the_share_of_others_is_without_this_process_and_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    # On two processors, in 10 s: 15 s of all programs, of them 1.5 s of this process and 7.5 s of its children.
    now = {"time": 100.0, "all": 50.0, "this": 2.0, "children": 20.0}
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "times", lambda: SimpleNamespace(user=now["this"], system=0.5))
    monkeypatch.setattr(time, "monotonic", lambda: now["time"])
    monkeypatch.setattr(bench, "machine_seconds", lambda: now["all"])
    monkeypatch.setattr(bench, "processor_seconds", lambda _: now["children"])
    others = Others(WindowsTarget())
    now = {"time": 110.0, "all": 65.0, "this": 3.5, "children": 27.5}
    assert others.share() == pytest.approx(6 / 20)
    now["children"] = 36.0  # the kernel's two counts differ a little
    assert others.share() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the processor time of all programs")
def test_the_time_of_all_programs_is_without_idle_time(tmp_path: Path) -> None:
    file = tmp_path / "stat"
    file.write_text("cpu  1000 20 3000 99999 88888 40 50 60 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    assert machine_seconds(file) == pytest.approx(4170 / os.sysconf("SC_CLK_TCK"))
    assert machine_seconds() > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such mounts")
def test_sections_are_kept_in_memory_only_where_that_is_a_tmpfs_with_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"tmpfs {tmp_path} tmpfs rw 0 0\n")

    def found(flags: int, free: int) -> Path | None:
        fields = {"f_flag": flags, "f_bavail": free // 4096, "f_frsize": 4096}
        monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(**fields))
        return memory_folder(tmp_path, mounts)

    assert found(0, 2 << 30) == tmp_path
    assert found(0, (2 << 30) - 4096) is None
    assert found(os.ST_NOEXEC, 4 << 30) is None
    mounts.write_text(f"/dev/sda1 {tmp_path} ext4 rw 0 0\n")
    assert found(0, 4 << 30) is None
    monkeypatch.undo()
    assert memory_folder(tmp_path / "missing", mounts) is None


def test_processor_time_is_a_figure_of_its_own() -> None:
    pairs = Pairs()
    for seconds in (8.0, 8.0):
        pairs.add(Measured(seconds, 3.0, 100, 1, 1, 1), Cost(0.3, 0.1), Cost(0.1, 0.1))
    found = pairs.figures("jobs1")
    assert found["jobs1_ratio"] == pytest.approx(0.4)
    assert found["jobs1_processor_ratio"] == pytest.approx(0.3)


def test_processor_time_that_is_not_known_is_left_out() -> None:
    pairs = Pairs()
    for _ in range(2):
        pairs.add(Measured(8.0, 0, 100, 1, 1, 1), Cost(0.2, 0), Cost(0.2, 0))
    assert list(pairs.figures("jobs1")) == ["jobs1_ratio", "jobs1_ratio_spread"]


def test_requests_are_counted_and_replies_are_not() -> None:
    log = (
        b"0024: read( async={}, pos=00000000 )\n"
        b"0024: read() = PENDING { wait=0034, options=00000020 }\n"
        b"0024: *signal* signal=19\n"
        b"00a8: get_thread_info( handle=fffffffe, access=00000000 )\n"
        b"00a8: get_thread_info() = 0 {}\n"
    )
    assert requests_in(log) == 2


def test_growth_is_one_if_every_repetition_costs_the_same() -> None:
    runs = {times: [Measured(0.5 + 0.1 * times + noise, 0, 1, 1, 1, 1) for noise in (-0.2, 0.2)] for times in (16, 4, 1)}
    seconds = seconds_of(runs)
    assert seconds == pytest.approx([0.6, 0.9, 2.1])
    assert growth_of(seconds) == pytest.approx(1)
    assert growth_of([*seconds[:2], 0.9 + 12 * 0.2]) == pytest.approx(2)


def test_slices_have_every_case_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bench, "output", lambda *_: "".join(f"case-{i}\ttopic\t\trow\n" for i in range(10)))
    slices = Bench.__new__(Bench).slices()
    ids = [words[i] for words in slices for i in range(1, len(words), 2)]
    assert sorted(ids) == sorted(f"case-{i}" for i in range(10)) and len(slices) == SLICES

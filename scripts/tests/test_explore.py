"""Exploring, with a system that is played in Python: the model's own predictions, and faults put into them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands.explore import figures, junit_text, steps_text  # noqa: E402
from shmcheck.oracle.enumeration import ALPHABETS, sequences  # noqa: E402
from shmcheck.oracle.exploring import ALL_FAMILIES, Explored, Explorer, Job, Message  # noqa: E402
from shmcheck.oracle.generate import FAMILIES, LEAST, make  # noqa: E402
from shmcheck.oracle.maker import ENDS  # noqa: E402
from shmcheck.oracle.model import Model  # noqa: E402
from shmcheck.oracle.players import ActorEnded  # noqa: E402
from shmcheck.oracle.sequence_judgement import judge  # noqa: E402
from shmcheck.oracle.shrink import Steps, shrink  # noqa: E402
from shmcheck.oracle.state import Platform, World  # noqa: E402
from shmcheck.oracle.text import reply, step  # noqa: E402

PLATFORM = Platform(version=(10, 0, 19045), client_session=True, global_privilege="enabled")
MODEL = Model()
Fault = Callable[[str, str], str]  # step, true reply -> reply


class FakeTeam:
    """A system that does what the model predicts, apart from its fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.starts = 0
        self.plays = 0

    def play(self, steps: Steps) -> list[str]:
        self.plays += 1
        world, replies = World(PLATFORM), []
        for role, text in steps:
            if text in ENDS:
                world.end(world.process(role))
                del world.processes[role]
                replies.append("gone")
                continue
            expected = MODEL.expect(world, role, step(text))
            true = expected.sample()
            MODEL.settle(world, expected, reply(true))
            replies.append(self.fault(text, true))
        return replies

    def clean(self, steps: Steps, replies: list[str]) -> None:
        pass

    def end(self) -> None:
        pass


def explored(fault: Fault, count: int = 600, families: tuple[str, ...] = ALL_FAMILIES, depth: int = 0, workers: int = 1) -> Explored:
    found = Explored()
    for worker in range(workers):
        told: list[Message] = []
        job = Job((), {}, (), PLATFORM, families, "seed", count, 0.0, depth, worker, workers)
        Explorer(job, told.append, FakeTeam(fault)).run()
        for message in told:
            found.take(message)
    return found


def honest(text: str, true: str) -> str:
    return true


def test_a_correct_system_has_no_contradiction() -> None:
    found = explored(honest)
    assert found.found == {}
    assert found.tally.sequences == 600
    assert found.tally.steps / 600 >= LEAST
    assert found.tally.explained > 0.9 * found.tally.steps
    assert found.tally.actors / 600 >= 2
    assert set(found.tally.families) == set(FAMILIES)


def wrong_error(text: str, true: str) -> str:
    return "fail error=87" if "offset=" in text and "error=1132" in true else true


def far_bytes_lost(text: str, true: str) -> str:
    far = re.search(r"at=(\d+)", text)
    return "ok hex=" + "00" * (len(true) // 2 - 3) if far and int(far[1]) >= 65536 and true.startswith("ok hex=") else true


def names_in_one_case(text: str, true: str) -> str:
    return "ok" if text.startswith("open") and ("@A " in text or "^A " in text) and "error=2" in true else true


def close_leaves_the_handle(text: str, true: str) -> str:
    return "ok" if "error=6" in true and text.startswith("close") else true


FAULTS = (wrong_error, far_bytes_lost, names_in_one_case, close_leaves_the_handle)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
def test_a_fault_is_found_and_shrunk(fault: Fault) -> None:
    found = explored(fault, 3000)
    assert found.found
    for item in found.found.values():
        assert len(item.steps) <= 8
        assert FakeTeam(fault).play(item.steps)[-1] == item.replies[-1]
        assert FakeTeam(honest).play(item.steps)[-1] != item.replies[-1]


def test_the_same_seed_gives_the_same_sequences() -> None:
    for family in FAMILIES:
        first, again = (make("s", 7, family, MODEL, PLATFORM).steps for _ in range(2))
        assert first == again
        assert first != make("t", 7, family, MODEL, PLATFORM).steps
    whole = {key: item.steps for key, item in explored(wrong_error, 800).found.items()}
    parts = explored(wrong_error, 800, workers=2)
    assert parts.tally.sequences == 800
    assert set(whole) == set(parts.found)


@pytest.fixture(scope="module")
def many() -> list[list[tuple[str, str]]]:
    """The steps of 200 sequences of each family."""
    return [make("classes", number, family, MODEL, PLATFORM).steps for family in FAMILIES for number in range(200)]


@pytest.mark.parametrize(
    "step",
    [
        r"create s\d+ .* sd=\S+ api=A", r"create s\d+ .* sd=\S+ api=numa", r"createapp s\d+ .* sd=\S+", r"create s\d+ .* inherit=yes api=A",
        r"open s\d+ .* inherit=yes api=A", r"openapp s\d+ .* inherit=yes", r"map3 .* protect=PAGE_WRITECOPY", r"mapapp .* access=FILE_MAP_COPY",
        r"unmap2 v\d+ process=self", r"unmap2 v\d+( flags=\S+)?", r"commit v\d+ at=4294967296 .*", r"commit v\d+ at=2147483648 .*",
    ],
)  # fmt: skip
def test_functions_are_called_with_every_option(step: str, many: list[list[tuple[str, str]]]) -> None:
    assert any(re.fullmatch(step, text) for steps in many for _, text in steps)


@pytest.mark.parametrize(("verb", "what"), [("map", r" of=(\w+) "), ("open", r" (name=\S+)"), ("create", r" size=\d+ protect=PAGE_READWRITE()$")])
def test_a_process_sometimes_has_nine_alike(verb: str, what: str, many: list[list[tuple[str, str]]]) -> None:
    def most(steps: list[tuple[str, str]]) -> int:
        found = [(role, match[1]) for role, text in steps if text.startswith(verb) and (match := re.search(what, text))]
        return max((found.count(item) for item in found), default=0)

    assert sum(most(steps) >= 9 for steps in many) >= 5


def test_a_name_is_created_again_and_looked_at(many: list[list[tuple[str, str]]]) -> None:
    """Bytes are stored, all views and handles are released, the name is created again, and the new section is read."""
    seen = 0
    for steps in many:
        text = "\n".join(text for _, text in steps)
        seen += re.search(r"fill (v\d+) at=0 .*\n(?:.*\n)*unmap \1\n(?:.*\n)*create s\d+ name=(?:.*\n)+zero v\d+ at=0 ", text) is not None
    assert seen >= 5


def test_what_is_stored_is_read_in_another_process(many: list[list[tuple[str, str]]]) -> None:
    seen = 0
    for steps in many:
        for index, (role, text) in enumerate(steps):
            after = steps[index + 1 : index + 4]  # the other process may open and map the section before
            seen += " u64=" in text and any(other != role and look.startswith("read ") and look.endswith(" as=u64") for other, look in after)
    assert seen >= 200


@pytest.mark.parametrize(("size", "contradicted"), [(100, False), (4096, True)])
def test_bytes_behind_the_end_of_a_file_may_be_cleared(size: int, contradicted: bool) -> None:
    steps = [
        ("writer", f"file f1 name=^f size={size}"), ("writer", f"create s1 size={size} protect=PAGE_READWRITE file=f1"),
        ("writer", "map v1 of=s1 access=FILE_MAP_WRITE"), ("writer", "write v1 at=4088 u64=0x1111111111111111"),
        ("writer", "zero v1 at=4095 length=1"),
    ]  # fmt: skip
    found = judge(MODEL, PLATFORM, steps, ["ok", "ok error=0", "ok", "ok", "ok zero=yes"])
    assert (found.at == 4) is contradicted
    assert judge(MODEL, PLATFORM, steps, ["ok", "ok error=0", "ok", "ok", "ok zero=no first=4095 got=17"]).at == -1


def test_an_actor_that_ends_is_reported() -> None:
    def ends(text: str, true: str) -> str:
        if text.startswith("unmap"):
            raise ActorEnded("ended with exit code 5")
        return true

    found = explored(ends, 300)
    assert [item.expected for item in found.found.values()] == [("an answer",)] * len(found.found)
    assert found.found


@pytest.mark.parametrize("family", ALPHABETS)
def test_all_sequences_up_to_a_depth_are_sensible(family: str) -> None:
    found = [sequence for depth in (1, 2, 3) for sequence in sequences(family, depth, MODEL, PLATFORM)]
    assert len(found) > 30
    assert len({tuple(sequence.steps) for sequence in found}) == len(found)
    assert all(expected is not None and "label" not in expected.why for sequence in found for expected in sequence.expected)


def test_the_exhaustive_part_finds_short_contradictions() -> None:
    assert explored(close_leaves_the_handle, 400, ("handles",), depth=3).found


def test_shrinking_keeps_what_matters() -> None:
    steps = [("writer", f"step{index} a") for index in range(14)]

    def shows(candidate: Steps) -> int | None:
        texts = [text for _, text in candidate]
        return len(texts) - 1 if "step3 a" in texts and texts[-1] == "step13 a" else None

    assert [text for _, text in shrink(steps, shows)] == ["step3 a", "step13 a"]
    assert shrink(steps, lambda candidate: None) == steps


def test_a_contradiction_is_written_with_its_steps(tmp_path: Path) -> None:
    found = explored(wrong_error, 2000, ("sizes",))
    item = next(iter(found.found.values()))
    text = steps_text(item, "seed", "Test 1.0")
    assert text.splitlines()[-1].endswith("-> fail error=1132 ERROR_MAPPED_ALIGNMENT")
    assert "\nrow map-offset-misaligned\n" in text
    root = ET.fromstring(junit_text(found, ("sizes", "names"), "seed", "Test 1.0"))
    assert [case.get("name") for case in root.iter("testcase")][-1] == "names"
    assert len(list(root.iter("failure"))) == len(found.found)
    told = json.loads(json.dumps(figures(found, "seed", "Test 1.0")))
    assert {"sequences", "steps", "seconds", "explained", "contradictions", "known"} <= set(told)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--family", "nonsense"], "--family nonsense: there are names,"),
        (["--jobs", "0"], "--jobs: it takes a number from 1 to 32, not '0'"),
        (["--sequences", "-1"], "take no negative number"),
        (["--target", "nowhere"], "nowhere"),
    ],
)
def test_wrong_options_have_exit_code_3(words: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "explore.py"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert message in done.stderr


@pytest.mark.parametrize("families", [("names", "sizes", "views"), ("names", "sizes", "views", "life")])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_worker_gets_sequences_of_every_family(families: tuple[str, ...], workers: int) -> None:
    numbers: list[int] = []
    for worker in range(workers):
        job = Job((), {}, (), PLATFORM, families, "seed", 48, 0.0, 0, worker, workers)
        made = list(Explorer(job, lambda message: None, FakeTeam(honest)).made())
        assert {sequence.family for _, sequence in made} == set(families)
        numbers += [number for number, _ in made]
    assert sorted(numbers) == list(range(48))

"""Properties of the generator, the model, and shrinking, for sequences that Hypothesis chooses."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.oracle.generate import FAMILIES, RARE, family_of, make  # noqa: E402
from shmcheck.oracle.maker import ENDS, Sequence  # noqa: E402
from shmcheck.oracle.model import Finding, Model  # noqa: E402
from shmcheck.oracle.play_text import lines_of, replies_of  # noqa: E402
from shmcheck.oracle.players import in_a_row  # noqa: E402
from shmcheck.oracle.rules import CHANGES  # noqa: E402
from shmcheck.oracle.sequence_judgement import judge, judge_predicted  # noqa: E402
from shmcheck.oracle.shrink import Steps, shrink  # noqa: E402
from shmcheck.oracle.state import Platform, World  # noqa: E402
from shmcheck.oracle.text import reply, step, together, up_to  # noqa: E402

MODEL = Model()
PLATFORMS = st.builds(
    Platform,
    version=st.sampled_from([None, (6, 1, 7601), (10, 0, 19045), (10, 0, 26100)]),
    client_session=st.sampled_from([True, False]),
    bits=st.sampled_from([64, 32]),
    used_actors=st.booleans(),
    global_privilege=st.sampled_from(["", "enabled", "disabled"]),
    missing=st.sampled_from([frozenset(), frozenset({"map2", "map3"})]),
)
# Changes of one platform may not replace the same rule twice; each of them alone can be tried.
MODELS = st.one_of(st.just(MODEL), st.sampled_from(sorted(CHANGES)).map(lambda name: Model([name])))


@st.composite
def made(draw: st.DrawFn) -> tuple[Model, Platform, Sequence]:
    model, platform = draw(MODELS), draw(PLATFORMS)
    family = draw(st.sampled_from(sorted(FAMILIES)))
    return model, platform, make(draw(st.text(max_size=4)), draw(st.integers(0, 10**9)), family, model, platform)


def predicted(sequence: Sequence) -> list[str]:
    """What the model expects of each step."""
    return ["gone" if expected is None else expected.sample() for expected in sequence.expected]


@given(made())
@settings(max_examples=300, deadline=None)
def test_the_model_never_contradicts_itself(found: tuple[Model, Platform, Sequence]) -> None:
    model, platform, sequence = found
    replies = predicted(sequence)
    whole, quick = judge(model, platform, sequence.steps, replies), judge_predicted(model, platform, sequence, replies)
    assert whole.at == -1, (sequence.steps[whole.at], replies[whole.at], whole.judgement)
    assert (whole.explained, whole.unexplained, whole.known) == (quick.explained, quick.unexplained, quick.known)


@given(made(), st.data())
@settings(max_examples=300, deadline=None)
def test_no_reply_stops_the_model(found: tuple[Model, Platform, Sequence], data: st.DataObject) -> None:
    """Whatever a system answers, the model follows it and says one of four things."""
    model, platform, sequence = found
    world = World(platform)
    answers = st.sampled_from(
        ["ok", "ok error=0", "ok error=183", "fail error=5", "fail error=87", "fail error=127", "bad reason=x", "ok size=1",
         "fault code=0xC0000005 access=read at=+0", "fault code=0xC0000005 access=write at=elsewhere", "ok base=+0"]
    )  # fmt: skip
    for (role, text), own in zip(sequence.steps, predicted(sequence)):
        if text in ENDS:
            model.kill(world, role)
            del world.processes[role]
            continue
        answer = data.draw(st.one_of(st.just(own), answers))
        assert model.judge(world, role, step(text), reply(answer)).finding in Finding


@given(made(), st.data())
@settings(max_examples=100, deadline=None)
def test_shrinking_keeps_the_contradiction(found: tuple[Model, Platform, Sequence], data: st.DataObject) -> None:
    """A system that gives a wrong reply to one step of the sequence: the shrunk steps still have that step, and last."""
    _, _, sequence = found
    steps = [(role, text) for role, text in sequence.steps if text not in ENDS]
    wanted = steps[data.draw(st.integers(0, len(steps) - 1))]
    needed = steps[data.draw(st.integers(0, len(steps) - 1))]

    def shows(candidate: Steps) -> int | None:
        if wanted not in candidate or needed not in candidate:
            return None
        return max(len(candidate) - 1 - candidate[::-1].index(wanted), candidate.index(needed))

    small = shrink(steps, shows)
    assert shows(small) is not None
    assert len(small) <= 2 * (1 if wanted == needed else 2)  # a burst keeps its other side


@given(made())
@settings(max_examples=200, deadline=None)
def test_a_file_of_steps_has_every_step_in_its_order(found: tuple[Model, Platform, Sequence]) -> None:
    _, _, sequence = found
    steps = sequence.steps
    lines = lines_of(steps)
    told = [line for line in lines if not line.startswith(("finishes ", "kills ", "leaves ")) and not line.endswith("> system")]
    performed = [line.removeprefix("begins ") for line in told]
    assert performed == [f"{role}> {text}" for role, text in steps if text not in ENDS and text != "system"]
    assert sum(line.startswith("begins ") for line in lines) == sum(line.startswith("finishes ") for line in lines)
    transcript = "\n".join(f"{role}> {text} -> ok n={number}" for number, (role, text) in enumerate(steps) if text not in ENDS)
    wanted = ["gone" if text in ENDS else f"ok n={number}" for number, (_, text) in enumerate(steps)]
    assert replies_of(steps, transcript) == wanted


@given(made())
@settings(max_examples=200, deadline=None)
def test_what_is_sent_at_once_needs_no_reply_and_is_of_one_role(found: tuple[Model, Platform, Sequence]) -> None:
    steps = found[2].steps
    start = 0
    while start < len(steps):
        count = together(steps, start)
        if count == 1 and steps[start][1] not in ENDS:
            count = in_a_row(steps, start)
            assert len({role for role, _ in steps[start : start + count]}) == 1
            assert not any("$" in text or text in ENDS for _, text in steps[start + 1 : start + count])
        else:
            assert len({role for role, _ in steps[start : start + count]}) == count
        assert count >= 1
        for at in range(start, start + count):
            places = up_to(steps, at)
            assert places[-1] == at and len(set(places)) == len(places)
        start += count


@given(made())
@settings(max_examples=300, deadline=None)
def test_a_role_has_no_step_after_its_end(found: tuple[Model, Platform, Sequence]) -> None:
    """A file of steps cannot start its process again."""
    ended: set[str] = set()
    for role, text in found[2].steps:
        assert role not in ended
        if text in ENDS:
            ended.add(role)


def test_a_rare_family_comes_seldom_and_every_other_as_often() -> None:
    families = tuple(FAMILIES)
    rounds = 100
    counts = {family: 0 for family in families}
    for number in range(rounds * len(families)):
        counts[family_of(number, families)] += 1
    for family, count in counts.items():
        assert count == -(-rounds // RARE[family]) if family in RARE else rounds <= count <= rounds * 1.3
    assert family_of(7, ("bursts",)) == "bursts"

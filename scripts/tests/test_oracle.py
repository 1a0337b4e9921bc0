"""The model of the contract: held against the reports in reports/baselines, the contract and known.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.oracle import constants  # noqa: E402
from shmcheck.oracle.explained import Explained, changes_of, explain, failed_steps  # noqa: E402
from shmcheck.oracle.model import Finding, Judgement, Model, stated_rows  # noqa: E402
from shmcheck.oracle.rules import CHANGES, VERBS  # noqa: E402
from shmcheck.oracle.state import Platform, World  # noqa: E402
from shmcheck.oracle.text import reply, step  # noqa: E402
from shmcheck.oracle.walk import walk  # noqa: E402
from shmcheck.reports.known_list import load  # noqa: E402
from shmcheck.reports.report_files import read  # noqa: E402

KNOWN = ROOT / "cases" / "known.toml"
BASELINES = sorted((ROOT / "reports" / "baselines").glob("*.xml"))
PLATFORM = Platform(version=(10, 0, 19045), client_session=True, global_privilege="enabled")


def judged(*lines: str, model: Model | None = None, platform: Platform = PLATFORM) -> list[Judgement]:
    """What the model says to each step of a transcript."""
    return [found.judgement for found in walk(model or Model(), platform, "\n".join(lines))]


def last(*lines: str, model: Model | None = None, platform: Platform = PLATFORM) -> Judgement:
    """What the model says to the last step; the steps before it must be explained."""
    found = judged(*lines, model=model, platform=platform)
    assert [item.finding for item in found[:-1]] == [Finding.EXPLAINED] * (len(found) - 1), found
    return found[-1]


CREATED = "writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0"
MAPPED = "writer> map view of=section access=FILE_MAP_WRITE -> ok"


# ---- against the contract and the lists ----


def test_every_row_that_a_rule_names_is_in_the_contract() -> None:
    rows = {row["id"] for row in tomllib.loads((ROOT / "cases" / "contract.toml").read_text("utf-8"))["row"]}
    assert sorted(set(stated_rows()) - rows) == []


def test_known_and_changed_rules_name_each_other() -> None:
    named = {entry.rule for entry in load(KNOWN) if entry.rule}
    assert sorted(named - set(CHANGES)) == []
    assert sorted(set(CHANGES) - named) == []


def test_constants_are_those_of_the_protocol() -> None:
    """The actor's table of names is the source; every name of it must be known with its value."""
    texts = [path.read_text("utf-8") for path in (ROOT / "harness" / "common").glob("*")]
    found: dict[str, int] = {}
    for text in texts:
        for name, value in re.findall(r"[({]\"?((?:PAGE|SEC|FILE_MAP|SECTION|MEM|GENERIC)_[A-Z_]+)\"?, (0x[0-9A-Fa-f]+)", text):
            found[name] = int(value, 16)
    assert len(found) > 30
    assert {name: constants.NAMES.get(name) for name in found} == found
    own = {name: value for name, value in vars(constants).items() if name in constants.NAMES}
    assert len(own) > 30
    assert own == {name: constants.NAMES[name] for name in own}


def test_names_of_errors_and_statuses_are_those_of_replies() -> None:
    for lines, values in (("errors", constants.ERRORS), ("statuses", constants.STATUSES)):
        text = (ROOT / "harness" / "common" / f"{lines}.def").read_text("utf-8")
        entries = re.findall(r"^ENTRY\((\w+), (\w+)", text, re.MULTILINE)
        listed = {int(code, 0): name for name, code in entries}
        assert {code: listed.get(code) for code in values} == values


# ---- against reports ----


@pytest.fixture(scope="module", params=BASELINES, ids=[path.stem for path in BASELINES])
def baseline(request: pytest.FixtureRequest) -> Explained:
    return explain(read(request.param), load(KNOWN))


def test_a_report_is_explained(baseline: Explained) -> None:
    assert baseline.share >= 0.9
    assert [(found.case.key, found.walked.text()) for found in baseline.contradictions] == []


def test_another_reply_is_contradicted(baseline: Explained) -> None:
    """An explained step whose reply is made another one is no longer explained: rules say what they allow."""
    model = Model(changes_of(baseline.run, load(KNOWN)))
    platform = Platform.from_facts(baseline.run.facts)
    tried = slipped = 0
    for case in baseline.run.cases.values():
        lines = case.transcript.split("\n")
        for found in walk(model, platform, case.transcript):
            if found.judgement.finding is not Finding.EXPLAINED or found.number % 7 or "any outcome" in found.judgement.expected:
                continue
            head = lines[: found.number - 1]
            other = "ok" if found.reply.startswith("f") else "fail error=4242"
            again = list(walk(model, platform, "\n".join([*head, f"{found.role}> {found.step} -> {other}"])))
            tried += 1
            slipped += again[-1].judgement.finding is not Finding.CONTRADICTED
    assert tried > 300
    assert slipped == 0


def test_steps_that_the_suite_failed_are_read_from_a_report() -> None:
    run = read(ROOT / "reports" / "baselines" / "wine-8.xml")
    case = next(case for case in run.cases.values() if case.key.id == "open-execute")
    assert "reader> granted alone" in failed_steps(case)


# ---- single rules ----

WRONG = [
    # A step behind what creates and maps the section, and a reply that some broken system gives.
    ("reader> open other name=@x access=FILE_MAP_READ -> fail error=2", "open-existing"),
    ("reader> create other name=@x size=4096 protect=PAGE_READWRITE -> ok error=0", "create-existing-returns-183"),
    ("reader> open other name=@X access=FILE_MAP_READ -> ok", "open-missing"),
    ("writer> read view at=0 length=2 -> ok hex=0001", "create-initial-zero"),
    ("writer> read view at=4096 length=1 -> ok hex=00", "size-past-last-page-faults"),
    ("writer> map more of=section access=FILE_MAP_READ length=4097 -> ok", "map-length-past-end"),
    ("writer> map more of=section access=FILE_MAP_READ offset=4096 length=1 -> ok", "map-offset-misaligned"),
    ("writer> map more of=section access=FILE_MAP_READ offset=65536 length=1 -> fail error=87", "map-offset-past-end"),
    ("writer> map more of=section access=FILE_MAP_EXECUTE|FILE_MAP_READ -> ok", "access-execute-needs-exec-section"),
    ("writer> granted section -> ok access=0xF001F", "create-granted-access-by-protect"),
    ("writer> size section -> ok size=4095 attributes=SEC_COMMIT", "size-rounded-to-page"),
    ("writer> query view show=protect -> ok protect=PAGE_READONLY", "map-query-fields"),
    ("writer> protect view length=4096 to=PAGE_EXECUTE_READ -> ok old=PAGE_READWRITE", "protect-change-execute-fails"),
    ("writer> flags section -> ok inherit=yes protect-from-close=no", "inherit-default-off"),
    ("writer> close section -> fail error=6", "life-view-survives-handle"),
    ("writer> unmap view -> fail error=487", "life-unmap-returns-true"),
    ("writer> gone name=@x timeout=10 -> ok gone=yes error=2", "life-name-may-linger"),
    ("reader> hold event kind=event name=@x -> ok error=0", "name-collide-reverse"),
    ("reader> open other name=@x access=0 -> ok", "open-zero-access"),
    ("writer> create other name=@y size=0 protect=PAGE_READWRITE -> ok error=0", "create-zero-size-pagefile"),
    ("writer> create other name=@y size=1 protect=PAGE_READWRITE|SEC_RESERVE|SEC_COMMIT -> ok error=0", "create-commit-and-reserve"),
]


@pytest.mark.parametrize(("line", "row"), WRONG, ids=[row for _, row in WRONG])
def test_a_wrong_reply_is_contradicted(line: str, row: str) -> None:
    found = last(CREATED, MAPPED, line)
    assert found.finding is Finding.CONTRADICTED
    assert row in found.rows


def test_stores_reach_other_processes_but_not_from_copies() -> None:
    shared = [
        CREATED, MAPPED,
        "reader> open section name=@x access=FILE_MAP_READ -> ok",
        "reader> map view of=section access=FILE_MAP_READ -> ok",
        "reader> map copy of=section access=FILE_MAP_COPY -> ok",
        "writer> write view at=4094 text=ab -> ok",
    ]  # fmt: skip
    assert last(*shared, "reader> read view at=4093 length=3 -> ok hex=006162").finding is Finding.EXPLAINED
    copied = [*shared, "reader> write copy at=4095 text=Z -> ok", "writer> write view at=4094 text=cd -> ok"]
    assert last(*copied, "reader> read copy at=4094 length=2 as=text -> ok text=aZ").finding is Finding.EXPLAINED
    assert last(*copied, "writer> read view at=4094 length=2 as=text -> ok text=aZ").finding is Finding.CONTRADICTED
    assert last(*copied, "reader> query copy show=protect -> ok protect=PAGE_READWRITE").finding is Finding.EXPLAINED


def test_the_last_handle_ends_the_name_and_the_last_view_the_contents() -> None:
    steps = [CREATED, MAPPED, "writer> write view at=0 text=old -> ok", "writer> close section -> ok"]
    assert last(*steps, "reader> open s name=@x access=FILE_MAP_READ -> ok").finding is Finding.CONTRADICTED
    steps.append("reader> create s name=@x size=4096 protect=PAGE_READWRITE -> ok error=0")
    steps.append("reader> map v of=s access=FILE_MAP_READ -> ok")
    assert last(*steps, "reader> read v length=3 -> ok hex=6F6C64").finding is Finding.CONTRADICTED
    assert last(*steps, "writer> read view length=3 as=text -> ok text=old").finding is Finding.EXPLAINED


def test_a_guard_page_raises_once() -> None:
    lines = [
        "writer> create section name=@x size=8192 protect=PAGE_READWRITE -> ok error=0",
        MAPPED,
        "writer> protect view at=4096 length=1 to=PAGE_READWRITE|PAGE_GUARD -> ok old=PAGE_READWRITE",
        "writer> write view at=4095 u8=1 -> ok",
    ]
    raised = "writer> read view at=4090 length=8 -> fault code=0x80000001 access=read at=+4096"
    assert last(*lines, raised, "writer> read view at=4096 length=1 -> ok hex=00").finding is Finding.EXPLAINED
    assert last(*lines, "writer> read view at=4096 length=1 -> ok hex=00").finding is Finding.CONTRADICTED
    assert last(*lines, raised, raised).finding is Finding.CONTRADICTED
    hidden = "writer> protect view at=0 length=1 to=PAGE_NOACCESS -> ok old=PAGE_READWRITE"
    both = "writer> read view at=4095 length=2 -> fault code={} access=read at=+{}"
    assert last(*lines, hidden, both.format("0xC0000005", 4095)).finding is Finding.EXPLAINED
    assert last(*lines, hidden, both.format("0x80000001", 4096)).finding is Finding.CONTRADICTED


def test_a_process_changes_the_view_of_another() -> None:
    lines = (CREATED, MAPPED)
    change = "reader> protectother process=$writer.pid address=$writer.base length=1 to=PAGE_READONLY -> ok old=PAGE_READWRITE"
    assert last(*lines, change, "writer> write view at=0 u8=1 -> fault code=0xC0000005 access=write at=+0").finding is Finding.EXPLAINED
    assert last(*lines, change, "writer> write view at=0 u8=1 -> ok").finding is Finding.CONTRADICTED
    unmap = "reader> unmap2 none process=$writer.pid address=$writer.base -> ok"
    assert last(*lines, unmap, "writer> query view show=state -> ok state=MEM_FREE").finding is Finding.EXPLAINED
    assert last(*lines, unmap, "writer> read view at=0 length=1 -> ok hex=00").finding is Finding.CONTRADICTED


def test_a_view_has_the_name_of_its_file_or_none() -> None:
    assert last(CREATED, MAPPED, "writer> filename view -> fail error=1006 ERROR_FILE_INVALID").finding is Finding.EXPLAINED
    assert last(CREATED, MAPPED, "writer> filename view -> ok").finding is Finding.CONTRADICTED
    over = "writer> create section size=0 protect=PAGE_READWRITE file=data -> ok error=0"
    views = ["writer> file data name=^f size=4096 -> ok", over, MAPPED]
    assert judged(*views, "writer> filename view at=4095 -> ok")[-1].finding is Finding.EXPLAINED
    assert judged(*views, "writer> filename view at=1 -> fail error=59")[-1].finding is Finding.CONTRADICTED


def test_a_killed_process_keeps_nothing() -> None:
    lines = [CREATED, "writer> (killed) -> gone"]
    assert last(*lines, "reader> open s name=@x access=FILE_MAP_READ -> fail error=2").finding is Finding.EXPLAINED
    handed = [CREATED, "writer> duplicate section to=$reader.pid same=yes -> ok", "writer> (killed) -> gone"]
    assert last(*handed, "third> open s name=@x access=FILE_MAP_READ -> fail error=2").finding is Finding.CONTRADICTED


def test_reserved_pages_fault_until_a_process_commits_them() -> None:
    lines = [
        "writer> create section name=@x size=0x10000 protect=PAGE_READWRITE|SEC_RESERVE -> ok error=0", MAPPED,
        "reader> open section name=@x access=FILE_MAP_READ -> ok",
        "reader> map view of=section access=FILE_MAP_READ -> ok",
        "writer> commit view at=4096 length=4096 protect=PAGE_READWRITE -> ok base=+4096",
    ]  # fmt: skip
    assert last(*lines, "reader> read view at=4096 length=1 -> ok hex=00").finding is Finding.EXPLAINED
    assert last(*lines, "reader> read view at=4095 length=2 -> ok hex=0000").finding is Finding.CONTRADICTED
    changed = Model(["reserved-pages-can-be-touched"])
    assert last(*lines, "reader> read view at=0 length=1 -> ok hex=00", model=changed).finding is Finding.KNOWN
    assert last(*lines, "reader> read view at=0 length=1 -> ok hex=01", model=changed).finding is Finding.CONTRADICTED


@pytest.mark.parametrize(
    ("test", "order", "arm64", "told", "finding"),
    [
        ("sb", "barrier", False, " relaxed=1", Finding.CONTRADICTED),
        ("mp", "plain", False, " relaxed=1", Finding.CONTRADICTED),
        ("mp", "plain", False, " relaxed=0", Finding.EXPLAINED),
        ("mp", "plain", True, "", Finding.EXPLAINED),
        ("corr", "plain", True, " relaxed=2", Finding.CONTRADICTED),
        ("sb", "plain", False, "", Finding.EXPLAINED),
    ],
)
def test_memory_orders_are_judged(test: str, order: str, arm64: bool, told: str, finding: Finding) -> None:
    line = f"writer> burst view how=litmus test={test} order={order} at=0 rounds=9 crowd=2 side=0 -> ok{told}"
    platform = Platform(client_session=True, arm64=arm64)
    lines = ("writer> create section name=@x size=0x10000 protect=PAGE_READWRITE -> ok error=0", MAPPED, line)
    assert last(*lines, platform=platform).finding is finding


def test_the_model_does_not_guess() -> None:
    unknown = [
        ("reader> open s name=local\\^x access=FILE_MAP_READ -> ok", "case sensitive"),
        ("writer> resident view at=0 -> ok valid=no", "does not know the verb"),
        ("writer> read view at=65536 length=1 -> ok hex=00", "lies"),
        ("writer> map big of=section access=FILE_MAP_RESERVE -> ok", "no page"),
    ]
    for line, why in unknown:
        found = last(CREATED, MAPPED, line)
        assert found.finding is Finding.UNEXPLAINED
        assert why in found.why


def test_an_unknown_step_makes_the_state_unknown() -> None:
    lines = (CREATED, MAPPED, "writer> strangething view at=0 -> ok", "writer> read view at=0 length=1 -> ok hex=FF")
    assert [found.finding for found in judged(*lines)[2:]] == [Finding.UNEXPLAINED] * 2


def test_a_commit_far_past_the_end_may_leave_the_addresses_of_a_process() -> None:
    """A view may be mapped so high that such a range ends beyond the last address, which is error 87 and not 487."""
    near = "writer> commit view length=8192 protect=PAGE_READWRITE -> fail error=87"
    far = "writer> commit view length=5368713216 protect=PAGE_READWRITE -> fail error=87"
    assert last(CREATED, MAPPED, near).finding is Finding.CONTRADICTED
    assert last(CREATED, MAPPED, far).finding is Finding.UNEXPLAINED


def test_a_commit_at_an_unknown_place_may_be_in_any_view() -> None:
    lines = [
        "writer> create s name=@x size=8192 protect=PAGE_READWRITE|SEC_RESERVE -> ok error=0",
        "writer> map v of=s access=FILE_MAP_WRITE -> ok",
        "writer> map w of=s access=FILE_MAP_WRITE -> ok",
        "writer> commit v at=65536 length=1 protect=PAGE_READWRITE -> ok base=+65536",
        "writer> query w show=state -> ok state=MEM_COMMIT",
        "writer> map u of=s access=FILE_MAP_WRITE -> ok",
        "writer> query u show=state -> ok state=MEM_COMMIT",
    ]
    assert [found.finding for found in judged(*lines)[3:]] == [Finding.UNEXPLAINED] * 4


def test_expecting_a_reply_does_not_change_the_state() -> None:
    model, world = Model(), World(PLATFORM)
    request = step("create section name=@x size=4096 protect=PAGE_READWRITE")
    for _ in range(2):
        assert model.expect(world, "writer", request).texts() == ("ok error=0",)
    model.settle(world, model.expect(world, "writer", request), reply("ok error=0"))
    assert model.expect(world, "reader", request).texts() == ("ok error=183",)


def test_an_unknown_changed_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no changed rule is named nonsense"):
        Model(["nonsense"])


def test_every_verb_of_the_model_is_one_of_the_protocol() -> None:
    protocol = (ROOT / "harness" / "PROTOCOL.md").read_text("utf-8")
    missing = [name for name in VERBS if not re.search(rf"^\s+{name}\b|; {name} ", protocol, re.MULTILINE)]
    assert missing == []


def final(*lines: str, model: Model | None = None, platform: Platform = PLATFORM) -> Judgement:
    """What the model says to the last step, whatever it says to the others."""
    return judged(*lines, model=model, platform=platform)[-1]


HALF_GIB = "536870912"


def test_a_section_is_charged_from_its_creation_until_its_last_view_is_gone() -> None:
    lines = [
        "writer> commitment -> ok",
        f"writer> create section size={HALF_GIB} protect=PAGE_READWRITE -> ok error=0",
        "writer> map view of=section access=FILE_MAP_READ length=65536 -> ok",
        "writer> close section -> ok",
    ]
    with_limit = replace(PLATFORM, commit_limit=1 << 34)
    asked = f"writer> commitment unit={HALF_GIB} -> ok units="
    assert final(*lines, asked + "1", platform=with_limit).finding is Finding.EXPLAINED
    assert final(*lines, asked + "0", platform=with_limit).finding is Finding.CONTRADICTED
    assert final(*lines, "writer> unmap view -> ok", asked + "0", platform=with_limit).finding is Finding.EXPLAINED
    assert final(*lines, "writer> commitment unit=4096 -> ok units=9").finding is Finding.UNEXPLAINED


def test_beyond_the_limit_of_its_job_a_process_may_get_a_section_or_none() -> None:
    lines = ["writer> hold job kind=job -> ok", "writer> memorylimit job of=process bytes=33554432 -> ok"]
    large = "writer> create section size=50331648 protect=PAGE_READWRITE -> "
    small = "writer> create section size=4096 protect=PAGE_READWRITE -> "
    for reply in ("ok error=0", "fail error=1455"):
        assert final(*lines, large + reply).finding is Finding.EXPLAINED
    assert final(*lines, small + "fail error=1455").finding is Finding.CONTRADICTED
    assert final(large + "fail error=1455").finding is Finding.CONTRADICTED


def test_a_child_has_the_handles_that_its_list_names() -> None:
    lines = [
        "writer> create a size=4096 protect=PAGE_READWRITE inherit=yes -> ok error=0",
        "writer> create b size=4096 protect=PAGE_READWRITE inherit=yes -> ok error=0",
        "writer> spawn child pipe=$child.token program=$child.program inherit=yes list=a -> ok",
        "writer> flags b -> ok inherit=yes protect-from-close=no",
        "child> adopt b handle=$writer.handle -> ok",
    ]
    for platform in (PLATFORM, replace(PLATFORM, used_actors=True)):
        assert final(*lines, "child> map v of=b access=FILE_MAP_READ -> ok", platform=platform).finding is Finding.CONTRADICTED
        assert final(*lines, "child> map v of=b access=FILE_MAP_READ -> fail error=6", platform=platform).finding is Finding.EXPLAINED
    hints = Model(["handle-lists-limit-nothing"])
    assert final(*lines, "child> map v of=b access=FILE_MAP_READ -> ok", model=hints).finding is Finding.EXPLAINED

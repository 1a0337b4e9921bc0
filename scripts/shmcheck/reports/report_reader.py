"""Reads reports, which may come from other machines, and checks all of their content.

A report is refused, with the reason in one sentence, if it is not UTF-8, declares a document type or an entity, is
malformed, was not written by shmcheck, names a case twice, or contradicts itself. In an accepted report names are plain
ASCII words, and all else is text for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from shmcheck.console import CannotRun
from shmcheck.definitions import FACTS, Verdict, architecture_names
from shmcheck.reports.results import SEVERITY, Case, Key, Run, observation

MAX_CASES = 50_000
MAX_FACTS = 200
MAX_FACT = 4_096
NAME = re.compile(r"[A-Za-z0-9_.-]{1,200}")
FACT_NAME = re.compile(r"[a-z0-9_.-]{1,100}")
ROW = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SECONDS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
REPETITION = re.compile(r"(.+)\.([0-9]{1,6})")
PLACE = re.compile(r"  at (\S.{0,259}:[0-9]{1,9})")
PROPERTY = re.compile(r"\[\[PROPERTY\|([a-z0-9_.-]+)=(.*)\]\]")
PREFIX = "shmcheck."
# The fact with the text that precedes PREFIX, with a dot, in the names of all suites and classes (--junit-suite-prefix).
SUITE_PREFIX = next(fact.name for fact in FACTS if fact.id == "SUITE_PREFIX")
# Suites of a run with --pair: the pair comes before the topic. These facts differ between the suites.
_ARCH = "|".join(architecture_names())
PAIR = re.compile(rf"((?:{_ARCH})-(?:{_ARCH}))\..+")
PAIR_FACTS = tuple(fact.name for fact in FACTS if fact.use == "PAIR")

FAILURES = {verdict.entry.type: verdict for verdict in (Verdict.FAIL, Verdict.DEVIATES)}
ERROR_TYPE = re.compile(re.escape(Verdict.ERROR.entry.type) + r"([A-Z][A-Za-z]{0,39})")

# The elements that each element may contain.
CHILDREN = {
    "": {"testsuites"},
    "testsuites": {"testsuite", "properties"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "testcase": {"failure", "error", "skipped", "system-out", "system-err", "properties"},
    "properties": {"property"},
}
OUTCOMES = ("failure", "error", "skipped")


class BadReport(CannotRun):
    """The file cannot be used; the text says why, in one line."""


@dataclass
class _Open:
    """A testcase that is being read."""

    name: str
    topic: str
    milliseconds: int
    outcome: str = ""
    message: str = ""
    type: str = ""
    text: str = ""
    output: str = ""
    seen: set[str] = field(default_factory=set)


class _Handler:
    """Collects what expat reports. Anything unexpected is a BadReport, which stops the parser. `legible_text`: the file
    has no character that legible() would change."""

    def __init__(self, legible_text: bool) -> None:
        self.legible = _unchanged if legible_text else legible
        self.path: list[str] = []
        self.text: list[str] | None = None  # of the element whose text is needed
        self.suite = ""  # its whole name
        self.suites: set[str] = set()
        self.topic = ""  # its name without prefixes; "" until its properties have ended
        self.facts: dict[str, str] | None = None  # of the first suite; all have the same
        self.suite_facts: dict[str, str] = {}
        self.timestamp = ""
        self.case: _Open | None = None
        self.cases: dict[Key, Case] = {}
        self.pairs: dict[str, dict[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self.path[-1] if self.path else ""
        if not parent and tag == "testsuite":
            raise BadReport("not a report of shmcheck: its root element is a single testsuite")
        if tag not in CHILDREN.get(parent, set()):
            if not parent:
                raise BadReport(f"not JUnit XML: its root element is {_shown(tag)}")
            raise BadReport(f"not a report of shmcheck: {_shown(tag)} in a {parent} element")
        self.path.append(tag)
        self.text = None
        if tag == "testsuite":
            self.start_suite(attributes)
        elif tag == "property" and self.case is None:
            self.fact(attributes)
        elif tag == "testcase":
            self.start_case(attributes)
        elif self.case is not None and tag in (*OUTCOMES, "system-out"):
            self.start_part(self.case, tag, attributes)

    def start_suite(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if PREFIX not in name:
            raise BadReport(f"not a report of shmcheck: it has a suite named {_shown(name)}")
        self.suite = _name(name, "suite")
        if self.suite in self.suites:
            raise BadReport(f"two suites are named {name}")
        self.suites.add(self.suite)
        self.topic = ""
        self.suite_facts = {}
        timestamp = attributes.get("timestamp", "")
        if TIMESTAMP.fullmatch(timestamp) and not self.timestamp:
            self.timestamp = timestamp

    def start_cases(self) -> None:
        """Call it after the properties of the suite: sets its topic from its name and prefix."""
        prefix = self.suite_facts.get(SUITE_PREFIX, "")
        whole = f"{prefix}.{PREFIX}" if prefix else PREFIX
        if not self.suite.startswith(whole) or self.suite == whole:
            stated = f"its property {SUITE_PREFIX} is {_shown(prefix)}" if prefix else f"it states no {SUITE_PREFIX}"
            raise BadReport(f"not a report of shmcheck: it has a suite named {_shown(self.suite)}, and {stated}")
        self.topic = self.suite.removeprefix(whole)

    def fact(self, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if not FACT_NAME.fullmatch(name):
            raise BadReport(f"a property has the name {_shown(name)}")
        value = self.legible(value)
        if len(value) > MAX_FACT or len(self.suite_facts) >= MAX_FACTS:
            raise BadReport(f"too many properties, or a property that is too long: {name}")
        if name in self.suite_facts:
            raise BadReport(f"the property {name} appears twice in one suite")
        if self.topic:
            raise BadReport(f"the property {name} is behind a case")
        self.suite_facts[name] = value

    def start_case(self, attributes: dict[str, str]) -> None:
        name = _name(attributes.get("name", ""), "case")
        if not self.topic:
            self.start_cases()
        if attributes.get("classname") != self.suite:
            raise BadReport(f"case {name} has a class name that does not match its suite")
        if len(self.cases) >= MAX_CASES:
            raise BadReport(f"more than {MAX_CASES} cases")
        self.case = _Open(name, self.topic, _milliseconds(attributes.get("time", "0"), name))

    def start_part(self, case: _Open, tag: str, attributes: dict[str, str]) -> None:
        if tag in case.seen or (tag in OUTCOMES and case.outcome):
            raise BadReport(f"case {case.name} has more than one outcome, or its output twice")
        case.seen.add(tag)
        self.text = []
        if tag in OUTCOMES:
            case.outcome = tag
            case.message = self.legible(attributes.get("message", ""))
            case.type = attributes.get("type", "")

    def characters(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)
        elif data.strip() and self.path[-1] not in ("system-out", "system-err", "property"):
            raise BadReport(f"not a report of shmcheck: text in a {self.path[-1]} element")

    def end(self, tag: str) -> None:
        self.path.pop()
        if tag == "testcase" and self.case is not None:
            self.end_case(self.case)
            self.case = None
        elif tag == "testsuite":
            self.end_suite()
        elif self.case is not None and self.text is not None:
            text = self.legible("".join(self.text))
            if tag == "system-out":
                self.case.output = text
            else:
                self.case.text = text
        self.text = None

    def end_suite(self) -> None:
        pair = PAIR.fullmatch(self.topic)
        if pair:
            own = {name: self.suite_facts.pop(name) for name in PAIR_FACTS if name in self.suite_facts}
            if self.pairs.setdefault(pair[1], own) != own:
                raise BadReport(f"its suites contradict each other: the facts of {pair[1]} differ between them")
        if self.facts is None:
            self.facts = self.suite_facts
        elif self.facts != self.suite_facts:
            differing = sorted({name for name, _ in self.facts.items() ^ self.suite_facts.items()})
            raise BadReport(f"its suites are of different runs: the property {differing[0]} differs between them")

    def end_case(self, case: _Open) -> None:
        made = _finish(case)
        if made.key in self.cases:
            raise BadReport(f"two cases are named {made.key}")
        self.cases[made.key] = made


# Characters that a terminal interprets or a reader cannot see: control characters, line joiners, changes of direction.
ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]")


def legible(text: str) -> str:
    """The text with these characters written as \\u{...}, as shmcheck.exe does with most of them."""
    return ILLEGIBLE.sub(lambda match: f"\\u{{{ord(match[0]):04X}}}", text)


def _unchanged(text: str) -> str:
    return text


def _shown(text: str) -> str:
    """Text of a report for a message: short, and without characters that a terminal interprets."""
    return ascii(text if len(text) <= 60 else text[:57] + "...")


def _name(text: str, what: str) -> str:
    if not NAME.fullmatch(text):
        raise BadReport(f"a {what} has the name {_shown(text)}; names are letters, digits, '_', '.' and '-'")
    return text


def _milliseconds(text: str, case: str) -> int:
    match = SECONDS.fullmatch(text)
    if not match:
        raise BadReport(f"case {case} has a time that is not a number: {_shown(text)}")
    return int(match[1]) * 1000 + int(((match[2] or "") + "000")[:3])


def _finish(case: _Open) -> Case:
    """The Case of a complete element."""
    properties, rows, transcript = _output(case)
    verdict, kind = _verdict(case, properties.get("verdict", ""))
    place, details = _split(case)
    return Case(
        key=Key(case.topic, case.name),
        verdict=verdict,
        kind=kind,
        message=" ".join(case.message.split("\n")),
        place=place,
        details=details,
        rows=rows,
        transcript=transcript,
        milliseconds=case.milliseconds,
    )


def _output(case: _Open) -> tuple[dict[str, str], tuple[str, ...], str]:
    """The properties at the start of the output, the rows in them, and the transcript after them."""
    properties: dict[str, str] = {}
    rows: list[str] = []
    at = 0
    while True:
        end = case.output.find("\n", at)
        line = case.output[at:] if end < 0 else case.output[at:end]
        match = PROPERTY.fullmatch(line) if line.startswith("[[") else None
        if not match:
            break
        at = len(case.output) if end < 0 else end + 1
        if match[1] != "row":
            properties[match[1]] = match[2]
        elif not ROW.fullmatch(match[2]) or len(match[2]) > 200:
            raise BadReport(f"case {case.name} names the row {_shown(match[2])}")
        elif match[2] not in rows:
            rows.append(match[2])
    return properties, tuple(rows), case.output[at:].rstrip("\n")


def _verdict(case: _Open, stated: str) -> tuple[Verdict, str]:
    """The verdict by the case's elements. BadReport if its output states another."""
    kind = ""
    verdict = Verdict.PASS
    if case.outcome == "failure":
        if case.type not in FAILURES:
            raise BadReport(f"not a report of shmcheck: case {case.name} fails with the type {_shown(case.type)}")
        verdict = FAILURES[case.type]
    elif case.outcome == "error":
        match = ERROR_TYPE.fullmatch(case.type)
        if not match:
            raise BadReport(f"not a report of shmcheck: case {case.name} has the error type {_shown(case.type)}")
        verdict, kind = Verdict.ERROR, match[1]
    elif case.outcome == "skipped":
        verdict = Verdict.KNOWN if case.message.startswith("known: ") else Verdict.SKIP
    if stated and stated != verdict:
        raise BadReport(f"case {case.name} contradicts itself: its element says {verdict}, its output {_shown(stated)}")
    return verdict, kind


def _split(case: _Open) -> tuple[str, str]:
    """The place and the further lines of an outcome's text. Its first line repeats the message."""
    lines = case.text.split("\n")
    if lines and lines[0] == case.message:
        del lines[0]
    place = ""
    if lines:
        match = PLACE.fullmatch(lines[0])
        if match:
            place = match[1]
            del lines[0]
    return place, "\n".join(lines).strip("\n")


def _refuse(message: str) -> None:
    raise BadReport(message)


def _check_bytes(data: bytes) -> None:
    """Checks the bytes before they are parsed."""
    if not data.strip():
        raise BadReport("it is empty")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        raise BadReport("not UTF-8, as every report of shmcheck is")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadReport(f"not UTF-8: byte {error.start}") from error
    declaration = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{0,40})[\"']", data)
    if declaration and declaration[1].upper() not in (b"UTF-8", b"US-ASCII", b"ASCII"):
        raise BadReport("it declares another encoding than UTF-8")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadReport("it declares a document type or an entity; no report of shmcheck does")


def _is_legible(data: bytes) -> bool:
    """Whether no text of the file has a character that legible() would change. Other references than those to a line end
    or a tab may stand for one."""
    references = data.count(b"&#") - data.count(b"&#10;") - data.count(b"&#9;")
    return references == 0 and not ILLEGIBLE.search(data.decode("utf-8"))


def parse(data: bytes, target: str) -> Run:
    """The run of a report. BadReport if it cannot be used."""
    _check_bytes(data)
    handler = _Handler(_is_legible(data))
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    # A second check: _check_bytes already refuses these.
    parser.StartDoctypeDeclHandler = lambda *_: _refuse("it declares a document type")
    parser.EntityDeclHandler = lambda *_: _refuse("it declares an entity")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadReport(
            f"malformed XML: {expat.ErrorString(error.code)}, line {error.lineno}, column {error.offset + 1}"
        ) from error
    if not handler.cases:
        raise BadReport("it has no case")
    lost = _lost(handler.cases)
    cases = {} if lost else fold_repetitions(handler.cases)
    return Run(target, handler.facts or {}, handler.timestamp, cases, lost, handler.pairs)


def _lost(cases: dict[Key, Case]) -> str:
    """Why a run was lost: the reason in a report that has only errors of the topic "run"; "" for any other report."""
    if any(case.key.topic != "run" or case.verdict is not Verdict.ERROR for case in cases.values()):
        return ""
    return min(cases.values(), key=lambda case: case.key.order()).message or "no case ran"


def fold_repetitions(cases: dict[Key, Case]) -> dict[Key, Case]:
    """Joins the repetitions `id`, `id.2`, `id.3` (--repeat) into one case: the worst, marked if they differ."""
    folded: dict[Key, list[Case]] = {}
    for key, case in cases.items():
        match = REPETITION.fullmatch(key.id)
        first = Key(key.topic, match[1]) if match else key
        folded.setdefault(first if first in cases else key, []).append(case)
    return {key: _worst(key, group) for key, group in sorted(folded.items(), key=lambda item: item[0].order())}


def _worst(key: Key, group: list[Case]) -> Case:
    if len(group) == 1:
        return group[0] if group[0].key == key else replace(group[0], key=key)
    worst = max(group, key=lambda case: SEVERITY[case.verdict])  # the first of the worst
    unstable = len({observation(case) for case in group}) > 1
    return replace(
        worst, key=key, repetitions=len(group), unstable=unstable, verdicts=tuple(case.verdict for case in group)
    )

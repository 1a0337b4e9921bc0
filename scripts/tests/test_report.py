"""Tests of scripts/report: the page, its limits, and that no text of a report is ever markup, script or a path."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_maker import WINE, Made, Report, fleet

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.commands.report import main  # noqa: E402
from shmcheck.targets import lost_report  # noqa: E402
from shmcheck.contract import load as load_contract  # noqa: E402
from shmcheck.reports import export, known_list, page_view, report_markdown  # noqa: E402
from shmcheck.reports.headline import news  # noqa: E402
from shmcheck.reports.markdown import MAX_BYTES  # noqa: E402
from shmcheck.reports.page import BASE_BYTES, BYTES_PER_PAIR, render  # noqa: E402
from shmcheck.reports.page_model import Page, build, letter  # noqa: E402
from shmcheck.reports.report_reader import parse  # noqa: E402
from shmcheck.reports.results import BadFile, Run, lost_run  # noqa: E402
from shmcheck.reports.sources import link  # noqa: E402

CONTRACT = load_contract(ROOT / "cases" / "contract.toml")
ROWS = [row.id for row in CONTRACT.rows]


def runs_of(reports: dict[str, Report]) -> list[Run]:
    return [parse(report.xml().encode(), name) for name, report in reports.items()]


def small() -> list[Run]:
    return runs_of(fleet(5, 60))


# ---- reading the page ----

VOID = {"meta", "input", "rect", "br", "hr", "link", "img"}
OPTIONAL_END = {"li", "p"}


class Reader(HTMLParser):
    """The parts of a page that these tests need, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in VOID:
            return
        if tag == "li" and self.open and self.open[-1] in OPTIONAL_END:
            self.close_optional({"ul", "ol"})
        if tag in ("p", "ul", "ol", "pre", "details") and self.open and self.open[-1] == "p":
            self.open.pop()
        self.open.append(tag)

    def close_optional(self, until: set[str]) -> None:
        while self.open and self.open[-1] in OPTIONAL_END and self.open[-1] not in until:
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in OPTIONAL_END:
            self.close_optional(set())
        elif tag == "li" and self.open[-1] == "p":
            self.open.pop()
        assert self.open and self.open[-1] == tag, (tag, self.open[-4:], self.getpos())
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self.open and self.open[-1] == "style":
            self.styles.append(data)
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page_text(runs: list[Run], **more: object) -> str:
    return render(build(runs, contract=CONTRACT, **more))  # type: ignore[arg-type]


def test_the_page_is_one_file() -> None:
    page = Reader(page_text(small(), base=small()))
    assert len(page.ids) == len(set(page.ids))
    for tag, name, value in page.attributes:
        assert name not in ("src", "style", "srcset", "action", "formaction") and not name.startswith("on"), (tag, name)
        if name == "href":
            assert tag == "a" and (value.startswith("https://") or value.startswith("#")), value
        if name == "href" and value.startswith("#"):
            assert value[1:] in page.ids, value
        if name in ("aria-labelledby", "for"):
            assert value in page.ids
    assert not re.search(r"@import|url\(", page.styles[0])


def test_the_policy_permits_only_the_script_and_style_of_the_page() -> None:
    page = Reader(page_text(small()))
    policy = next(value for tag, name, value in page.attributes if name == "content" and value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    (data, _), (script, text) = page.scripts
    assert data["type"] == "application/json" and script == {}
    for whole in (page.styles[0], text):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(whole.encode()).digest()).decode()}'" in policy


def test_the_sections_of_the_page_are_in_order() -> None:
    page = Reader(page_text(small(), base=small()))
    wanted = ["standing", "failures", "changes", "matrix", "disagreements", "known", "skips", "contract", "platforms"]
    assert [name for name in page.ids if name in wanted] == wanted


def test_every_case_is_there_without_javascript() -> None:
    runs = small()
    page = Reader(page_text(runs))
    for run in runs:
        for case in run.cases.values():
            assert f"case-{case.key.topic}-{case.key.id}" in page.ids
            for line in case.transcript.split("\n"):
                assert line.split(" -> ")[0].split(": ")[0] in page.text


def test_the_embedded_data_is_what_the_script_reads() -> None:
    runs = small()
    data = json.loads(Reader(page_text(runs)).scripts[0][1])
    assert len(data["cases"]) == 60 and len(data["systems"]) == 5
    assert all(len(states) == 5 for _, _, states, *_ in data["cases"])
    script = (ROOT / "scripts/shmcheck/reports/templates/report.js").read_text(encoding="utf-8")
    assert "innerHTML" not in script and "eval" not in script and "document.write" not in script


# ---- no text of a report is markup, script or a path ----

PIECES = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "\"><b onmouseover='alert(4)'>",
    "' autofocus onfocus=alert(5) x='",
    "<!-- --><![CDATA[",
    "]]>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(6)",
    "&lt;b&gt;&#60;i&#62;",
    "</pre></details></ul>",
    "../../../etc/passwd",
    "file:///etc/passwd",
    "<a href=http://localhost>x</a>",
    "\u2028</style>",
]


def hostile() -> list[Run]:
    made = {}
    for number, piece in enumerate([*PIECES, "plain"]):
        facts = WINE | {"os_name": piece, "wine_version": f"8.{number}", "session": piece[:9]}
        cases = [
            Made("a", "fail", message=piece, details=f"line 4: {piece}", steps=[f"w> a {piece} -> {piece}"], place=f"{piece}:1"),
            Made("b", "skip", message=piece),
            Made("c", "known", message=piece),
            Made("d", "error", message=piece, kind="Crash"),
            Made("e", "pass", steps=[f"= {piece}: {piece}", f"# {piece}"]),
        ]
        made[f"{piece} {number}"] = Report(cases, facts=facts)
    made["lost"] = Report([Made("no-case-ran", "error", topic="run", message=PIECES[0])])
    return runs_of(made)


def tidy(text: str) -> str:
    return " ".join(text.split())


def test_hostile_text_is_escaped_on_the_page() -> None:
    runs = hostile()
    plain = Reader(page_text(small(), base=small()))
    bad = [BadFile(PIECES[2], PIECES[0])]
    page = Reader(page_text([*runs, lost_run(PIECES[1], PIECES[3])], base=runs, bad=bad))
    assert set(page.tags) <= set(plain.tags) | {"h3"}
    assert page.tags["script"] == 2
    names = {(tag, name) for tag, name, _ in plain.attributes}
    extra = {(tag, name) for tag, name, _ in page.attributes} - names
    assert extra <= {("section", "class"), ("details", "class"), ("dd", "class")}, extra
    for tag, name, value in page.attributes:
        if name == "href":
            assert value.startswith(("https://learn.microsoft.com/", "https://", "#")), value
            assert "localhost" not in value
    shown = tidy(page.text)
    for piece in PIECES[:-1]:
        assert tidy(piece) in shown, piece


def test_hostile_text_is_escaped_in_the_other_outputs() -> None:
    page = build(hostile(), contract=CONTRACT)
    rows = list(csv.reader(io.StringIO(export.as_csv(page))))
    assert {len(row) for row in rows} == {len(export.FIELDS)}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    document = json.loads(export.as_json(page))
    assert len(document["systems"]) == len(PIECES) + 2
    assert "<" not in report_markdown.render(page).split("\n")[0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_escaped_in_csv(text: str) -> None:
    assert export.plain_cell(text) == "'" + text
    assert export.plain_cell("x" + text) == "x" + text


# ---- the same input, the same bytes ----


def outputs(page: Page) -> list[str]:
    return [render(page), report_markdown.render(page), export.as_json(page), export.as_csv(page)]


def test_the_order_of_files_does_not_matter() -> None:
    runs, base = small(), runs_of(fleet(5, 60, seed=2))
    one = outputs(build(runs, base=base, contract=CONTRACT))
    other = outputs(build(runs[::-1], base=base[::-1], contract=CONTRACT))
    assert one == other


def test_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 3, 30)
    found = set()
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        command = [sys.executable, str(ROOT / "scripts/report.py"), str(folder), "-o", str(out)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "LC_ALL": "C"}, capture_output=True)
        found.add(out.read_bytes())
    assert len(found) == 1


# ---- limits ----


def write_fleet(tmp_path: Path, systems: int, cases: int) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, report in fleet(systems, cases).items():
        (folder / f"TEST-shmcheck-{name}.xml").write_text(report.xml(), encoding="utf-8")
    return folder


def budget(cases: int, systems: int) -> int:
    return 300 * 1024 + 1024 * cases * systems


@pytest.mark.parametrize(("systems", "cases", "steps"), [(1, 10, 8), (1, 300, 8), (1, 300, 200), (3, 300, 40), (12, 100, 8)])
def test_the_page_keeps_its_size_limit(systems: int, cases: int, steps: int) -> None:
    runs = runs_of(fleet(systems, cases, steps=steps))
    assert len(page_text(runs).encode()) <= budget(cases, systems)
    assert BASE_BYTES + BYTES_PER_PAIR == budget(1, 1)


def test_omitted_steps_are_named() -> None:
    text = page_text(runs_of(fleet(1, 60, steps=400)))
    assert "This page omits the steps because of its size limit" in text


MEASURE = """\
import resource, sys
sys.path.insert(0, sys.argv[1])
from shmcheck.commands.{command} import main
main(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that of a new program begins with the memory of the process that started it.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /proc")
@pytest.mark.parametrize("program", ["report", "compare"])
def test_fifty_systems_of_a_thousand_cases(tmp_path: Path, program: str) -> None:
    """Takes less than 8 s of processor time and 0.25 GiB. The best of three runs counts, because a busy machine needs more."""
    folder, out = write_fleet(tmp_path, 50, 1000), tmp_path / "report.html"
    words = [str(folder), "-o", str(out)] if program == "report" else [str(folder), str(folder)]
    command = [sys.executable, "-c", MEASURE.format(command=program), str(ROOT / "scripts"), *words]
    for _ in range(3):
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, kibibytes = map(float, found.stderr.splitlines()[-1].split())
        if seconds < 8:
            break
    assert (seconds < 8, kibibytes < 256 * 1024) == (True, True), (seconds, kibibytes)
    if program == "report":
        assert out.stat().st_size <= budget(1643, 50) and "made-case-999" in out.read_text(encoding="utf-8")


def test_markdown_fits_a_pull_request() -> None:
    made = report_markdown.render(build(runs_of(fleet(20, 1000)), contract=CONTRACT))
    assert len(made.encode()) <= MAX_BYTES
    assert "do not fit" in made


# ---- the content of the page ----


def page_of(*runs: Run, **more: object) -> Page:
    return build(runs, contract=CONTRACT, **more)  # type: ignore[arg-type]


def one(*cases: Made, target: str = "here", **facts: str) -> Run:
    return parse(Report(list(cases), facts=WINE | facts).xml().encode(), target)


def test_the_summary_sentence() -> None:
    good, bad = Made("a"), Made("a", "fail")
    assert news(page_of(one(good))) == "All 1 cases that ran meet their expectations on 1 system."
    assert news(page_of(one(bad))) == "1 of 1 cases misses an expectation or ends in an error on 1 system."
    two = page_of(one(good, target="x"), one(bad, target="y", wine_version="9.0"))
    assert news(two).endswith("on 2 systems; the verdicts on 1 case differ between the systems.")
    known = page_of(one(Made("a", "known")), one(Made("a", "known"), target="y"))
    assert "but for 1 known deviation," in news(known) and news(known).endswith("all systems agree in every verdict.")
    since = page_of(one(bad), base=[one(good)])
    assert news(since).startswith("1 regression since the earlier runs; 1 of 1")
    assert news(page_of(one(good), base=[one(good)])).startswith("No case got better or worse since")
    lost = page_of(one(good), lost_run("gone", "no route"))
    assert news(lost).endswith("on 1 system. 1 system is lost.")


def test_a_lost_system_is_a_column_with_its_reason() -> None:
    text = page_text([one(Made("a")), lost_run("gone", "the host does not answer")])
    page = Reader(text)
    assert "gone was lost: the host does not answer" in tidy(page.text)
    assert "? lost" in tidy(page.text)
    assert "#disagreements" in text


def test_columns_are_windows_by_build_then_wine_then_lost_runs() -> None:
    windows = {name: value for name, value in WINE.items() if name != "wine_version"}
    runs = [lost_run("a-lost", "x"), one(Made("a"), target="wine-10", wine_version="10.0")]
    runs += [one(Made("a"), target="wine-8"), parse(Report([Made("a")], facts=windows).xml().encode(), "z-windows")]
    assert [run.target for run in page_of(*runs).runs] == ["z-windows", "wine-8", "wine-10", "a-lost"]


def test_a_case_belongs_to_the_area_of_its_first_row() -> None:
    page = page_of(one(Made("a", rows=[ROWS[-1], ROWS[0]]), Made("b", rows=["no-such-row"], topic="other")))
    assert [area.title for area in page.areas] == [CONTRACT.areas[14], "Topic other"]


def test_cells_count_passed_of_those_that_ran() -> None:
    cases = [Made("a", "fail"), Made("b", "error"), Made("c"), Made("d", "skip"), Made("e", "known")]
    cell = page_view.cell(page_view.total(page_of(one(*cases)))[0])
    assert (cell.symbol, cell.text, cell.known) == ("!", "1/4", "≈ 1")
    assert cell.words == "1 error, 1 fail, 1 known, 1 pass, 1 skip"
    assert page_view.cell(page_view.total(page_of(one(Made("a"), Made("b"))))[0]).text == "2/2"
    assert page_view.cell(page_view.total(page_of(one(Made("a"), Made("b", "known"))))[0]).text == "1/2"
    assert page_view.cell(page_view.total(page_of(one(Made("a", "skip"))))[0]).text == "0/0"


def test_transcripts_stand_side_by_side_with_the_differing_step_marked() -> None:
    page = page_of(
        one(Made("a", steps=["w> a -> ok", "w> b -> ok"]), target="x"),
        one(Made("a", "fail", steps=["w> a -> ok", "w> b -> fail error=5"]), target="y", wine_version="10.0"),
    )
    first, second = page_view.steps(page.cases[0])
    assert (first.reply, first.replies) == ("ok", ())
    assert [(reply.letters, reply.text) for reply in second.replies] == [("A", "ok"), ("B", "fail error=5")]
    text = render(page)
    assert '<li class="x"><span class="vh">differs: </span>w> b<dl class="side n2">' in text


def test_equal_transcripts_are_on_the_page_once() -> None:
    step = "w> read view at=123 as=u32 -> ok u32=4711"
    text = page_text([one(Made("a", steps=[step]), target=f"s{number}") for number in range(9)])
    assert text.count("at=123") == 1


def test_known_deviations_have_reason_and_age(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text(
        '[[known]]\ncase = "a*"\ncheck = "*"\nreason = "Wine keeps  it"\nsince = "2026-01-04"\nwine_version = "8.*"\n'
        'issue = "https://bugs.winehq.org/1"\n'
        '[[known]]\ncase = "b"\ncheck = "*"\nreason = "gone"\nissue = "javascript:alert(1)"\n'
        '[[known]]\ncase = "b"\ncheck = "*"\nreason = "elsewhere"\nwine_version = "10.*"\n'
        '[[known]]\ncase = "b"\ncheck = "*"\nreason = "on a tmpfs"\ndepends_on = "the file system"\n',
        encoding="utf-8",
    )
    entries = known_list.load(known)
    page = page_of(one(Made("a1", "known", message="Wine keeps it"), Made("b")), known=entries)
    assert [(entry.reason, entry.days) for entry in page.known_cases] == [("Wine keeps it", 30)]
    assert [(entry.reason, targets) for entry, targets in page.stale] == [("gone", ["here"])]
    text = render(page)
    assert "since 2026-01-04, 30 days before the run" in text
    assert 'href="https://bugs.winehq.org/1"' in text and "javascript" not in text
    assert "Entries that no longer apply" in text


@pytest.mark.parametrize(
    ("glob", "word", "matches"),
    [("*", "", True), ("a?c", "abc", True), ("a?c", "ac", False), ("a.c", "abc", False), ("**b", "aab", True), ("[ab]", "a", False)],
)
def test_globs_match_as_in_the_runner(glob: str, word: str, matches: bool) -> None:
    assert known_list.glob_matches(glob, word) is matches


def test_coverage_counts_what_ran() -> None:
    page = page_of(one(Made("a", rows=[ROWS[0]]), Made("b", "skip", rows=[ROWS[1]]), Made("c", "fail", rows=[ROWS[0]])))
    states = {state.row.id: state.state for state in page.rows}
    assert (states[ROWS[0]], states[ROWS[1]], states[ROWS[2]]) == ("fail", "skip", "")
    assert f"Rows with a case that ran on at least one of these systems: 1 of {len(ROWS)}. Only skipped: 1." in render(page)


def test_a_failure_shows_the_strength_of_its_rows() -> None:
    by_strength = {row.strength: row.id for row in CONTRACT.rows}
    asserted, guessed = by_strength["asserted"], by_strength["hypothesis"]
    text = render(
        page_of(
            one(
                Made("a", "fail", message=f"[{asserted}] x: expected ok, got fail", rows=[asserted]),
                Made("b", "deviates", message=f"[{guessed}] x: expected ok, got fail", rows=[guessed]),
                Made("c", "fail", message="[no-such-row] x: expected ok, got fail"),
            )
        )
    )
    assert f'<p class="meta">{asserted}: asserted for Windows</p>' in text
    assert f'<p class="meta">{guessed}: no evidence from Windows yet</p>' in text
    assert "no-such-row: " not in text


def test_every_source_is_a_link_or_plain_text() -> None:
    links = {source: link(source) for row in CONTRACT.rows for source in row.source}
    for source, address in links.items():
        assert address == "" or re.fullmatch(r"https://[a-z.]+/[A-Za-z0-9._/?=-]+", address), (source, address)
    assert links["nf-winbase-createfilemappinga"].endswith("/windows/win32/api/winbase/nf-winbase-createfilemappinga")
    assert links["nf-wdm-zwmapviewofsection"].endswith("/windows-hardware/drivers/ddi/wdm/nf-wdm-zwmapviewofsection")
    assert links["derived"] == ""
    assert sum(1 for address in links.values() if address) > 0.85 * len(links)


def test_changes_name_systems_and_the_step() -> None:
    base = [one(Made("a", steps=["w> a -> ok"]), target=name) for name in ("x", "y")]
    now = [one(Made("a", "fail", steps=["w> a -> fail error=5"]), target=name) for name in ("x", "y")]
    page = page_of(*now, base=base)
    (item,) = page_view.items(page, page_view.ATTENTION)
    assert (item.targets, item.before, item.now) == (("x", "y"), "pass", "fail")
    assert item.step == ("w> a", "ok", "fail error=5")


def test_a_case_that_is_gone_is_still_on_the_page() -> None:
    page = page_of(one(Made("b")), base=[one(Made("a"), Made("b"))])
    gone = next(case for case in page.cases if case.key.id == "a")
    assert gone.states == ("absent",) and not gone.plain
    assert "removed" in render(page)


def test_columns_get_letters() -> None:
    assert [letter(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# ---- the command ----


def command(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_a_page_is_made_even_if_every_system_was_lost(tmp_path: Path) -> None:
    for target in ("windows-2022", "wine-8"):
        lost_report.write(tmp_path / f"TEST-shmcheck-{target}.xml", target, "NoResult", "its job left no report")
    page, words = tmp_path / "report.html", tmp_path / "report.md"
    assert command(tmp_path, "-o", page, "--markdown", words, "--base", ROOT / "reports" / "baselines") == 0
    assert "windows-2022" in page.read_text(encoding="utf-8")
    assert words.read_text(encoding="utf-8").count("was lost: `its job left no report`") == 2


def test_exit_codes_and_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_fleet(tmp_path, 3, 20)
    out = [tmp_path / f"report.{kind}" for kind in ("html", "md", "json", "csv")]
    assert command(folder, "-o", out[0], "--markdown", out[1], "--json", out[2], "--csv", out[3]) == 0
    assert all(path.stat().st_size > 500 for path in out)
    bad = folder / "TEST-shmcheck-bad.xml"
    bad.write_text("<!DOCTYPE x><x/>", encoding="utf-8")
    assert command(folder, "-o", out[0]) == 1
    assert f"error: {bad}: it declares a document type" in capsys.readouterr().err
    text = out[0].read_text(encoding="utf-8")
    assert "cannot be used: it declares a document type" in text and "made-case-0" in text
    assert command(bad, "-o", out[0]) == 3
    assert command(folder, "--base", bad, "-o", out[0]) == 3
    assert command(folder, "-o", tmp_path / "no" / "page.html") == 3
    assert command(folder, "--contract", bad, "-o", out[0]) == 3
    assert command(folder, "--known", tmp_path / "none.toml", "-o", out[0]) == 3
    assert command(folder) == 3
    assert "name at least one output" in capsys.readouterr().err


def test_a_page_that_cannot_be_made_leaves_the_old_one(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")
    bad = tmp_path / "bad.xml"
    bad.write_text("<x/>", encoding="utf-8")
    assert command(bad, "-o", page) == 3
    assert page.read_text(encoding="utf-8") == "old"


def test_without_jinja2_the_rest_works(tmp_path: Path) -> None:
    folder = write_fleet(tmp_path, 2, 5)
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "jinja2.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    program = f"import sys; sys.path[:0] = {[str(hidden), str(ROOT / 'scripts')]!r}\n"
    program += "from shmcheck.commands.report import main; sys.exit(main(sys.argv[1:]))"
    start = [sys.executable, "-c", program, str(folder)]
    found = subprocess.run([*start, "--json", str(tmp_path / "x.json")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    found = subprocess.run([*start, "-o", str(tmp_path / "x.html")], capture_output=True, text=True, check=False)
    assert found.returncode == 3 and "the page needs Jinja2" in found.stderr


def test_junitparser_reads_what_we_read() -> None:
    """An independent reader agrees about all recorded and made reports."""
    junitparser = pytest.importorskip("junitparser")
    recorded = sorted((ROOT / "reports").rglob("*.xml"))
    texts = [path.read_bytes() for path in recorded] + [report.xml().encode() for report in fleet(3, 40).values()]
    for text in texts:
        run = parse(text, "x")
        theirs: Counter[str] = Counter()
        for suite in junitparser.JUnitXml.fromstring(text):
            for case in suite:
                results = case.result if isinstance(case.result, list) else [case.result]
                theirs[type(results[0]).__name__ if results and results[0] is not None else "Passed"] += 1
        if any(case.repetitions > 1 for case in run.cases.values()) or run.lost:
            continue
        ours = Counter(case.verdict.value for case in run.cases.values())
        assert theirs["Passed"] == ours["pass"]
        assert theirs["Failure"] == ours["fail"] + ours["deviates"]
        assert theirs["Error"] == ours["error"]
        assert theirs["Skipped"] == ours["skip"] + ours["known"]


def test_earlier_runs_are_of_the_target_or_of_the_same_version() -> None:
    runs = [one(Made("a"), target="x", wine_version="8.0"), one(Made("a"), target="y", wine_version="10.0")]
    page = page_of(*runs, base=[one(Made("a", "fail"), target="x", wine_version="7.0"), one(Made("a"), target="z")])
    assert [(comparison.base.target, comparison.new.target) for comparison in page.comparisons] == [("x", "x")]
    assert page.uncompared == ["y"]
    assert "No earlier run was given of y." in render(page)
    same = page_of(*runs, base=[one(Made("a"), target="old", wine_version="10.0"), one(Made("a"), target="z", wine_version="1")])
    assert [(comparison.base.target, comparison.new.target) for comparison in same.comparisons] == [("old", "y")]
    only = page_of(runs[0], base=[one(Made("a"), target="z", wine_version="1.0")])
    assert len(only.comparisons) == 1


def test_warnings_about_comparisons_come_first() -> None:
    text = render(page_of(one(Made("a", "fail"), session="0"), base=[one(Made("a"))]))
    care = text.index("The conditions of the runs differ")
    assert text.index('id="changes"') < care < text.index('class="changes"')
    assert "session was 1 and is 0" in text


def test_earlier_runs_of_other_systems_are_said_not_to_fit() -> None:
    runs = runs_of({name: Report([Made("a")], facts=WINE | {"wine_version": name}) for name in ("8.0", "10.0")})
    other = runs_of({"old <one>": Report([Made("a")], facts=WINE | {"wine_version": "5.0"})})
    page = build(runs, base=other)
    assert "no earlier report (old &lt;one&gt;) is of one of these systems" in render(page)
    assert "No earlier reports were given" not in render(page)
    assert "no earlier report (`old <one>`)" in report_markdown.render(page)
    assert "No earlier reports were given" in render(build(runs))


def test_the_table_of_platforms_marks_differences_except_facts_of_a_run() -> None:
    hashes = {"runner_sha256": "a" * 64}
    facts = [WINE | hashes | {"run_id": str(number), "session": str(number)} for number in range(2)]
    page = build(runs_of({f"s{number}": Report([Made("a")], facts=each) for number, each in enumerate(facts)}))
    assert [name for name, differs in page_view.fact_names(page) if differs] == ["session"]
    assert f'<span class="hash">{"a" * 64}</span>' in render(page)


def test_a_case_says_on_which_systems_it_changed() -> None:
    base = [one(Made("a"), target="x"), one(Made("a"), target="y")]
    page = page_of(one(Made("a", "fail"), target="x"), one(Made("a"), target="y"), base=base)
    assert page_view.changes_of(page.cases[0]) == [("regressed", "pass", "fail", ["x"])]
    changes = json.loads(export.as_json(page))["areas"][0]["cases"][0]["changes"]
    assert changes == [{"target": "x", "class": "regressed"}]


def test_markdown_shows_the_step_that_was_answered_differently() -> None:
    base = [one(Made("a", steps=["w> a -> ok"]))]
    made = report_markdown.render(page_of(one(Made("a", steps=["w> a -> ok size=2"])), base=base))
    assert "- `sample/a` pass, `here`\n  ```diff\n    w> a\n  - ok\n  + ok size=2\n  ```\n" in made


def test_equal_causes_are_one_entry() -> None:
    fails = [Made(name, "fail") for name in ("a", "b", "c")]
    passes = [Made(name) for name in ("a", "b", "c")]
    runs = [one(*fails, target="x"), one(*passes, target="y", wine_version="9.0")]
    page = page_of(*runs)
    (split,) = page_view.splits(page, True)
    (pattern,) = split.patterns
    assert [case.key.id for case in pattern.cases] == ["a", "b", "c"] and page_view.splits(page, False) == []
    assert split.cause == "x: wine_version ≤ 8.0; the others ≥ 9.0."
    assert render(page).count("wine_version ≤ 8.0") == 4  # once together, once with each case


def test_systems_that_fall_into_the_same_groups_are_one_entry_whatever_they_saw() -> None:
    verdicts = {"a": ("fail", "pass"), "b": ("fail", "pass"), "c": ("pass", "deviates"), "d": ("known", "error")}
    runs = [one(*(Made(name, each[side]) for name, each in verdicts.items()), target="xy"[side], session=str(side)) for side in (0, 1)]
    (split,) = page_view.splits(page_of(*runs), True)
    assert (split.count, [len(pattern.cases) for pattern in split.patterns]) == (4, [2, 1, 1])


def test_no_cause_is_named_where_more_than_one_fact_differs() -> None:
    runs = [one(Made("a", "fail"), target="x"), one(Made("a"), target="y", wine_version="9.0", session="0")]
    text = render(page_of(*runs))
    assert page_view.splits(page_of(*runs), True)[0].cause == ""
    assert '<p class="why">' not in text

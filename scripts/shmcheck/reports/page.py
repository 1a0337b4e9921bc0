"""Renders the page: one HTML file without external resources. The only module that needs Jinja2."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from shmcheck.console import CannotRun, shortened
from shmcheck.contract import Row
from shmcheck.reports import headline
from shmcheck.reports import page_view as view
from shmcheck.reports.page_model import Page, PageCase
from shmcheck.reports.results import PROGRAMS
from shmcheck.reports.sources import link

try:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup
except ImportError as error:
    raise CannotRun("the page needs Jinja2 (Debian: python3-jinja2; elsewhere: pip install Jinja2)") from error

TEMPLATES = Path(__file__).resolve().parent / "templates"
BASE_BYTES = 300 * 1024
BYTES_PER_PAIR = 1024  # of a case and a system


def line(text: str) -> Markup:
    """Escapes text for a text node only, where '>' and quotes have no meaning; transcripts contain many of them. Do not
    use it in an attribute: leave the text to autoescape there."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))  # noqa: S704


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["cut"] = shortened
    environment.filters["line"] = line
    environment.globals.update(view=view, link=link, hashes=frozenset(PROGRAMS))
    return environment


def _own(name: str) -> str:
    """The text of a style sheet or script of the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8").strip("\n")


def _hash(text: str) -> str:
    """The hash by which a content security policy permits an inline style sheet or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _embedded(value: object) -> Markup:
    """JSON without a character that HTML or JavaScript would interpret."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704


def _strips(page: Page) -> dict[PageCase, Markup]:
    """The symbols of each case, one per system, with a text alternative. A single system also gets the word."""
    piece = Markup('<i class="{}" title="{}: {}">{}</i>' if len(page.runs) > 1 else '<i class="{0}">{3} {2}</i>')
    pieces: list[dict[str, Markup]] = [
        {
            state: piece.format(style, shortened(run.target, 64), words, symbol)
            for state, (symbol, style, words) in view.STATES.items()
        }
        for run in page.runs
    ]
    return {
        case: Markup("").join(column[state] for column, state in zip(pieces, case.states, strict=True))
        for case in page.cases
    }


def _bodies(environment: Environment, page: Page, rows: Mapping[str, Row]) -> dict[PageCase, tuple[Markup, Markup]]:
    """The panel of each case, in two versions: complete, and without its steps."""
    macro = environment.get_template("case.html.j2").make_module({"rows": rows, "page": page}).body  # type: ignore[attr-defined]
    return {case: (macro(case, view.steps(case)), macro(case, None)) for case in page.cases}


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def render(page: Page, title: str = "shmcheck") -> str:
    """The page's text. The same input gives the same bytes."""
    environment = _environment()
    style, script = _own("report.css"), _own("report.js")
    template = environment.get_template("report.html.j2")
    strips = _strips(page)
    rows = {row.row.id: row.row for row in page.rows}

    def text(bodies: dict[PageCase, Markup]) -> str:
        return template.render(
            page=page,
            title=title,
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            style_hash=_hash(style),
            script_hash=_hash(script),
            data=_embedded(view.data(page)),
            strips=strips,
            bodies=bodies,
            totals=view.total(page),
            standing=headline.standing(page),
            news=headline.news(page),
            standings=headline.standings(page),
            rows=rows,
        )

    choices = _bodies(environment, page, rows)
    empty = Markup("")
    room = BASE_BYTES + BYTES_PER_PAIR * len(page.cases) * len(page.runs)
    room -= _size(text({case: empty for case in page.cases}))
    return text(_fitting(choices, room)) + "\n"


def _fitting(choices: dict[PageCase, tuple[Markup, Markup]], room: int) -> dict[PageCase, Markup]:
    """The complete panels, as far as the size limit permits. The longest panels of cases that need no attention lose
    their steps first, then the longest of the other cases."""
    sizes = {case: (_size(whole), _size(short)) for case, (whole, short) in choices.items()}
    used = sum(whole for whole, _ in sizes.values())
    shortened = set()
    for case in sorted(choices, key=lambda case: (not case.plain, -sizes[case][0], case.key.order())):
        if used <= room:
            break
        used -= sizes[case][0] - sizes[case][1]
        shortened.add(case)
    return {case: short if case in shortened else whole for case, (whole, short) in choices.items()}

"""The reference of the verbs in harness/PROTOCOL.md, made from harness/actor/verbs.def."""

from __future__ import annotations

import textwrap

from shmcheck.console import CannotRun
from shmcheck.verbs import Table, Verb, VerbKey

BEGIN = "<!-- verbs: made by scripts/protocol --write -->"
END = "<!-- end of verbs -->"
WIDTH = 118


def value_text(key: VerbKey) -> str:
    words = key.words
    if words:
        return (",..." if key.type == "WORDS" else "|").join(words[:1] + (("",) if key.type == "WORDS" else words[1:]))
    return key.values


def shown(key: VerbKey) -> str:
    text = f"{key.name}={value_text(key)}"
    return text if key.required else f"[{text}]"


def synopsis(verb: Verb) -> str:
    label = {"NONE": "", "OPTIONAL": f" [{verb.word}]", "REQUIRED": f" {verb.word}"}[verb.label]
    return " ".join([verb.name + label, *map(shown, verb.keys)])


def wrap(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)


def key_lines(key: VerbKey) -> list[str]:
    """The parts of a key's description that are not in the synopsis: default, words, help."""
    parts = []
    if key.type == "WORDS":
        parts.append("some of " + ", ".join(key.words))
    if key.help:
        parts.append(key.help)
    if key.default and key.default not in ("0", key.words[0] if key.words else "") and key.type != "YES":
        parts.append(f"{key.default} without it")
    return wrap(f"`{key.name}`: {'; '.join(parts)}", "      ", "        ") if parts else []


def verb_lines(verb: Verb) -> list[str]:
    lines = wrap(synopsis(verb), "    ", "         ")
    reply = f"-> {verb.reply}" if verb.reply else ""
    lines += wrap(" ".join(filter(None, (verb.calls, reply))), "        ", "           ")
    if verb.notes:
        lines += wrap(" ".join(verb.notes), "      ", "      ")
    for key in verb.keys:
        lines += key_lines(key)
    return lines


def reference(table: Table) -> str:
    """The text between BEGIN and END, without them."""
    lines = ["", "Every verb takes:", ""]
    for key in table.common_keys:
        lines += wrap(f"{shown(key)}  {key.help}", "    ", "      ")
    group = ""
    for verb in table.verbs.values():
        if verb.group != group:
            group = verb.group
            lines += ["", f"### {group}", ""]
        lines += verb_lines(verb)
    return "\n".join([*lines, "", ""])


def with_reference(page: str, table: Table) -> str:
    """The page with the reference of the table between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CannotRun(f"harness/PROTOCOL.md lacks the lines {BEGIN} and {END}, which enclose the reference of the verbs")
    return f"{before}{BEGIN}\n{reference(table)}{END}{after}"

"""The language of an actor's prompt: converts a step of a transcript to a request, and an answer to a reply.

The runner puts names and values of other roles into a step (harness/runner/stage/substitute.c), and leaves the volatile
fields out of a reply. Exploring does both in this module, because it writes to actors directly (see players.py). A test plays
the same sequences in both ways and compares all replies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from shmcheck import verbs

REFERENCE = re.compile(r"\$([a-z0-9_-]+)\.([a-z]+)(?:([+-])([0-9]+))?")
REMEMBERED = re.compile(r" (handle|pid|base)=(0x[0-9A-Fa-f]+|[0-9]+)")
_TABLE = verbs.load()
_NOTHING = re.compile(r"(?!)")


@lru_cache(maxsize=256)
def _labels(verb: str) -> re.Pattern[str]:
    """The pattern of the labels in a step of the verb. A label of a generated step is letters and a number."""
    found = _TABLE.verbs.get(verb)
    if found is None:
        return _NOTHING
    keys = [key.name for key in found.keys if key.type in ("LABEL", "LABELS") or "L" in key.values.split("|")]
    places = [] if found.label == "NONE" else [f"^{verb} "]
    places += [f" {key}=" for key in keys]
    if any(key.type == "LABELS" for key in found.keys):
        places.append(",")
    return re.compile(rf"(?:{'|'.join(places)})[a-z]+[0-9]+(?=[ ,]|$)") if places else _NOTHING


@lru_cache(maxsize=256)
def _volatile(verb: str) -> re.Pattern[str]:
    """The pattern of the volatile fields of a reply to the verb. Fields that are volatile only in some replies stay."""
    found = _TABLE.verbs.get(verb)
    fields = found.reply_fields() if found else set()
    names = sorted(name[1:] for name in fields if name.startswith("~") and name[1:] not in fields)
    return re.compile(rf" (?:{'|'.join(map(re.escape, names))})=\S*") if names else _NOTHING


def request(text: str, prefix: str, play: str, known: Mapping[str, str], pid: Callable[[str], str]) -> str:
    """The request of a step. `prefix` is put before the names of objects. `play` is added to each label, because a stale label
    is never free again. `known` has the values that roles replied, as "writer.base". `pid` gives the process id
    of a role."""
    verb = text.partition(" ")[0]
    text = _labels(verb).sub(lambda match: f"{match[0]}-{play}", text)
    if "=@" in text:
        text = text.replace("=@", "=Local\\" + prefix, 1)
    if "^" in text:
        text = text.replace("=^", "=" + prefix, 1).replace("\\^", "\\" + prefix, 1)
    if "$" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        if match[2] == "pid":
            return pid(match[1])
        found = known.get(f"{match[1]}.{match[2]}", "0")
        if match[3]:
            return hex(int(found, 0) + int(match[3] + match[4]))
        return found

    return REFERENCE.sub(value, text)


def reply(text: str, answer: str, play: str) -> str:
    """The reply to a step in the form of a transcript."""
    if answer.startswith("bad:"):
        return "bad reason=" + answer[5:].replace(f"-{play}'", "'").replace(" ", "%20")
    if "=" not in answer:
        return answer
    return _volatile(text.partition(" ")[0]).sub("", answer)

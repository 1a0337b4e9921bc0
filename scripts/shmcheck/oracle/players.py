"""Plays sequences with actors at their prompts, which are used again for the next sequence.

The prompt speaks the language of transcripts. Names, and values of other roles, are put in as the runner does it
(harness/runner/stage/substitute.c).
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from shmcheck.oracle.maker import KILL

# The first requests to an actor. The system opens the directory of names at the first use of a name and keeps its handle,
# which must not get the value of a handle that a sequence has closed.
FIRST = "system\nopen first name=Local\\shmcheck-none access=FILE_MAP_READ\n"
ANSWER_SECONDS = 5.0
END_SECONDS = 5.0
STALE_LABELS = 100  # of the 256 that an actor has; then it is replaced
REFERENCE = re.compile(r"\$([a-z0-9_-]+)\.([a-z]+)(?:([+-])([0-9]+))?")
# Values that differ from run to run: shown at the prompt, left out of transcripts.
DUPLICATE_TARGET = re.compile(r" to=\$([a-z0-9_-]+)\.pid")
# A label of a generated step. At the prompt it gets the number of the play, because one that is stale is never free
# again.
LABEL = re.compile(r"(?<=[ =])([a-z][0-9]+)(?= |$)")
VOLATILE = re.compile(r" (?:handle|pid|processors|session|sid|container)=\S*| base=0x\S*")
REMEMBERED = re.compile(r" (handle|pid|base)=(0x[0-9A-Fa-f]+|[0-9]+)")


# What frees a label that a verb has made.
CLOSES = ("close {}\n",)
FREES: dict[str, tuple[str, ...]] = {
    **{verb: CLOSES for verb in ("create", "createapp", "create2", "open", "openapp", "hold", "adopt", "pull", "file")},
    **{verb: ("unmap {}\n",) for verb in ("map", "mapapp", "map2", "map3")},
    "reserve": ("release {}\n",),
}


class ActorEnded(Exception):
    """An actor ended, or did not answer in time; the text says which and how."""


class NoActor(Exception):
    """Actors do not start; the text says how that shows."""


STARTS = 3  # tries


class Actor:
    """One process of shmactor at its prompt."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], seconds: float) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environment), bufsize=0
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.input = self.process.stdin.fileno()
        self.output = self.process.stdout.fileno()
        self.seconds = seconds
        self.buffer = b""
        self.stale = 0
        self.pid = ""
        if sys.platform != "win32":
            self.poll = select.poll()
            self.poll.register(self.output, select.POLLIN)

    def send(self, lines: str) -> None:
        """Requests, each with its newline."""
        try:
            os.write(self.input, lines.encode("ascii", "replace"))
        except OSError as error:
            raise ActorEnded(self.how("does not read")) from error

    def receive(self, count: int) -> list[str]:
        """So many answers. ActorEnded if one does not come in time."""
        while self.buffer.count(b"\n") < count:
            if sys.platform != "win32" and not self.poll.poll(self.seconds * 1000):
                raise ActorEnded(f"no answer within {self.seconds:g} s")
            data = os.read(self.output, 65536)
            if not data:
                raise ActorEnded(self.how("ended"))
            self.buffer += data
        parts = self.buffer.split(b"\n", count)
        self.buffer = parts.pop()
        return [part.decode("ascii", "replace").rstrip("\r") for part in parts]

    def how(self, what: str) -> str:
        try:
            return f"{what} with exit code {self.process.wait(END_SECONDS)}"
        except subprocess.TimeoutExpired:
            return f"{what} and is still there"

    def die(self) -> None:
        """The process ends itself with TerminateProcess; this returns when it is gone."""
        self.send("crash how=terminate code=1\n")
        while os.read(self.output, 65536):
            pass
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ActorEnded("crash how=terminate did not end it") from error
        self.close()

    def close(self) -> None:
        """Ends it in whatever way."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
        if self.process.poll() is None:
            try:
                self.process.wait(0.2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Team:
    """The actors of one worker."""

    def __init__(self, program: Sequence[str], environment: Mapping[str, str], scale: float = 1.0) -> None:
        self.program = list(program)
        self.environment = environment
        self.seconds = ANSWER_SECONDS * scale
        self.actors: dict[str, Actor] = {}
        self.spare: list[Actor] = []
        self.run = f"shmcheck-x{os.getpid():x}{int(time.time()) & 0xFFFFFF:x}"
        self.count = 0
        self.starts = 0
        self.given: list[tuple[str, str]] = []  # duplicates without a label: role, value

    def start(self) -> Actor:
        self.starts += 1
        return Actor(self.program, self.environment, self.seconds)

    def actor(self, role: str) -> Actor:
        found = self.actors.get(role)
        if found is None:
            found = self.actors[role] = self.ready()
            if not self.spare:
                self.spare.append(self.start())  # starts while others work
        return found

    def ready(self) -> Actor:
        """An actor that answers. A start may fail on a machine with much to do; only several in a row are an error."""
        for attempt in range(1, STARTS + 1):
            found = self.spare.pop() if self.spare else self.start()
            try:
                found.send(FIRST)
                answers = found.receive(FIRST.count("\n"))
            except ActorEnded as error:
                found.close()
                if attempt == STARTS:
                    raise NoActor(f"{STARTS} actors one after the other did not start: {error}") from error
                continue
            match = re.search(r" pid=([0-9]+)", answers[0])
            if not match:
                raise NoActor(f"this actor does not tell its process id: {answers[0]}")
            found.pid = match[1]
            return found
        raise AssertionError("not reached")

    def play(self, steps: list[tuple[str, str]]) -> list[str]:
        """The replies, as transcripts write them. ActorEnded ends the actors; the next play has new ones."""
        self.count += 1
        prefix = f"{self.run}-{self.count:x}-"
        labels = f"\\1-{self.count:x}"
        known: dict[str, str] = {}
        replies: list[str] = []
        self.given.clear()
        for role, text in steps:
            if text == KILL:
                self.actor(role).die()
                del self.actors[role]
                replies.append("gone")
                continue
            actor = self.actor(role)
            actor.send(self.substituted(LABEL.sub(labels, text), prefix, known) + "\n")
            shown = actor.receive(1)[0]
            if "=" in shown:
                for match in REMEMBERED.finditer(shown):
                    known[f"{role}.{match[1]}"] = match[2]
                if text.startswith("duplicate ") and shown.startswith("ok"):
                    target = DUPLICATE_TARGET.search(text)
                    self.given.append((target[1] if target else role, known.get(f"{role}.handle", "0")))
                shown = VOLATILE.sub("", shown)
            elif text.startswith("adopt ") and shown == "ok" and self.given and self.given[-1][0] == role:
                self.given.pop()
            replies.append(shown if not shown.startswith("bad:") else "bad reason=" + shown[5:].replace(" ", "%20"))
        return replies

    def substituted(self, text: str, prefix: str, known: Mapping[str, str]) -> str:
        if "=@" in text:
            text = text.replace("=@", "=Local\\" + prefix, 1)
        if "^" in text:
            text = text.replace("=^", "=" + prefix, 1).replace("\\^", "\\" + prefix, 1)
        if "$" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            if match[2] == "pid":
                return self.actor(match[1]).pid
            found = known.get(f"{match[1]}.{match[2]}", "0")
            if match[3]:
                return hex(int(found, 0) + int(match[3] + match[4]))
            return found

        return REFERENCE.sub(value, text)

    def clean(self, steps: list[tuple[str, str]], replies: list[str]) -> None:
        """Frees what the labels of the actors hold after these steps. What is free already only gets a `bad`."""
        lines: dict[str, list[str]] = {}
        for (role, text), answer in zip(steps, replies):
            if text == KILL:
                lines.pop(role, None)
                continue
            verb, _, rest = text.partition(" ")
            if answer.startswith("ok") and verb in FREES:
                label = f"{rest.partition(' ')[0]}-{self.count:x}"
                lines.setdefault(role, []).extend(free.format(label) for free in FREES[verb])
            elif "protect-from-close=yes" in text:
                lines.setdefault(role, []).append(f"setflags {rest.partition(' ')[0]}-{self.count:x} protect-from-close=no\n")
        for index, (role, value) in enumerate(self.given):
            label = f"given{index}-{self.count:x}"
            lines.setdefault(role, []).extend((f"adopt {label} handle={value}\n", f"close {label}\n"))
        self.given.clear()
        asked = []
        for role, requests in lines.items():
            actor = self.actors.get(role)
            if actor is not None:
                requests.sort(key=lambda request: not request.startswith("setflags"))
                actor.send("".join(requests))
                asked.append((actor, len(requests)))
        for actor, count in asked:
            actor.stale += sum(answer.startswith("fail") for answer in actor.receive(count))
        for role, actor in list(self.actors.items()):
            if actor.stale > STALE_LABELS:
                del self.actors[role]
                actor.close()

    def end(self) -> None:
        """Ends all actors."""
        for actor in (*self.actors.values(), *self.spare):
            actor.close()
        self.actors.clear()
        self.spare.clear()

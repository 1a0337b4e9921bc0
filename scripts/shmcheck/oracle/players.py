"""Plays sequences with actors at their prompts. The actors are used again for the next sequence.

shmcheck --play takes five times as long: for 600 sequences of 12 steps one worker took 38.5 s with --play and 6.9 s in this
way, one after the other on the same machine. --play reads all cases before it starts the first one, keeps all transcripts for
the report, and makes each actor compare its footprint after each case. Findings are written as files of steps for --play.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from shmcheck.oracle import prompt_text
from shmcheck.oracle.maker import ENDS, KILL, LEFT, ROLES, child_of
from shmcheck.oracle.prompt_text import REMEMBERED
from shmcheck.oracle.text import TOGETHER, together

# The first requests to an actor. The system opens the directory of names at the first use of a name and keeps its handle,
# which must not get the value of a handle that a sequence has closed.
FIRST = "system\nopen first name=Local\\shmcheck-none access=FILE_MAP_READ\n"
ANSWER_SECONDS = 5.0
MOST_AT_ONCE = 16  # steps in one write: far less than a pipe holds
BURST_PATIENCE = 4.0  # a burst takes this many times as long as another step, at most
END_SECONDS = 5.0
STALE_LABELS = 100  # of the 256 that an actor has; then it is replaced
START_PATIENCE = 4.0  # the start of a child too
FREE = "free"  # a relay prints it whenever an actor may connect (harness/actor/relay.h)
DUPLICATE_TARGET = re.compile(r" to=\$([a-z0-9_-]+)\.pid")
REMARK = re.compile(rb"^# [^\n]*\n", re.MULTILINE)  # the prompt's remarks about a step, behind its reply
ENDING = {KILL: "crash how=terminate code=1\n", LEFT: "exit\n"}
# The request that releases a label that a verb has made.
CLOSES = ("close {}\n",)
FREES: dict[str, tuple[str, ...]] = {
    **{verb: CLOSES for verb in ("create", "createapp", "create2", "open", "openapp", "hold", "adopt", "pull", "file")},
    **{verb: ("unmap {}\n",) for verb in ("map", "mapapp", "map2", "map3")},
    "spawn": CLOSES,
    "reserve": ("release {}\n",),
    "placeholder": ("release {}\n",),
}


class ActorEnded(Exception):
    """An actor ended, or did not reply in time; the text says how. `replies` are the replies to the earlier steps."""

    replies: tuple[str, ...] = ()


class NoActor(Exception):
    """Actors do not start; the text has the symptom."""


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
        """Sends requests, each with its newline."""
        try:
            os.write(self.input, lines.encode("ascii", "replace"))
        except OSError as error:
            raise ActorEnded(self.how("does not read")) from error

    def receive(self, count: int, patience: float = 1.0) -> list[str]:
        """This number of answers. ActorEnded if one does not arrive in `patience` times the time for an answer."""
        while self.buffer.count(b"\n") < count:
            if sys.platform != "win32" and not self.poll.poll(self.seconds * patience * 1000):
                raise ActorEnded(f"no answer within {self.seconds * patience:g} s")
            data = os.read(self.output, 65536)
            if not data:
                raise ActorEnded(self.how("ended"))
            self.buffer = REMARK.sub(b"", self.buffer + data)
        parts = self.buffer.split(b"\n", count)
        self.buffer = parts.pop()
        return [part.decode("ascii", "replace").rstrip("\r") for part in parts]

    def how(self, what: str) -> str:
        try:
            return f"{what} with exit code {self.process.wait(END_SECONDS)}"
        except subprocess.TimeoutExpired:
            return f"{what} and is still there"

    def die(self, how: str) -> None:
        """Makes the process end itself, with TerminateProcess (KILL) or in order (LEFT), and waits for its end."""
        self.send(ENDING[how])
        while os.read(self.output, 65536):
            pass
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ActorEnded(f"{ENDING[how].rstrip()} did not end it") from error
        self.close()

    def close(self) -> None:
        """Ends the process in any case."""
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


class Child(Actor):
    """A relay, and the actor behind it, which another actor has started. The relay serves one child after the other."""

    def __init__(self, command: Sequence[str], pipe: str, environment: Mapping[str, str], seconds: float) -> None:
        super().__init__([*command, "relay", pipe], environment, seconds)
        self.pipe = pipe

    def receive(self, count: int, patience: float = 1.0) -> list[str]:
        found = super().receive(count, patience)
        if FREE in found:
            raise ActorEnded("ended")
        return found

    def wait_until_free(self) -> None:
        """Waits until no actor is connected, and the next one may connect."""
        while super().receive(1, START_PATIENCE) != [FREE]:
            pass

    def die(self, how: str) -> None:
        self.send(ENDING[how])
        self.wait_until_free()


def in_a_row(steps: Sequence[tuple[str, str]], start: int) -> int:
    """How many steps from this one on can be sent before the first of them is answered: those of the same role, up to one
    that needs a value of a reply."""
    role = steps[start][0]
    for index in range(start + 1, min(len(steps), start + MOST_AT_ONCE)):
        own, text = steps[index]
        if own != role or text in ENDS or "$" in text or text.partition(" ")[0] in TOGETHER:
            return index - start
    return min(len(steps) - start, MOST_AT_ONCE)


class Team:
    """The actors of one worker."""

    def __init__(self, program: Sequence[str], environment: Mapping[str, str], scale: float = 1.0) -> None:
        self.program = list(program)
        self.environment = environment
        self.seconds = ANSWER_SECONDS * scale
        self.actors: dict[str, Actor] = {}
        self.spare: list[Actor] = []
        self.idle: list[Child] = []  # without a child
        self.relays = 0
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
                self.spare.append(self.start())  # starts while other actors work
        return found

    def ready(self) -> Actor:
        """An actor that answers. A start may fail on a busy machine; only several failures in a row are an error."""
        for attempt in range(1, STARTS + 1):
            found = self.spare.pop() if self.spare else self.start()
            try:
                prepare(found)
            except ActorEnded as error:
                found.close()
                if attempt == STARTS:
                    raise NoActor(f"{STARTS} actors one after the other did not start: {error}") from error
                continue
            return found
        raise AssertionError("not reached")

    def relay(self) -> Child:
        """A relay that waits for a child."""
        if self.idle:
            return self.idle.pop()
        self.relays += 1
        found = Child(self.program, f"{self.run}-relay{self.relays}", self.environment, self.seconds)
        try:
            found.wait_until_free()
        except ActorEnded:
            found.close()
            raise
        return found

    def play(self, steps: list[tuple[str, str]]) -> list[str]:
        """The replies in the form of transcripts. ActorEnded, with the replies so far, if one does not arrive."""
        self.count += 1
        replies: list[str] = []
        self.given.clear()
        try:
            self.perform(steps, replies)
        except ActorEnded as error:
            error.replies = tuple(replies)
            raise
        return replies

    def perform(self, steps: list[tuple[str, str]], replies: list[str]) -> None:
        """Adds the reply to each step to `replies`."""
        known: dict[str, str] = {}
        start = 0
        while start < len(steps):
            role, text = steps[start]
            if text in ENDS:
                self.actor(role).die(text)
                self.dismiss(role)
                replies.append("gone")
                start += 1
                continue
            at_once = together(steps, start)
            group = steps[start : start + (at_once if at_once > 1 else in_a_row(steps, start))]
            child, relay = child_of(text), None
            if child:
                relay = self.relay()
                known |= {f"{child}.token": relay.pipe, f"{child}.program": ""}
            self.ask(group, known)
            for index, (role, text) in enumerate(group):
                replies.append(self.answer(role, text, known, 1.0 if at_once == 1 else BURST_PATIENCE))
                if relay is not None and index == 0:
                    self.take_child(child, relay, replies[-1])
            start += len(group)

    def take_child(self, role: str, relay: Child, answer: str) -> None:
        """The relay plays the role if the answer to `spawn` says that the child has started."""
        if not answer.startswith("ok"):
            self.idle.append(relay)
            return
        old = self.actors.pop(role, None)
        if old is not None:
            old.close()
        self.actors[role] = relay
        prepare(relay, START_PATIENCE)

    def dismiss(self, role: str) -> None:
        """Takes the role from an actor that has ended."""
        found = self.actors.pop(role)
        if isinstance(found, Child):
            self.idle.append(found)

    def ask(self, group: Sequence[tuple[str, str]], known: Mapping[str, str]) -> None:
        """Sends the steps. Those of one role go out in one write, because each write and each read costs a change of
        process."""
        lines: dict[str, str] = {}
        for role, text in group:
            request = prompt_text.request(text, self.prefix, f"{self.count:x}", known, self.pid)
            lines[role] = lines.get(role, "") + request + "\n"
        for role, requests in lines.items():
            self.actor(role).send(requests)

    def answer(self, role: str, text: str, known: dict[str, str], patience: float) -> str:
        """The reply to a step that was sent."""
        shown = self.actors[role].receive(1, patience)[0]
        if "=" in shown:
            for match in REMEMBERED.finditer(shown):
                known[f"{role}.{match[1]}"] = match[2]
        self.note_given(role, text, shown, known)
        return prompt_text.reply(text, shown, f"{self.count:x}")

    @property
    def prefix(self) -> str:
        """The prefix of the names of objects and files of this play."""
        return f"{self.run}-{self.count:x}-"

    def note_given(self, role: str, text: str, answer: str, known: Mapping[str, str]) -> None:
        """Records a duplicate that has no label yet."""
        if text.startswith("duplicate ") and answer.startswith("ok"):
            target = DUPLICATE_TARGET.search(text)
            self.given.append((target[1] if target else role, known.get(f"{role}.handle", "0")))
        elif text.startswith("adopt ") and answer == "ok" and self.given and self.given[-1][0] == role:
            self.given.pop()

    def pid(self, role: str) -> str:
        """The process id of a role. Starts its actor if it has none."""
        return self.actor(role).pid

    def clean(self, steps: list[tuple[str, str]], replies: list[str]) -> None:
        """Releases the objects of the actors' labels after these steps. A released label only gets the reply `bad`."""
        lines: dict[str, list[str]] = {}
        files: set[str] = set()
        self.end_children()
        for (role, text), answer in zip(steps, replies):
            if text in ENDS:
                lines.pop(role, None)
                continue
            verb, _, rest = text.partition(" ")
            if answer.startswith("ok") and verb in FREES:
                label = f"{rest.partition(' ')[0]}-{self.count:x}"
                lines.setdefault(role, []).extend(free.format(label) for free in FREES[verb])
            elif "protect-from-close=yes" in text:
                lines.setdefault(role, []).append(f"setflags {rest.partition(' ')[0]}-{self.count:x} protect-from-close=no\n")
            if verb == "file" and answer.startswith("ok"):
                files.add(rest.split(" ")[1].replace("^", self.prefix))
        for index, (role, value) in enumerate(self.given):
            label = f"given{index}-{self.count:x}"
            lines.setdefault(role, []).extend((f"adopt {label} handle={value}\n", f"close {label}\n"))
        self.given.clear()
        self.release(lines)
        for role in list(self.actors)[:1]:
            self.release({role: [f"fileremove {name}\n" for name in sorted(files)]})
        self.retire()

    def end_children(self) -> None:
        """Ends the children, and other actors in roles that only one sequence has."""
        for role, actor in list(self.actors.items()):
            if isinstance(actor, Child):
                actor.die(LEFT)
                self.dismiss(role)
            elif role not in ROLES:
                self.actors.pop(role).close()

    def release(self, lines: Mapping[str, list[str]]) -> None:
        """Makes the actors perform these requests, and ignores the replies."""
        asked = []
        for role, requests in lines.items():
            actor = self.actors.get(role)
            if actor is not None:
                requests = sorted(requests, key=lambda request: not request.startswith("setflags"))
                actor.send("".join(requests))
                asked.append((actor, len(requests)))
        for actor, count in asked:
            actor.stale += sum(answer.startswith("fail") for answer in actor.receive(count))

    def retire(self) -> None:
        """Replaces actors that have too many stale labels."""
        for role, actor in list(self.actors.items()):
            if actor.stale > STALE_LABELS:
                del self.actors[role]
                actor.close()

    def end(self) -> None:
        """Ends all actors."""
        for actor in (*self.actors.values(), *self.spare, *self.idle):
            actor.close()
        self.actors.clear()
        self.spare.clear()
        self.idle.clear()


def prepare(actor: Actor, patience: float = 1.0) -> None:
    """Performs the first requests, and learns the process id."""
    actor.send(FIRST)
    answer = actor.receive(FIRST.count("\n"), patience)[0]
    match = re.search(r" pid=([0-9]+)", answer)
    if not match:
        raise NoActor(f"this actor does not tell its process id: {answer}")
    actor.pid = match[1]

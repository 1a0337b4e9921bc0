"""Shows the output of several runs: each line with the target's name, and the state of each target.

On a terminal the last lines show the states of all targets. Otherwise, and on Windows, it prints a line about each state
from time to time.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Sequence

STATUS_SECONDS = 10.0
UP = "\x1b[{}A"
CLEAR = "\x1b[J"


class Board:
    """The display. Several threads may call it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.width = max(len(name) for name in names)
        self.states: dict[str, str] = {}
        self.shown: dict[str, str] = {}
        self.next_status = time.monotonic() + STATUS_SECONDS
        self.drawn = 0  # lines of the state block at the end of the terminal
        self.terminal = sys.platform != "win32" and sys.stdout.isatty()
        self.open = True  # False once stdout is closed
        self.lock = threading.Lock()

    def write(self, text: str) -> None:
        """Prints. A closed reader does not end the runs."""
        if not self.open:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except (OSError, ValueError):
            self.open = False

    def line(self, name: str, text: str) -> None:
        """Prints a whole line of a target."""
        with self.lock:
            self.write(f"{self.wipe()}{name:{self.width}} | {printable(text)}\n")
            if self.terminal:
                self.block()

    def status(self, name: str, text: str) -> None:
        """Sets the state of a target; "" if it has ended."""
        with self.lock:
            if text:
                self.states[name] = printable(text)
            else:
                self.states.pop(name, None)

    def draw(self) -> None:
        """Redraws the states. Call it from time to time."""
        with self.lock:
            if self.terminal:
                self.write(self.wipe())
                self.block()
            elif time.monotonic() >= self.next_status:
                self.next_status = time.monotonic() + STATUS_SECONDS
                for name in self.names:
                    state = self.states.get(name, "")
                    if state and state != self.shown.get(name):
                        self.write(f"{name:{self.width}} | {state}\n")
                        self.shown[name] = state

    def close(self) -> None:
        with self.lock:
            self.write(self.wipe())

    def wipe(self) -> str:
        """The text that clears the state block."""
        if not self.drawn:
            return ""
        text = UP.format(self.drawn) + CLEAR
        self.drawn = 0
        return text

    def block(self) -> None:
        columns = shutil.get_terminal_size().columns
        lines = [f"{name:{self.width}} : {state}" for name in self.names if (state := self.states.get(name))]
        self.write("".join(line[: columns - 1] + "\n" for line in lines))
        self.drawn = len(lines)


def printable(text: str) -> str:
    """The text with '?' in place of characters that a terminal would interpret."""
    return "".join(character if character.isprintable() else "?" for character in text)

"""Turns a signal that asks this process to end into an exception, so that every `finally` runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS: list[signal.Signals] = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    NUMBERS.append(signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked this process to end. The text is the signal's name."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def on_signal(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def on_further_signal(number: int, frame: FrameType | None) -> None:
    """Does nothing, because the process is ending. It is a handler because children would inherit SIG_IGN."""


def install() -> None:
    """Makes signals raise Interrupted in the main thread. A signal that was ignored (nohup) stays ignored."""
    for number in NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
            signal.signal(number, on_signal)


def ignore_further() -> None:
    """Ignores further signals, so that the clean-up is completed."""
    for number in NUMBERS:
        if signal.getsignal(number) is on_signal:
            signal.signal(number, on_further_signal)


@contextmanager
def deferred() -> Iterator[None]:
    """Delays signals until the end of the block, for work that must not be interrupted."""
    kept: list[int] = []
    before = {number: signal.getsignal(number) for number in NUMBERS}
    for number in NUMBERS:
        if before[number] is on_signal:
            signal.signal(number, lambda seen, frame: kept.append(seen))
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is on_signal:
                signal.signal(number, handler)
    if kept:
        raise Interrupted(kept[0])

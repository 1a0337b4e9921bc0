"""Being asked to end: the signal becomes an exception, so that every `finally` on the way is passed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    NUMBERS.append(signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked this driver to end; the text is the signal's name."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def on_signal(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def on_further_signal(number: int, frame: FrameType | None) -> None:
    """Already on the way out, which takes a bounded time. A handler, because children would inherit SIG_IGN."""


def install() -> None:
    """From now on signals raise Interrupted in the main thread. One that was ignored stays so (nohup)."""
    for number in NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
            signal.signal(number, on_signal)


def ignore_further() -> None:
    """Lets nothing get in the way of tidying up."""
    for number in NUMBERS:
        if signal.getsignal(number) is on_signal:
            signal.signal(number, on_further_signal)


@contextmanager
def deferred() -> Iterator[None]:
    """Signals are kept until the end of the block: for what must not be left half-done."""
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

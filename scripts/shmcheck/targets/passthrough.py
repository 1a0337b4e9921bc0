"""Copies a program's output to this process's output, and remembers its last lines."""

from __future__ import annotations

import os
import sys
import threading
from typing import IO, TextIO

from shmcheck.console import is_summary, discard_rest

DRAIN_SECONDS = 1.0
TAIL_BYTES = 4096


class PassThrough(threading.Thread):
    """Copies from `source` to `sink` as the data arrives.

    The pipe may stay open after the program has ended: under Wine the services of the prefix hold the stdout and stderr
    of the program that started them. So the caller calls finish() when the program has ended.
    """

    def __init__(self, source: IO[bytes], sink: TextIO) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.sink = sink
        self.held = b""  # a CR that may be the first half of a line end
        self.tail = b""
        self.listening = True
        self.wake_read, self.wake_write = os.pipe()

    def run(self) -> None:
        while self.readable():
            chunk = os.read(self.source.fileno(), 65536)
            if not chunk:
                return
            self.take(chunk)

    def readable(self) -> bool:
        """Waits for data. Returns False when finish() was called and everything is read."""
        if sys.platform == "win32":
            return True  # Windows cannot wait for a pipe; the read blocks
        import select

        ready, _, _ = select.select([self.source, self.wake_read], [], [])
        return self.source in ready

    def finish(self) -> None:
        """Copies the rest of the pipe and returns. Call it when the program has ended."""
        os.write(self.wake_write, b".")
        self.join(DRAIN_SECONDS)
        if not self.is_alive():
            os.close(self.wake_read)
            os.close(self.wake_write)
            self.source.close()

    def take(self, chunk: bytes) -> None:
        """Converts the line ends of Windows, which programs under Wine write, into those of this system."""
        data = self.held + chunk
        self.held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(self.held)].replace(b"\r\n", b"\n")
        self.tail = (self.tail + data)[-TAIL_BYTES:]
        self.show(chunk if sys.platform == "win32" else data)

    def show(self, data: bytes) -> None:
        """Prints. A closed reader does not end the run."""
        if not self.listening:
            return
        try:
            self.sink.buffer.write(data)
            self.sink.buffer.flush()
        except (OSError, ValueError):
            self.listening = False
            discard_rest(self.sink)

    def last_line(self) -> str:
        """The last line that is not empty; "" if there is none."""
        return self.tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")

    def summary(self) -> str:
        """The last line if it is a summary, else ""."""
        line = self.last_line()
        return line if is_summary(line) else ""

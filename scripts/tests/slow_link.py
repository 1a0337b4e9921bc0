"""A slow link for ssh's ProxyCommand: passes bytes between stdin and stdout and a port of this machine, with limited speed
and a delay in each direction. It does not need root.

    slow_link.py PORT BYTES_PER_SECOND DELAY_SECONDS [BYTES_UP]

After BYTES_UP bytes to the port it passes no more bytes in either direction, and no side gets an error.
"""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable

PIECE_SECONDS = 0.05  # a piece has the bytes of this time
UNDER_WAY = 64  # pieces that are under way at most; a sender of more waits


class Link:
    """Both directions."""

    def __init__(self, rate: int, delay: float, most: int | None) -> None:
        self.rate = rate
        self.delay = delay
        self.left = most  # bytes up until the link stops; None: it does not stop
        self.dead = threading.Event()

    def direction(self, read: Callable[[int], bytes], write: Callable[[bytes], object], up: bool) -> None:
        """Passes the bytes of one direction until its end. Returns when the last byte has arrived."""
        under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(UNDER_WAY)
        carrier = threading.Thread(target=self.deliver, args=(under_way, write), daemon=True)
        carrier.start()
        free = 0.0  # the time at which the last piece has left
        while piece := read(max(1, int(self.rate * PIECE_SECONDS))):
            if up and self.left is not None:
                piece, self.left = piece[: self.left], max(0, self.left - len(piece))
                if not piece:
                    self.dead.set()
            if self.dead.is_set():
                continue
            free = max(time.monotonic(), free) + len(piece) / self.rate
            under_way.put((free + self.delay, piece))
        under_way.put((free + self.delay, b""))
        carrier.join()

    def deliver(self, under_way: queue.Queue[tuple[float, bytes]], write: Callable[[bytes], object]) -> None:
        while True:
            arrives, piece = under_way.get()
            time.sleep(max(0.0, arrives - time.monotonic()))
            if not piece:
                return
            if not self.dead.is_set():
                write(piece)


def write_all(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    port, rate, delay = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    link = Link(rate, delay, int(sys.argv[4]) if len(sys.argv) > 4 else None)
    far = socket.create_connection(("127.0.0.1", port))

    def up() -> None:
        link.direction(lambda size: os.read(0, size), far.sendall, True)
        if link.dead.is_set():
            os._exit(0)  # ssh has ended
        far.shutdown(socket.SHUT_WR)

    threading.Thread(target=up, daemon=True).start()
    link.direction(far.recv, write_all, False)


if __name__ == "__main__":
    try:
        main()
    except OSError:
        pass  # one of the two sides has ended

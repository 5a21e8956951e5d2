"""Machines that are addresses of loopback, where namespaces are not permitted.

Each reaches another only over a cable of its own, which passes on what it gets. A machine that is
cut off has its cables closed: what is under way breaks, and nobody answers until it is back.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from dataclasses import dataclass, field

from tests.recorder import allow_port

LUMP = 65536
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what is closed is gone, and the other end told so


class Cable:
    """From a port at ``host``, in the name of that address, to a port on another machine."""

    def __init__(self, host: str, to: tuple[str, int]) -> None:
        self.host, self._to, self.port = host, to, 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        allow_port(to[1])
        self.join()

    def join(self) -> None:
        """Take connections, from now on or again."""
        self._listening = socket.create_server((self.host, self.port))
        self.port = self._listening.getsockname()[1]
        allow_port(self.port)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """Take none any more, and break those that there are."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for each in self._open:
                _break(each)
            self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._to, source_address=(self.host, 0))
            except OSError:
                _break(near)
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while lump := one.recv(LUMP):
                other.sendall(lump)
            other.shutdown(socket.SHUT_WR)
            return
        with self._lock:  # one end is gone, and so is the other
            for each in {one, other} & self._open:
                _break(each)
            self._open -= {one, other}


def _break(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@dataclass
class Loopback:
    """One machine: its address, and the cables that end there."""

    name: str
    address: str
    prefix: tuple[str, ...] = ()
    cables: list[Cable] = field(default_factory=list)

    def cut(self) -> None:
        """Close its cables."""
        for each in self.cables:
            each.cut()

    def join(self) -> None:
        """Open them again."""
        for each in self.cables:
            each.join()


def free_addresses() -> str:
    """A network within loopback that other runs of these tests do not use."""
    return f"127.{1 + os.getpid() % 250}.{os.getpid() // 250 % 250}"

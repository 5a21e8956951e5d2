"""SMTP's lines over a socket: commands out, replies in, each bounded in length and in time.

It knows what a reply looks like (RFC 5321, section 4.2) and not what it means. Whatever goes wrong
is an ``OSError``; the connection is of no use after it.
"""

from __future__ import annotations

import contextlib
import functools
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ParamSpec

LONGEST_LINE = 2048  # RFC 5321 promises 512; extensions may ask for more
MOST_LINES = 128
SLOWEST = 16 * 1024  # bytes a second that a relay must take of a mail, besides the time-out
AT_ONCE = 64 * 1024  # on TLS, where one write has one time-out
MOST_PIECES = 512  # below IOV_MAX of every system
_CHUNK = 16 * 1024
Answer = tuple[int, bytes]  # code and text


class HungUp(ConnectionError):
    """The relay has closed the connection."""


class Garbled(ConnectionError):
    """The relay said something that is no reply; ``said`` is what."""

    def __init__(self, said: bytes) -> None:
        super().__init__("the relay said something that is no reply")
        self.said = said


Given = ParamSpec("Given")


def _in_time(work: Callable[Given, None]) -> Callable[Given, None]:
    """The system says by "would block" that the time for a wait is over."""

    @functools.wraps(work)
    def bounded(*args: Given.args, **options: Given.kwargs) -> None:
        try:
            work(*args, **options)
        except BlockingIOError as error:
            raise TimeoutError("the relay does not answer in time") from error

    return bounded


class Conversation:
    """One connection, used by one thread at a time; only ``close_now`` is for another thread."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self._timeout = timeout
        self._buffer = b""
        self._until = 0.0
        self._closing = threading.Lock()
        self._take(sock)

    def _take(self, sock: socket.socket) -> None:
        self._sock = sock
        self._is_tls = isinstance(sock, ssl.SSLSocket)
        if self._is_tls:
            sock.settimeout(self._timeout)
        else:
            _bound_waiting(sock, self._timeout)
        self._ready = select.poll()
        self._ready.register(sock, select.POLLIN)

    def start_tls(self, host: str) -> None:
        """Go on encrypted, the relay's certificate verified for ``host``.

        Whatever came in the clear is forgotten, and a relay that has said more than its "ready"
        is not trusted: somebody on the way may have put it there (CVE-2011-0411).
        """
        if self.has_spoken():
            raise Garbled(self._buffer)
        context = ssl.create_default_context()
        encrypted = context.wrap_socket(
            self._sock, server_hostname=host, do_handshake_on_connect=False
        )
        self._take(encrypted)
        encrypted.do_handshake()  # here, for a lost connection would pass without one

    @property
    def certified_until(self) -> datetime | None:
        """When the relay's certificate ends; None where nothing is encrypted."""
        if not isinstance(self._sock, ssl.SSLSocket):
            return None
        told = str((self._sock.getpeercert() or {})["notAfter"])
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)

    def ask(self, words: str) -> Answer:
        """Say one command and read the reply to it."""
        self.write(command(words))
        return self.answer()

    def answer(self) -> Answer:
        """The code and the text of the next reply; the lines of its text are parted by LF."""
        self._until = 0.0
        said = self._line()
        code, last = _code(said)
        if last:
            return code, said[4:].strip()
        lines = [said[4:].strip()]
        while not last:
            said = self._line()
            other, last = _code(said)
            lines.append(said[4:].strip())
            if other != code or len(lines) > MOST_LINES:
                raise Garbled(said)
        return code, b"\n".join(lines)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n", 0, LONGEST_LINE)) < 0:
            if len(self._buffer) >= LONGEST_LINE:
                raise Garbled(self._buffer[:LONGEST_LINE])
            self._receive()
        found, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return found.removesuffix(b"\r")

    @_in_time
    def _receive(self) -> None:
        """Some more bytes. A reply that comes in drops must be there within the time-out too."""
        now = time.monotonic()
        if not self._until:
            self._until = now + self._timeout
        elif now > self._until:
            raise TimeoutError("the reply is not complete in time")
        received = self._sock.recv(_CHUNK)
        if not received:
            raise HungUp("the relay has hung up")
        self._buffer += received

    def has_spoken(self) -> bool:
        """Whether the relay has said something, or hung up, while it should be listening."""
        if self._buffer:
            return True
        if not self._is_tls:
            return bool(self._ready.poll(0))
        return self._has_spoken_inside()

    def _has_spoken_inside(self) -> bool:
        """TLS has messages of its own: only what is inside was said by the relay."""
        self._sock.settimeout(0)
        try:
            self._buffer = self._sock.recv(_CHUNK)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        except OSError:
            return True
        finally:
            self._sock.settimeout(self._timeout)
        return True

    @_in_time
    def write(self, content: bytes) -> None:
        """Send commands, or the final dot."""
        self._sock.sendall(content)

    @_in_time
    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        """Send a mail's content. Large pieces are neither joined nor copied.

        A slow relay is waited for as long as it takes the bytes at a bearable pace.
        """
        until = time.monotonic() + self._timeout + sum(map(len, pieces)) / SLOWEST
        waiting: list[bytes | memoryview] = [each for each in pieces if each]
        while waiting:
            waiting = self._write_some(waiting)
            if waiting and time.monotonic() > until:
                raise TimeoutError("the relay takes the mail too slowly")

    def _write_some(self, waiting: list[bytes | memoryview]) -> list[bytes | memoryview]:
        if not self._is_tls:
            return _behind(waiting, self._sock.sendmsg(waiting[:MOST_PIECES]))
        chunk = _coalesced(waiting)
        self._sock.sendall(chunk)
        return _behind(waiting, len(chunk))

    def close_now(self) -> None:
        """End it from another thread: whoever is waiting for the relay sees that it hung up."""
        # Not SSLSocket's own shutdown: it takes the encryption off first.
        with self._closing, contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection up."""
        with self._closing:
            self._sock.close()


def _bound_waiting(sock: socket.socket, seconds: float) -> None:
    """Let the system itself end each wait (socket(7)): Python asks it twice for each, with a poll
    before, and two threads in a hurry feel that.
    """
    sock.settimeout(None)
    longest = struct.pack("ll", *divmod(max(1, int(seconds * 1e6)), 1_000_000))
    for each in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, each, longest)


def command(words: str) -> bytes:
    """One command as it goes over the wire; ``ValueError`` for what would be more than one."""
    if "\r" in words or "\n" in words:
        raise ValueError("a command is one line")
    return words.encode("ascii") + b"\r\n"


def _code(said: bytes) -> tuple[int, bool]:
    """A line's code, and whether it is the reply's last line."""
    code, parting = said[:3], said[3:4]
    if len(code) != 3 or not code.isdigit() or parting not in (b" ", b"-", b""):
        raise Garbled(said)
    return int(code), parting != b"-"


def _behind(pieces: list[bytes | memoryview], sent: int) -> list[bytes | memoryview]:
    """What is left of the pieces after so many bytes."""
    for number, piece in enumerate(pieces):
        if sent < len(piece):
            return [memoryview(piece)[sent:] if sent else piece, *pieces[number + 1 :]]
        sent -= len(piece)
    return []


def _coalesced(pieces: list[bytes | memoryview]) -> bytes | memoryview:
    """The first bytes, at most ``AT_ONCE``: several small pieces joined, or part of a large one."""
    if len(pieces) == 1 or len(pieces[0]) >= _CHUNK:
        return memoryview(pieces[0])[:AT_ONCE]
    small: list[bytes | memoryview] = []
    room = AT_ONCE
    for piece in pieces:
        if len(piece) > room:
            break
        small.append(piece)
        room -= len(piece)
    return b"".join(small)

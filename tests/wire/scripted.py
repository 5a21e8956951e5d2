"""A relay that does what a test's script says, to the byte, and notes what it heard.

Where aiosmtpd (``tests.recorder``) is a good server, this one may be as bad as they come: it hangs
up, falls silent, talks nonsense, speaks out of turn or in drops.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eventmail.wire import Relay
from tests.recorder import allow_port

HANG_UP, RESET, SILENCE = "hang up", "reset", "silence"
FINE = b"250 2.0.0 fine\r\n"
USUAL = {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
TOO_EARLY = {"RCPT": b"503 5.5.1 need MAIL\r\n", "DATA": b"554 5.5.1 no valid recipients\r\n"}


class _Over(Exception):
    """The script has ended the connection."""


@dataclass
class Script:
    """``answers`` by verb; ``CONTENT`` comes when the content begins, ``DOT`` when it is whole.

    An answer is the bytes to say, or HANG_UP, RESET, SILENCE, or a list of such in turn.
    A callable among them is called. ``drops``: replies come in pieces of so many bytes.
    ``patient``: nothing of a group is answered before its DATA, and so many final dots not before
    the next group. ``early`` has what came before its turn.
    """

    offers: list[str] = field(default_factory=list)
    drops: int = 0
    patient: int = 0
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    early: list[bytes] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    client: socket.socket | None = None
    _answers: defaultdict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))
    _done: threading.Event = field(default_factory=threading.Event)
    _buffer: bytes = b""
    _kept: bytes = b""
    _mail: bool = False
    _recipients: int = 0

    def answers(self, verb: str, *answers: Any) -> Script:
        """The next times this verb comes."""
        self._answers[verb].extend(answers)
        return self

    @property
    def relay(self) -> Relay:
        """It as the office's relay."""
        return Relay("127.0.0.1", self.port, sink=True, timeout=3, ehlo_name="test.example")

    @property
    def verbs(self) -> list[str]:
        """What was said, without arguments; a content is its number of bytes."""
        return [_verb(each) for each in self.heard]

    def encrypt(self, certificate: Path) -> None:
        """Go on with TLS: for the list of answers to STARTTLS."""
        assert self.client is not None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        self.client = context.wrap_socket(
            self.client, server_side=True, do_handshake_on_connect=False
        )
        self.client.do_handshake()
        self.heard.append(b"(encrypted)")

    def serve(self, listening: socket.socket) -> None:
        """Talk with one client after the other until the test is over."""
        with contextlib.suppress(OSError):
            while not self._done.is_set():
                self.client, _ = listening.accept()
                self._buffer = self._kept = b""
                self.client.settimeout(5)
                self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(_Over, OSError):
                    self._talk()
                self.client.close()
                self.hung_up.set()

    def _talk(self) -> None:
        self._do(self._next("GREETING") or b"220 relay.example\r\n")
        while said := self._line():
            self.heard.append(said)
            verb = said[:4].decode("ascii", "replace").strip().upper()
            if self._buffer:
                self.early.append(self._buffer)
            answer = self._answer(verb)
            self._do(answer, last=verb not in ("RSET", "MAIL", "RCPT"))
            if verb == "DATA" and isinstance(answer, bytes) and answer[:3] == b"354":
                self._content()

    def _answer(self, verb: str) -> Any:
        begun = {"RCPT": self._mail, "DATA": self._recipients > 0}.get(verb, True)
        scripted = self._next(verb)
        usual = USUAL.get(verb, FINE) if begun else TOO_EARLY[verb]
        answer = self._ehlo() if verb == "EHLO" and scripted is None else scripted or usual
        taken = isinstance(answer, bytes) and answer[:1] == b"2"
        if verb in ("MAIL", "RSET"):
            self._mail, self._recipients = verb == "MAIL" and taken, 0
        if verb == "RCPT" and taken:
            self._recipients += 1
        return answer

    def _ehlo(self) -> bytes:
        lines = ["relay.example", *self.offers]
        parted = [f"250{'-' if each is not lines[-1] else ' '}{each}\r\n" for each in lines]
        return "".join(parted).encode()

    def _content(self) -> None:
        content = b""
        if scripted := self._next("CONTENT"):
            content = self._line()
            self._do(scripted)
        while content != b".\r\n" and (said := self._line()) != b".\r\n":
            content += said
        if content not in (b"", b".\r\n"):
            self.heard.append(content)
        self.heard.append(b".\r\n")
        self._mail, self._recipients = False, 0
        self.patient -= bool(self.patient)
        self._do(self._next("DOT") or FINE, last=not self.patient)

    def _next(self, verb: str) -> Any:
        answers = self._answers[verb]
        return answers.popleft() if answers else None

    def _do(self, answer: Any, *, last: bool = True) -> None:
        for each in answer if isinstance(answer, list) else [answer]:
            if callable(each):
                each()
            elif isinstance(each, bytes):
                self._say(each, last=last)
            else:
                self._break(each)

    def _say(self, reply: bytes, *, last: bool) -> None:
        self._kept += reply
        if self.patient and not last:
            return
        kept, self._kept = self._kept, b""
        assert self.client is not None
        step = self.drops or len(kept) or 1
        for start in range(0, len(kept), step):
            self.client.sendall(kept[start : start + step])

    def _break(self, how: str) -> None:
        assert self.client is not None
        if how == SILENCE:
            self._done.wait(5)
        if how == RESET:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Over

    def _line(self) -> bytes:
        assert self.client is not None
        while b"\n" not in self._buffer:
            received = self.client.recv(65536)
            if not received:
                raise _Over
            self._buffer += received
        end = self._buffer.index(b"\n") + 1
        found, self._buffer = self._buffer[:end], self._buffer[end:]
        return found


def _verb(said: bytes) -> str:
    word = said.split(b" ")[0].strip().decode("ascii", "replace")
    known = ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "QUIT", "STARTTLS", "AUTH", ".", "*")
    return word if word in known else str(len(said))


@contextlib.contextmanager
def scripted(*offers: str, **choices: Any) -> Iterator[Script]:
    """Such a relay on a free port. Afterwards its thread has ended."""
    script = Script(list(offers), **choices)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        script.port = listening.getsockname()[1]
        allow_port(script.port)
        thread = threading.Thread(target=script.serve, args=(listening,))
        thread.start()
        try:
            yield script
        finally:
            script._done.set()
            listening.shutdown(socket.SHUT_RDWR)
            if script.client is not None:
                with contextlib.suppress(OSError):
                    script.client.shutdown(socket.SHUT_RDWR)
            thread.join()

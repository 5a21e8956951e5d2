"""Three guards around every test: a recording SMTP server, a ban on other connections, a judge.

Loaded with ``pytest_plugins = ["tests.recorder"]``. Fixture ``recorder`` holds what this test
sent; fixture ``relay`` points to it. ``recorder.script("RCPT", "451 later")`` makes it answer so
the next time. A test that opens a TCP connection to anywhere else fails, even if the code under
test swallows the error; ``allow_port`` is for a server that the test itself has started,
``allow_place`` for one on another machine of the test's own.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session  # noqa: TID251

from eventmail.wire import Relay
from eventmail.wire.sink import Received, Sink
from tests.judge import judge

DROP = "drop the connection"
SILENCE = "say nothing for a second, then drop the connection"
PASS = ""  # answer as usual: for scripts in which only a later time matters
VERBS = ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "DOT", "RSET")

_allowed_ports: set[int] = set()
_allowed_places: set[tuple[str, int]] = set()
_violations: list[str] = []
_guarding = False


def allow_port(port: int) -> None:
    """Let tests connect to ``port`` on this machine: a live web server, a database."""
    _allowed_ports.add(port)


def allow_place(host: str, port: int) -> None:
    """Let tests connect to a port on a machine that the test has made (``tests/machines``)."""
    _allowed_places.add((host, port))


class ForbiddenConnection(AssertionError):
    """A test opened a TCP connection which it must not open."""


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not _guarding:
        return
    connecting, address = arguments
    if not isinstance(address, tuple) or connecting.type & 0xF != socket.SOCK_STREAM:
        return
    if (str(address[0]), address[1]) in _allowed_places:
        return
    if address[1] not in _allowed_ports or not _loopback(str(address[0])):
        _violations.append(f"{address[0]}:{address[1]}")
        raise ForbiddenConnection(f"connection to {address[0]}:{address[1]}")


def _loopback(host: str) -> bool:
    return host.startswith("127.") or host in ("localhost", "::1")


@dataclass(slots=True)
class Recorder(Sink):
    """A sink in memory that also does what a test's script says.

    ``received`` has the mails it took, ``seen`` also those it refused or lost after they had come
    whole. ``users`` may sign in with these passwords. ``extensions`` are more lines for EHLO.
    """

    seen: list[Received] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=lambda: {"office": "correct horse"})
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    offers_auth: bool = True
    shared: set[str] = field(default_factory=set)
    house: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    _script: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))

    def script(self, verb: str, answer: str, *, times: int = 1) -> None:
        """Give ``answer`` (a reply line, ``DROP``, ``PASS``) the next ``times`` ``verb`` comes.

        ``CONTENT`` is the moment while the mail's bytes come in (only ``DROP`` makes sense),
        ``DOT`` the reply to the whole mail (``SILENCE`` makes sense there).
        """
        if verb not in VERBS:
            raise ValueError(f"no such verb: {verb}")
        self._script[verb].extend([answer] * times)

    def share(self, *addresses: str) -> None:
        """These addresses belong to one company: its mails may name each of them."""
        self.shared.update(addresses)

    def employ(self, *domains: str) -> None:
        """The office's staff have addresses in these domains too: notices may go there."""
        self.house.update(domains)

    def clear(self) -> None:
        """Forget everything but the server itself."""
        lists = (self.received, self.seen, self.commands, self.extensions)
        for each in (*lists, self.shared, self.house, self._script):
            each.clear()

    def next(self, verb: str) -> str | None:
        """What the script says to ``verb`` now, if anything."""
        answers = self._script[verb]
        return answers.popleft() if answers else None

    def session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        """A session that follows the script."""
        return _Scripted(self, loop)

    async def listen(
        self, loop: asyncio.AbstractEventLoop, listening: socket.socket
    ) -> asyncio.Server:
        """As the sink; with TLS from the first byte if asked for."""
        context = self.tls if self.implicit_tls else None
        return await loop.create_server(lambda: self.session(loop), sock=listening, ssl=context)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        """Offer the extensions of this test besides aiosmtpd's own."""
        session.host_name = hostname
        return [*lines[:-1], *(f"250-{each}" for each in self.extensions), lines[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Note the mail, then answer by script or keep it."""
        rcpt_to = tuple(map(str, envelope.rcpt_tos))
        content = bytes(envelope.original_content or b"")
        self.seen.append(Received(str(envelope.mail_from), rcpt_to, content))
        answer = self.next("DOT")
        if answer == SILENCE:
            await asyncio.sleep(1)
        if answer in (DROP, SILENCE):
            _hang_up(server)
        return answer or await Sink.handle_DATA(self, server, session, envelope)


class _Scripted(SMTP):
    def __init__(self, recorder: Recorder, loop: asyncio.AbstractEventLoop) -> None:
        self.recorder = recorder
        super().__init__(
            recorder,
            loop=loop,
            hostname="recorder.example",
            data_size_limit=64 * 1024 * 1024,
            tls_context=None if recorder.implicit_tls else recorder.tls,
            auth_require_tls=not recorder.offers_auth,
            authenticator=self._who,
        )
        for verb in ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "RSET"):
            self._smtp_methods[verb] = self._by_script(verb, self._smtp_methods[verb])

    def _by_script(self, verb: str, method: Any) -> Any:
        async def answer(argument: str | None) -> None:
            self.recorder.commands.append(f"{verb} {argument or ''}".strip())
            scripted = self.recorder.next(verb)
            if scripted == DROP:
                _hang_up(self)
            elif scripted:
                await self.push(scripted)
            elif verb == "DATA" and self.recorder.next("CONTENT"):
                await self.push("354 go ahead")
                await self._reader.read(1)
                _hang_up(self)
            else:
                await method(argument)

        return answer

    def _who(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        known = self.recorder.users.get(data.login.decode())
        right = known is not None and known.encode() == data.password
        return AuthResult(success=right, handled=False)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    raise asyncio.CancelledError


@pytest.fixture(scope="session")
def _recording() -> Iterator[Recorder]:
    global _guarding
    sys.addaudithook(_guard)
    with Recorder() as recorder:
        allow_port(recorder.port)
        _guarding = True
        yield recorder
        _guarding = False


@pytest.fixture(autouse=True)
def recorder(_recording: Recorder) -> Iterator[Recorder]:
    """The mails of this test. Afterwards each is judged, and each forbidden connection fails."""
    _recording.clear()
    _violations.clear()
    yield _recording
    faults = judge(_recording.seen, _recording.shared, _recording.house)
    assert not _violations, f"connections outside the recorder: {_violations}"
    assert not faults, faults


@pytest.fixture
def relay(recorder: Recorder) -> Relay:
    """The recorder as the office's relay."""
    return Relay(
        host="127.0.0.1", port=recorder.port, sink=True, timeout=5.0, ehlo_name="test.example"
    )

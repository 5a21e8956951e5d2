"""An SMTP server that fails on command: ``python -m tests.faults.sink --book FILE``.

It prints its two ports, that of SMTP and that of its commands, always on loopback. A command is
one line of JSON, answered by one: ``{"rule": {"at": "TAKEN", "do": "drop", "share": 0.02}}``,
``{"set": {"pace": 0.01, "close_after": 7}}``, ``{"clear": true}``, ``{"down": true}``,
``{"down": false}``, ``{"count": true}``. It ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.faults.ledger import Book, Mail
from tests.faults.rules import Rule, Rules

HERE = "127.0.0.1"
LARGEST = 64 * 1024 * 1024
GARBAGE = b"\xff\xfe no reply at all \x00\r\n"
TOO_LONG = b"250 " + b"a" * 200_000


class Gone(Exception):
    """The connection is to end now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the relay puts up with. ``pace`` is how many seconds it takes over each mail."""

    pace: float = 0.0
    close_after: int | None = None
    connections: int | None = None
    recipients: int | None = None
    size: int | None = None
    per_minute: int | None = None
    pipelining: bool = True
    users: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """What was seen so far."""

    connections: int = 0
    refused: int = 0
    signed_in: int = 0
    sign_ins: list[float] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    mails: int = 0
    fastest: int = 0
    put_off: int = 0  # of this minute there were enough


class Server:
    """Both ports, and what all connections share."""

    def __init__(self, book: Book, here: str = HERE) -> None:
        self._here = here
        self.book, self.rules = book, Rules()
        self.limits, self.counts = Limits(), Counts()
        self.port = 0
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._lately: deque[float] = deque()

    async def listen(self) -> None:
        """Be up; after the first time on the same port."""
        self._listening = await asyncio.start_server(
            self._serve, self._here, self.port, limit=LARGEST, reuse_address=True
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    async def go_down(self) -> None:
        """Hang up on everybody, and refuse connections."""
        if self._listening is not None:
            self._listening.close()
        self._listening = None
        for each in list(self._writers):
            each.transport.abort()

    async def obey(self, told: dict[str, Any]) -> dict[str, Any]:
        """One command."""
        if told.get("clear"):
            self.rules.clear()
            self.limits = Limits()
        if "rule" in told:
            self.rules.add(told["rule"])
        if "set" in told:
            self.limits = replace(self.limits, **told["set"])
        if told.get("down") is True:
            await self.go_down()
        if told.get("down") is False and self._listening is None:
            await self.listen()
        return asdict(self.counts) | {"mails": self.book.mails, "port": self.port}

    def too_many(self) -> bool:
        """Whether this minute has had its mails."""
        now = time.monotonic()
        while self._lately and self._lately[0] < now - 60:
            self._lately.popleft()
        most = self.limits.per_minute
        return most is not None and len(self._lately) >= most

    def take(self, mail: Mail, connection: int) -> None:
        """Into the book."""
        self.book.take(mail, connection)
        self._lately.append(time.monotonic())
        self.counts.fastest = max(self.counts.fastest, len(self._lately))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts.connections += 1
        self.counts.open += 1
        self.counts.most_open = max(self.counts.most_open, self.counts.open)
        self._writers.add(writer)
        try:
            await Session(self, reader, writer, self.counts.connections).run()
        except (Gone, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.counts.open -= 1
            self._writers.discard(writer)
            writer.transport.abort()


class Session:
    """One client."""

    def __init__(
        self,
        server: Server,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._number = number
        self._taken = 0
        self._known = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        """Greet, and answer until it is over."""
        most = self._server.limits.connections
        if most is not None and self._server.counts.open > most:
            self._server.counts.refused += 1
            await self._say("421 4.7.0 too many connections")
            raise Gone
        await self._reply("GREETING", "", "220 sink.example ESMTP")
        while True:
            line = (await self._reader.readuntil(b"\r\n"))[:-2].decode("utf-8", "replace")
            verb, _, argument = line.partition(" ")
            method = getattr(self, f"_{verb.lower()}", None)
            if verb.upper() not in VERBS or method is None:
                await self._say("502 5.5.1 no such command")
            else:
                await method(argument)

    async def _ehlo(self, argument: str) -> None:
        limits = self._server.limits
        offers = ["sink.example", f"SIZE {limits.size or 0}", "ENHANCEDSTATUSCODES"]
        offers += ["PIPELINING"] if limits.pipelining else []
        offers += [f"LIMITS RCPTMAX={limits.recipients}"] if limits.recipients else []
        offers += ["AUTH PLAIN"] if limits.users else []
        lines = [f"250-{each}" for each in offers[:-1]] + [f"250 {offers[-1]}"]
        await self._reply("EHLO", argument, "\r\n".join(lines))

    async def _auth(self, argument: str) -> None:
        self._server.counts.sign_ins.append(time.time())
        _, name, password = base64.b64decode(argument.split()[1]).decode().split("\0")
        self._known = self._server.limits.users.get(name) == password
        self._server.counts.signed_in += self._known
        right, wrong = "235 2.7.0 welcome", "535 5.7.8 wrong name or password"
        await self._reply("AUTH", argument, right if self._known else wrong)

    async def _mail(self, argument: str) -> None:
        limits = self._server.limits
        if limits.close_after is not None and self._taken >= limits.close_after:
            await self._say("421 4.7.0 enough for one connection")
            raise Gone
        if limits.users and not self._known:
            await self._say("530 5.7.0 sign in first")
        elif self._server.too_many():
            self._server.counts.put_off += 1
            await self._say("450 4.7.1 too much mail, try again later")
        elif limits.size and int(argument.lower().partition("size=")[2] or "0") > limits.size:
            await self._say("552 5.3.4 message size exceeds the limit")
        elif await self._reply("MAIL", argument, "250 2.1.0 ok"):
            self._sender, self._recipients = _address(argument), []

    async def _rcpt(self, argument: str) -> None:
        most = self._server.limits.recipients
        if self._sender is None:
            await self._say("503 5.5.1 no sender")
        elif most is not None and len(self._recipients) >= most:
            await self._say("452 4.5.3 too many recipients")
        elif await self._reply("RCPT", _address(argument), "250 2.1.5 ok"):
            self._recipients.append(_address(argument))

    async def _data(self, argument: str) -> None:
        if not self._recipients:
            await self._say("503 5.5.1 no recipient")
            return
        told = ", ".join(self._recipients)
        if not await self._reply("DATA", told, "354 go on"):
            return
        if (rule := self._server.rules.at("CONTENT", told)) is not None:
            await self._reader.readexactly(1)
            await self._do(rule)
        whole = await self._reader.readuntil(b"\r\n.\r\n")
        await self._whole(whole[:-3].replace(b"\r\n..", b"\r\n."), told)

    async def _whole(self, content: bytes, told: str) -> None:
        """The final dot is there: take the mail, or not, and say so, or not."""
        server = self._server
        mail = Mail(self._sender or "", tuple(self._recipients), content)
        self._sender, self._recipients = None, []
        await asyncio.sleep(server.limits.pace / 2)
        if (rule := server.rules.at("DOT", told)) is not None and await self._do(rule):
            return
        server.take(mail, self._number)
        self._taken += 1
        await asyncio.sleep(server.limits.pace / 2)
        await self._reply("TAKEN", told, "250 2.0.0 taken")

    async def _rset(self, argument: str) -> None:
        self._sender, self._recipients = None, []
        await self._reply("RSET", argument, "250 2.0.0 ok")

    async def _quit(self, argument: str) -> None:
        await self._say("221 2.0.0 bye")
        raise Gone

    async def _reply(self, place: str, argument: str, usual: str) -> bool:
        """The usual reply, unless a rule says otherwise. Whether it was the usual one."""
        rule = self._server.rules.at(place, argument)
        if rule is not None and await self._do(rule):
            return False
        await self._say(usual)
        return usual[0] in "23"

    async def _do(self, rule: Rule) -> bool:
        """Whether the client has had its answer by this."""
        if rule.do in ("stall", "hang"):
            await asyncio.sleep(rule.seconds)
        if rule.do in ("drop", "hang"):
            raise Gone
        if rule.do == "stall":
            return False
        said = {"garbage": GARBAGE, "long": TOO_LONG}.get(rule.do, rule.words.encode() + b"\r\n")
        self._writer.write(said)
        await self._writer.drain()
        if rule.words.startswith("421"):
            raise Gone
        return True

    async def _say(self, words: str) -> None:
        self._writer.write(words.encode() + b"\r\n")
        await self._writer.drain()


VERBS = ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "QUIT")


def _address(argument: str) -> str:
    return argument.partition("<")[2].partition(">")[0]


async def _run(book: Path, here: str) -> None:
    server = Server(Book(book), here)
    await server.listen()

    async def command(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            told = await server.obey(json.loads(line))
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
        writer.close()

    commands = await asyncio.start_server(command, HERE, 0, limit=LARGEST)
    print(server.port, commands.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def _end_with_input() -> None:
    with contextlib.suppress(OSError):
        sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Until the standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sink")
    parser.add_argument("--book", type=Path, required=True, help="the ledger's file")
    parser.add_argument("--here", default=HERE, help="the address that takes mails")
    asked = parser.parse_args()
    threading.Thread(target=_end_with_input, daemon=True).start()
    asyncio.run(_run(asked.book, asked.here))


if __name__ == "__main__":
    main()

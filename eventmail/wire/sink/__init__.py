"""The built-in mail sink: an SMTP server that keeps every mail and delivers none.

For demonstrations and tests: ``python -m eventmail.wire.sink --port 2525 --folder var/mails``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session  # noqa: TID251

LARGEST_MAIL = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it came over the wire."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    content: bytes


@dataclass  # without slots: aiosmtpd looks at every attribute, which Python 3.11.2 forbids there
class Sink:
    """Takes mails on ``host:port`` while its ``with`` block runs; port 0 picks a free one.

    Each mail is in ``received`` and, with a ``folder``, on disk as ``NNN.eml`` with its envelope
    in ``NNN.json``, both complete before the sender is told 250. Raises ``OSError`` if the port
    is taken or the folder cannot be written.
    """

    host: str = "127.0.0.1"
    port: int = 0
    folder: Path | None = None
    received: list[Received] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _started: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, self.port), family=family)
        self.port = listening.getsockname()[1]
        self._started.clear()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, listening), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is None or self._thread is None:
            return
        self._started.wait()  # a loop that is stopped while it begins to listen breaks off
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop = self._thread = None

    def session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        """The protocol that talks with one client."""
        return SMTP(self, loop=loop, data_size_limit=LARGEST_MAIL, hostname="sink.example")

    async def listen(
        self, loop: asyncio.AbstractEventLoop, listening: socket.socket
    ) -> asyncio.Server:
        """Start to take connections."""
        return await loop.create_server(lambda: self.session(loop), sock=listening)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail, then say so (called by aiosmtpd)."""
        mail = Received(
            mail_from=str(envelope.mail_from),
            rcpt_to=tuple(map(str, envelope.rcpt_tos)),
            content=bytes(envelope.original_content or b""),
        )
        try:
            number = self._store(mail)
        except OSError:
            return "452 4.3.1 Cannot write the mail to the folder"
        self.received.append(mail)
        return f"250 2.0.0 Kept as {number}"

    def _run(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        asyncio.set_event_loop(loop)
        try:
            server = loop.run_until_complete(self.listen(loop, listening))
        finally:
            self._started.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(_end_sessions(loop))
        loop.close()

    def _store(self, mail: Received) -> str:
        if self.folder is None:
            return f"{len(self.received) + 1:03}"
        numbers = [int(each.stem) for each in self.folder.glob("*.eml") if each.stem.isdigit()]
        name = f"{max(numbers, default=0) + 1:03}"
        envelope = {"mail_from": mail.mail_from, "rcpt_to": list(mail.rcpt_to)}
        text = json.dumps(envelope, ensure_ascii=False, indent=1) + "\n"
        _write(self.folder / f"{name}.json", text.encode())
        _write(self.folder / f"{name}.eml", mail.content)
        return name


def _write(path: Path, content: bytes) -> None:
    """All or nothing: the name appears only once the bytes are on disk."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


async def _end_sessions(loop: asyncio.AbstractEventLoop) -> None:
    tasks = [each for each in asyncio.all_tasks(loop) if each is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the sink until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m eventmail.wire.sink", description="届いたメールを保存するだけの受信箱"
    )
    parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス")
    parser.add_argument("--port", type=int, default=2525, help="ポート（0なら空きポート）")
    parser.add_argument("--folder", type=Path, required=True, help="メールを保存するフォルダー")
    options = parser.parse_args(arguments)
    run_sink(options.host, options.port, options.folder)


def run_sink(host: str, port: int, folder: Path | None) -> None:
    """Run the sink in this process until SIGTERM or SIGINT; call it from the main thread."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> Any:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    with Sink(host, port, folder) as sink:
        kept = f" → {sink.folder}" if sink.folder else ""
        print(f"受信箱 {sink.host}:{sink.port}{kept}", flush=True)  # noqa: T201
        stop.wait()

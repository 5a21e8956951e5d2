"""Asks the office's virus scanner about a file before it is kept: clamd's INSTREAM command.

Its protocol (clamd(8)): lengths of four bytes before each piece, a length of nothing at the end,
one answer. Whatever is not plainly "OK" keeps the file out, a silent scanner too.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from eventmail.errors import UserError
from eventmail.language import said

PIECE = 64 * 1024
PATIENCE = 30.0  # seconds for one step; a large archive takes its time
LONGEST_ANSWER = 4096
UNIX = "unix:"
FOUND = said(
    "ファイル「{name}」からウイルスが見つかったため、受け取りませんでした（{virus}）。"
    "ファイルを開かずに、所の情報セキュリティ担当に知らせてください。"
)
SILENT = said(
    "ファイル「{name}」をウイルス対策で調べられなかったため、受け取りませんでした。"
    "少し待って、もう一度選んでください。続くときは、システム管理者に知らせてください。"
)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: ``unix:/path`` or ``host:port``; nowhere if empty."""

    place: str

    def require_clean(self, name: str, content: bytes) -> None:
        """Raises :class:`UserError` unless the scanner is content, or there is none."""
        if not self.place:
            return
        try:
            answer = self._ask(content)
        except OSError as error:
            raise UserError(SILENT.format(name=name)) from error
        verdict = answer.removeprefix("stream: ")
        if verdict.endswith(" FOUND"):
            raise UserError(FOUND.format(name=name, virus=verdict.removesuffix(" FOUND")))
        if verdict != "OK":
            raise UserError(SILENT.format(name=name))

    def _ask(self, content: bytes) -> str:
        with self._connected() as line:
            try:
                for each in _sent(content):
                    line.sendall(each)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have said why before it hung up
            return _answer(line)

    def _connected(self) -> socket.socket:
        if self.place.startswith(UNIX):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            try:
                line.connect(self.place.removeprefix(UNIX))
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), PATIENCE)


def _sent(content: bytes) -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        yield struct.pack("!I", len(piece)) + piece
    yield struct.pack("!I", 0)


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        some = line.recv(LONGEST_ANSWER)
        if not some:
            break
        said += some
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()

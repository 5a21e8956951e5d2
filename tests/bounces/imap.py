"""A small IMAP server on loopback, over TLS, that does what a test says."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.recorder import allow_port


@dataclass(slots=True)
class ImapServer:
    """``mails`` are those of the mailbox, ``seen`` the numbers that were marked.

    ``refuses`` names a command that it answers with NO, ``hangs_up_at`` one at which it is gone,
    ``claims`` is what it says a mail's size is.
    """

    certificate: Path
    mails: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    refuses: str = ""
    hangs_up_at: str = ""
    claims: int | None = None
    port: int = 0
    _listening: socket.socket | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        allow_port(self.port)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listening is not None
        assert self._thread is not None
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate)
        assert self._listening is not None
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as line:
                self._talk(line)

    def _talk(self, line: ssl.SSLSocket) -> None:
        line.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        with line.makefile("rb") as reading:
            for said in reading:
                tag, _, command = said.decode().strip().partition(" ")
                self.commands.append(command)
                verb = self._verb(command)
                if verb == self.hangs_up_at:
                    return
                if verb == self.refuses:
                    line.sendall(f"{tag} NO secret words of the server\r\n".encode())
                    continue
                line.sendall(self._answer(verb, command) + f"{tag} OK done\r\n".encode())
                if verb == "LOGOUT":
                    return

    @staticmethod
    def _verb(command: str) -> str:
        words = command.split()
        return words[1] if words[0] == "UID" else words[0]

    def _answer(self, verb: str, command: str) -> bytes:
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if verb == "SELECT":
            return f"* {len(self.mails)} EXISTS\r\n".encode()
        if verb == "SEARCH":
            found = [n for n in range(1, len(self.mails) + 1) if n not in self.seen]
            return b"* SEARCH " + " ".join(map(str, found)).encode() + b"\r\n"
        if verb == "FETCH":
            number = int(command.split()[2])
            mail = self.mails[number - 1]
            size = len(mail) if self.claims is None else self.claims
            head = f"* {number} FETCH (UID {number} BODY[]<0> {{{size}}}\r\n".encode()
            return head + mail + b")\r\n"
        if verb == "STORE":
            self.seen.add(int(command.split()[2]))
        return b"* BYE\r\n" if verb == "LOGOUT" else b""

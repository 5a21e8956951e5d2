"""Another system on loopback: a real HTTP server that keeps what it was told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.recorder import allow_port

Answer = int | Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True)
class Told:
    """One call, as its bytes came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def news(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Answers with 204, or with what ``script`` holds next: a status, or a function."""

    certificate: Path | None = None
    told: list[Told] = field(default_factory=list)
    script: deque[Answer] = field(default_factory=deque)
    usual: int = 204

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.told.append(Told(self.path, headers, self.rfile.read(size)))
                answer = receiver.script.popleft() if receiver.script else receiver.usual
                if not isinstance(answer, int):
                    answer(self)
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        allow_port(self.port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        """As the administrator names it."""
        if self.certificate is None:
            return f"http://127.0.0.1:{self.port}"
        return f"https://localhost:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/eventmail?key=k3y"

    def of(self, kind: str) -> list[Told]:
        """The calls of one kind."""
        return [each for each in self.told if each.news["type"] == kind]


def redirects(to: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def drips(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        handler.wfile.write(f"X-{number}: y\r\n".encode())
        handler.wfile.flush()
        time.sleep(0.05)


def floods(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
    for _ in range(4000):
        handler.wfile.write(b"x" * 65536)


def babbles(handler: BaseHTTPRequestHandler) -> None:
    """No HTTP at all."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")


def mumbles(handler: BaseHTTPRequestHandler) -> None:
    """An answer whose head is not quite one, which HTTP libraries warn of with the address."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Good: y\r\nno colon here\r\n\r\n")

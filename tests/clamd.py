"""A virus scanner that speaks clamd's INSTREAM and knows one virus: the EICAR test file."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.recorder import allow_port

# In two pieces, so that no scanner finds it in this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b"".join(iter(self._piece, b""))
        virus = EICAR in content
        said = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if virus else b"stream: OK\0"
        self.wfile.write(getattr(self.server, "says", None) or said)

    def _piece(self) -> bytes:
        return self.rfile.read(int.from_bytes(self.rfile.read(4)))


@contextmanager
def clamd(folder: Path, says: bytes | None = None, *, tcp: bool = False) -> Iterator[str]:
    """One that listens, and where; ``says``: whatever it is asked."""
    path = str(folder / "clamd")
    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        if tcp
        else socketserver.ThreadingUnixStreamServer(path, _Talk)
    ) as server:
        server.says = says  # type: ignore[union-attr]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        port = server.socket.getsockname()[1] if tcp else 0
        if tcp:
            allow_port(port)
        try:
            yield f"127.0.0.1:{port}" if tcp else f"unix:{path}"
        finally:
            server.shutdown()
            thread.join()

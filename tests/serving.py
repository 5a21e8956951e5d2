"""A web server within the process of a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import create_server

from tests.recorder import allow_port


@contextmanager
def served(app: Any, host: str = "127.0.0.1", **options: Any) -> Iterator[int]:
    """Waitress on a free port of this host; what is in hand at the end is answered first."""
    server = create_server(app, host=host, port=0, **options)
    allow_port(int(server.effective_port))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.task_dispatcher.shutdown()
        # Its loop ends when its map is empty; everything is closed from the loop's own thread.
        server.trigger.pull_trigger(lambda: _close_all(server))
        thread.join(10)
        assert not thread.is_alive()


def _close_all(server: Any) -> None:
    for each in list(server._map.values()):
        each.close()

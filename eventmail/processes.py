"""Runs web server, worker and sink as children of one process, and ends them together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eventmail import garbage
from eventmail.config import Settings, to_environment
from eventmail.errors import UserError
from eventmail.files import ENTRY
from eventmail.language import said

if TYPE_CHECKING:
    from flask import Flask

HEALTH_SECONDS = 10
GRACE_SECONDS = 20
BACKLOG = 1024  # connections that wait to be taken, as waitress has it
PR_SET_PDEATHSIG = 1


def serve_web(
    app: Flask, settings: Settings, listening: int | None = None, parent: int | None = None
) -> None:
    """Serve the pages until a signal ends it.

    ``listening`` is the number of a socket that the ``parent`` has opened for several of these:
    whoever has time takes the next request. Then it ends with its parent, even if that was killed.
    """
    from waitress import create_server

    from eventmail.web import serving

    signal.signal(signal.SIGTERM, _exit_quietly)
    place: dict[str, Any] = {"host": settings.host, "port": settings.port}
    if listening is not None:
        _end_with(parent)
        place = {"sockets": [socket.socket(fileno=listening)]}
    server = create_server(app, **place, **serving.options(settings))
    garbage.keep_what_is_loaded()
    server.run()


def run_worker(consumer: Any, ending: threading.Event) -> None:
    """Run Huey's consumer; SIGTERM and Ctrl-C alike let the mails in hand be settled first.

    ``ending`` tells the work in hand to come to its end.
    """
    stop = threading.Event()
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(HEALTH_SECONDS):
        consumer.check_worker_health()
    ending.set()
    consumer.stop(graceful=True)


def until_asked_to_stop() -> None:
    """Wait for SIGTERM or Ctrl-C; call it from the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def run_group(settings: Settings, commands: Sequence[Sequence[str]], webs: int = 0) -> int:
    """Run ``app.py`` once for each command, until a signal comes or one of them ends.

    ``webs`` processes more serve the pages together. Returns 0 if a signal ended it, else 1. All
    children are gone when this returns.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before anybody can see that it runs
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as opened:
        shared = [opened.enter_context(_listening(settings)).fileno() for _ in range(min(webs, 1))]
        web = ["web", *(f"--listening={each}" for each in shared), f"--parent={os.getpid()}"]
        return _run_group(settings, [*commands, *[web] * webs], shared, stop)


def _listening(settings: Settings) -> socket.socket:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(found[4][:2], family=found[0], backlog=BACKLOG)
    except OSError as error:
        raise UserError(
            said(
                "{host}のポート{port}で待ち受けられません。ほかのプログラムが使っていないか、"
                "EVENTMAIL_HOST と EVENTMAIL_PORT を確かめてください。",
                host=settings.host,
                port=settings.port,
            )
        ) from error


def _run_group(
    settings: Settings,
    commands: Sequence[Sequence[str]],
    shared: Sequence[int],
    stop: threading.Event,
) -> int:
    # Ctrl-C reaches every process of the terminal; a child that is still starting must not break
    # off in the middle of an import. It inherits that Ctrl-C is held back, and is ended from here:
    # one that comes meanwhile is noticed once all have been started.
    with _held_back(signal.SIGINT):
        children = [start(settings, command, shared) for command in commands]
    try:
        while not stop.wait(0.2):
            if any(child.poll() is not None for child in children):
                return 1
        return 0
    finally:
        end(children)


@contextlib.contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


def start(
    settings: Settings, command: Sequence[str], shared: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start ``app.py COMMAND…`` as a child with these settings and no others.

    ``shared``: the numbers of open files that it gets from this process.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("EVENTMAIL_")}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and entry
        [sys.executable, str(ENTRY), *command],
        env={**inherited, **to_environment(settings)},
        pass_fds=shared,
    )


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all children to end, and insist after a while."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _end_with(parent: int | None) -> None:
    """The kernel asks this process to end as soon as its parent is gone (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was gone before that was said
        _exit_quietly()


def _exit_quietly(*_: object) -> None:
    raise SystemExit(0)


def end_tidily() -> None:
    """From now on SIGTERM ends a command through its ``finally``: what it had for a while goes."""
    signal.signal(signal.SIGTERM, _exit_tidily)


def _exit_tidily(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # tidying up is not cut short
    raise SystemExit(128 + signal.SIGTERM)

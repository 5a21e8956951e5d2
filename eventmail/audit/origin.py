"""From where an act comes: told once at the entry, known to all that happens behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from eventmail.language import said

PAGE, COMMAND, WORKER, LINK, API = "page", "command", "worker", "link", "api"
NAMES = {
    PAGE: said("画面"),
    COMMAND: said("コマンド"),
    WORKER: said("送信処理"),
    LINK: said("参加者のページ"),
    API: said("API"),
    "": "―",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """By which way in; for pages the client's address and a mark of the session.

    ``token``: the name of the API token with which a program acts.
    """

    via: str = ""
    client: str = ""
    session_mark: str = ""
    token: str = ""


_here: ContextVar[Origin] = ContextVar("origin")
_process = Origin()


def current() -> Origin:
    """Where the act at hand comes from; without a word of its own, what the process is for."""
    return _here.get(_process)


def this_process_is(via: str) -> None:
    """All acts of this process, in whatever thread, come by this way unless they say otherwise."""
    global _process
    _process = Origin(via)


def arrive(origin: Origin) -> None:
    """What this thread does from now on comes from there, until it leaves."""
    _here.set(origin)


def leave() -> None:
    """What this thread does from now on comes by the way of the process."""
    _here.set(_process)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """What happens in this block comes from there."""
    token = _here.set(origin)
    try:
        yield
    finally:
        _here.reset(token)

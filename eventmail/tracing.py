"""What the work at hand belongs to, in every line of the log: request, task, mailing, delivery.

Said once where the work begins, known to all that happens within it. A thread of a pool knows
nothing of whoever gave it its work, unless that goes along (:func:`along`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

REQUEST, TASK, MAILING, SNAPSHOT, DELIVERY = "request_id", "task", "mailing", "snapshot", "delivery"
FACTS = "facts"
Known = Mapping[str, Any]
NOTHING: Known = MappingProxyType({})
_here: ContextVar[Known] = ContextVar("tracing", default=NOTHING)
Result = TypeVar("Result")


def current() -> Known:
    """What is known of the work at hand, by name."""
    return _here.get()


def request_id() -> str:
    """The request that this began with; empty for what the service does by itself."""
    return str(current().get(REQUEST, ""))


def begin(**known: Any) -> None:
    """What this thread does from now on belongs to this and nothing else, until :func:`end`."""
    _here.set({name: value for name, value in known.items() if value})


def end() -> None:
    """What this thread does from now on belongs to nothing."""
    _here.set(NOTHING)


def learn(**known: Any) -> None:
    """The work at hand belongs to this as well, until its block or request is over."""
    _here.set({**current(), **{name: value for name, value in known.items() if value}})


@contextmanager
def about(**known: Any) -> Iterator[None]:
    """What happens in this block belongs to this as well."""
    token = _here.set({**current(), **{name: value for name, value in known.items() if value}})
    try:
        yield
    finally:
        _here.reset(token)


def along(work: Callable[..., Result]) -> Callable[..., Result]:
    """The same work, for one call in another thread: it knows what is known here."""
    return partial(copy_context().run, work)


def facts(**values: Any) -> dict[str, Any]:
    """More fields of one record: ``log.info("…", extra=tracing.facts(status=200))``."""
    return {FACTS: values}

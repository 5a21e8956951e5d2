"""Which language is spoken just now: Japanese, unless somebody asked for English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JAPANESE, ENGLISH = "ja", "en"
_spoken: ContextVar[str] = ContextVar("spoken", default=JAPANESE)


def in_english() -> bool:
    """Whether what is shown now is shown in English."""
    return _spoken.get() == ENGLISH


def speak(language: str) -> None:
    """Speak this language from now on; an unknown one is Japanese."""
    _spoken.set(ENGLISH if language == ENGLISH else JAPANESE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language within the block; an unknown one is Japanese."""
    before = _spoken.set(ENGLISH if language == ENGLISH else JAPANESE)
    try:
        yield
    finally:
        _spoken.reset(before)

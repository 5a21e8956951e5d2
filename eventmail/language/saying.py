"""A sentence of ours: Japanese wherever it is handled, English where it is shown in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import escape

from eventmail.language.catalogue import english_of, recognised
from eventmail.language.choice import in_english
from eventmail.language.filling import fill


class Said(str):
    """The Japanese text, with the pattern it was made from and the values filled in.

    It is an ordinary string to all that compares, stores or sends it. Joining or slicing it gives
    a plain Japanese string, which has no English any more.
    """

    pattern: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        # str(error) and the like must not lose what the sentence knows.
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return str.__str__, (self + "",)

    def format(self, *_: object, **values: object) -> Said:
        """A sentence whose places are filled in later: it keeps its English."""
        return filled(self.pattern, {**self.values, **values})

    def __mod__(self, values: object, /) -> str:
        # WTForms fills its own places into every message; a sentence of ours has none of them.
        return super().__mod__(values) if "%" in self else self

    def __html__(self) -> str:
        # What forms and markup write by themselves is told as what templates write is.
        return str(escape(told(self) + ""))

    def in_english(self) -> str:
        """The sentence in English; in Japanese if it has no English yet."""
        pattern = english_of(self.pattern)
        if pattern is None:
            return fill(self.pattern, self.values)
        return fill(pattern, {name: _english(value) for name, value in self.values.items()})


def said(pattern: str, /, **values: object) -> Said:
    """The sentence with its values: ``said("{count}社に送信する", count=30)``.

    Without values the pattern is the text, braces and all; with values a brace is written twice.
    The pattern is a literal, so that the catalogue can be made from the code.
    """
    return filled(pattern, values)


def filled(pattern: str, values: Mapping[str, object]) -> Said:
    """The same with a pattern that is at hand: one that was kept, or recognised."""
    text = Said(fill(pattern, values))
    text.pattern, text.values = pattern, values
    return text


def retold(text: str) -> Said:
    """A sentence of ours that came as plain text: out of a table, or from a confined reader.

    Never for what somebody typed (see :func:`recognised`).
    """
    return filled(*recognised(text))


class _Listed(Said):
    """Several texts beside each other, each in the language that is spoken."""

    parts: list[str]
    between: str

    def in_english(self) -> str:
        return str(_english(self.between)).join(_english(each) for each in self.parts)


def listed(parts: Iterable[str], separator: str) -> Said:
    """The texts with a separator between them: a ``join`` that does not lose their English."""
    held = list(parts)
    text = _Listed(separator.join(held))
    text.pattern, text.values, text.parts, text.between = str(text) + "", {}, held, separator
    return text


def _english(value: Any) -> Any:
    return value.in_english() if isinstance(value, Said) else value


def told(value: Any) -> Any:
    """The value as it is shown now: a sentence of ours in the language that is spoken."""
    return value.in_english() if isinstance(value, Said) and in_english() else value


def told_all(value: Any) -> Any:
    """The same for every sentence in lists and dictionaries: what a page takes as JSON."""
    if isinstance(value, dict):
        return {key: told_all(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [told_all(each) for each in value]
    return told(value)

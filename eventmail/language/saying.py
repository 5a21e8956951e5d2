"""A sentence of ours: Japanese wherever it is handled, English where it is shown in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import escape

from eventmail.language.catalogue import HELD, english_of, recognised, runs_over
from eventmail.language.choice import in_english
from eventmail.language.filling import fill


class Said(str):
    """The Japanese text, with the pattern it was made from and the values filled in.

    It is an ordinary string to all that compares, stores or sends it. Sentences that are added or
    joined keep their English; with a plain text behind it, or sliced, it is a plain Japanese
    string, which has no English any more.
    """

    pattern: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        # str(error) and the like must not lose what the sentence knows.
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return str.__str__, (str.__str__(self),)

    def format(self, *_: object, **values: object) -> Said:
        """A sentence whose places are filled in later: it keeps its English."""
        return filled(self.pattern, {**self.values, **values})

    def __mod__(self, values: object, /) -> str:
        # WTForms fills its own places into every message; a sentence of ours has none of them.
        return super().__mod__(values) if "%" in self else self

    def __html__(self) -> str:
        # What forms and markup write by themselves is told as what templates write is.
        return str(escape(str.__str__(told(self))))

    def join(self, parts: Iterable[str], /) -> Said:
        """Texts with this one between them, each in the language that is spoken."""
        return listed(parts, self)

    def __add__(self, other: str, /) -> str:
        """One sentence behind another."""
        return behind_each_other([self, other]) if _has_english(other) else super().__add__(other)

    def __radd__(self, other: str, /) -> str:
        return behind_each_other([other, self]) if _has_english(other) else str.__add__(other, self)

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


_SENTENCE = re.compile(r"[^。]*。(?:）)?|[^。]+$")


class _Retold(Said):
    """A kept text, recognised only when it is asked for in English: Japanese costs nothing."""

    def in_english(self) -> str:
        return str(_english(_recognised_in(self.pattern)))


def retold(text: str) -> Said:
    """A sentence of ours that came as plain text: out of a table, or from a confined reader.

    Several of ours behind each other are told one by one. Never for what somebody typed (see
    :func:`recognised`).
    """
    if isinstance(text, Said):
        return text
    again = _Retold(text)
    again.pattern, again.values = text, {}
    return again


def _recognised_in(text: str) -> Said:
    pattern, values = recognised(text)
    if (values and not runs_over(values)) or (english_of(pattern) is not None and not values):
        return _told_again(pattern, values)
    return _sentences(text) or _words(text) or _told_again(pattern, values)


def _told_again(pattern: str, values: Mapping[str, str]) -> Said:
    held = {name: retold(each) if name.endswith(HELD) else each for name, each in values.items()}
    return filled(pattern, held)


def _known(text: str) -> Said | None:
    pattern, values = recognised(text)
    known = not runs_over(values) if values else english_of(pattern) is not None
    return _told_again(pattern, values) if known else None


def _sentences(text: str) -> Said | None:
    """Sentences of ours behind each other, if it is nothing else."""
    pieces, found, at = _SENTENCE.findall(text), list[str](), 0
    while at < len(pieces) and len(pieces) > 1:
        ends = range(len(pieces), at, -1)
        told = ((end, _known("".join(pieces[at:end]))) for end in ends)
        at, known = next(((end, each) for end, each in told if each is not None), (0, None))
        if known is None:
            return None
        found.append(known)
    return behind_each_other(found) if found else None


def _words(text: str) -> Said | None:
    """A list of words of ours, if it is nothing else."""
    for between in ("、", "・", "と"):
        told = [_known(each) for each in text.split(between)]
        if len(told) > 1 and all(each is not None for each in told):
            return listed([each for each in told if each is not None], retold(between))
    return None


class _Paired(Said):
    """A text whose English stands beside it: no sentence, or a word with two meanings."""

    english: str

    def in_english(self) -> str:
        return self.english


def paired(japanese: str, english: str) -> Said:
    """Both languages of a text that no catalogue holds: a day, a holiday, 日 as Sunday."""
    text = _Paired(japanese)
    text.pattern, text.values, text.english = japanese, {}, english
    return text


class _Listed(Said):
    """Several texts beside each other, each in the language that is spoken."""

    parts: list[str]
    between: str

    def in_english(self) -> str:
        between = str(_english(self.between)) or " "
        return str.join(between, [_english(each) for each in self.parts])


class _Behind(_Listed):
    """Sentences behind each other; between English ones is a space."""

    def in_english(self) -> str:
        told = ""
        for each in filter(None, map(_english, self.parts)):
            told += f" {each}" if told[-1:] in (".", "!", "?", ":") and each[0] != " " else each
        return told


def behind_each_other(parts: Iterable[str]) -> Said:
    """Whole sentences one behind the other; a space between English ones."""
    held = list(parts)
    text = _Behind("".join(held))
    text.pattern, text.values, text.parts, text.between = str.__str__(text), {}, held, ""
    return text


def _has_english(text: str) -> bool:
    """Whether adding this text to a sentence leaves one that can be said in English."""
    return isinstance(text, Said) or not text


def listed(parts: Iterable[str], separator: str) -> Said:
    """The texts with a separator between them: a ``join`` that does not lose their English."""
    held = list(parts)
    text = _Listed(str.join(separator, held))
    text.pattern, text.values, text.parts, text.between = str.__str__(text), {}, held, separator
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

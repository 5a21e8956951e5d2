"""The letter: subject and body with merge fields, and what one addressee will read.

A merge field is ``{会社名}``; the full-width ``｛会社名｝`` that a Japanese keyboard types is the
same. Fields are replaced in one pass: a value that looks like a field is never expanded again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from eventmail.addresses import EmailAddress
from eventmail.clock import japanese_date

FIELD = re.compile(r"[{｛]([^{}｛｝\n]{1,30})[}｝]")
HONORIFICS = ("様", "御中", "殿", "先生", "さま")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said. It has no recipient."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom one copy of the letter speaks to."""

    company: str
    department: str
    title: str
    name: str
    address: EmailAddress

    @property
    def honorific(self) -> str:
        """様 for a person, 御中 for a company or desk; none where the roster wrote one."""
        last = self.name or self.title or self.department or self.company
        if last.endswith(HONORIFICS):
            return ""
        return "様" if self.name or self.title else "御中"

    @property
    def salutation(self) -> str:
        """The opening lines: company above, department, title and person with honorific below."""
        person = "　".join(part for part in (self.department, self.title, self.name) if part)
        lines = [line for line in (self.company, person) if line]
        last = f"{lines[-1]}　{self.honorific}" if self.honorific else lines[-1]
        return "\n".join([*lines[:-1], last])


@dataclass(frozen=True, slots=True)
class Occasion:
    """The event as the letter tells of it."""

    name: str
    held_on: date
    hours: str
    place: str


OF_OCCASION: dict[str, Callable[[Occasion], str]] = {
    "イベント名": lambda on: on.name,
    "開催日": lambda on: japanese_date(on.held_on),
    "時間": lambda on: on.hours,
    "会場": lambda on: on.place,
}
OF_ADDRESSEE: dict[str, Callable[[Addressee], str]] = {
    "宛名": lambda to: to.salutation,
    "会社名": lambda to: to.company,
    "部署": lambda to: to.department,
    "役職": lambda to: to.title,
    "担当者名": lambda to: to.name,
    "敬称": lambda to: to.honorific,
}
PAGE = "参加者ページ"  # the address of the recipient's own page, known only to the press
PERSONAL = frozenset((*OF_ADDRESSEE, PAGE))
FIELDS = (*OF_ADDRESSEE, PAGE, *OF_OCCASION)
MAY_BE_BLANK = frozenset({"敬称"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """One addressee's subject and body, all fields replaced."""

    subject: str
    body: str


def render(letter: Letter, to: Addressee, occasion: Occasion, page: str = "") -> Rendered:
    """The letter as ``to`` will read it. Unknown fields stay as they are: findings block them.

    ``page``: the address of this recipient's own page; without one its field stays, too.
    """
    values = {**_values(to, occasion), **({PAGE: page} if page else {})}
    subject = " ".join(_fill(letter.subject, values).splitlines())
    return Rendered(subject, _fill(letter.body.replace("\r\n", "\n"), values))


def fill_occasion(text: str, occasion: Occasion) -> str:
    """A text with the event's fields filled in and all others left."""
    return _fill(text, _values_of(occasion))


def used_fields(letter: Letter) -> list[str]:
    """The merge fields in subject and body, in order, each once."""
    return list(dict.fromkeys(FIELD.findall(letter.subject) + FIELD.findall(letter.body)))


def names_page(letter: Letter) -> bool:
    """Whether the letter leads its recipient to his own page."""
    return _names_page(letter)


@lru_cache(maxsize=16)  # asked for each mail of a mailing
def _names_page(letter: Letter) -> bool:
    return PAGE in used_fields(letter)


class Spoken(Protocol):
    """Of an addressee what its fields are filled with: a recipient has as much."""

    @property
    def company(self) -> str:
        """The company."""

    @property
    def department(self) -> str:
        """Its department."""

    @property
    def title(self) -> str:
        """The person's title."""

    @property
    def name(self) -> str:
        """The person."""

    @property
    def salutation(self) -> str:
        """The opening lines."""


def blank_fields(letter: Letter, to: Spoken, occasion: Occasion) -> list[str]:
    """The used fields that have no value for this addressee."""
    return [name for name, value in _blank_for_some(letter, occasion) if not value(to).strip()]


@lru_cache(maxsize=16)  # asked for each recipient of a draft
def _blank_for_some(
    letter: Letter, occasion: Occasion
) -> tuple[tuple[str, Callable[[Spoken], str]], ...]:
    """The used fields that may lack a value they should have: the event's have one for all or none.

    The page's is known only to the press.
    """
    of_occasion = _values_of(occasion)
    asked = _OF_SPOKEN | {
        name: _nothing for name, value in of_occasion.items() if not value.strip()
    }
    used = (each for each in used_fields(letter) if each not in MAY_BE_BLANK)
    return tuple((each, asked[each]) for each in used if each in asked)


_OF_SPOKEN: dict[str, Callable[[Spoken], str]] = {
    "宛名": lambda to: to.company.strip() or to.salutation,  # put together for few
    "会社名": lambda to: to.company,
    "部署": lambda to: to.department,
    "役職": lambda to: to.title,
    "担当者名": lambda to: to.name,
}


def _nothing(_to: Spoken) -> str:
    return ""


def _values(to: Addressee, occasion: Occasion) -> Mapping[str, str]:
    return {name: value(to) for name, value in OF_ADDRESSEE.items()} | {**_values_of(occasion)}


@lru_cache(maxsize=16)  # one event in all letters of a mailing
def _values_of(occasion: Occasion) -> Mapping[str, str]:
    return MappingProxyType({name: value(occasion) for name, value in OF_OCCASION.items()})


def _fill(text: str, values: Mapping[str, str]) -> str:
    return "".join(
        found if name is None else values.get(name, found) for found, name in _taken_apart(text)
    )


@lru_cache(maxsize=16)  # the same subject and body in all letters of a mailing
def _taken_apart(text: str) -> tuple[tuple[str, str | None], ...]:
    """The text between the fields, and the fields: each as it stands, and its name."""
    pieces: list[tuple[str, str | None]] = []
    position = 0
    for found in FIELD.finditer(text):
        pieces += [(text[position : found.start()], None), (found[0], found[1])]
        position = found.end()
    return (*pieces, (text[position:], None))

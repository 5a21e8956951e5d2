"""Whom the office knows, made ready for looking: once for a roster, not once for each text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from eventmail.mailings.findings import names, phones
from eventmail.mailings.findings.reading import KANJI, Read, read, runs_of, squeeze
from eventmail.scanning.report import Scan
from eventmail.spreadsheet.companies import company_key


@dataclass(frozen=True, slots=True)
class Person:
    """One contact of any of the office's events, taking part or not."""

    company: str
    name: str
    phone: str
    address: str  # its key


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody found in a text: whose it is, and where it stands."""

    company: str
    start: int
    end: int
    spot: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Addresses, telephone numbers, full names and companies, each with the company it is of."""

    addresses: Mapping[str, str]
    phones: Mapping[str, str]
    names: Mapping[str, str]
    surnames: frozenset[str]
    companies: Mapping[str, str]
    heads: Mapping[str, tuple[str, ...]]
    firsts: frozenset[str]
    lengths: tuple[int, ...]

    def phones_in(self, text: str) -> list[Met]:
        """The participants' numbers in a text."""
        return [
            Met(self.phones[digits], start, end)
            for digits, start, end in phones.numbers(text)
            if digits in self.phones
        ]

    def names_in(self, text: str) -> list[tuple[str, int, int]]:
        """The participants' full names in a folded text."""
        squeezed = squeeze(text)
        kept = self._suspects(runs_of(squeezed)) | self._elsewhere(squeezed)
        return self._located(kept, text)

    def names_in_file(self, scan: Scan) -> list[Met]:
        """The participants' full names in a material's text."""
        told = read(scan)
        return self._met(told, self._located(self._in_file(told), told.text))

    def phones_in_file(self, scan: Scan) -> list[Met]:
        """The participants' telephone numbers in a material's text."""
        told = read(scan)
        return [
            Met(self.phones[digits], start, end, told.spot(start))
            for digits, start, end in _numbers_in(scan)
            if digits in self.phones
        ]

    def _met(self, told: Read, found: Iterable[tuple[str, int, int]]) -> list[Met]:
        return [
            Met(self.names[name], start, end, told.spot(start)) for name, start, end in found
        ]

    def _in_file(self, told: Read) -> set[str]:
        return self._suspects(told.runs) | self._elsewhere(told.squeezed)

    def _suspects(self, runs: Collection[str]) -> set[str]:
        """The names that begin with a piece of one of these words."""
        heads: set[str] = set()
        for run in runs:
            for start, letter in enumerate(run):
                if letter in self.firsts:
                    heads.update(
                        piece
                        for length in self.lengths
                        if (piece := run[start : start + length]) in self.heads
                    )
        return {name for each in heads for name in self.heads[each]}

    def _elsewhere(self, squeezed: str) -> set[str]:
        """The names whose beginning is no word in Chinese characters: few, each looked for."""
        return {each for each in self.heads.get("", ()) if each in squeezed}

    def _located(self, suspects: Iterable[str], text: str) -> list[tuple[str, int, int]]:
        squeezed = squeeze(text)
        return [
            (name, found.start(), found.end())
            for name in sorted(suspects)
            if name in squeezed
            for found in names.pattern(name).finditer(text)
        ]


def directory(
    people: Iterable[Person],
    own: Collection[str] = (),
    staff: Collection[str] = (),
    hosts: Collection[str] = (),
) -> Directory:
    """A directory of all but ``own`` (keys of companies) and of nobody named as our staff is.

    Of ``hosts`` the name and the telephone are no secret.
    """
    addresses: dict[str, str] = {}
    numbers: dict[str, str] = {}
    full: dict[str, str] = {}
    surnames: set[str] = set()
    companies: dict[str, str] = {}
    ours = {names.full_name(each) for each in staff}
    for each in people:
        key = company_key(each.company)
        if key in own:
            continue
        addresses.setdefault(each.address, each.company)
        if key not in hosts:
            companies.setdefault(key, each.company)
            for digits, _, _ in phones.numbers(each.phone):
                numbers.setdefault(digits, each.company)
        name = names.full_name(each.name)
        if name and name not in ours:
            full.setdefault(name, each.company)
        surnames.add(names.surname(each.name))
    heads = _heads_of(full)
    pieces = [each for each in heads if each]
    return Directory(
        addresses=addresses,
        phones=numbers,
        names=full,
        surnames=frozenset(surnames - {""}),
        companies=companies,
        heads=heads,
        firsts=frozenset(each[0] for each in pieces),
        lengths=tuple(sorted({len(each) for each in pieces})),
    )


_KANJI_WORD = re.compile(rf"[{KANJI}]{{2,}}")


def _heads_of(full: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names by their first word in Chinese characters; under "" those that begin otherwise."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in full:
        word = _KANJI_WORD.match(name)
        found[word[0] if word else ""].append(name)
    return {each: tuple(several) for each, several in found.items()}


@lru_cache(maxsize=16)
def _numbers_in(scan: Scan) -> tuple[tuple[str, int, int], ...]:
    return tuple(phones.numbers(read(scan).text))


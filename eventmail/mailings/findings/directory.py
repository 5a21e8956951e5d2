"""Whom the office knows, made ready for looking: once for a roster, not once for each text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from eventmail.mailings.findings import names, phones
from eventmail.mailings.findings.openings import Openings
from eventmail.mailings.findings.reading import pairs_of, read, squeeze
from eventmail.remembering import Remembered
from eventmail.scanning.report import Scan
from eventmail.spreadsheet.companies import company_key

TELLING = 3  # letters of a company's name, without its legal form
READY = 3  # directories of one office; each is as large as the list of its people
Company = tuple[str, str, str]  # its key, its name, and the core of the key
FORMS = (
    *("株式会社", "有限会社", "合同会社", "社会福祉法人", "医療法人社団", "医療法人財団"),
    *("医療法人", "学校法人", "一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人"),
    "特定非営利活動法人",
)


@lru_cache(maxsize=65536)
def core_name(key: str) -> str:
    """A company's key without its legal form."""
    for form in FORMS:
        key = key.removeprefix(form).removesuffix(form)
    return key


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
    companies: Openings[Company]
    pairs: Mapping[str, tuple[str, ...]]  # of each name: the letters that stand side by side

    def phones_in(self, text: str) -> list[Met]:
        """The participants' numbers in a text."""
        return [
            Met(self.phones[digits], start, end)
            for digits, start, end in phones.numbers(text)
            if digits in self.phones
        ]

    def names_in(self, text: str) -> list[Met]:
        """The participants' full names in a folded text."""
        squeezed = squeeze(text)
        return self._located(self._suspects(pairs_of(squeezed), squeezed), text)

    def names_in_file(self, scan: Scan) -> list[Met]:
        """The participants' full names in a material's text."""
        told = read(scan)
        suspects = self._suspects(told.pairs, told.squeezed)
        met = self._located(suspects, told.text)
        return [replace(each, spot=told.spot(each.start)) for each in met]

    def phones_in_file(self, scan: Scan) -> list[Met]:
        """The participants' telephone numbers in a material's text."""
        told = read(scan)
        return [
            Met(self.phones[digits], start, end, told.spot(start))
            for digits, start, end in _numbers_in(scan)
            if digits in self.phones
        ]

    def _suspects(self, pairs: Collection[str], squeezed: str) -> list[str]:
        """The names in a text without blanks; first asked is whether all their pairs are in it."""
        return [
            name
            for name, wanted in self.pairs.items()
            if all(each in pairs for each in wanted) and name in squeezed
        ]

    def _located(self, suspects: Iterable[str], text: str) -> list[Met]:
        return [
            Met(self.names[name], found.start(), found.end())
            for name in suspects
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
    return Directory(
        addresses=addresses,
        phones=numbers,
        names=full,
        surnames=frozenset(surnames - {""}),
        companies=Openings(map(_cored, companies.items())),
        pairs={each: tuple(pairs_of(each)) for each in full},
    )


def _cored(company: tuple[str, str]) -> tuple[str, Company]:
    key, name = company
    core = core_name(key)
    return core, (key, name, core)


class People:
    """Everybody of an office. What was made ready of them for one letter is ready for the next."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = tuple(people)
        self._ready: Remembered[tuple[frozenset[str], ...], Directory] = Remembered(READY)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)

    @cached_property
    def _cores(self) -> Openings[str]:
        """The keys of their companies, by what of each a place may be named after."""
        keys = {company_key(each.company) for each in self._people}
        cores = ((core_name(key), key) for key in keys)
        return Openings((core, key) for core, key in cores if len(core) >= TELLING)

    def named_in(self, told: str) -> frozenset[str]:
        """The keys of the companies that stand in the key of a text."""
        return frozenset(self._cores.standing_in(told))

    def but(self, own: frozenset[str], staff: frozenset[str], hosts: frozenset[str]) -> Directory:
        """As :func:`directory`."""
        key = own, staff, hosts
        return self._ready.of(key, lambda: directory(self._people, own, staff, hosts))


@lru_cache(maxsize=16)
def _numbers_in(scan: Scan) -> tuple[tuple[str, int, int], ...]:
    return tuple(phones.numbers(read(scan).text))

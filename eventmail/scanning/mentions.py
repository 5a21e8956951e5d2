"""Which participants of a roster a file names: by address, phone, person or company."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eventmail.language import said
from eventmail.scanning.report import Scan
from eventmail.spreadsheet.companies import company_key
from eventmail.spreadsheet.contents import is_person

SHORTEST_PHONE = 9  # digits
SHORTEST_PERSON = 3
SHORTEST_COMPANY = 4  # of a name without its legal form: shorter ones are words of their own
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-\s()\u2010-\u2015\u2212\u30fc.]{1,3}(?=\d)")
_ABROAD = re.compile(r"\+81\s?(?:\(0\))?")
_BLANKS = re.compile(r"\s+")
_FORMS = re.compile(
    "株式会社|有限会社|合同会社|合資会社|合名会社|学校法人|医療法人(?:社団|財団)?|社会福祉法人"
    "|(?:一般|公益)?(?:社団|財団)法人|特定非営利活動法人|協同組合|独立行政法人|国立大学法人"
)


@dataclass(frozen=True, slots=True)
class Known:
    """One contact of a roster."""

    company: str
    person: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A participant that the file names: by what, and where first."""

    company: str
    by: str  # address, phone, person, company
    where: str


def mentions(scan: Scan, roster: Iterable[Known]) -> list[Mention]:
    """Every participant that the file names, once for each way, in the roster's order."""
    text = _Text(scan)
    found: dict[tuple[str, str], Mention] = {}
    for each in roster:
        for by, where in text.names(each):
            found.setdefault((each.company, by), Mention(each.company, by, where))
    return list(found.values())


class _Text:
    """The file's text, folded once for each kind of comparing."""

    def __init__(self, scan: Scan) -> None:
        self._addresses = frozenset(scan.addresses)
        self._places = [each.where for each in scan.passages]
        texts = [unicodedata.normalize("NFKC", each.text) for each in scan.passages]
        self._plain = [_BLANKS.sub("", each) for each in texts]
        self._digits = [_digits(each) for each in texts]
        # Not through the cache, which is for names and not for whole pages.
        self._companies = [company_key.__wrapped__(each) for each in texts]
        self._whole = [text.casefold() for text in texts]

    def names(self, known: Known) -> Iterator[tuple[str, str]]:
        """How the file names somebody, and where."""
        address = known.address.casefold()
        if address and address in self._addresses:
            yield "address", self._place(self._whole, address) or said("ファイルの中")
        phone = _digits(unicodedata.normalize("NFKC", known.phone))
        if phone.isdigit() and len(phone) >= SHORTEST_PHONE:
            yield from self._told("phone", self._digits, phone)
        person = _BLANKS.sub("", unicodedata.normalize("NFKC", known.person))
        if is_person(known.person.strip()) and len(person) >= SHORTEST_PERSON:
            yield from self._told("person", self._plain, person)
        company = _telling_name(known.company)
        if company:
            yield from self._told("company", self._companies, company)

    def _told(self, by: str, texts: list[str], wanted: str) -> Iterator[tuple[str, str]]:
        place = self._place(texts, wanted)
        if place:
            yield by, place

    def _place(self, texts: list[str], wanted: str) -> str:
        found = (where for where, text in zip(self._places, texts, strict=True) if wanted in text)
        return next(found, "")


def _telling_name(company: str) -> str:
    """The name without its legal form; with it where it is short; nothing where it is no name."""
    whole = company_key(company)
    bare = _FORMS.sub("", whole)
    if len(bare) >= SHORTEST_COMPANY:
        return bare
    return whole if bare and bare != whole else ""


def _digits(text: str) -> str:
    return _BETWEEN_DIGITS.sub("", _ABROAD.sub("0", text)).strip()

"""The guard of the public papers: no name, address or number of a company or of staff is in them.

It reads the finished paper, whatever its sentences were made from. In doubt it refuses. Blanks and
signs within a name, the width of letters and the kind of kana hide nothing.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from eventmail.incidents.papers import words
from eventmail.language import said
from eventmail.papers.paper import Paper

SHORTEST, SHORTEST_PART, SHORTEST_LOCAL, SHORTEST_PHONE = 2, 3, 4, 8
_FORMS = re.compile(
    r"(?:株式会社|有限会社|合同会社|合資会社|合名会社|医療法人(?:社団|財団)?|社会福祉法人|学校法人|"
    r"(?:一般|公益)(?:社団|財団)法人|特定非営利活動法人|npo法人|\((?:株|有|合|医|福|学)\))"
)
_SIGNS = re.compile(r"[\s・･·‐‑‒–—―−〜~_,.、。'’`´\-]+")
_ADDRESS = re.compile(r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")
_NUMBER = re.compile(r"[\d+][\d\s()‐‑‒–—―−ー.\-]{6,}\d")
_BETWEEN = r"[ ()‐‑‒–—―−ー.\-]"
_ANY_PHONE = re.compile(
    rf"(?<![\d\-])(?:\+81{_BETWEEN}*(?:0\)?)?|\(?0)(?=(?:{_BETWEEN}*\d){{9,10}}(?!{_BETWEEN}?\d))"
)
_KANJI = "\u4e00-\u9fff々〆\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = r"ぁ-ゖー"
# What may stand right beside a family name so that it is still one.
_BEFORE = "当員任者長官係氏及佐師査兼主事は"
_AFTER = "氏様殿君さ主係課所部室局次補統職相両並及等他作確起決はがのをにとも"


class What(enum.StrEnum):
    """What was found."""

    COMPANY = "company"
    STAFF = "staff"
    PERSON = "person"
    ADDRESS = "address"
    DOMAIN = "domain"
    PHONE = "phone"
    NUMBER = "number"  # whosever it is, where none has to stand
    OFFICE = "office"

    @property
    def label(self) -> str:
        """As the pages call it."""
        return WHAT_NAMES[self]


WHAT_NAMES = {
    What.COMPANY: said("事業所の名前"),
    What.STAFF: said("職員の名前"),
    What.PERSON: said("担当者の名前"),
    What.ADDRESS: said("メールアドレス"),
    What.DOMAIN: said("事業所のドメイン"),
    What.PHONE: said("事業所の電話番号"),
    What.NUMBER: said("電話番号"),
    What.OFFICE: said("事案のあった所の名前"),
}


@dataclass(frozen=True)
class Secrets:
    """What must not be read. ``own`` may: names of the bureau; ``office``: the office's names and
    addresses, which may too, except where it is not told which office it was.

    What there are thousands of is folded once, for however many papers.
    """

    companies: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()  # names that stood beside addresses
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    office: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Each company, and how it may be written."""
        return tuple((each, _forms(each)) for each in self.companies)

    @cached_property
    def mailboxes(self) -> tuple[tuple[str, str], ...]:
        """Each address: what is before the sign, and the domain."""
        parted = (fold(each).partition("@") for each in self.addresses)
        return tuple((local, domain) for local, _, domain in parted)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The digits of each telephone number, without the zero that nobody dials from abroad."""
        digits = (re.sub(r"\D", "", unicodedata.normalize("NFKC", each)) for each in self.phones)
        return tuple(each.lstrip("0") for each in digits)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that must not stand there. ``section``: its title; empty above the first one.

    ``shown`` is what was found, empty for addresses and numbers: they are not shown again.
    """

    section: str
    what: What
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one width, small letters and one kana; ``bare`` without blanks and signs too."""

    plain: str
    bare: str


Finder = Callable[[Folded], bool]


class _Seen(dict[int, int | None]):
    """What of a text can be seen, character by character; each is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) == "Cf" else code
        return self[code]


_SEEN = _Seen()
_ONE_KANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def hits(paper: Paper, secrets: Secrets, *, hides_office: bool = False) -> tuple[Hit, ...]:
    """Everything in the finished paper that must not be read, each once a section.

    ``hides_office``: neither may the office's own names and addresses.
    """
    may = secrets.own if hides_office else (*secrets.own, *secrets.office)
    own = sorted(map(fold, may), key=len, reverse=True)
    places = [(place, _folded(text, own)) for place, text in _places(paper)]
    whole = Folded(
        "\n".join(text.plain for _, text in places), "".join(text.bare for _, text in places)
    )
    finders = list(_finders(secrets, secrets.office if hides_office else (), whole))
    found = [
        Hit(place, what, shown)
        for place, text in places
        for what, shown, finds in finders
        if finds(text)
    ]
    found += [
        Hit(place, What.NUMBER)
        for place, text in places
        if _ANY_PHONE.search(text.plain) and place != words.CONTACT
    ]
    return tuple(
        each
        for each in dict.fromkeys(found)
        if each.what is not What.NUMBER or Hit(each.section, What.PHONE) not in found
    )


def _places(paper: Paper) -> Iterator[tuple[str, str]]:
    """Each part's whole text, and each line by itself: a name may be broken over two."""
    head = paper.head
    above = [paper.title, paper.office, paper.foot]
    above += [head.date, head.addressee, *head.opening, head.mark, head.closing] if head else []
    yield "", "\n".join(above)
    for section in paper.sections:
        yield section.title, "\n".join(section.texts())


def _folded(text: str, own: Iterable[str]) -> Folded:
    """The text, with the office's own names and addresses taken out."""
    plain = fold(text)
    for each in own:
        plain = plain.replace(each, "\0") if each else plain
    return Folded(plain, _bare(plain))


def fold(text: str) -> str:
    """One width, small letters, one kana, nothing that cannot be seen."""
    folded = unicodedata.normalize("NFKC", text.translate(_SEEN)).casefold()
    return folded.translate(_ONE_KANA)


def _finders(
    secrets: Secrets, office: Iterable[str], whole: Folded
) -> Iterator[tuple[What, str, Finder]]:
    """Only for what the whole paper may hold: of 10,000 companies hardly any is looked for."""
    for company, forms in secrets.forms:
        for form in forms:
            if form in whole.bare:
                yield What.COMPANY, company, _holds(form)
    yield from _of_office(office, whole)
    for kind, names in ((What.STAFF, secrets.staff), (What.PERSON, secrets.persons)):
        for name in names:
            yield from ((kind, name, finds) for finds in _named(name, whole))
    for local, domain in secrets.mailboxes:
        yield from _of_address(local, domain, whole)
    yield What.ADDRESS, "", lambda text: bool(_ADDRESS.search(text.plain))
    yield from ((What.PHONE, "", finds) for finds in _of_phones(secrets.numbers, whole))


def _of_office(names: Iterable[str], whole: Folded) -> Iterator[tuple[What, str, Finder]]:
    for name in names:
        form = _bare(fold(name))
        if form in whole.bare:
            yield What.OFFICE, name, _holds(form)


@lru_cache(maxsize=10_000)  # an incident has a thousand companies, and is looked at again and again
def _forms(company: str) -> frozenset[str]:
    """The whole name and, unless it is a word of ours, the name without its legal form, and
    without the branch behind a blank.
    """
    folded = fold(company)
    plain = _FORMS.sub(" ", folded)
    first = _bare(next(iter(plain.split()), ""))
    long = len(first) >= SHORTEST_PART and not first.isascii()
    shorter = {_bare(plain)} | ({first} if long else set())
    found = {_bare(folded), *(each for each in shorter if each not in OURS.bare)}
    return frozenset(each for each in found if len(each) >= SHORTEST)


def _bare(text: str) -> str:
    return _SIGNS.sub("", text)


def _holds(form: str) -> Finder:
    """Names in Latin letters only as whole words: ``art`` is no part of ``start``."""
    if re.fullmatch(r"[a-z0-9&]+", form):
        spread = r"[\s\-・.]*".join(map(re.escape, form))
        word = re.compile(rf"(?<![a-z0-9]){spread}(?![a-z0-9])")
        return lambda text: bool(word.search(text.plain))
    return lambda text: form in text.bare


def _named(name: str, whole: Folded) -> Iterator[Finder]:
    """The whole name anywhere, the family name where it stands as a name."""
    parts = fold(name).split()
    full = _bare("".join(parts))
    if len(full) > SHORTEST and full in whole.bare:
        yield lambda text: full in text.bare
    short = {full} if len(full) == SHORTEST else set()
    for family in short | _families(parts):
        if len(family) >= SHORTEST and _bare(family) in whole.bare:
            pattern = _standing(family)
            if not pattern.search(OURS.plain):
                yield _searching(pattern)


def _searching(pattern: re.Pattern[str]) -> Finder:
    return lambda text: bool(pattern.search(text.plain))


def _families(parts: list[str]) -> set[str]:
    """What may be the family name; of a name without a blank its first two or three kanji."""
    if len(parts) != 1:
        return set(parts[:1])
    run = re.match(f"[{_KANJI}]*", parts[0])
    kanji = run[0] if run else ""
    return {kanji[:2], kanji[:3]} if len(kanji) > 3 else {kanji[:2]}


def _standing(family: str) -> re.Pattern[str]:
    """A family name that stands as one, and is not two letters of a longer word."""
    letters = r"\s*".join(map(re.escape, family))
    if re.search(f"[{_KANJI}]", family):
        before, after = _beside(_KANJI)
    elif re.search(f"[{_KANA}]", family):
        before, after = _beside(_KANA)
    else:
        before, after = "(?<![a-z])", "(?![a-z])"
    return re.compile(f"(?:{before}){letters}(?:{after})")


def _beside(alike: str) -> tuple[str, str]:
    return f"(?<![{alike}])|(?<=[{_BEFORE}])", f"(?![{alike}])|(?=[{_AFTER}])"


def _of_address(local: str, domain: str, whole: Folded) -> Iterator[tuple[What, str, Finder]]:
    if domain and domain in whole.plain:
        yield What.DOMAIN, "", lambda text: domain in text.plain
    if len(local) >= SHORTEST_LOCAL and local in whole.plain and re.search(r"[._\-]", local):
        word = re.compile(rf"(?<![a-z0-9._\-]){re.escape(local)}(?![a-z0-9])")
        yield What.ADDRESS, "", _searching(word)


def _of_phones(numbers: Iterable[str], whole: Folded) -> Iterator[Finder]:
    digits = "".join(re.sub(r"\D", "", each[0]) for each in _NUMBER.finditer(whole.plain))
    for number in numbers:
        if len(number) >= SHORTEST_PHONE and number in digits:
            yield _rings(number)


def _rings(digits: str) -> Finder:
    def finds(text: Folded) -> bool:
        numbers = (re.sub(r"\D", "", each[0]) for each in _NUMBER.finditer(text.plain))
        return any(digits in each for each in numbers)

    return finds


# Words that stand in every paper cannot be forbidden; with its legal form such a name still is.
OURS = _folded("\n".join(words.every_text()), ())

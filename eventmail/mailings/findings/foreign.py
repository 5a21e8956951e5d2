"""Addresses of nobody that the office knows, and surnames and companies typed by hand (L11)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from eventmail.language import said
from eventmail.mailings.findings.directory import FORMS, Company
from eventmail.mailings.findings.finding import Finding, Level, Place
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.names import HONORIFIC
from eventmail.mailings.findings.reading import KANJI, KATAKANA, Written, written
from eventmail.mailings.findings.telling import (
    PARTS,
    found,
    letter,
    listed,
    of_material,
    place_in,
    quoted,
    said_at,
)
from eventmail.spreadsheet.domain_tables import COMMON, FREE_MAIL

_ADDRESS = re.compile(r"[a-z0-9][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PROVIDERS = FREE_MAIL | frozenset(COMMON)
MOST_NAMED_ADDRESSES = 10
# A company that holds the event together with us is named on purpose.
_TOGETHER = re.compile(
    r"(?:主催|共催|後援|協賛|協力|会場|場所|講師|提供|委託|運営|司会)[^\n。]{0,30}$|にて|において"
)
_SHORTEST_NAME = 5
_BARS = "-‐‑‒–—―−ー－─~〜"
_LEFT_OUT = "・·.,、。'’‘\"“”"


def addresses(ground: Ground) -> Iterator[Finding]:
    """An address that is neither the office's nor allowed; participants' block by another rule."""
    for where, _, told in letter(ground.content):
        met = [(at[0].rstrip("."), at.start(), at.end()) for at in _ADDRESS.finditer(told.text)]
        strange = [each for each in met if not _is_known(ground, each[0])]
        if strange:
            spans = [place_in(where, told, start, end) for _, start, end in strange]
            yield _finding(PARTS[where], [each[0] for each in strange], spans)
    for material, scan in ground.scanned():
        inside = [each for each in scan.addresses if not _is_known(ground, each)]
        if inside:
            place = said("資料「{filename}」の中", filename=material.filename)
            yield _finding(place, inside, [of_material(material)])


def is_allowed(address: str, ours: Collection[str], allowed: Collection[str]) -> bool:
    """Whether it is the office's (or of its own domain), or the office lets its letters name it."""
    domain = address.partition("@")[2]
    own = {each.partition("@")[2] for each in ours} - _PROVIDERS
    return address in ours or domain in own or address in allowed or domain in allowed


def _is_known(ground: Ground, address: str) -> bool:
    office = ground.office
    ours = {*office.addresses, ground.content.sender_address.lower()}
    return address in ground.directory.addresses or is_allowed(address, ours, office.allowed)


def _finding(place: str, strange: list[str], places: list[Place]) -> Finding:
    shown = list(dict.fromkeys(strange))
    return found(
        "foreign_address",
        Level.WARN,
        said(
            "{place_said}に、この所のものでないメールアドレスがあります（{addresses_said}）。"
            "載せてよいアドレスなら登録し、そうでなければ消してください。",
            place_said=place,
            addresses_said=listed(shown),
        ),
        places,
        shown[:MOST_NAMED_ADDRESSES],
    )


def surnames(ground: Ground) -> Iterator[Finding]:
    """「鈴木様」 typed by hand: the addressee of an older letter, or of one of these only."""
    if len(ground.content.recipients) < 2 or not ground.directory.surnames:
        return
    for where, _, told in letter(ground.content):
        met = [
            place_in(where, told, at.start(), at.end())
            for at in _NAME_WITH_TITLE.finditer(told.text)
            if at["name"] in ground.directory.surnames
        ]
        if met:
            first = said_at(ground.content, met[0])
            yield found(
                "typed_name",
                Level.WARN,
                said(
                    "{part_said}に{name}と直接書かれています。全員に同じ名前が届くため、"
                    "差し込み項目「{{担当者名}}」などに直すか、このままでよい理由を書いてください。",
                    part_said=PARTS[where],
                    name=quoted(first),
                ),
                met,
            )


_NAME_WITH_TITLE = re.compile(
    rf"(?<![{KANJI}{KATAKANA}{{}}])(?P<name>[{KANJI}{KATAKANA}]{{1,6}})[\s]{{0,2}}(?:様|さま|殿)"
    rf"(?![々子方])"
)


def companies(ground: Ground) -> Iterator[Finding]:
    """Another company's name in the letter or in a file's name."""
    if len({each.participant_id for each in ground.content.recipients}) < 2:
        return
    files = [(each, written(each.filename)) for each in ground.content.materials]
    told_in = [told for _, _, told in letter(ground.content)] + [told for _, told in files]
    whole = "\n".join(_squeezed(each.text)[0] for each in told_in)
    named = ground.directory.companies.standing_in(whole)
    for where, _, told in letter(ground.content):
        met = list(_companies_in(told, named))
        if met:
            places = [place_in(where, told, start, end) for _, start, end in met]
            yield _company_finding(PARTS[where], [name for name, _, _ in met], places)
    for material, told in files:
        met = list(_companies_in(told, named))
        if met:
            place = said("資料のファイル名「{filename}」", filename=material.filename)
            yield _company_finding(place, [name for name, _, _ in met], [of_material(material)])


def _company_finding(place: str, companies: list[str], places: list[Place]) -> Finding:
    return found(
        "other_company",
        Level.WARN,
        said(
            "{place_said}に、特定の事業所の名前があります（{companies_said}）。"
            "前のメールの書き残しでないか確かめ、差し込み項目「{{会社名}}」に直すか消してください。",
            place_said=place,
            companies_said=listed(companies, "companies"),
        ),
        places,
    )


def _companies_in(told: Written, named: Iterable[Company]) -> Iterator[tuple[str, int, int]]:
    """Names as wholes; a short one only with its legal form or an honorific: it may be a word."""
    squeezed, origins = _squeezed(told.text)
    for key, name, core in named:
        for at in re.finditer(re.escape(core), squeezed):
            start, end = origins[at.start()], origins[at.end() - 1] + 1
            if _stands_for_company(told.text, start, end, key, core):
                yield name, start, end


@lru_cache(maxsize=16)
def _squeezed(text: str) -> tuple[str, tuple[int, ...]]:
    """As ``company_key`` squeezes a name, and where each letter stood."""
    kept: list[str] = []
    origins: list[int] = []
    for position, letter_ in enumerate(text):
        plain = "ー" if letter_ in _BARS else letter_
        if plain in _LEFT_OUT or plain.isspace() or (plain == "ー" and kept[-1:] == ["ー"]):
            continue
        kept.append(plain)
        origins.append(position)
    return "".join(kept), tuple(origins)


def _stands_for_company(text: str, start: int, end: int, key: str, core: str) -> bool:
    before, behind = text[max(0, start - 40) : start], text[end : end + 12]
    if not core or _TOGETHER.search(before) or _TOGETHER.match(behind):
        return False
    formed = before.rstrip().endswith((*FORMS, "(株)", "(有)"))
    if key != core and (formed or behind.lstrip().startswith((*FORMS, "(株)", "(有)"))):
        return True
    addressed = re.match(rf"\s{{0,2}}(?:御中|{HONORIFIC})", behind) is not None
    opens = not _same_kind(before[-1:], core[0])
    whole = opens and not _same_kind(behind[:1], core[-1])
    return (opens and addressed and len(core) > 1) or (whole and len(core) >= _SHORTEST_NAME)


def _same_kind(one: str, two: str) -> bool:
    kinds = (f"[{KANJI}]", f"[{KATAKANA}]", "[a-z]", "[ぁ-ゖ]")
    return bool(one) and any(re.match(each, one) and re.match(each, two) for each in kinds)

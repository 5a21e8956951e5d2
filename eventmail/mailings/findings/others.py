"""Other participants in the letter, in a file's name or inside a file (L3, L4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from eventmail.language import said
from eventmail.mailings.findings.directory import Met
from eventmail.mailings.findings.finding import Finding, Level, Place
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import Written, fold, read, written
from eventmail.mailings.findings.telling import PARTS, found, letter, listed, of_material, place_in
from eventmail.scanning.report import Scan
from eventmail.wire.sites import Site
from eventmail.wire.views import all_sites

WAY_OUT = said("受け取ったほかの事業所に知られてしまうため、取り除いてください。")
# The head of a public office may be called as a participant's person is.
_OFFICIAL = re.compile(r"(?:安定所|労働局|ハローワーク)\S{0,8}\s{0,2}$")


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of thing that must not be seen, and how it is found in a text and in a file."""

    code: str
    word: str
    in_text: Callable[[str, Written], list[Met]]
    in_file: Callable[[Scan], list[Met]]


def addresses(ground: Ground) -> Iterator[Finding]:
    """A participant's mail address anywhere in what goes to several companies."""
    known = ground.directory.addresses

    def in_text(text: str, told: Written) -> list[Met]:
        shown = dict.fromkeys(_known_in(text, known))
        return [met for each in shown for met in _met(told, each, known[each])]

    def in_file(scan: Scan) -> list[Met]:
        inside = [each for each in scan.addresses if each in known]
        return [Met(known[each], 0, 0, _spot(scan, each)) for each in inside]

    yield from _everywhere(
        ground, _Sort("participant_address", said("メールアドレス"), in_text, in_file)
    )


def phones(ground: Ground) -> Iterator[Finding]:
    """A participant's telephone number."""

    def in_text(_text: str, told: Written) -> list[Met]:
        return ground.directory.phones_in(told.text)

    in_file = ground.directory.phones_in_file
    yield from _everywhere(ground, _Sort("participant_phone", said("電話番号"), in_text, in_file))


def people(ground: Ground) -> Iterator[Finding]:
    """A participant's person by full name. A surname alone may be anybody's."""

    def in_text(_text: str, told: Written) -> list[Met]:
        return _unofficial(told.text, ground.directory.names_in(told.text))

    def in_file(scan: Scan) -> list[Met]:
        return _unofficial(read(scan).text, ground.directory.names_in_file(scan))

    yield from _everywhere(
        ground, _Sort("participant_name", said("担当者の名前"), in_text, in_file)
    )


def _everywhere(ground: Ground, sort: _Sort) -> Iterator[Finding]:
    for where, text, told in letter(ground.content):
        met = sort.in_text(text, told)
        spans = [place_in(where, told, each.start, each.end) for each in met if each.end]
        yield from _finding(sort, PARTS[where], met, spans or [Place(where)])
    for number, material in enumerate(ground.content.materials, start=1):
        met = sort.in_text(material.filename, written(material.filename))
        yield from _finding(
            sort,
            said("{number}番目の資料のファイル名", number=number),
            met,
            [of_material(material)],
        )
    for material, scan in ground.scanned():
        met = sort.in_file(scan)
        spots = list(dict.fromkeys(each.spot for each in met))
        where_ = listed(spots, "places") if any(spots) else ""
        places = [of_material(material, spot) for spot in spots]
        yield from _finding(
            sort,
            said(
                "資料「{filename}」の中（{spots_said}）",
                filename=material.filename,
                spots_said=where_,
            )
            if where_
            else said("資料「{filename}」の中", filename=material.filename),
            met,
            places,
        )


def _finding(sort: _Sort, place: str, met: list[Met], places: list[Place]) -> Iterator[Finding]:
    if met:
        companies = listed((each.company for each in met), "companies")
        message = said(
            "{place_said}に、ほかの参加事業所の{word_said}があります（{companies_said}）。{way_out_said}",
            place_said=place,
            word_said=sort.word,
            companies_said=companies,
            way_out_said=WAY_OUT,
        )
        yield found(sort.code, Level.BLOCK, message, places)


def _unofficial(text: str, met: list[Met]) -> list[Met]:
    return [each for each in met if not _OFFICIAL.search(text[: each.start][-20:])]


def _known_in(text: str, known: Container[str]) -> Iterator[str]:
    for site in all_sites(text):
        yield from _read_as(site, known)


def _read_as(site: Site, known: Container[str]) -> Iterator[str]:
    """The widest known addresses that a site can be read as."""
    taken: list[tuple[int, int]] = []
    for start, end, address in site.candidates():
        if address in known and not any(s <= start and end <= e for s, e in taken):
            taken.append((start, end))
            yield address


def _met(told: Written, address: str, company: str) -> list[Met]:
    """Where an address stands, with blanks or line breaks between its letters or without."""
    spaced = r"[\s\"'\u201c\u201d]{0,3}".join(map(re.escape, fold(address)))
    spans = [each.span() for each in re.finditer(spaced, told.text)]
    # What only decoding uncovers is in the letter, and nobody can say where.
    return [Met(company, *span) for span in spans] or [Met(company, 0, 0)]


def _spot(scan: Scan, address: str) -> str:
    return next((each.where for each in scan.passages if address in each.text.lower()), "")

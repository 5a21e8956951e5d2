"""Other participants in the letter, in a file's name or inside a file (L3, L4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from eventmail.mailings.findings.directory import Met
from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import Written, fold, written
from eventmail.mailings.findings.telling import PARTS, found, letter, listed, of_material, place_in
from eventmail.wire.sites import Site
from eventmail.wire.views import all_sites

_OFFICIAL = re.compile(r"(?:安定所|労働局|ハローワーク)\S{0,8}\s{0,2}$")
WAY_OUT = "受け取ったほかの事業所に知られてしまうため、取り除いてください。"


def addresses(ground: Ground) -> Iterator[Finding]:
    """A participant's mail address anywhere in what goes to several companies."""
    known = ground.directory.addresses
    for where, text, told in letter(ground.content):
        shown = dict.fromkeys(_known_in(text, known))
        spans = [place for each in shown for place in _spans(where, told, each)]
        if shown:
            yield _finding("participant_address", PARTS[where], "メールアドレス",
                           [known[each] for each in shown], spans or [Place(where)])  # fmt: skip
    for material, scan in ground.scanned():
        inside = [each for each in scan.addresses if each in known]
        if inside:
            yield _finding("participant_address", f"資料「{material.filename}」の中", "メールアドレス",
                           [known[each] for each in inside],
                           [of_material(material, _spot(scan.passages, inside[0]))])  # fmt: skip
    for material in ground.content.materials:
        shown = dict.fromkeys(_known_in(material.filename, known))
        if shown:
            yield _finding("participant_address", f"資料のファイル名「{material.filename}」",
                           "メールアドレス", [known[each] for each in shown],
                           [of_material(material)])  # fmt: skip


def phones(ground: Ground) -> Iterator[Finding]:
    """A participant's telephone number."""
    yield from _everywhere(
        ground, "participant_phone", "電話番号",
        lambda told: ground.directory.phones_in(told.text),
        ground.directory.phones_in_file,
    )  # fmt: skip


def people(ground: Ground) -> Iterator[Finding]:
    """A participant's person by full name. A surname alone may be anybody's."""

    def in_text(told: Written) -> list[Met]:
        return [
            Met(ground.directory.names[name], start, end)
            for name, start, end in ground.directory.names_in(told.text)
            if not _is_official(told.text, start)
        ]

    yield from _everywhere(
        ground, "participant_name", "担当者の名前", in_text, ground.directory.names_in_file
    )


def _everywhere(
    ground: Ground,
    code: str,
    what: str,
    in_text: Callable[[Written], list[Met]],
    in_file: Callable[..., list[Met]],
) -> Iterator[Finding]:
    for where, _, told in letter(ground.content):
        met = in_text(told)
        if met:
            spans = [place_in(where, told, each.start, each.end) for each in met]
            yield _finding(code, PARTS[where], what, [each.company for each in met], spans)
    for material in ground.content.materials:
        met = in_text(written(material.filename))
        if met:
            yield _finding(code, f"資料のファイル名「{material.filename}」", what,
                           [each.company for each in met], [of_material(material)])  # fmt: skip
    for material, scan in ground.scanned():
        met = in_file(scan)
        if met:
            spots = list(dict.fromkeys(each.spot for each in met))
            yield _finding(code, f"資料「{material.filename}」の中（{listed(spots, 'か所')}）", what,
                           [each.company for each in met],
                           [of_material(material, spot) for spot in spots])  # fmt: skip


def _finding(
    code: str, place: str, what: str, companies: list[str], places: list[Place]
) -> Finding:
    message = f"{place}に、参加事業所の{what}があります（{listed(companies, '社')}）。{WAY_OUT}"
    return found(code, Level.BLOCK, message, places)


def _is_official(text: str, start: int) -> bool:
    """Whether a name stands behind the name of a public office: its head may be called so too."""
    return bool(_OFFICIAL.search(text[max(0, start - 20) : start]))


def _known_in(text: str, known: object) -> Iterator[str]:
    for site in all_sites(text):
        yield from _read_as(site, known)


def _read_as(site: Site, known: object) -> Iterator[str]:
    """The widest known address that a site can be read as."""
    taken: list[tuple[int, int]] = []
    for start, end, address in site.candidates():
        if address in known and not any(s <= start and end <= e for s, e in taken):  # type: ignore[operator]
            taken.append((start, end))
            yield address


def _spans(where: Where, told: Written, address: str) -> Iterator[Place]:
    """Where an address stands, with blanks or line breaks between its letters or without."""
    spaced = r"[\s\"'\u201c\u201d]{0,3}".join(map(re.escape, fold(address)))
    for at in re.finditer(spaced, told.text):
        yield place_in(where, told, at.start(), at.end())


def _spot(passages: tuple, address: str) -> str:  # type: ignore[type-arg]
    return next((each.where for each in passages if address in each.text.lower()), "")

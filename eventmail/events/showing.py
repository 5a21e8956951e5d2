"""One version of a material as its page shows it: what it hides, whom it names, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events import service, shelf
from eventmail.events.models import Contact, Event, Material, MaterialVersion, Participant
from eventmail.language import said
from eventmail.offices.models import Mailbox, Staff
from eventmail.offices.permissions import Actor
from eventmail.scanning.judging import Remark, remarks
from eventmail.scanning.paging import PICTURED, TextPage, pages_to_see, text_pages
from eventmail.scanning.report import Hidden, Passage, Scan
from eventmail.scanning.words import NAMES

KINDS = {
    "pdf": "PDF",
    "xlsx": said("Excelブック"),
    "xlsm": said("Excelブック（マクロあり）"),
    "docx": said("Word文書"),
    "docm": said("Word文書（マクロあり）"),
    "pptx": "PowerPoint",
    "pptm": said("PowerPoint（マクロあり）"),
    "txt": said("テキスト"),
    "csv": "CSV",
    "zip": said("圧縮ファイル（ZIP）"),
    "png": said("画像（PNG）"),
    "jpeg": said("画像（JPEG）"),
}
UNITS = {
    "pdf": said("{count}ページ"),
    "xlsx": said("{count}シート"),
    "xlsm": said("{count}シート"),
    "pptx": said("{count}枚"),
    "pptm": said("{count}枚"),
}
CLEANABLE = ("xlsx", "docx", "pptx")
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Named:
    """An address in the file, and whose it is in words. ``weight`` colours it."""

    address: str
    whose: str
    weight: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a version's page shows."""

    version: MaterialVersion
    event: Event
    scan: Scan
    remarks: list[Remark]
    hidden: list[tuple[str, Hidden]]
    addresses: list[Named]
    uploader: str
    page: int
    pages: int
    seen: frozenset[int]
    text: TextPage | None
    titles: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind of file in words."""
        return KINDS.get(self.scan.kind, said("種類のわからないファイル"))

    @property
    def length(self) -> str:
        """How long it is in the unit of its kind; empty where that says nothing."""
        unit = UNITS.get(self.scan.kind, "")
        return unit.format(count=self.scan.pages) if unit and self.scan.pages else ""

    @property
    def is_pictured(self) -> bool:
        """Whether its pages are shown as pictures."""
        return self.scan.kind in PICTURED and bool(self.pages)

    @property
    def is_newest(self) -> bool:
        """Whether a mailing would carry this version now."""
        return self.version.number == self.version.material.newest.number

    @property
    def can_be_cleaned(self) -> bool:
        """Whether a copy without its hidden content can be tried."""
        return self.scan.kind in CLEANABLE and bool(self.hidden) and not self.scan.unscannable

    @property
    def may_go_better(self) -> bool:
        """Whether scanning it once more has a chance."""
        return self.scan.unscannable in shelf.PASSING

    @property
    def participants_named(self) -> int:
        """How many of the addresses are those of participants."""
        return sum(each.weight == "error" for each in self.addresses)

    @property
    def left(self) -> list[int]:
        """The pages that the person has not yet seen."""
        return [number for number in range(1, self.pages + 1) if number not in self.seen]


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A material in the event's list: its newest version, and how heavy what it hides weighs."""

    material: Material
    newest: MaterialVersion
    kind: str
    uploader: str
    weight: str


def on_shelf(session: Session, event: Event) -> list[OnShelf]:
    """The materials of the event's shelf, oldest first."""
    materials = service.shelf(session, event)
    newest = [each.newest for each in materials]
    scans = shelf.scans_for(session, event.office_id, {each.sha256 for each in newest})
    names = people(session, newest)
    found = {address for each in scans.values() for address in each.addresses}
    known = service.known_among(session, event.office_id, found)
    return [
        OnShelf(
            material=each.material,
            newest=each,
            kind=KINDS.get(scans[each.sha256].kind, said("そのほか")),
            uploader=names.get(each.uploaded_by, ""),
            weight=_weight(scans[each.sha256], each.material.filename, known),
        )
        for each in newest
    ]


def _weight(scan: Scan, filename: str, known: frozenset[str]) -> str:
    """The heaviest level; a participant's address is one, a note is no reason to look twice."""
    if known.intersection(scan.addresses):
        return "block"
    found = remarks(scan, filename)
    level = found[0].level if found else ""
    return level if level in ("block", "warn") else ""


def show_version(session: Session, actor: Actor, version: MaterialVersion, page: int) -> Shown:
    """Everything about one version; ``page`` is brought into what there is."""
    event = service.get_event(session, actor, version.event_id)
    scan = shelf.scan_of(session, version.office_id, version.sha256)
    pages = pages_to_see(scan)
    at = min(max(page, 1), max(pages, 1))
    seen = shelf.seen_pages(session, actor.id, version.office_id, version.sha256, pages)
    return Shown(
        version=version,
        event=event,
        scan=scan,
        remarks=remarks(scan, version.material.filename),
        hidden=[(NAMES[each.what], each) for each in scan.hidden[:MOST_SHOWN]],
        addresses=named(session, event, scan.addresses[:MOST_SHOWN]),
        uploader=people(session, [version]).get(version.uploaded_by, ""),
        page=at,
        pages=pages,
        seen=seen,
        text=_text_of(scan, at) if pages else None,
        titles=_titles(scan)[:MOST_SHOWN] if pages else (),
    )


def people(session: Session, versions: Iterable[MaterialVersion]) -> dict[int, str]:
    """The names of those who put the versions there."""
    ids = {each.uploaded_by for each in versions}
    return {
        each.id: each.name for each in session.scalars(sa.select(Staff).where(Staff.id.in_(ids)))
    }


def named(session: Session, event: Event, addresses: tuple[str, ...]) -> list[Named]:
    """Whose the addresses are, those of participants first."""
    own = {
        each.casefold()
        for each in session.scalars(
            sa.select(Mailbox.address).where(Mailbox.office_id == event.office_id)
        )
    }
    query = (
        sa.select(Contact.address_key, Participant.company)
        .join(Contact.participant)
        .where(Contact.event_id == event.id, Contact.address_key.in_(addresses))
    )
    companies = {key: company for key, company in session.execute(query)}
    known = service.known_among(session, event.office_id, addresses)

    def whose(address: str) -> Named:
        if address in own:
            return Named(address, said("この所のアドレス"), "ok")
        if address in companies:
            return Named(
                address, said("参加事業所（{company}）", company=companies[address]), "error"
            )
        if address in known:
            return Named(address, said("ほかのイベントの参加事業所"), "error")
        return Named(address, said("名簿にないアドレス"), "warn")

    return sorted(
        map(whose, addresses), key=lambda each: ("error", "warn", "ok").index(each.weight)
    )


def _text_of(scan: Scan, page: int) -> TextPage:
    """The text of a page; of a pictured one, what belongs to that page."""
    if scan.kind in PICTURED:
        title = said("{page}ページ", page=page) if scan.kind == "pdf" else said("画像")
        own = tuple(each for each in scan.passages if _is_of(each, title))
        return TextPage(title, own)
    pages = text_pages(scan)
    return pages[page - 1] if pages else TextPage(said("本文"), ())


def _titles(scan: Scan) -> tuple[str, ...]:
    """What stands on each page, where that says more than its number: the sheets and slides."""
    return () if scan.kind in PICTURED else tuple(each.title for each in text_pages(scan))


def _is_of(passage: Passage, title: str) -> bool:
    return passage.under == title

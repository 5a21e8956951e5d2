"""The papers of an incident as they stand now, what is written for them, and who took which.

A public paper in which the guard finds a name, an address or a number cannot be taken at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.papers import words
from eventmail.incidents.papers.guarding import Hit, Secrets, hits
from eventmail.incidents.papers.kinds import SORTS, Kind
from eventmail.incidents.papers.missing import Missing, missing
from eventmail.incidents.papers.models import Format, PaperNote, TakenPaper
from eventmail.incidents.papers.values import Facts, Published, Written
from eventmail.language import listed, said
from eventmail.offices.permissions import Action, Actor
from eventmail.offices.service import staff_names
from eventmail.papers import pdf
from eventmail.papers.paper import Line, Paper, Section, Style
from eventmail.papers.word import word

FORMAT_NAMES = {Format.PDF: "PDF", Format.WORD: "Word"}
UNFIT = said(
    "「{name}」には、公表できない名前や連絡先が{count}か所あるため、取り出せません。"
    "下の一覧の箇所を直してから、もう一度お試しください。"
)
MEANWHILE = said(
    "開いている間に、{name}さんが記載事項を書き換えました。あなたの内容はまだ保存していません。"
    "いま記録されている内容と見比べて、もう一度保存してください。"
)
NO_NAMES = said(
    "{what}が入っています。この欄は公表する書類にそのまま出るので、"
    "名前や連絡先を消してから保存してください。"
)
NO_DAY = said("公表する日を入力するのは、「公表する」を選んだときだけです。")
# Where it stands in the papers; what is for the commission alone may have the office's number.
TYPED = {
    "second_harm": "second_harm",
    "contact": words.CONTACT,
    "introduction": "introduction",
    "reference": words.CONTACT,
}


ERASED = said(
    "この事案の名前は、保存期間が過ぎたため消去しました。公表できない名前がないかを"
    "確かめられないため、取り出せません。"
)


class Unfit(UserError):
    """A public paper that names somebody."""


class Outdated(UserError):
    """Somebody wrote the notes since they were shown."""


class Named(UserError):
    """What was typed names somebody; ``field`` says where."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Made:
    """One paper as it stands now: what it says, what it lacks, what must not be in it."""

    kind: Kind
    paper: Paper
    lacks: tuple[Missing, ...]
    hits: tuple[Hit, ...]
    digest: str

    @property
    def name(self) -> str:
        """What it is called."""
        return SORTS[self.kind].name

    @property
    def is_public(self) -> bool:
        """Whether no name may stand in it."""
        return SORTS[self.kind].public

    @property
    def is_fit(self) -> bool:
        """Whether it can be taken."""
        return not self.hits


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper as a file. ``number``: which version of its kind it is."""

    filename: str
    content: bytes
    number: int


def made(facts: Facts, secrets: Secrets, kind: Kind) -> Made:
    """One paper, judged."""
    sort = SORTS[kind]
    paper = sort.make(facts)
    found = hits(paper, secrets, hides_office=sort.hides_office) if sort.public else ()
    return Made(kind, paper, tuple(missing(facts, kind)), found, digest_of(paper))


def digest_of(paper: Paper) -> str:
    """Stands for what a paper says; the page, the PDF and the Word file of it have the same."""
    return hashlib.sha256("\x1f".join(paper.texts()).encode()).hexdigest()


def needs(kind: Kind) -> Action:
    """Who may take it: what goes out of the office is for those who lead the response."""
    return Action.RESPOND if kind is Kind.INTERNAL else Action.LEAD_RESPONSE


def take(session: Session, actor: Actor, incident: Incident, found: Made, form: Format) -> Taken:
    """The paper as a file; who took which version is kept. Raises :class:`Unfit`."""
    actor.require(needs(found.kind))
    if actor.office.id != incident.office_id:
        raise NotFound
    incidents.hold(session, incident)  # one number at a time
    if found.is_public and incident.erased_at is not None:
        raise Unfit(ERASED)
    if not found.is_fit:
        raise Unfit(UNFIT.format(name=found.name, count=len(found.hits)))
    content = _CONTENT[form](found.paper)
    number = _number(session, incident, found)
    taking = TakenPaper(
        office_id=incident.office_id,
        incident_id=incident.id,
        kind=found.kind,
        format=form,
        number=number,
        digest=found.digest,
        sha256=hashlib.sha256(content).hexdigest(),
        staff_id=actor.id,
        at=clock.now(),
    )
    session.add(taking)
    incidents.audit(
        session,
        incident,
        "incident.paper_taken",
        actor,
        document=found.name,
        format=FORMAT_NAMES[form],
        version=number,
        document_digest=found.digest,
    )
    ending = "docx" if form is Format.WORD else "pdf"
    return Taken(f"{found.name}_事案{incident.id}_第{number}版.{ending}", content, number)


def takings(session: Session, incident: Incident) -> list[TakenPaper]:
    """Every paper that was taken, the last one first."""
    own = sa.select(TakenPaper).where(TakenPaper.incident_id == incident.id)
    return list(session.scalars(own.order_by(TakenPaper.id.desc())))


def written(session: Session, incident: Incident) -> Written:
    """What somebody wrote for the papers, as it counts now."""
    note = _latest(session, incident)
    if note is None:
        return Written()
    return Written(**{each.name: getattr(note, each.name) for each in fields(Written)})


def write(
    session: Session, actor: Actor, incident: Incident, new: Written, secrets: Secrets
) -> None:
    """Keep a new version. ``new.version``: the one that was shown. Raises :class:`Outdated`."""
    actor.require(Action.LEAD_RESPONSE)
    if actor.office.id != incident.office_id:
        raise NotFound
    if new.published_on is not None and new.published is not Published.YES:
        raise Named(NO_DAY, "published_on")
    _refuse_names(new, secrets)
    incidents.hold(session, incident)
    if incident.erased_at is not None:
        raise UserError(incidents.ERASED)
    now = _latest(session, incident)
    if now is not None and now.version != new.version:
        raise Outdated(MEANWHILE.format(name=_name(session, now.staff_id)))
    values = {each.name: getattr(new, each.name) for each in fields(Written)}
    note = PaperNote(
        office_id=incident.office_id,
        incident_id=incident.id,
        staff_id=actor.id,
        at=clock.now(),
        **(values | {"version": new.version + 1}),
    )
    session.add(note)
    session.flush()
    incidents.audit(session, incident, "incident.paper_notes_written", actor, version=note.version)


def author_of(session: Session, incident: Incident) -> tuple[str, PaperNote] | None:
    """Who wrote the notes that count now."""
    note = _latest(session, incident)
    return None if note is None else (_name(session, note.staff_id), note)


def _latest(session: Session, incident: Incident) -> PaperNote | None:
    own = sa.select(PaperNote).where(PaperNote.incident_id == incident.id)
    return session.scalars(own.order_by(PaperNote.version.desc()).limit(1)).first()


def _refuse_names(new: Written, secrets: Secrets) -> None:
    for name, title in TYPED.items():
        lines = tuple(map(Line, getattr(new, name).splitlines()))
        typed = Paper("", "", (Section(title, lines, Style.TEXT),), "", "")
        found = list(dict.fromkeys(each.what.label for each in hits(typed, secrets)))
        if found:
            raise Named(NO_NAMES.format(what=listed(found, said("・"))), name)


def _number(session: Session, incident: Incident, found: Made) -> int:
    """The same words are the same version."""
    own = sa.select(TakenPaper.number).where(
        TakenPaper.incident_id == incident.id, TakenPaper.kind == found.kind
    )
    same = session.scalar(own.where(TakenPaper.digest == found.digest).limit(1))
    return same or (max(session.scalars(own), default=0) + 1)


def _name(session: Session, staff_id: int) -> str:
    return staff_names(session, [staff_id]).get(staff_id, said("ほかの職員"))


def _drawn(paper: Paper) -> bytes:
    with pdf.drawn(paper) as file:
        return file.read()


_CONTENT = {Format.PDF: _drawn, Format.WORD: word}

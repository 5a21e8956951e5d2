"""What a contact is asked, and what it answers: one sheet, one way to save, a history.

欠席 changes nothing in the roster: whether a company takes part there is the office's to say. The
newest answer counts, until the last day a new one takes its place, and the office sees both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail import clock
from eventmail.answers.models import (
    LONGEST_NOTE,
    Answer,
    AnswerDeadline,
    AnswerValue,
    Attendance,
    ContactMark,
    Question,
    Via,
)
from eventmail.answers.words import JAPANESE
from eventmail.audit import origin
from eventmail.audit.service import record
from eventmail.database import insert_new
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.erased import erasure_of
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

CLOSED = said("回答の受付は{day}で終わりました。変更があるときは、{office}へご連絡ください。")
WITHDRAWN = said(
    "参加の取りやめを承っているため、この画面からは回答できません。変更があるときは、"
    "{office}へご連絡ください。"
)
GONE = said("このイベントの情報は保存期間を過ぎたため、回答できません。")
CHANGED = JAPANESE.changed
ANSWERED_MEANWHILE = said(
    "開いている間に、同じ事業所から別の回答が届きました。いまの回答を確かめて、"
    "変更するときはもう一度送ってください。"
)
OUT_OF_ROSTER = said(
    "この事業所は辞退したか、名簿から外れているため、回答を入力できません。"
    "参加するときは、先に参加者名簿を直してください。"
)
NO_NOTE = said("電話でどなたから何を聞いたかを入力してください。")
LONG_NOTE = said(
    "電話のメモは{longest_note}文字以内で入力してください。", longest_note=LONGEST_NOTE
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one contact is asked now, and what its company answered last.

    ``closed``: why nothing can be answered by the link any more, in a sentence; empty if it can.
    ``by_self``: whether this contact gave the newest answer, or another one of the company.
    """

    event: Event
    contact: Contact
    questions: tuple[Question, ...]
    newest: Answer | None
    closes_on: date
    closed: str
    mark: ContactMark | None

    @property
    def seen(self) -> int:
        """How many answers the company has given."""
        return self.newest.number if self.newest else 0

    @property
    def by_self(self) -> bool:
        """Whether the newest answer is this contact's own."""
        return self.newest is not None and self.newest.contact_id == self.contact.id

    @property
    def asked(self) -> frozenset[tuple[int, int]]:
        """The questions as they are worded now."""
        return frozenset((each.id, each.version) for each in self.questions)

    @property
    def values(self) -> dict[int, str]:
        """The newest answer to each question."""
        return {each.question_id: each.value for each in self.newest.values} if self.newest else {}

    @property
    def is_confirmed(self) -> bool:
        """Whether the contact said that it received the mail."""
        return self.mark is not None and self.mark.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as a valid form gives it.

    ``seen``: how many answers of the company the form has shown; ``asked``: the questions with
    the version that it showed. Whatever has changed since is looked at first.
    """

    attendance: Attendance
    people: int | None
    message: str
    seen: int
    asked: frozenset[tuple[int, int]]
    values: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """電話で聞いた回答: who took it, and what was said by whom."""

    actor: Actor
    note: str


def closing_day(session: Session, event: Event) -> date:
    """The last day on which answers are taken: as the organiser set it, never after the event."""
    found = session.get(AnswerDeadline, event.id)
    return min(found.closes_on, event.held_on) if found else event.held_on


def questions(session: Session, event: Event) -> tuple[Question, ...]:
    """The questions that are asked now, in the organiser's order."""
    query = sa.select(Question).where(
        Question.event_id == event.id, Question.office_id == event.office_id, ~Question.retired
    )
    return tuple(session.scalars(query.order_by(Question.position, Question.id)))


def sheet(session: Session, office_id: int, participant_id: int, contact_id: int) -> Sheet:
    """The sheet of one contact; :class:`NotFound` unless all three belong together."""
    contact = session.scalar(
        sa.select(Contact)
        .where(
            Contact.id == contact_id,
            Contact.participant_id == participant_id,
            Contact.office_id == office_id,
        )
        .options(selectinload(Contact.participant))
    )
    if contact is None:
        raise NotFound
    event = session.get_one(Event, contact.event_id)
    day = closing_day(session, event)
    return Sheet(
        event=event,
        contact=contact,
        questions=questions(session, event),
        newest=newest(session, participant_id),
        closes_on=day,
        closed=_closed(session, event, contact, day),
        mark=session.get(ContactMark, contact_id),
    )


def newest(session: Session, participant_id: int) -> Answer | None:
    """A company's newest answer."""
    return next(iter(history(session, participant_id)), None)


def history(session: Session, participant_id: int) -> list[Answer]:
    """All answers of a company, the newest first."""
    query = (
        sa.select(Answer)
        .where(Answer.participant_id == participant_id)
        .options(selectinload(Answer.values))
        .order_by(Answer.number.desc())
    )
    return list(session.scalars(query))


def save(
    session: Session,
    office_id: int,
    participant_id: int,
    contact_id: int,
    reply: Reply,
    call: Call | None = None,
) -> Answer:
    """Write an answer down whole, or raise :class:`UserError` and write nothing.

    Without ``call`` it is the contact's own, by its link: then it also confirms the mail.
    """
    if call is not None:
        _require_call(call, office_id)
    found = _locked(session, office_id, participant_id, contact_id)
    if call is None and found.closed:
        raise UserError(found.closed)
    if call is not None and not _takes_part(found.contact):
        raise UserError(OUT_OF_ROSTER)
    if reply.asked != found.asked:
        raise UserError(CHANGED)
    if reply.seen != found.seen:
        raise UserError(ANSWERED_MEANWHILE)
    answer = _write(session, found, reply, call)
    if call is None:
        _mark(session, found.contact, confirmed=True)
    _audit(session, "answer.taken" if call else "answer.given", found, call, number=answer.number)
    return answer


def note_opened(session: Session, office_id: int, participant_id: int, contact_id: int) -> None:
    """Keep when a contact first opened its page. Called by a POST: mail scanners follow links."""
    _mark(session, sheet(session, office_id, participant_id, contact_id).contact, confirmed=False)


def confirm(session: Session, office_id: int, participant_id: int, contact_id: int) -> None:
    """Keep that a contact says it received the mail; the first time counts."""
    found = sheet(session, office_id, participant_id, contact_id)
    if not found.is_confirmed and _mark(session, found.contact, confirmed=True):
        _audit(session, "answer.confirmed", found, None)


def _locked(session: Session, office_id: int, participant_id: int, contact_id: int) -> Sheet:
    """The sheet with its event held: no question changes, and no other answer comes, meanwhile."""
    first = sheet(session, office_id, participant_id, contact_id)
    if erasure_of(session, first.event.id) is not None:
        raise UserError(GONE)
    events.lock(session, first.event.id)
    session.expire_all()
    return sheet(session, office_id, participant_id, contact_id)


def _require_call(call: Call, office_id: int) -> None:
    call.actor.require(Action.EDIT_EVENT)
    if call.actor.office.id != office_id:
        raise NotFound
    if not call.note.strip():
        raise UserError(NO_NOTE)
    if len(call.note) > LONGEST_NOTE:
        raise UserError(LONG_NOTE)


def _closed(session: Session, event: Event, contact: Contact, day: date) -> str:
    office = event.sender.name
    if erasure_of(session, event.id) is not None or not contact.address:
        return GONE
    if not _takes_part(contact):
        return WITHDRAWN.format(office=office)
    if clock.today() > day:
        return CLOSED.format(day=clock.japanese_date(day), office=office)
    return ""


def _takes_part(contact: Contact) -> bool:
    return contact.active and contact.participant.status is ParticipantStatus.ATTENDING


def _write(session: Session, found: Sheet, reply: Reply, call: Call | None) -> Answer:
    owner = {"office_id": found.event.office_id, "event_id": found.event.id}
    answer = Answer(
        **owner,
        participant_id=found.contact.participant_id,
        contact_id=found.contact.id,
        number=found.seen + 1,
        attendance=reply.attendance,
        people=reply.people if reply.attendance is Attendance.ATTENDING else None,
        message=reply.message,
        via=Via.PHONE if call else Via.LINK,
        staff_id=call.actor.id if call else None,
        note=call.note.strip() if call else "",
        at=clock.now(),
    )
    numbers = {each.id for each in found.questions}
    answer.values = [
        AnswerValue(**owner, question_id=number, value=value)
        for number, value in reply.values.items()
        if value and number in numbers
    ]
    session.add(answer)
    session.flush()
    return answer


def _mark(session: Session, contact: Contact, *, confirmed: bool) -> bool:
    """Whether anything was new. Two clicks at once are one."""
    if not contact.address or erasure_of(session, contact.event_id) is not None:
        return False
    now = clock.now()
    if session.get(ContactMark, contact.id) is None:
        values = {name: getattr(contact, name) for name in ("office_id", "event_id")}
        values |= {"participant_id": contact.participant_id, "contact_id": contact.id}
        insert_new(session, ContactMark, {**values, "opened_at": now})
    mark = session.get_one(ContactMark, contact.id, with_for_update=True, populate_existing=True)
    if not confirmed or mark.confirmed_at is not None:
        return False
    mark.confirmed_at = now
    session.flush()
    return True


def _audit(session: Session, action: str, found: Sheet, call: Call | None, **details: int) -> None:
    """Never what was answered. A participant's own act is told without where he sits."""

    def write() -> None:
        record(
            session,
            action,
            f"answers:{found.event.id}",
            office_id=found.event.office_id,
            staff_id=call.actor.id if call else None,
            contact=found.contact.id,
            **details,
        )

    if call is not None:
        write()
        return
    with origin.coming_from(origin.Origin(origin.LINK)):
        write()

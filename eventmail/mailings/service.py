"""Drafting a mailing and freezing it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import behind_each_other, said
from eventmail.mailings import audiences, called, findings
from eventmail.mailings.answers import (
    Unanswered,
    answer,
    freeze_findings,
    stands_in_the_way,
    unanswered,
)
from eventmail.mailings.current import (
    BATCH_NOT_ALLOWED,
    batches_allowed,
    content_to_show,
    current_content,
    draft_content,
    of_mode,
)
from eventmail.mailings.deciding import (
    UNDER_REVIEW,
    approve,
    check,
    give_back,
    may_review,
    refresh,
    refresh_office,
    reject,
    returned_to,
    waiting_for,
)
from eventmail.mailings.findings import Finding
from eventmail.mailings.freezing import contributors, freeze, is_erased
from eventmail.mailings.models import (
    Audience,
    Mailing,
    SendMode,
    Snapshot,
    mailing_materials,
)
from eventmail.mailings.notices import note
from eventmail.mailings.people import audit, note_editors, recordable
from eventmail.mailings.rehearsal import Rehearsal, rehearse
from eventmail.mailings.review import Deed, transition
from eventmail.mailings.review_models import NoticeKind
from eventmail.mailings.snapshot import Content
from eventmail.offices.permissions import Action, Actor

# Whoever uses a mailing asks this room; where a rule stands is its own affair.
__all__ = [
    "ERASED",
    "Blocked",
    "Draft",
    "Unanswered",
    "add_mailing",
    "answer",
    "approve",
    "batches_allowed",
    "begin_edit",
    "check",
    "content_to_show",
    "current_content",
    "draft_content",
    "find",
    "get_mailing",
    "give_back",
    "list_mailings",
    "may_review",
    "refresh",
    "refresh_office",
    "reject",
    "returned_to",
    "save_draft",
    "submit",
    "waiting_for",
    "withdraw",
]

SHOWN = 3
EDITED = said("提出後に{name}さんが編集したため、確認と決裁は最初からやり直しになりました。")
WITHDRAWN = said("{name}さんが取り下げました。")
ERASED = said(
    "この案件の送信先は、保存期間が過ぎたため消去しました。続きは送信できません。"
    "送るときは、新しいメールを作ってください。"
)
SAVED_MEANWHILE = said(
    "この案件は、開いている間にほかの職員が保存しました。入力した内容は下に残っています。"
    "違いを確かめてから保存してください。"
)
SAID_OF_SENDING = (
    *("mode", "html", "stoppable", "by_link"),
    *("send_at", "audience", "since_id", "expected_count"),
)


class Blocked(UserError):
    """The draft has findings; nothing was submitted."""

    def __init__(self, found: list[Finding]) -> None:
        sentences = behind_each_other(each.message for each in found[:SHOWN])
        super().__init__(
            said(
                "{found}件の指摘があるため、提出できません。{sentences}",
                found=len(found),
                sentences=sentences,
            )
        )
        self.findings = found


@dataclass(frozen=True, slots=True)
class Draft:
    """What the author writes, and on which version of the draft it was written."""

    purpose: str
    subject: str
    body: str
    material_ids: frozenset[int]
    version: int
    mode: SendMode = SendMode.INDIVIDUAL
    html: bool = False
    stoppable: bool = False
    send_at: datetime | None = None
    audience: Audience = Audience.ALL
    since_id: int | None = None
    expected_count: int | None = None
    by_link: bool = False


def list_mailings(session: Session, event: Event) -> list[Mailing]:
    """The event's mailings, newest first."""
    query = (
        sa.select(Mailing)
        .where(Mailing.event_id == event.id, Mailing.office_id == event.office_id)
        .order_by(Mailing.id.desc())
    )
    return list(session.scalars(query))


def get_mailing(session: Session, actor: Actor, mailing_id: int, *, lock: bool = False) -> Mailing:
    """One mailing of the actor's office; ``lock`` holds its row against a second decision."""
    query = sa.select(Mailing).where(Mailing.id == mailing_id, Mailing.office_id == actor.office.id)
    if lock:
        event_id = session.scalar(query.with_only_columns(Mailing.event_id))
        if event_id is None:
            raise NotFound
        events.lock(session, event_id)
    mailing = session.scalar(query.with_for_update() if lock else query)
    if mailing is None:
        raise NotFound
    return mailing


def add_mailing(session: Session, actor: Actor, event: Event, draft: Draft) -> Mailing:
    """Begin a mailing to the participants of an event."""
    actor.require(Action.EDIT_MAILING)
    mailing = Mailing(
        office_id=event.office_id,
        event_id=event.id,
        created_by=actor.id,
        created_at=clock.now(),
    )
    _write(session, mailing, draft)
    session.add(mailing)
    session.flush()
    _attach(session, mailing, draft.material_ids)
    note_editors(session, mailing, {actor.id})
    audit(session, mailing, "mailing.added", actor)
    return mailing


def save_draft(session: Session, actor: Actor, mailing: Mailing, draft: Draft) -> None:
    """Store what the author wrote, as :func:`begin_edit` allows."""
    begin_edit(session, actor, mailing, draft.version)
    before = recordable(session, mailing)
    _write(session, mailing, draft)
    _attach(session, mailing, draft.material_ids)
    after = recordable(session, mailing)
    audit(session, mailing, "mailing.edited", actor, before=before, after=after)


def begin_edit(session: Session, actor: Actor, mailing: Mailing, version: int) -> None:
    """Make a mailing the actor's to change. One under review goes back to draft, reviews void.

    Raises :class:`UserError` if somebody else saved since ``version`` was shown.
    """
    moved = transition(mailing.state, Deed.EDIT)
    actor.require(moved.needs)
    if version != mailing.version:
        raise UserError(SAVED_MEANWHILE)
    if mailing.state in UNDER_REVIEW:
        note(session, mailing, NoticeKind.EDITED, EDITED.format(name=actor.staff.name), actor)
    mailing.state = moved.to
    mailing.version += 1
    note_editors(session, mailing, {actor.id})


def submit(
    session: Session, actor: Actor, mailing: Mailing, rehearsed: Rehearsal | None = None
) -> Snapshot:
    """Freeze the draft with its findings and their answers, and hand it to the checkers.

    Raises :class:`Blocked` or :class:`Unanswered` with the findings that stand in the way.

    ``rehearsed`` saves making all mails again, as long as it is of what the draft is now.
    """
    moved = transition(mailing.state, Deed.SUBMIT)
    actor.require(moved.needs)
    actor.require_person()
    content = draft_content(session, mailing)
    found = find(session, content, rehearsed)
    blocking = [each for each in found if stands_in_the_way(each)]
    if blocking:
        raise Blocked(blocking)
    waiting = unanswered(session, mailing, found)
    if waiting:
        raise Unanswered(waiting)
    note_editors(session, mailing, {actor.id, *contributors(session, mailing)})
    snapshot = freeze(session, actor, mailing, content)
    freeze_findings(session, mailing, snapshot, found)
    mailing.state, mailing.notice = moved.to, ""
    audit(session, mailing, "mailing.submitted", actor, digest=snapshot.digest)
    return snapshot


def withdraw(session: Session, actor: Actor, mailing: Mailing) -> None:
    """Take a submitted mailing back for editing."""
    moved = transition(mailing.state, Deed.WITHDRAW)
    actor.require(moved.needs)
    note(session, mailing, NoticeKind.WITHDRAWN, WITHDRAWN.format(name=actor.staff.name), actor)
    mailing.state = moved.to
    audit(session, mailing, "mailing.withdrawn", actor)


def find(session: Session, content: Content, rehearsed: Rehearsal | None = None) -> list[Finding]:
    """All findings; the rehearsal only where nothing simpler blocks."""
    mailing = session.get_one(Mailing, content.mailing_id)
    found = of_mode(session, mailing)
    if is_erased(session, mailing):
        found.append(Finding("erased", ERASED))
    if found:
        return [*findings.of_content(content), *found]
    return [
        *rehearse(session, content, rehearsed).findings,
        *audiences.lacking(session, mailing),
    ]


def _write(session: Session, mailing: Mailing, draft: Draft) -> None:
    """What was typed. A mode that the office does not allow is refused, as the database would."""
    changed = draft.mode is not mailing.mode and draft.mode is SendMode.BATCH
    if changed and not batches_allowed(session, mailing.office_id):
        raise UserError(BATCH_NOT_ALLOWED)
    moved = draft.mode is not mailing.mode or draft.audience is not mailing.audience
    if mailing.id and moved and called.is_of_incident(session, mailing):
        raise UserError(called.FIXED)
    mailing.purpose, mailing.subject, mailing.body = draft.purpose, draft.subject, draft.body
    draft = draft if draft.audience is Audience.NEW else dataclasses.replace(draft, since_id=None)
    for name in SAID_OF_SENDING:
        setattr(mailing, name, getattr(draft, name))


def _attach(session: Session, mailing: Mailing, material_ids: Iterable[int]) -> None:
    on_shelf = {each.id for each in events.shelf(session, mailing.event)}
    session.execute(
        sa.delete(mailing_materials).where(mailing_materials.c.mailing_id == mailing.id)
    )
    for material_id in sorted(on_shelf & set(material_ids)):
        session.execute(
            sa.insert(mailing_materials).values(
                office_id=mailing.office_id,
                event_id=mailing.event_id,
                mailing_id=mailing.id,
                material_id=material_id,
            )
        )
    session.expire(mailing, ["materials"])

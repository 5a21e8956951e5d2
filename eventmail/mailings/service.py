"""Drafting a mailing, freezing it, and the two reviews."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import audiences, findings
from eventmail.mailings.findings import Finding
from eventmail.mailings.freezing import audience, contributors, freeze, is_erased
from eventmail.mailings.models import (
    Audience,
    Decision,
    Mailing,
    MailingEditor,
    MailingState,
    Review,
    SendMode,
    Snapshot,
    mailing_materials,
)
from eventmail.mailings.rehearsal import Rehearsal, rehearse
from eventmail.mailings.review import Deed, require_other_person, transition
from eventmail.mailings.snapshot import Content, content_of_draft, content_of_snapshot
from eventmail.offices.models import Office
from eventmail.offices.permissions import Action, Actor

SHOWN = 3
BATCH_NOT_ALLOWED = (
    "この所ではBCC一括送信が認められていません。本文の編集画面で個別送信を選んでください。"
)
ERASED = (
    "この案件の送信先は、保存期間が過ぎたため消去しました。続きは送信できません。"
    "送るときは、新しいメールを作ってください。"
)
SAVED_MEANWHILE = (
    "この案件は、開いている間にほかの職員が保存しました。入力した内容は下に残っています。"
    "違いを確かめてから保存してください。"
)
SAID_OF_SENDING = ("mode", "html", "send_at", "audience", "since_id", "expected_count")
UNDER_REVIEW = (MailingState.CHECKING, MailingState.APPROVING)


class Blocked(UserError):
    """The draft has findings; nothing was submitted."""

    def __init__(self, found: list[Finding]) -> None:
        sentences = "".join(each.message for each in found[:SHOWN])
        super().__init__(f"{len(found)}件の指摘があるため、提出できません。{sentences}")
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
    send_at: datetime | None = None
    audience: Audience = Audience.ALL
    since_id: int | None = None
    expected_count: int | None = None


def list_mailings(session: Session, event: Event) -> list[Mailing]:
    """The event's mailings, newest first."""
    query = (
        sa.select(Mailing)
        .where(Mailing.event_id == event.id, Mailing.office_id == event.office_id)
        .order_by(Mailing.id.desc())
    )
    return list(session.scalars(query))


def waiting_for(session: Session, actor: Actor) -> list[Mailing]:
    """The mailings in which the next step is one that this person can do."""
    states = [MailingState.CHECKING] if actor.may(Action.CHECK) else []
    states += [MailingState.APPROVING] if actor.may(Action.APPROVE) else []
    query = sa.select(Mailing).where(
        Mailing.office_id == actor.office.id, Mailing.state.in_(states)
    )
    return [
        each
        for each in session.scalars(query.order_by(Mailing.id))
        if _open_to(session, each, actor)
    ]


def returned_to(session: Session, actor: Actor) -> list[Mailing]:
    """The actor's own mailings that came back, or that the gate stopped."""
    query = sa.select(Mailing).where(
        Mailing.office_id == actor.office.id,
        Mailing.created_by == actor.id,
        Mailing.state.in_([MailingState.DRAFT, MailingState.HALTED]),
        Mailing.notice != "",
    )
    return list(session.scalars(query.order_by(Mailing.id)))


def may_review(session: Session, mailing: Mailing, actor: Actor) -> bool:
    """Whether the next review is one that this person can do."""
    needs = {MailingState.CHECKING: Action.CHECK, MailingState.APPROVING: Action.APPROVE}
    action = needs.get(mailing.state)
    return action is not None and actor.may(action) and _open_to(session, mailing, actor)


def _open_to(session: Session, mailing: Mailing, actor: Actor) -> bool:
    return actor.id not in _editors(session, mailing) | _reviewers(mailing)


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
    _note_editors(session, mailing, {actor.id})
    _audit(session, mailing, "mailing.added", actor)
    return mailing


def save_draft(session: Session, actor: Actor, mailing: Mailing, draft: Draft) -> None:
    """Store what the author wrote, as :func:`begin_edit` allows."""
    begin_edit(session, actor, mailing, draft.version)
    _write(session, mailing, draft)
    _attach(session, mailing, draft.material_ids)
    _audit(session, mailing, "mailing.edited", actor)


def begin_edit(session: Session, actor: Actor, mailing: Mailing, version: int) -> None:
    """Make a mailing the actor's to change. One under review goes back to draft, reviews void.

    Raises :class:`UserError` if somebody else saved since ``version`` was shown.
    """
    moved = transition(mailing.state, Deed.EDIT)
    actor.require(moved.needs)
    if version != mailing.version:
        raise UserError(SAVED_MEANWHILE)
    if mailing.state in UNDER_REVIEW:
        mailing.notice = "提出後に編集されたため、確認と決裁は最初からやり直しになりました。"
    mailing.state = moved.to
    mailing.version += 1
    _note_editors(session, mailing, {actor.id})


def submit(
    session: Session, actor: Actor, mailing: Mailing, rehearsed: Rehearsal | None = None
) -> Snapshot:
    """Freeze the draft and hand it to the checkers. Raises :class:`Blocked` with all findings.

    ``rehearsed`` saves making all mails again, as long as it is of what the draft is now.
    """
    moved = transition(mailing.state, Deed.SUBMIT)
    actor.require(moved.needs)
    content = draft_content(session, mailing)
    blocking = [each for each in find(session, content, rehearsed) if each.blocks]
    if blocking:
        raise Blocked(blocking)
    _note_editors(session, mailing, {actor.id, *contributors(session, mailing)})
    snapshot = freeze(session, actor, mailing, content)
    mailing.state, mailing.notice = moved.to, ""
    _audit(session, mailing, "mailing.submitted", actor, digest=snapshot.digest)
    return snapshot


def withdraw(session: Session, actor: Actor, mailing: Mailing) -> None:
    """Take a submitted mailing back for editing."""
    moved = transition(mailing.state, Deed.WITHDRAW)
    actor.require(moved.needs)
    mailing.state, mailing.notice = moved.to, "起案者が取り下げました。"
    _audit(session, mailing, "mailing.withdrawn", actor)


def check(
    session: Session, actor: Actor, mailing: Mailing, digest: str, counted: int | None
) -> None:
    """The checker's yes to exactly ``digest``, with the number of recipients he counted."""
    snapshot = mailing.latest
    if snapshot is not None and counted != snapshot.recipient_count:
        raise UserError(
            f"入力した件数（{counted if counted is not None else '未入力'}）が"
            "送信先の件数と合いません。送信先の一覧を数え直してください。"
        )
    _decide(session, actor, mailing, Deed.PASS_CHECK, digest, "", counted)


def approve(session: Session, actor: Actor, mailing: Mailing, digest: str) -> Snapshot:
    """The approver's yes to exactly ``digest``. Sending begins with the caller's transaction."""
    return _decide(session, actor, mailing, Deed.APPROVE, digest, "", None)


def give_back(session: Session, actor: Actor, mailing: Mailing, digest: str, reason: str) -> None:
    """Return a mailing to its author with a reason, from either review."""
    if not reason.strip():
        raise UserError("差し戻す理由を入力してください。")
    in_check = mailing.state is MailingState.CHECKING
    deed = Deed.RETURN_CHECK if in_check else Deed.RETURN_APPROVAL
    _decide(session, actor, mailing, deed, digest, reason.strip(), None)
    mailing.notice = f"{actor.staff.name}さんが差し戻しました：{reason.strip()}"[:500]


def refresh(session: Session, event: Event) -> list[Mailing]:
    """Send mailings under review back to draft whose content is no longer what was submitted.

    Called after any change to the roster, the shelf or the event. Returns those it sent back.
    """
    # Locked, and read again: an approval may have come in between.
    query = (
        sa.select(Mailing)
        .where(Mailing.event_id == event.id, Mailing.state.in_(UNDER_REVIEW))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    changed = [each for each in session.scalars(query) if not _is_current(session, each)]
    for mailing in changed:
        _void(session, mailing)
    return changed


def draft_content(session: Session, mailing: Mailing) -> Content:
    """What the draft would be, were it submitted now."""
    session.expire(mailing, ["materials"])
    latest = mailing.latest
    revision = latest.revision + 1 if latest else 1
    return content_of_draft(mailing, audience(session, mailing), revision)


def current_content(session: Session, mailing: Mailing) -> Content:
    """What the mailing is now: the draft while it is written, afterwards what was submitted."""
    if mailing.state is MailingState.DRAFT or mailing.latest is None:
        return draft_content(session, mailing)
    return content_of_snapshot(mailing.latest)


def find(session: Session, content: Content, rehearsed: Rehearsal | None = None) -> list[Finding]:
    """All findings; the rehearsal only where nothing simpler blocks."""
    mailing = session.get_one(Mailing, content.mailing_id)
    found = _of_mode(session, mailing)
    if is_erased(session, mailing):
        found.append(Finding("erased", ERASED))
    if found:
        return [*findings.of_content(content), *found]
    return [
        *rehearse(session, content, rehearsed).findings,
        *audiences.lacking(session, mailing),
    ]


def batches_allowed(session: Session, office_id: int) -> bool:
    """Whether the office lets its mailings go out as BCC一括."""
    return session.get_one(Office, office_id, populate_existing=True).batches_allowed


def _decide(
    session: Session,
    actor: Actor,
    mailing: Mailing,
    deed: Deed,
    digest: str,
    reason: str,
    counted: int | None,
) -> Snapshot:
    moved = transition(mailing.state, deed)
    actor.require(moved.needs)
    require_other_person(deed, actor.id, _editors(session, mailing), _reviewers(mailing))
    snapshot = mailing.latest
    passing = moved.decision is Decision.PASSED  # a return needs no more than the right version
    if passing:
        _require_mode_allowed(session, mailing)
    stale = passing and not _is_current(session, mailing)
    if snapshot is None or snapshot.digest != digest or stale:
        raise UserError(
            "表示していた内容から変わっています。画面を読み込み直し、いまの内容を確かめてください。"
        )
    assert moved.step is not None
    assert moved.decision is not None
    snapshot.reviews.append(
        Review(
            snapshot_id=snapshot.id,
            digest=snapshot.digest,
            step=moved.step,
            decision=moved.decision,
            staff_id=actor.id,
            reason=reason,
            counted=counted,
            at=clock.now(),
        )
    )
    mailing.state = moved.to
    session.flush()
    _audit(session, mailing, f"mailing.{deed.value}", actor, digest=digest, reason=reason)
    return snapshot


def _of_mode(session: Session, mailing: Mailing) -> list[Finding]:
    forbidden = mailing.mode is SendMode.BATCH and not batches_allowed(session, mailing.office_id)
    return [Finding("batch_not_allowed", BATCH_NOT_ALLOWED)] if forbidden else []


def _require_mode_allowed(session: Session, mailing: Mailing) -> None:
    for finding in _of_mode(session, mailing):
        raise UserError(finding.message)


def _write(session: Session, mailing: Mailing, draft: Draft) -> None:
    """What was typed. A mode that the office does not allow is refused, as the database would."""
    changed = draft.mode is not mailing.mode and draft.mode is SendMode.BATCH
    if changed and not batches_allowed(session, mailing.office_id):
        raise UserError(BATCH_NOT_ALLOWED)
    mailing.purpose, mailing.subject, mailing.body = draft.purpose, draft.subject, draft.body
    draft = draft if draft.audience is Audience.NEW else dataclasses.replace(draft, since_id=None)
    for name in SAID_OF_SENDING:
        setattr(mailing, name, getattr(draft, name))


def _is_current(session: Session, mailing: Mailing) -> bool:
    snapshot = mailing.latest
    if snapshot is None:
        return False
    session.expire(mailing, ["materials"])
    live = content_of_draft(mailing, audience(session, mailing), snapshot.revision)
    # What was submitted before an upgrade is compared as its own time wrote it down.
    same = dataclasses.replace(live, format=snapshot.format, html=snapshot.html)
    digests = same.digest, content_of_snapshot(snapshot).digest
    unchanged = (live.html, live.send_at) == (snapshot.html, snapshot.send_at)
    return unchanged and digests == (snapshot.digest, snapshot.digest)


def _void(session: Session, mailing: Mailing) -> None:
    mailing.state = MailingState.DRAFT
    mailing.notice = (
        "提出後に名簿・資料・イベントのどれかが変わったため、"
        "確認と決裁は最初からやり直しになりました。内容を確かめて、もう一度提出してください。"
    )
    record(session, "mailing.voided", f"mailing:{mailing.id}", office_id=mailing.office_id)


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


def _note_editors(session: Session, mailing: Mailing, staff_ids: set[int]) -> None:
    for staff_id in sorted(staff_ids - _editors(session, mailing)):
        session.add(MailingEditor(mailing_id=mailing.id, staff_id=staff_id))
    session.flush()


def _editors(session: Session, mailing: Mailing) -> frozenset[int]:
    query = sa.select(MailingEditor.staff_id).where(MailingEditor.mailing_id == mailing.id)
    return frozenset(session.scalars(query))


def _reviewers(mailing: Mailing) -> frozenset[int]:
    latest = mailing.latest
    return frozenset(each.staff_id for each in latest.reviews) if latest else frozenset()


def _audit(
    session: Session, mailing: Mailing, action: str, actor: Actor, **details: object
) -> None:
    subject = f"mailing:{mailing.id}"
    record(session, action, subject, office_id=mailing.office_id, staff_id=actor.id, **details)

"""The two looks: what waits for whom, and what each of the two people decides."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events.models import Event
from eventmail.mailings.current import is_current, of_mode
from eventmail.mailings.models import Decision, Mailing, MailingState, Review, Snapshot
from eventmail.mailings.people import audit, editors, reviewers
from eventmail.mailings.review import Deed, require_other_person, transition
from eventmail.offices.permissions import Action, Actor

UNDER_REVIEW = (MailingState.CHECKING, MailingState.APPROVING)


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
    return actor.id not in editors(session, mailing) | reviewers(mailing)


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
    changed = [each for each in session.scalars(query) if not is_current(session, each)]
    for mailing in changed:
        _void(session, mailing)
    return changed


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
    require_other_person(deed, actor.id, editors(session, mailing), reviewers(mailing))
    snapshot = mailing.latest
    passing = moved.decision is Decision.PASSED  # a return needs no more than the right version
    if passing:
        _require_mode_allowed(session, mailing)
    stale = passing and not is_current(session, mailing)
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
    audit(session, mailing, f"mailing.{deed.value}", actor, digest=digest, reason=reason)
    return snapshot


def _require_mode_allowed(session: Session, mailing: Mailing) -> None:
    for finding in of_mode(session, mailing):
        raise UserError(finding.message)


def _void(session: Session, mailing: Mailing) -> None:
    mailing.state = MailingState.DRAFT
    mailing.notice = (
        "提出後に名簿・資料・イベントのどれかが変わったため、"
        "確認と決裁は最初からやり直しになりました。内容を確かめて、もう一度提出してください。"
    )
    record(session, "mailing.voided", f"mailing:{mailing.id}", office_id=mailing.office_id)

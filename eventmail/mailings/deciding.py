"""The two looks: what waits for whom, and what each of the two people decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import Asked
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.mailings import checking
from eventmail.mailings.answers import unseen_materials
from eventmail.mailings.current import changed_parts, is_current, of_mode
from eventmail.mailings.models import Decision, Mailing, MailingState, Review, Snapshot
from eventmail.mailings.notices import note
from eventmail.mailings.people import audit, editors, editors_of, reviewers, with_reviews
from eventmail.mailings.review import Deed, Transition, require_other_person, transition
from eventmail.mailings.review_models import Lift, NoticeKind
from eventmail.offices import deputies
from eventmail.offices.models import Deputy
from eventmail.offices.permissions import Action, Actor

UNDER_REVIEW = (MailingState.CHECKING, MailingState.APPROVING)
NOT_SEEN = said("まだ次の確認が残っています：{missing}。済ませてから、もう一度押してください。")
NOT_LIFTED = said(
    "中身を調べられない資料が{count}件あります。"
    "このまま送ってよいか1件ずつ確かめて印を付けるか、差し戻してください。"
)
LIFT_NEEDS_REASON = said("中身を調べられない資料を送るときは、そう決めた理由を入力してください。")
INVOLVED = said(
    "代理を頼んだ決裁者がこの案件の作成か確認に関わっているため、代理では決裁できません。"
    "ほかの決裁者に依頼してください。"
)
LAPSED = said(
    "代理の期間が終わったか、取り消されたため、決裁できません。決裁者に確かめてください。"
)
GIVEN_BACK = said("{name}さんが差し戻しました：{reason}")
REJECTED = said("{name}さんが却下しました：{reason}")
VOIDED = said(
    "提出後に{parts_said}が変わったため、確認と決裁は最初からやり直しになりました。"
    "内容を確かめて、もう一度提出してください。"
)


def waiting_for(session: Session, actor: Actor) -> list[Mailing]:
    """The mailings in which the next step is one that this person can do."""
    states = [MailingState.CHECKING] if actor.may(Action.CHECK) else []
    states += [MailingState.APPROVING] if actor.may(Action.APPROVE) else []
    query = sa.select(Mailing).where(
        Mailing.office_id == actor.office.id, Mailing.state.in_(states)
    )
    query = query.order_by(Mailing.id).options(*with_reviews())
    found = session.scalars(query).all() if states else []
    wrote = editors_of(session, [each.id for each in found])
    stands_in = deputies.standing_in(session, actor.office.id, actor.id) if found else ()
    return [
        each
        for each in found
        if _may_review(each, actor, wrote[each.id] | reviewers(each), stands_in)
    ]


def returned_to(session: Session, actor: Actor) -> list[Mailing]:
    """The actor's own mailings that came back, that were rejected, or that the gate stopped."""
    query = query_returned(actor.office.id, actor.id)
    return list(session.scalars(query.order_by(Mailing.id).options(*with_reviews())))


def query_returned(office_id: Asked, staff_id: Asked) -> sa.Select[Mailing]:
    """The same for an office and a person."""
    return sa.select(Mailing).where(
        Mailing.office_id == office_id,
        Mailing.created_by == staff_id,
        Mailing.state.in_([MailingState.DRAFT, MailingState.HALTED]),
        Mailing.notice != "",
    )


def in_check_with(session: Session, actor: Actor, event_id: int, sha256: str) -> list[Mailing]:
    """The mailings of an event that this person may check now and that carry this file."""
    query = sa.select(Mailing).where(
        Mailing.event_id == event_id,
        Mailing.office_id == actor.office.id,
        Mailing.state == MailingState.CHECKING,
    )
    return [
        each
        for each in session.scalars(query.order_by(Mailing.id))
        if each.latest is not None
        and sha256 in {material.sha256 for material in each.latest.materials}
        and may_review(session, each, actor)
    ]


def may_review(session: Session, mailing: Mailing, actor: Actor) -> bool:
    """Whether the next review is one that this person can do."""
    involved = editors(session, mailing) | reviewers(mailing)
    stands_in = deputies.standing_in(session, actor.office.id, actor.id)
    return _may_review(mailing, actor, involved, stands_in)


def _may_review(
    mailing: Mailing, actor: Actor, involved: Collection[int], stands_in: Iterable[Deputy]
) -> bool:
    """The same, for whoever knows already who had it in hand and for whom the actor stands in."""
    needs = {MailingState.CHECKING: Action.CHECK, MailingState.APPROVING: Action.APPROVE}
    action = needs.get(mailing.state)
    if action is None or not actor.may(action):
        return False
    return actor.id not in involved and (
        actor.holds(action) or _first_apart(stands_in, involved) is not None
    )


def in_place_of(
    session: Session, actor: Actor, mailing: Mailing, *, lock: bool = False
) -> Deputy | None:
    """By which appointment somebody without the role may decide; None if by none.

    Whoever wrote or checked a mailing could not approve it, and neither can his deputy for him.
    """
    involved = editors(session, mailing) | reviewers(mailing)
    found = deputies.standing_in(session, actor.office.id, actor.id, lock=lock)
    return _first_apart(found, involved)


def _first_apart(stands_in: Iterable[Deputy], involved: Collection[int]) -> Deputy | None:
    """The first appointment by somebody who has not had the mailing in hand himself."""
    return next((each for each in stands_in if each.approver_id not in involved), None)


def check(session: Session, actor: Actor, mailing: Mailing, digest: str) -> None:
    """The checker's yes to exactly ``digest``, after all of his tasks."""
    moved = _permitted(session, actor, mailing, Deed.PASS_CHECK)
    snapshot = _as_shown(session, mailing, moved, digest)
    found = checking.tasks(session, snapshot, actor.id)
    if found.missing:
        raise UserError(NOT_SEEN.format(missing=said("、").join(found.missing)))
    checking.keep_openings(session, actor, snapshot)
    counted = found.counted.counted if found.counted else None
    _decide(session, actor, mailing, Deed.PASS_CHECK, digest, counted=counted)


def approve(
    session: Session,
    actor: Actor,
    mailing: Mailing,
    digest: str,
    reason: str = "",
    lifted: frozenset[str] = frozenset(),
) -> Snapshot:
    """The approver's yes to exactly ``digest``. Sending begins with the caller's transaction.

    ``lifted`` are the SHA-256 of the materials that nobody can look into and that may go all the
    same: each of them, or the approval is refused; and then with a reason.
    """
    moved = _permitted(session, actor, mailing, Deed.APPROVE)
    unseen = unseen_materials(session, _as_shown(session, mailing, moved, digest))
    if lifted != unseen:
        raise UserError(NOT_LIFTED.format(count=len(unseen)) if unseen else checking.CHANGED)
    if unseen and not reason.strip():
        raise UserError(LIFT_NEEDS_REASON)
    snapshot = _decide(session, actor, mailing, Deed.APPROVE, digest, reason)
    for sha256 in sorted(unseen):
        session.add(
            Lift(
                snapshot_id=snapshot.id,
                sha256=sha256,
                digest=digest,
                staff_id=actor.id,
                reason=reason.strip(),
                at=clock.now(),
            )
        )
        audit(session, mailing, "mailing.lifted", actor, digest=digest, material=sha256)
    session.flush()
    return snapshot


def give_back(session: Session, actor: Actor, mailing: Mailing, digest: str, reason: str) -> None:
    """Return a mailing to its author with a reason, from either review."""
    if not reason.strip():
        raise UserError(said("差し戻す理由を入力してください。"))
    in_check = mailing.state is MailingState.CHECKING
    deed = Deed.RETURN_CHECK if in_check else Deed.RETURN_APPROVAL
    _decide(session, actor, mailing, deed, digest, reason)
    sentence = GIVEN_BACK.format(name=actor.staff.name, reason=reason.strip())
    note(session, mailing, NoticeKind.RETURNED, sentence, actor)


def reject(session: Session, actor: Actor, mailing: Mailing, digest: str, reason: str) -> None:
    """Say no for good: nothing more of this mailing is submitted, approved or sent."""
    if not reason.strip():
        raise UserError(said("却下する理由を入力してください。"))
    sentence = REJECTED.format(name=actor.staff.name, reason=reason.strip())
    _decide(session, actor, mailing, Deed.REJECT, digest, reason, sentence=sentence)


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


def refresh_office(session: Session, office_id: int) -> list[Mailing]:
    """The same for all events of an office: after somebody asked for no more mails, or for some."""
    waiting = (
        sa.select(Mailing.event_id)
        .where(Mailing.office_id == office_id, Mailing.state.in_(UNDER_REVIEW))
        .distinct()
    )
    found: list[Mailing] = []
    for event_id in sorted(session.scalars(waiting)):
        events.lock(session, event_id)
        found += refresh(session, session.get_one(Event, event_id))
    return found


def _permitted(session: Session, actor: Actor, mailing: Mailing, deed: Deed) -> Transition:
    """The deed's row of the table, if this person may do it now."""
    moved = transition(mailing.state, deed)
    actor.require(moved.needs)
    require_other_person(deed, actor.id, editors(session, mailing), reviewers(mailing))
    return moved


def _as_shown(session: Session, mailing: Mailing, moved: Transition, digest: str) -> Snapshot:
    """The snapshot, if it is the one that was on the screen and still what would be sent."""
    snapshot = mailing.latest
    passing = moved.decision is Decision.PASSED  # a no needs no more than the right version
    if passing:
        for finding in of_mode(session, mailing):
            raise UserError(finding.message)
    stale = passing and not is_current(session, mailing)
    if snapshot is None or snapshot.digest != digest or stale:
        raise UserError(checking.CHANGED)
    return snapshot


def _decide(
    session: Session,
    actor: Actor,
    mailing: Mailing,
    deed: Deed,
    digest: str,
    reason: str = "",
    *,
    counted: int | None = None,
    sentence: str = "",
) -> Snapshot:
    moved = _permitted(session, actor, mailing, deed)
    snapshot = _as_shown(session, mailing, moved, digest)
    assert moved.step is not None
    assert moved.decision is not None
    snapshot.reviews.append(
        Review(
            snapshot_id=snapshot.id,
            digest=snapshot.digest,
            step=moved.step,
            decision=moved.decision,
            staff_id=actor.id,
            reason=reason.strip(),
            counted=counted,
            deputy_id=_appointment(session, actor, mailing, moved),
            at=clock.now(),
        )
    )
    session.flush()  # the database asks for the review before the mailing may move
    if sentence:
        note(session, mailing, NoticeKind.REJECTED, sentence, actor)
    change = {"before": {"state": mailing.state.value}, "after": {"state": moved.to.value}}
    mailing.state = moved.to
    session.flush()
    audit(session, mailing, f"mailing.{deed.value}", actor, digest=digest, reason=reason, **change)
    return snapshot


def _appointment(session: Session, actor: Actor, mailing: Mailing, moved: Transition) -> int | None:
    """In whose place somebody decides who has not the role himself."""
    if actor.holds(moved.needs):
        return None
    found = in_place_of(session, actor, mailing, lock=True)
    if found is None:
        standing = deputies.standing_in(session, actor.office.id, actor.id)
        raise UserError(INVOLVED if standing else LAPSED)
    return found.id


def _void(session: Session, mailing: Mailing) -> None:
    parts = said("・").join(changed_parts(session, mailing)) or said("送信の内容")
    note(session, mailing, NoticeKind.VOIDED, VOIDED.format(parts_said=parts))
    mailing.state = MailingState.DRAFT
    record(session, "mailing.voided", f"mailing:{mailing.id}", office_id=mailing.office_id)

"""Reads what a paper tells, and keeps who took a list of addresses away."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.mailings import answers
from eventmail.mailings.findings import Level
from eventmail.mailings.models import (
    Mailing,
    MailingState,
    Review,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.mailings.review import STATE_NAMES
from eventmail.mailings.snapshot import bare_content
from eventmail.offices.models import Deputy, Office
from eventmail.offices.service import staff_names
from eventmail.papers.drafting import Answered, Decided, Frozen, Kinds, paper_of
from eventmail.papers.paper import Paper

WEIGHTS = {
    Level.BLOCK: "決裁者の判断が必要",
    Level.WARN: "確かめること",
    Level.NOTE: "お知らせ",
}
NOT_SUBMITTED = (
    "起案伺いは、確認者に提出した内容から作ります。この案件はまだ一度も提出していません。"
    "メール案件の画面で提出すると、印刷できます。"
)


def snapshot_of(mailing: Mailing, revision: int | None) -> Snapshot:
    """The named snapshot of a mailing, or its newest; :class:`UserError` while it has none."""
    if mailing.latest is None:
        raise UserError(NOT_SUBMITTED)
    wanted = mailing.latest.revision if revision is None else revision
    for snapshot in mailing.snapshots:
        if snapshot.revision == wanted:
            return snapshot
    raise NotFound


def drafting_paper(session: Session, snapshot: Snapshot) -> Paper:
    """起案伺い of a snapshot, as it stands in the records now."""
    return paper_of(bare_content(snapshot), _frozen(session, snapshot))


def findings_of(session: Session, snapshot: Snapshot) -> tuple[Answered, ...]:
    """The findings of a snapshot and the answers given to them."""
    frozen = answers.findings_of(session, snapshot)
    names = staff_names(session, [each.answered_by for each in frozen if each.answered_by])
    return tuple(
        Answered(
            WEIGHTS[each.level],
            each.message or "（消去済み）",
            each.answer,
            names.get(each.answered_by or 0, ""),
        )
        for each in frozen
    )


def _frozen(session: Session, snapshot: Snapshot) -> Frozen:
    people = [snapshot.submitted_by, *(each.staff_id for each in snapshot.reviews)]
    names = staff_names(session, people)
    return Frozen(
        office=session.get_one(Office, snapshot.office_id).name,
        digest=snapshot.digest,
        kinds=_kinds(session, snapshot),
        submitted_by=names[snapshot.submitted_by],
        submitted_at=snapshot.submitted_at,
        standing=standing_of(snapshot),
        decided=[
            Decided(
                each.step,
                each.decision,
                _name(session, each, names),
                each.at,
                each.reason,
                each.counted,
            )
            for each in snapshot.reviews
        ],
        findings=findings_of(session, snapshot),
    )


def _name(session: Session, review: Review, names: dict[int, str]) -> str:
    """Who decided; of a deputy, in whose place."""
    name = names[review.staff_id]
    if review.deputy_id is None:
        return name
    place = session.get_one(Deputy, review.deputy_id)
    (whose,) = staff_names(session, [place.approver_id]).values()
    return f"{name}（{whose}の代理）"


def standing_of(snapshot: Snapshot) -> str:
    """Whether this very snapshot still counts, and what it waits for."""
    mailing = snapshot.mailing
    latest = mailing.latest
    if latest is not None and latest.revision != snapshot.revision:
        return f"効力がありません（あとに第{latest.revision}版があります）"
    if mailing.state is MailingState.DRAFT:
        return "効力がありません（提出のあとで作成に戻りました）"
    return STATE_NAMES[mailing.state]


def _kinds(session: Session, snapshot: Snapshot) -> Kinds:
    query = (
        sa.select(
            sa.func.count(sa.distinct(SnapshotRecipient.participant_id)),
            sa.func.count(sa.case((Contact.names_person, 1))),
        )
        .join(Contact, Contact.id == SnapshotRecipient.contact_id)
        .where(SnapshotRecipient.snapshot_id == snapshot.id)
    )
    companies, persons = session.execute(query).one()
    return Kinds(companies, snapshot.recipient_count, persons)

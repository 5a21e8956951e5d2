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
    Step,
)
from eventmail.mailings.review import STATE_NAMES
from eventmail.mailings.review_models import CheckStep, Lift, Task
from eventmail.mailings.snapshot import bare_content
from eventmail.offices.models import Deputy, Office
from eventmail.offices.service import staff_names
from eventmail.papers.drafting import Answered, Decided, Frozen, Kinds, Lifted, paper_of
from eventmail.papers.paper import Paper

WEIGHTS = {Level.BLOCK: "決裁者の判断が必要", Level.WARN: "回答済み", Level.NOTE: "お知らせ"}
LOOKED = {
    Task.RECIPIENTS: "送信先の一覧",
    Task.MATERIAL: "資料{}件を最後のページまで",
    Task.LETTER: "届くメール{}通",
    Task.FINDING: "指摘と回答{}件",
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
    lifts = list(session.scalars(sa.select(Lift).where(Lift.snapshot_id == snapshot.id)))
    people = {snapshot.submitted_by} | {each.staff_id for each in snapshot.reviews}
    people |= {each.staff_id for each in lifts}
    names = staff_names(session, people)
    files = {each.sha256: each.filename for each in snapshot.materials}
    return Frozen(
        office=session.get_one(Office, snapshot.office_id).name,
        digest=snapshot.digest,
        kinds=_kinds(session, snapshot),
        submitted_by=names[snapshot.submitted_by],
        submitted_at=snapshot.submitted_at,
        standing=standing_of(snapshot),
        decided=[_decided(session, each, names) for each in snapshot.reviews],
        findings=findings_of(session, snapshot),
        lifted=[Lifted(files[e.sha256], names[e.staff_id], e.at, e.reason) for e in lifts],
    )


def _decided(session: Session, review: Review, names: dict[int, str]) -> Decided:
    place = session.get(Deputy, review.deputy_id) if review.deputy_id else None
    return Decided(
        review.step,
        review.decision,
        names[review.staff_id],
        review.at,
        review.reason,
        review.counted,
        _looked(session, review) if review.step is Step.CHECK else "",
        staff_names(session, [place.approver_id])[place.approver_id] if place else "",
    )


def _looked(session: Session, review: Review) -> str:
    """What the checker went through, task by task."""
    query = (
        sa.select(CheckStep.task, sa.func.count())
        .where(CheckStep.snapshot_id == review.snapshot_id, CheckStep.staff_id == review.staff_id)
        .group_by(CheckStep.task)
    )
    counts: dict[Task, int] = {task: count for task, count in session.execute(query)}
    return "、".join(words.format(counts[task]) for task, words in LOOKED.items() if task in counts)


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
    # Those who name a person are gathered once, and not looked up recipient by recipient.
    naming = sa.select(Contact.id).where(
        Contact.event_id == snapshot.event_id, Contact.names_person
    )
    query = sa.select(
        sa.func.count(sa.distinct(SnapshotRecipient.participant_id)),
        sa.func.count(sa.case((SnapshotRecipient.contact_id.in_(naming), 1))),
    ).where(SnapshotRecipient.snapshot_id == snapshot.id)
    companies, persons = session.execute(query).one()
    return Kinds(companies, snapshot.recipient_count, persons)

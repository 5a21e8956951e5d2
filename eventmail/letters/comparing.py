"""A letter beside what it is compared with: an earlier version, another mailing, a wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound
from eventmail.language import retold, said
from eventmail.letters.diffing import Row, side_by_side
from eventmail.mailings.letter import PAGE, Letter, Rendered, fill_occasion, render
from eventmail.mailings.models import (
    MODE_NAMES,
    STOPPABLE_NAMES,
    WAYS,
    Mailing,
    MailingState,
    SendMode,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.mailings.snapshot import Content, Recipient, bare_content, recipient_of
from eventmail.wordings.service import Offer

MOST_MAILINGS = 20
OWN_PAGE = said("（{page}のアドレス）", page=PAGE)


@dataclass(frozen=True, slots=True)
class Partner:
    """Something to compare with: a snapshot, or the words of a wording."""

    key: str
    title: str
    snapshot: Snapshot | None = None
    words: Letter | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not the same on both sides."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Subject and body as one recipient reads them, before and now; and what else differs."""

    partner: Partner
    subject: list[Row]
    body: list[Row]
    facts: list[Difference]


def partners(session: Session, mailing: Mailing, offers: Sequence[Offer]) -> list[Partner]:
    """All there is to compare with; what is nearest to the letter comes first."""
    is_draft = mailing.state is MailingState.DRAFT
    earlier = mailing.snapshots if is_draft else mailing.snapshots[:-1]
    return [
        *(_version(each) for each in reversed(earlier)),
        *(_mailing(each) for each in _others(session, mailing)),
        *(_wording(each) for each in offers),
    ]


def chosen_partner(found: Sequence[Partner], key: str) -> Partner:
    """The partner of that key, without one the nearest; :class:`NotFound` for nonsense."""
    for each in found:
        if key in ("", each.key):
            return each
    raise NotFound


def compare(
    session: Session, content: Content, recipient: Recipient, partner: Partner
) -> Comparison:
    """Both letters as the same recipient reads them."""
    new = _read(content, recipient)
    if partner.snapshot is None:
        assert partner.words is not None
        old = render(partner.words, recipient.addressee, content.occasion, OWN_PAGE)
        facts: list[Difference] = []
    else:
        before = bare_content(partner.snapshot)
        old = _read(before, _same_one(session, partner.snapshot, recipient) or recipient)
        facts = _facts(before, partner.snapshot.recipient_count, content)
    return Comparison(
        partner,
        side_by_side(old.subject, new.subject),
        side_by_side(old.body, new.body),
        facts,
    )


def _read(content: Content, recipient: Recipient) -> Rendered:
    if content.is_batch:
        subject, body = (
            fill_occasion(each, content.occasion) for each in (content.subject, content.body)
        )
        return Rendered(subject, body)
    return render(content.letter, recipient.addressee, content.occasion, OWN_PAGE)


def _same_one(session: Session, snapshot: Snapshot, wanted: Recipient) -> Recipient | None:
    """The recipient as the snapshot has it, even under another row of the roster."""
    query = sa.select(SnapshotRecipient).where(
        SnapshotRecipient.snapshot_id == snapshot.id,
        SnapshotRecipient.address != "",
        sa.or_(
            SnapshotRecipient.contact_id == wanted.contact_id,
            SnapshotRecipient.address_key == wanted.email.key,
        ),
    )
    row = session.scalars(query.order_by(SnapshotRecipient.position)).first()
    return recipient_of(row) if row is not None else None


def _facts(before: Content, count: int, now: Content) -> list[Difference]:
    old, new = _told(before, count), _told(now, len(now.recipients))
    return [Difference(name, old[name], new[name]) for name in old if old[name] != new[name]]


def _told(content: Content, count: int) -> dict[str, str]:
    starts = clock.japanese_moment(content.send_at) if content.send_at else said("決裁のあとすぐ")
    return {
        said("目的"): content.purpose,
        said("送信方法"): MODE_NAMES[SendMode(content.mode)],
        said("差出人"): f"{content.sender_name} <{content.sender_address}>",
        said("返信先"): content.reply_to,
        said("メールの種類"): STOPPABLE_NAMES[content.stoppable],
        said("送信先の選び方"): retold(content.audience),
        said("送信先の件数"): said("{count}件", count=count),
        said("送信開始の予定"): starts,
        said("本文の形式"): said("文字とHTML") if content.html else said("文字だけ"),
        said("資料の渡し方"): WAYS[content.by_link],
        said("渡す資料"): _files(content),
    }


def _files(content: Content) -> str:
    """Names with a piece of their digests: the same name may stand for another content."""
    return "、".join(f"{each.filename}（{each.sha256[:12]}）" for each in content.materials)


def _version(snapshot: Snapshot) -> Partner:
    when = clock.japanese_moment(snapshot.submitted_at)
    return Partner(
        f"version-{snapshot.revision}",
        said("第{revision}版（{when}に提出）", revision=snapshot.revision, when=when),
        snapshot,
    )


def _mailing(snapshot: Snapshot) -> Partner:
    subject = bare_content(snapshot).subject_shown
    return Partner(
        f"mailing-{snapshot.mailing_id}",
        said(
            "番号{mailing_id}のメール「{subject}」", mailing_id=snapshot.mailing_id, subject=subject
        ),
        snapshot,
    )


def _wording(offer: Offer) -> Partner:
    text = offer.text
    words = Letter(text.subject, text.body)
    return Partner(f"wording-{offer.key}", said("ひな形「{name}」", name=text.name), words=words)


def _others(session: Session, mailing: Mailing) -> list[Snapshot]:
    """The newest snapshot of each other mailing of the event, the latest first."""
    newest = (
        sa.select(sa.func.max(Snapshot.id))
        .where(Snapshot.event_id == mailing.event_id, Snapshot.mailing_id != mailing.id)
        .group_by(Snapshot.mailing_id)
    )
    query = sa.select(Snapshot).where(Snapshot.id.in_(newest)).order_by(Snapshot.id.desc())
    return list(session.scalars(query.limit(MOST_MAILINGS)))

"""送信先の選び方: which of an event's contacts a mailing is for, as SQL.

Each audience is a condition that only takes contacts away from those taking part. Those by the
participants' answers are asked when a draft is shown or submitted; what was submitted keeps the
recipients that were checked and approved, whoever answers meanwhile (:func:`frozen`). Those of
an incident's mails stand in ``called.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.answers import current
from eventmail.events.models import Contact, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.mailings import called
from eventmail.mailings.findings import Finding, Level, Place, Where
from eventmail.mailings.models import (
    Audience,
    Chosen,
    Erasure,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotRecipient,
)

# The outbox is a later room, so its table is asked by name. Whom a mail surely did not reach is
# still new; where it is not known, nobody gets a mail twice by itself.
_deliveries = sa.table(
    "deliveries", sa.column("snapshot_id"), sa.column("contact_id"), sa.column("state")
)
NOT_REACHED = ("refused", "withheld", "cancelled", "bounced")
BY_ANSWERS = (Audience.UNANSWERED, Audience.UNCONFIRMED, Audience.ATTENDING)
NO_COUNT = said(
    "送る予定の件数が入力されていません。本文の編集画面で、送るはずの件数を入力してください。"
)
NO_SINCE = said(
    "どのメールのあとに加わった送信先かが選ばれていません。"
    "本文の編集画面で、もとになるメールを選んでください。"
)
SINCE_ERASED = said(
    "もとになるメールの送信先は、保存期間が過ぎたため消去しました。"
    "本文の編集画面で、別の選び方にしてください。"
)


def named_by(mailing: Mailing) -> sa.ColumnElement[bool]:
    """The condition on contacts that the mailing's audience sets."""
    return _CONDITIONS[mailing.audience](mailing)


def frozen(mailing: Mailing, snapshot: Snapshot) -> sa.ColumnElement[bool]:
    """The same for what was submitted: an answer since then takes nobody out and brings nobody in.

    Otherwise each answer that comes while two people look would send them back to the beginning.
    """
    if mailing.audience in called.BY_CALLS:
        return called.frozen(mailing, snapshot)
    if mailing.audience not in BY_ANSWERS:
        return named_by(mailing)
    query = sa.select(SnapshotRecipient.contact_id)
    return Contact.id.in_(query.where(SnapshotRecipient.snapshot_id == snapshot.id))


def moved_on(session: Session, mailing: Mailing, snapshot: Snapshot) -> int:
    """How many recipients of a snapshot its audience would not name any more: they answered, or
    were called.
    """
    if mailing.audience not in (*BY_ANSWERS, *called.BY_CALLS):
        return 0
    query = (
        sa.select(sa.func.count())
        .select_from(SnapshotRecipient)
        .join(Contact, Contact.id == SnapshotRecipient.contact_id)
        .where(SnapshotRecipient.snapshot_id == snapshot.id, ~named_by(mailing))
    )
    return session.scalars(query).one()


def earlier(session: Session, event_id: int, besides: int | None = None) -> list[Mailing]:
    """The event's mailings that were sent and whose recipients are still known, newest first."""
    erased = sa.select(Snapshot.mailing_id).join(Erasure, Erasure.snapshot_id == Snapshot.id)
    query = sa.select(Mailing).where(
        Mailing.event_id == event_id,
        Mailing.state == MailingState.SENT,
        Mailing.id != (besides or 0),
        Mailing.id.not_in(erased),
    )
    return list(session.scalars(query.order_by(Mailing.id.desc())))


def lacking(session: Session, mailing: Mailing) -> Iterator[Finding]:
    """What the author has not said yet about whom the mailing is for, and what has changed."""
    recipients = Place(Where.RECIPIENTS)
    yield from called.lacking(session, mailing)
    if mailing.expected_count is None:
        yield Finding("no_expected_count", NO_COUNT, place=recipients)
    if mailing.audience is Audience.NEW:
        known = {each.id for each in earlier(session, mailing.event_id, mailing.id)}
        if mailing.since_id not in known:
            sentence = SINCE_ERASED if mailing.since_id else NO_SINCE
            yield Finding("no_since", sentence, place=recipients)
    if mailing.audience is Audience.CHOSEN and (gone := chosen_and_gone(session, mailing)):
        yield Finding(
            "chosen_gone",
            said(
                "選んだ送信先のうち{gone}件は、辞退したか、名簿から外れたか、アドレスが変わったため、"
                "送信先に入っていません。送信先を選ぶ画面で確かめてください。",
                gone=gone,
            ),
            Level.WARN,
            recipients,
        )


def chosen_ids(session: Session, mailing: Mailing) -> frozenset[int]:
    """The contacts that were chosen by hand, whether or not a mail would go to them now."""
    query = sa.select(Chosen.contact_id).where(Chosen.mailing_id == mailing.id)
    return frozenset(session.scalars(query))


def chosen_and_gone(session: Session, mailing: Mailing) -> int:
    """How many of the chosen ones take part no more, or stand in the roster no more."""
    query = (
        sa.select(sa.func.count())
        .select_from(Chosen)
        .join(Contact, Contact.id == Chosen.contact_id)
        .join(Contact.participant)
        .where(
            Chosen.mailing_id == mailing.id,
            sa.or_(~Contact.active, Participant.status != ParticipantStatus.ATTENDING),
        )
    )
    return session.scalars(query).one()


def _everybody(_: Mailing) -> sa.ColumnElement[bool]:
    return sa.true()


def _new(mailing: Mailing) -> sa.ColumnElement[bool]:
    """Neither the contact nor its address got the earlier mail, in any round of its sending."""
    if mailing.since_id is None:
        return sa.false()
    got = (
        sa.select(SnapshotRecipient)
        .join(Snapshot, Snapshot.id == SnapshotRecipient.snapshot_id)
        .join(
            _deliveries,
            sa.and_(
                _deliveries.c.snapshot_id == SnapshotRecipient.snapshot_id,
                _deliveries.c.contact_id == SnapshotRecipient.contact_id,
            ),
        )
        .where(Snapshot.mailing_id == mailing.since_id, _deliveries.c.state.not_in(NOT_REACHED))
    )
    return sa.and_(
        Contact.id.not_in(got.with_only_columns(SnapshotRecipient.contact_id)),
        Contact.address_key.not_in(got.with_only_columns(SnapshotRecipient.address_key)),
    )


def _chosen(mailing: Mailing) -> sa.ColumnElement[bool]:
    return Contact.id.in_(sa.select(Chosen.contact_id).where(Chosen.mailing_id == mailing.id))


_CONDITIONS: dict[Audience, Callable[[Mailing], sa.ColumnElement[bool]]] = {
    Audience.ALL: _everybody,
    Audience.NEW: _new,
    Audience.CHOSEN: _chosen,
    Audience.UNANSWERED: lambda _: current.unanswered(),
    Audience.UNCONFIRMED: lambda _: current.unconfirmed(),
    Audience.ATTENDING: lambda _: current.attending(),
    Audience.REACHED: called.named,
    Audience.ABSENT: called.named,
}

"""Files the calls about single mails: what the workers have written down, a portion at a time.

Sending knows nothing of this. A mark goes along the attempts in the order of their ids, as those of
the running totals do. It stays behind what is too young, because a row may become visible after one
with a higher id, and behind what is on its way. A mail that is told of as uncertain is remembered,
and told of again when the relay's late answer or a person settles it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database, insert_new
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.webhooks import marks
from eventmail.webhooks.calls import add, page_of
from eventmail.webhooks.kinds import ATTENTION, OF_DELIVERIES, SETTLED
from eventmail.webhooks.models import Webhook, WebhookDoubt, WebhookMark
from eventmail.webhooks.shapes import MOST, DeliveriesNews, DeliveryNews, ReplyClass

PORTION = 2000
SETTLES = timedelta(seconds=30)  # no transaction that hands mails over takes nearly so long
ANSWERS = timedelta(hours=1)  # after that its worker has died, and its lease has lapsed long ago
TROUBLED = (DeliveryState.UNCERTAIN, DeliveryState.REFUSED, DeliveryState.BOUNCED)
SETTLED_AS = (
    *(*TROUBLED, DeliveryState.ACCEPTED),
    *(DeliveryState.WITHHELD, DeliveryState.CANCELLED),
)
# ``attempts`` is the number of the newest: of earlier ones a mail's fate did not come.
NEWEST = sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts)


@dataclass(frozen=True, slots=True)
class Fate:
    """One mail whose fate is known, or open for a person."""

    office_id: int
    event_id: int
    mailing_id: int
    news: DeliveryNews

    @property
    def whose(self) -> tuple[int, int, int]:
        """Mails of one mailing go together."""
        return self.office_id, self.event_id, self.mailing_id


def note(database: Database) -> None:
    """File what has settled since, for all webhooks that want to know."""
    with database.reading() as session:
        if not _listening(session) or not _has_news(session):
            return
    while True:
        with database.writing() as session:
            if not _walk(session):
                return


def bounced(session: Session, ids: Collection[int]) -> list[Fate]:
    """Those of these mails that have come back; of others the notice said less."""
    return _fates(session, Delivery.id.in_(ids), Delivery.state == DeliveryState.BOUNCED)


def file(session: Session, webhooks: Iterable[Webhook], fates: Sequence[Fate]) -> None:
    """Calls with at most a hundred mails each, for whom they concern."""
    ordered = sorted(fates, key=lambda each: (each.whose, each.news.id))
    for (office_id, event_id, mailing_id), group in groupby(ordered, key=lambda each: each.whose):
        news = [each.news for each in group]
        troubled = [each for each in news if each.state in TROUBLED]
        for webhook in (each for each in webhooks if each.office_id == office_id):
            for kind, told in ((SETTLED, news), (ATTENTION, troubled)):
                for start in range(0, len(told) if kind in webhook.wanted else 0, MOST):
                    part = told[start : start + MOST]
                    data = DeliveriesNews(mailing_id, event_id, page_of(mailing_id), part)
                    add(session, webhook, kind, data, clock.now(), event_id)


def _walk(session: Session) -> bool:
    """One portion, and the doubts that are over; whether there may be more."""
    mark = marks.attempts(session)
    webhooks = _listening(session)
    upto = _upto(session, mark.last_id)
    offices = {each.office_id for each in webhooks}
    fates = _fates(session, Delivery.office_id.in_(offices), *_between(mark.last_id, upto))
    over = list(session.scalars(_doubts_over().limit(PORTION)))
    fates += _fates(session, Delivery.id.in_(over), Delivery.office_id.in_(offices))
    file(session, webhooks, fates)
    session.execute(sa.delete(WebhookDoubt).where(WebhookDoubt.delivery_id.in_(over)))
    for each in fates:
        if each.news.state is DeliveryState.UNCERTAIN:
            insert_new(session, WebhookDoubt, {"delivery_id": each.news.id})
    moved = upto > mark.last_id
    mark.last_id = upto
    return moved


def _listening(session: Session) -> list[Webhook]:
    found = session.scalars(sa.select(Webhook).where(marks.IS_ON).order_by(Webhook.id))
    return [each for each in found if each.wanted & OF_DELIVERIES]


def _has_news(session: Session) -> bool:
    mark = session.get_one(WebhookMark, marks.ATTEMPTS)
    if _upto(session, mark.last_id) > mark.last_id:
        return True
    return session.scalar(_doubts_over().limit(1)) is not None


def _doubts_over() -> sa.Select[int]:
    return (
        sa.select(WebhookDoubt.delivery_id)
        .join(Delivery, Delivery.id == WebhookDoubt.delivery_id)
        .where(Delivery.state != DeliveryState.UNCERTAIN)
        .order_by(WebhookDoubt.delivery_id)
    )


def _between(after: int, upto: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Attempt.id > after, Attempt.id <= upto


def _upto(session: Session, mark: int) -> int:
    """The last row before any that may still change, at most a portion further on."""
    now = clock.now()
    on_its_way = sa.and_(
        Attempt.settled_at.is_(None),
        Attempt.handed_over_at > now - ANSWERS,
        sa.exists().where(
            Delivery.id == Attempt.delivery_id, Delivery.state == DeliveryState.CLAIMED
        ),
    )
    open_ = sa.or_(Attempt.handed_over_at > now - SETTLES, on_its_way)
    within = _between(mark, mark + PORTION)
    first = session.scalar(sa.select(sa.func.min(Attempt.id)).where(*within, open_))
    if first is not None:
        return int(first) - 1
    last = session.scalar(sa.select(sa.func.max(Attempt.id)).where(*within))
    if last is not None:
        return int(last)
    beyond = session.scalar(sa.select(sa.func.min(Attempt.id)).where(Attempt.id > mark))
    return mark if beyond is None else int(beyond) - 1


def _fates(session: Session, *which: sa.ColumnElement[bool]) -> list[Fate]:
    query = (
        sa.select(
            Delivery.office_id,
            Delivery.event_id,
            Snapshot.mailing_id,
            Delivery.id,
            Delivery.participant_id,
            Delivery.contact_id,
            Delivery.state,
            Attempt.reply_code,
        )
        .join(Attempt, NEWEST)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .where(*which, ~Delivery.first_copy, Delivery.state.in_(SETTLED_AS))
    )
    return [
        Fate(office, event, mailing, DeliveryNews(key, company, contact, state, _class(code)))
        for office, event, mailing, key, company, contact, state, code in session.execute(query)
    ]


def _class(code: int | None) -> ReplyClass | None:
    told = f"{(code or 0) // 100}xx"
    return ReplyClass(told) if told in set(ReplyClass) else None

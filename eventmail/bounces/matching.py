"""Of which delivery a mail that came in speaks: by its signed address, its Message-ID, its address.

A return address that none of our keys signed was made up: such a mail matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.bounces.models import Match
from eventmail.bounces.reading import Report
from eventmail.mailings.models import SnapshotRecipient
from eventmail.outbox.models import Attempt, Delivery, Dispatch
from eventmail.outbox.returns import DELIVERY, Named, Returns

RECENT = timedelta(days=30)  # MTAs give up within a week; a Message-ID counts for good
TOKEN = re.compile(r"([0-9a-f]{32})@[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """One office's deliveries of which a mail may speak, by the key of their address.

    ``alone``: it speaks of this one delivery, whatever address it names. ``sure``: whoever wrote
    it had our mail, or there is no better proof to be had.
    """

    match: Match = Match.NONE
    office_id: int | None = None
    deliveries: tuple[tuple[int, str], ...] = ()
    alone: bool = False
    sure: bool = False
    forged: bool = False


def find(session: Session, report: Report, returns: Returns | None) -> Found:
    """The deliveries, and how they were found."""
    names = [] if returns is None else [returns.named(each) for each in report.sent_to]
    tagged = [each for each in names if each is not None]
    genuine = [each for each in tagged if each.genuine]
    if tagged and not genuine:
        return Found(forged=True)
    return (
        _by_return_address(session, genuine)
        or _by_message_id(session, report)
        or _by_address(session, report, signed=returns is not None)
        or Found()
    )


def _by_return_address(session: Session, named: list[Named]) -> Found | None:
    for each in named[:1]:
        own = Delivery.id if each.kind == DELIVERY else Delivery.snapshot_id
        return _found(
            session, Match.RETURN_ADDRESS, own == each.number, alone=each.kind == DELIVERY
        )
    return None


def _by_message_id(session: Session, report: Report) -> Found | None:
    tokens = [found[1] for each in report.returned_ids if (found := TOKEN.fullmatch(each))]
    if not tokens:
        return None
    batches = sa.select(Dispatch.snapshot_id).where(Dispatch.token.in_(tokens))
    return _found(session, Match.MESSAGE_ID, Delivery.token.in_(tokens), alone=True) or _found(
        session, Match.MESSAGE_ID, Delivery.snapshot_id.in_(batches)
    )


def _by_address(session: Session, report: Report, *, signed: bool) -> Found | None:
    """The newest mail to that address, where only one office has sent it any lately.

    Where our envelope senders are signed, what has no signature proves nothing.
    """
    keys = keys_of(report)
    if not keys:
        return None
    recent = sa.exists().where(
        Attempt.delivery_id == Delivery.id, Attempt.handed_over_at > clock.now() - RECENT
    )
    query = _rows(SnapshotRecipient.address_key.in_(keys), recent).order_by(Delivery.id.desc())
    newest: dict[str, tuple[int, int]] = {}
    for number, key, office_id in session.execute(query.limit(500)):
        newest.setdefault(key, (number, office_id))
    offices = {office_id for _, office_id in newest.values()}
    if len(offices) != 1:
        return None
    rows = tuple((number, key) for key, (number, _) in newest.items())
    return Found(Match.ADDRESS, offices.pop(), rows, sure=not signed)


def keys_of(report: Report) -> list[str]:
    """The addresses that a report names, as they are compared."""
    return list(dict.fromkeys(each.address.casefold() for each in report.recipients))


def _found(
    session: Session, match: Match, own: sa.ColumnElement[bool], *, alone: bool = False
) -> Found | None:
    rows = [(number, key or "", office) for number, key, office in session.execute(_rows(own))]
    if not rows:
        return None
    pairs: Iterable[tuple[int, str]] = ((number, key) for number, key, _ in rows)
    return Found(match, rows[0][2], tuple(pairs), alone=alone and len(rows) == 1, sure=True)


def _rows(*conditions: sa.ColumnElement[bool]) -> sa.Select[int, str, int]:
    """Deliveries with their address; the office's own copy has none."""
    return (
        sa.select(Delivery.id, SnapshotRecipient.address_key, Delivery.office_id)
        .outerjoin(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .where(*conditions)
    )

"""The statements of a turn, built once: building them took as long as running them.

They pass the ORM by, and name their values: ``connection.execute(CLAIM, {...})``.
"""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import table_of
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, DeliveryState, Dispatch

_d = table_of(Delivery).c
_p = table_of(Dispatch).c
_a = table_of(Attempt).c
_s = table_of(DecisionRecord).c


def _among(column: sa.Column[int], name: str) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam(name, expanding=True))


def _value(name: str, column: sa.Column[object]) -> sa.BindParameter[object]:
    return sa.bindparam(name, type_=column.type)


# What is due of one state, in the order of the index.
DUE = (
    sa.select(_d.id)
    .where(
        _d.snapshot_id == sa.bindparam("snapshot"),
        _d.first_copy == sa.bindparam("first"),
        _d.state == _value("open", _d.state),
        _d.due_at <= _value("now", _d.due_at),
    )
    .order_by(_d.due_at, _d.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
# Takes due deliveries of one state, and tells which.
CLAIM = (
    sa.update(table_of(Delivery))
    .where(_d.id.in_(DUE))
    .values(
        state=DeliveryState.CLAIMED,
        claimed_by=sa.bindparam("worker"),
        lease_until=_value("until", _d.lease_until),
    )
    .returning(_d.id)
)
# All that a worker has claimed, with the attempts so far; locked in the order of ids.
HELD = (
    sa.select(_d.id, _d.attempts)
    .where(_d.claimed_by == sa.bindparam("worker"), _d.state == DeliveryState.CLAIMED)
    .order_by(_d.id)
    .with_for_update()
)
# One more attempt of those that are about to leave.
LEAVE = (
    sa.update(table_of(Delivery))
    .where(_among(_d.id, "going"))
    .values(lease_until=_value("until", _d.lease_until), attempts=_d.attempts + 1)
)
ATTEMPT = sa.insert(table_of(Attempt))
# State of each delivery, and whether its sending is over; locked in the order of ids.
LOCK = (
    sa.select(_d.id, _d.state, _p.finished_at.is_not(None))
    .join_from(table_of(Delivery), table_of(Dispatch), _p.snapshot_id == _d.snapshot_id)
    .where(_among(_d.id, "ids"))
    .order_by(_d.id)
    .with_for_update(of=table_of(Delivery))
)
# The attempts of which neither the relay's answer nor a person's decision is written down.
ANSWERABLE = sa.select(_a.delivery_id, _a.number).where(
    _among(_a.delivery_id, "ids"),
    _a.settled_at.is_(None),
    ~sa.exists().where(_s.delivery_id == _a.delivery_id, _s.attempt == _a.number),
)
SETTLE = (
    sa.update(table_of(Delivery))
    .where(_d.id == sa.bindparam("key"))
    .values(
        state=_value("to", _d.state),
        claimed_by=None,
        lease_until=None,
        reply=sa.bindparam("words"),
        due_at=sa.func.coalesce(_value("due", _d.due_at), _d.due_at),
    )
)
ANSWER = (
    sa.update(table_of(Attempt))
    .where(_a.delivery_id == sa.bindparam("delivery"), _a.number == sa.bindparam("attempt"))
    .values(
        settled_at=_value("at", _a.settled_at),
        outcome=sa.bindparam("kind"),
        reply_code=sa.bindparam("code"),
        reply_text=sa.bindparam("words"),
    )
)

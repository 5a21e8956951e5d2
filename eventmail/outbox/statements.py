"""The statements of a turn, built once: building them took as long as running them.

They pass the ORM by, and name their values: ``connection.execute(CLAIM, {...})``.
"""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import among, table_of
from eventmail.events.models import Contact, Participant, ParticipantStatus
from eventmail.mailings import called
from eventmail.mailings.models import Mailing, Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Recipient
from eventmail.offices.models import Office
from eventmail.outbox.bulk import Bulk
from eventmail.outbox.models import (
    Attempt,
    DecisionRecord,
    Delivery,
    DeliveryState,
    Dispatch,
    RelayPace,
)
from eventmail.sendlock.service import IS_LOCKED
from eventmail.suppression import service as suppression

_d = table_of(Delivery).c
_p = table_of(Dispatch).c
_a = table_of(Attempt).c
_s = table_of(DecisionRecord).c
_r = table_of(SnapshotRecipient).c
_c = table_of(Contact).c
_o = table_of(Office).c
_m = table_of(Mailing).c
_n = table_of(Snapshot).c
_l = table_of(RelayPace).c
_with_recipient = table_of(Delivery).outerjoin(
    table_of(SnapshotRecipient),
    sa.and_(_r.snapshot_id == _d.snapshot_id, _r.contact_id == _d.contact_id),
)


def _value(name: str, column: sa.Column[object]) -> sa.BindParameter[object]:
    return sa.bindparam(name, type_=column.type)


# What is due of one state behind a place, in the order of the index.
DUE = (
    sa.select(_d.id)
    .where(
        _d.snapshot_id == sa.bindparam("snapshot"),
        _d.first_copy == sa.bindparam("first"),
        _d.state == _value("open", _d.state),
        _d.due_at <= _value("now", _d.due_at),
        sa.tuple_(_d.due_at, _d.id) > sa.tuple_(_value("after", _d.due_at), _value("last", _d.id)),
        ~IS_LOCKED,
    )
    .order_by(_d.due_at, _d.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
# Takes due deliveries of one state, and tells which. They are looked for once, in a part of its
# own: within a plain subselect PostgreSQL may look again for each row, and take more than asked.
_due = DUE.cte("due")
CLAIM = (
    sa.update(table_of(Delivery))
    .where(_d.id.in_(sa.select(_due.c.id)))
    .values(
        state=DeliveryState.CLAIMED,
        claimed_by=sa.bindparam("worker"),
        lease_until=_value("until", _d.lease_until),
    )
    .returning(_d.due_at, _d.id)
)
# Which of these a worker has claimed, with the attempts so far; locked in the order of ids. They
# are found by their ids alone: in the index of claims lie all that it has settled, too, for as long
# as somebody looks at an earlier state of the database, such as a backup.
HELD = (
    sa.select(_d.id, _d.attempts)
    .where(
        among(_d.id, "ids"),
        sa.func.coalesce(_d.claimed_by, "") == sa.bindparam("worker"),
        _d.state == DeliveryState.CLAIMED,
    )
    .order_by(_d.id)
    .with_for_update()
)
# One more attempt of those that are about to leave.
LEAVE = (
    sa.update(table_of(Delivery))
    .where(among(_d.id, "going"))
    .values(lease_until=_value("until", _d.lease_until), attempts=_d.attempts + 1)
)
# Leases of what is still in hand.
STRETCH = (
    sa.update(table_of(Delivery))
    .where(among(_d.id, "ids"))
    .values(lease_until=_value("until", _d.lease_until))
)
# Of claims that were locked before, those that never left go back, due as they were.
GIVE_BACK = (
    sa.update(table_of(Delivery))
    .where(
        among(_d.id, "ids"),
        _d.id.not_in(sa.select(_a.delivery_id).where(_a.settled_at.is_(None))),
    )
    .values(state=DeliveryState.QUEUED, claimed_by=None, lease_until=None)
)
ATTEMPT = Bulk(
    sa.insert(table_of(Attempt)),
    "delivery_id", "number", "handed_over_at", "outcome", "reply_text", "digest", "head",
)  # fmt: skip
# State of each delivery, and whether its sending is over; locked in the order of ids.
LOCK = (
    sa.select(_d.id, _d.state, _p.finished_at.is_not(None))
    .join_from(table_of(Delivery), table_of(Dispatch), _p.snapshot_id == _d.snapshot_id)
    .where(among(_d.id, "ids"))
    .order_by(_d.id)
    .with_for_update(of=table_of(Delivery))
)
# The attempts of which neither the relay's answer nor a person's decision is written down.
ANSWERABLE = sa.select(_a.delivery_id, _a.number).where(
    among(_a.delivery_id, "ids"),
    _a.settled_at.is_(None),
    ~sa.exists().where(_s.delivery_id == _a.delivery_id, _s.attempt == _a.number),
)
SETTLE = Bulk(
    sa.update(table_of(Delivery))
    .where(_d.id == sa.bindparam("key"))
    .values(
        state=_value("to", _d.state),
        claimed_by=None,
        lease_until=None,
        reply=sa.bindparam("words"),
        due_at=sa.func.coalesce(_value("due", _d.due_at), _d.due_at),
    ),
    "key", "to", "words", "due",
)  # fmt: skip
ANSWER = Bulk(
    sa.update(table_of(Attempt))
    .where(_a.delivery_id == sa.bindparam("delivery"), _a.number == sa.bindparam("attempt"))
    .values(
        settled_at=_value("at", _a.settled_at),
        outcome=sa.bindparam("kind"),
        reply_code=sa.bindparam("code"),
        reply_text=sa.bindparam("words"),
    ),
    "delivery", "attempt", "at", "kind", "code", "words",
)  # fmt: skip
# Whom claims are for, in the order of their ids; nothing of a person for the first copy.
RECIPIENTS = (
    sa.select(_d.id, _d.token, *(_r[name] for name in Recipient.__slots__))
    .select_from(_with_recipient)
    .where(among(_d.id, "ids"))
    .order_by(_d.id)
)
# Whether no mail of this kind goes there any more.
STOPPED = suppression.applies(_r.address_key, _d.office_id, _d.event_id, stoppable=_n.stoppable)
# An incident's mail to whoever was not called, or is said to be absent and was reached since.
UNCALLED = called.unfit(_n.mailing_id, _d.participant_id, _r.address_key)
# Those whose contact still takes part, at the address that was approved, and wants such mails.
WELCOME = (
    sa.select(_d.id)
    .select_from(
        _with_recipient.join(table_of(Snapshot), _n.id == _d.snapshot_id)
        .outerjoin(table_of(Contact), _c.id == _d.contact_id)
        .outerjoin(table_of(Participant), table_of(Participant).c.id == _c.participant_id)
    )
    .where(
        among(_d.id, "ids"),
        sa.or_(
            _d.first_copy,
            sa.and_(
                _c.active,
                _c.address == _r.address,
                table_of(Participant).c.status == ParticipantStatus.ATTENDING,
                ~STOPPED,
                ~UNCALLED,
            ),
        ),
    )
)
# Those of whom it is asked that no such mail goes to them any more.
ASKED_TO_STOP = (
    sa.select(_d.id)
    .select_from(_with_recipient.join(table_of(Snapshot), _n.id == _d.snapshot_id))
    .where(among(_d.id, "ids"), STOPPED)
)
# Those to whom the incident's mail does not fit (any more), as the calls stand.
NOT_CALLED = (
    sa.select(_d.id)
    .select_from(_with_recipient.join(table_of(Snapshot), _n.id == _d.snapshot_id))
    .where(among(_d.id, "ids"), ~_d.first_copy, UNCALLED)
)
# Everything that can say no to a sending.
STANDING = (
    sa.select(
        _p.finished_at,
        _p.cancelled_at,
        _m.state.label("state"),
        IS_LOCKED.label("locked"),
        _o.stopped_at,
        _n.mode.label("mode"),
        _o.batches_allowed,
        _p.paused_at,
        _p.starts_at,
        _p.released_at,
    )
    .select_from(
        table_of(Dispatch)
        .join(table_of(Office), _o.id == _p.office_id)
        .join(table_of(Snapshot), _n.id == _p.snapshot_id)
        .join(table_of(Mailing), _m.id == _n.mailing_id)
    )
    .where(_p.snapshot_id == sa.bindparam("snapshot"))
)
# The same; nobody says no until the transaction is over.
STANDING_LOCKED = STANDING.with_for_update(read=True, of=(table_of(Dispatch), table_of(Office)))
# Whether a relay is to be left alone.
PACE = sa.select(_l.blocked_at, _l.slow_until).where(_l.place == sa.bindparam("place"))
# The next setback starts from the beginning, unless one is not over yet.
WENT_WELL = (
    sa.update(table_of(RelayPace))
    .where(
        _l.place == sa.bindparam("relay"),
        _l.setbacks > 0,
        sa.or_(_l.slow_until.is_(None), _l.slow_until <= _value("now", _l.slow_until)),
    )
    .values(setbacks=0, down_since=None)
)

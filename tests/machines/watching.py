"""What is looked at from outside: the rows, and the mails that Postfix has handed on."""

from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
import hashlib
import re
from collections.abc import Sequence

import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from tests.faults import verdict
from tests.faults.ledger import Taken
from tests.faults.verdict import Verdict
from tests.machines.installation import Installation
from tests.test_cli import Kept

# What Postfix writes above a mail that it takes.
_ABOVE = re.compile(rb"\AReceived: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


def snapshot_of(database: Database, mailing: str) -> int:
    """The one that a mailing's path leads to."""
    number = int(mailing.rpartition("/")[2])
    with database.reading() as session:
        return session.scalars(sa.select(Snapshot.id).where(Snapshot.mailing_id == number)).one()


def states(database: Database, snapshot_id: int) -> dict[int, DeliveryState]:
    """Of all deliveries but the office's own copy."""
    query = sa.select(Delivery.id, Delivery.state).where(
        Delivery.snapshot_id == snapshot_id, Delivery.first_copy.is_(False)
    )
    with database.reading() as session:
        return {key: state for key, state in session.execute(query)}


def handed_over(database: Database) -> int:
    """How many attempts nobody has heard of again yet."""
    with database.reading() as session:
        query = sa.select(sa.func.count(Attempt.id)).where(Attempt.settled_at.is_(None))
        return session.scalars(query).one()


def is_over(database: Database, snapshot_id: int) -> bool:
    """Whether the sending is closed."""
    with database.reading() as session:
        return session.get_one(Dispatch, snapshot_id).finished_at is not None


def uncertain(database: Database, snapshot_id: int) -> list[int]:
    """The deliveries that wait for a person."""
    found = states(database, snapshot_id).items()
    return [key for key, state in found if state is DeliveryState.UNCERTAIN]


def unsettled(database: Database, snapshot_id: int) -> bool:
    """Whether any has not met its fate yet."""
    return not set(states(database, snapshot_id).values()) <= verdict.FINAL


def mails_of(made: Installation, database: Database, snapshot_id: int) -> list[Kept]:
    """What has come of one sending."""
    query = sa.select(Delivery.token).where(Delivery.snapshot_id == snapshot_id)
    with database.reading() as session:
        names = set(session.scalars(query))
    return [each for each in made.mails() if _name_of(each) in names]


def has_arrived(made: Installation, database: Database, delivery_id: int) -> bool:
    """What the company says when it is asked."""
    with database.reading() as session:
        name = session.get_one(Delivery, delivery_id).token
    return name in map(_name_of, made.mails())


def judged(database: Database, snapshot_id: int, mails: Sequence[Kept]) -> Verdict:
    """The rows against the mails, to the byte: Postfix adds one header, and nothing else."""
    taken = [
        Taken(to, f"<{_name_of(each)}@", _digest_of(each), at=0, connection=0)
        for each in mails
        for to in each.rcpt_to
    ]
    with database.reading() as session:
        return verdict.judge(verdict.told_by(session, snapshot_id), taken)


def _digest_of(mail: Kept) -> str:
    return hashlib.sha256(_ABOVE.sub(b"", mail.content)).hexdigest()


def _name_of(mail: Kept) -> str:
    """What its Message-ID begins with."""
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    return str(parsed["Message-ID"]).strip().lstrip("<").partition("@")[0]

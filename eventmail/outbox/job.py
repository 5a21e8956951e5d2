"""One approved snapshot ready to be sent: what all its mails share, and a few of them at a time.

Recipients are never held all at once; each handful is read with its claims. So the memory of a
worker does not grow with the roster.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.language import said
from eventmail.mailings.freezing import own_addresses, press_for_snapshot
from eventmail.mailings.known import KnownAddresses, mark
from eventmail.mailings.models import Decision, Snapshot, SnapshotRecipient, Step
from eventmail.mailings.rendering import Press
from eventmail.mailings.snapshot import (
    Recipient,
    bare_content,
    canonical_recipient,
    digest_of_written,
    recipient_of,
)
from eventmail.offices.models import Office
from eventmail.outbox import fates, statements
from eventmail.outbox.models import Delivery, Dispatch
from eventmail.outbox.returns import Returns
from eventmail.suppression import service as suppression
from eventmail.wire import Cleared, GateRefusal, NotAllowedHere, Relay, Unwritable, recipients_of

CHANGED = said("承認された内容と保存されている内容が一致しないため、送信を止めました。")
TOO_BIG = said(
    "メールの大きさ（{size}MB）が、送信サーバーの上限（{limit}MB）を超えています。"
    "1通も送信していません。資料を小さくするか、減らしてください。"
)
MEGABYTE = 1024 * 1024
AT_A_TIME = 500


class Halt(Exception):
    """Nothing more of this mailing may leave. ``rule`` names why in the audit."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(rule)
        self.rule, self.sentence = rule, sentence


@dataclass(frozen=True, slots=True)
class Job:
    """One snapshot on the press.

    ``batch_token`` and ``started_at`` name and date the one mail of a blind batch: whichever
    transaction a recipient is in, its bytes are the same. ``first`` is the recipient as whom the
    office's copy is worded. ``approved`` knows each recipient as the digest had it: whoever is
    read later must be one of them. ``until`` is when retries end. ``returns`` gives each mail an
    envelope sender of its own, where there is a mailbox for what comes back.
    """

    database: Database
    snapshot: Snapshot
    press: Press
    first: Recipient
    approved: KnownAddresses
    batch_size: int
    batch_token: str
    started_at: datetime
    until: datetime
    returns: Returns | None = None

    @property
    def in_batches(self) -> bool:
        """Whether one transaction has many recipients."""
        return self.press.content.is_batch


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed delivery with its recipient (None for the first copy) and its company's desks."""

    delivery_id: int
    token: str
    recipient: Recipient | None
    own: frozenset[EmailAddress]
    suppressed: bool = False  # what the gate is told of the recipient


@dataclass(frozen=True, slots=True)
class Made:
    """A mail that the gate has cleared, for these claims."""

    delivery_ids: tuple[int, ...]
    cleared: Cleared
    digest: str
    head: bytes


def prepare(database: Database, snapshot_id: int, returns: Returns | None = None) -> Job:
    """Read a snapshot anew; raises :class:`Halt` unless both people approved just what is there."""
    with database.reading() as session:
        stored = session.get_one(Snapshot, snapshot_id)
        content = bare_content(stored)
        marks = array("Q")
        written = map(canonical_recipient, _recipients(session, snapshot_id))
        digest = digest_of_written(content, _marked(written, marks))
        if not _is_approved(stored, digest):
            raise Halt("snapshot_changed", CHANGED)
        dispatch = session.get_one(Dispatch, snapshot_id)
        begun = dispatch.starts_at or dispatch.created_at
        return Job(
            database=database,
            snapshot=stored,
            press=replace(
                press_for_snapshot(session, stored), returns=returns.pattern if returns else None
            ),
            first=_first(session, snapshot_id),
            approved=KnownAddresses.of_marks(marks),
            batch_size=session.get_one(Office, stored.office_id).batch_size,
            batch_token=dispatch.token,
            started_at=dispatch.created_at.replace(microsecond=0),
            until=fates.deadline(begun, stored.event_date),
            returns=returns,
        )


def load(session: Session, job: Job, delivery_ids: Sequence[int]) -> list[Claim]:
    """The claims with whom they are for, in the order of their ids."""
    rows = session.connection().execute(statements.RECIPIENTS, {"ids": delivery_ids}).all()
    found = [
        (key, token, Recipient(*person) if person[0] is not None else None)
        for key, token, *person in rows
    ]
    companies = [each.participant_id for _, _, each in found if each and not job.in_batches]
    own = own_addresses(session, companies) if companies else {}
    stopped = _suppressed(session, job, [each for _, _, each in found if each])
    return [
        Claim(
            key,
            token,
            each,
            own.get(each.participant_id, frozenset()),
            bool(stopped) and _key(each) in stopped,
        )
        if each
        else Claim(key, token, None, frozenset())
        for key, token, each in found
    ]


def welcome(session: Session, delivery_ids: Sequence[int]) -> set[int]:
    """Those whose contact still takes part, at the address that was approved, and has not asked
    for an end of such mails (L10).
    """
    found = session.connection().execute(statements.WELCOME, {"ids": delivery_ids})
    return set(found.scalars().all())


def asked_to_stop(session: Session, delivery_ids: Sequence[int]) -> set[int]:
    """Those of them who are not welcome because they get no such mail any more."""
    found = session.connection().execute(statements.ASKED_TO_STOP, {"ids": delivery_ids})
    return set(found.scalars().all())


def not_called(session: Session, delivery_ids: Sequence[int]) -> set[int]:
    """Those of them who are not welcome because of how the calls of the incident stand."""
    found = session.connection().execute(statements.NOT_CALLED, {"ids": list(delivery_ids)})
    return set(found.scalars())


def _suppressed(session: Session, job: Job, people: Sequence[Recipient]) -> frozenset[str]:
    snapshot = job.snapshot
    return suppression.suppressed_keys(
        session,
        snapshot.office_id,
        snapshot.event_id,
        stoppable=snapshot.stoppable,
        among=[_key(each) for each in people],
    )


def _key(recipient: Recipient) -> str:
    return recipient.email.key


def make(job: Job, relay: Relay, claims: Sequence[Claim], largest: int | None) -> Made:
    """One mail for these claims, through composer and gate; raises :class:`Halt` on any doubt."""
    if not all(_is_as_approved(job, each.recipient) for each in claims):
        raise Halt("snapshot_changed", CHANGED)
    try:
        made = _pressed(job, claims)
        relay.check_allowed(recipients_of(made.cleared.envelope))
    except NotAllowedHere as error:
        raise Halt("not_allowed_here", error.message_ja) from error
    except Unwritable as error:
        raise Halt(
            "unwritable",
            said("{message_said}残りは送信していません。", message_said=error.message_ja),
        ) from error
    except GateRefusal as refusal:
        raise Halt(
            refusal.rule,
            said(
                "送信ゲートが止めました。{message_said}残りは送信していません。",
                message_said=refusal.message_ja,
            ),
        ) from refusal
    if largest and made.cleared.size > largest:
        size, limit = (f"{number / MEGABYTE:.1f}" for number in (made.cleared.size, largest))
        raise Halt("too_big", TOO_BIG.format(size=size, limit=limit))
    return made


def check_sizes(job: Job, relay: Relay, largest: int | None) -> None:
    """Raise :class:`Halt` before the first mail if the relay would not take the longest ones."""
    if not largest or job.in_batches:
        return
    with job.database.reading() as session:
        query = sa.select(Delivery.id).where(
            Delivery.snapshot_id == job.snapshot.id,
            Delivery.contact_id == _longest(job.snapshot.id),
        )
        claims = load(session, job, list(session.scalars(query)))
    if claims:
        make(job, relay, claims, largest)


def _longest(snapshot_id: int) -> sa.ScalarSelect[int]:
    """Looked for among the recipients alone: each of them has a mail."""
    row = SnapshotRecipient
    length = sa.func.length(row.company + row.department + row.title + row.name)
    query = sa.select(row.contact_id).where(row.snapshot_id == snapshot_id)
    return query.order_by(length.desc()).limit(1).scalar_subquery()


def _pressed(job: Job, claims: Sequence[Claim]) -> Made:
    first = claims[0]
    press = job.press.sent_by(_sender(job, first))
    ids = tuple(each.delivery_id for each in claims)
    stopped = frozenset(
        _key(each.recipient) for each in claims if each.recipient and each.suppressed
    )
    if first.recipient is None:
        composed = press.compose_first_copy(first.token, _now(), job.first)
        cleared = press.clear_first_copy(composed)
    elif job.in_batches:
        recipients = [each.recipient for each in claims if each.recipient]
        composed, batch = press.compose_batch(recipients, job.batch_token, job.started_at)
        cleared = press.clear_batch(composed, batch, stopped)
    else:
        composed = press.compose(first.recipient, first.token, _now())
        cleared = press.clear(composed, first.recipient, first.own, stopped)
    return Made(ids, cleared, cleared.digest, composed.head)


def _sender(job: Job, first: Claim) -> EmailAddress | None:
    """The envelope's sender; the one mail of a batch has one for whoever gets it."""
    if job.returns is None:
        return None
    if job.in_batches and first.recipient is not None:
        return job.returns.of_batch(job.snapshot.id)
    return job.returns.of_delivery(first.delivery_id)


def _marked(written: Iterator[str], marks: array[int]) -> Iterator[str]:
    for each in written:
        marks.append(mark(each))
        yield each


def _is_as_approved(job: Job, recipient: Recipient | None) -> bool:
    return recipient is None or canonical_recipient(recipient) in job.approved


def _recipients(session: Session, snapshot_id: int) -> Iterator[Recipient]:
    columns = [getattr(SnapshotRecipient, name) for name in Recipient.__slots__]
    query = (
        sa.select(*columns)
        .where(SnapshotRecipient.snapshot_id == snapshot_id)
        .order_by(SnapshotRecipient.position)
        .execution_options(yield_per=AT_A_TIME)
    )
    return (Recipient(*row) for row in session.execute(query))


def _first(session: Session, snapshot_id: int) -> Recipient:
    query = sa.select(SnapshotRecipient).where(SnapshotRecipient.snapshot_id == snapshot_id)
    return recipient_of(session.scalars(query.order_by(SnapshotRecipient.position).limit(1)).one())


def _is_approved(stored: Snapshot, digest: str) -> bool:
    """Whether both people said yes to exactly what the rows hold now."""
    passed = {
        (review.step, review.digest)
        for review in stored.reviews
        if review.decision is Decision.PASSED
    }
    return stored.digest == digest and passed == {(step, digest) for step in Step}


def _same_recipient() -> sa.ColumnElement[bool]:
    return sa.and_(
        SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
        SnapshotRecipient.contact_id == Delivery.contact_id,
    )


def _now() -> datetime:
    # Whole seconds: that is all a Date header can say.
    return clock.now().replace(microsecond=0)

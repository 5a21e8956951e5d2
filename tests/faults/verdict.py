"""The judgement at the end: what the database says, against what the sink's ledger says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.mailings.models import SendMode, Snapshot, SnapshotRecipient
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from tests.faults.ledger import Taken

FINAL = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.REFUSED,
        DeliveryState.UNCERTAIN,
        DeliveryState.WITHHELD,
        DeliveryState.CANCELLED,
    }
)
MAY_HAVE_ARRIVED = frozenset({DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt; ``outcome`` is empty while it is not settled."""

    outcome: str
    digest: str

    @property
    def open(self) -> bool:
        """Whether its mail may have arrived for all that anybody knows."""
        return self.outcome in ("", "uncertain")


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery as the database has it; ``name`` is what its Message-ID begins with."""

    recipient: str
    state: DeliveryState
    name: str
    attempts: tuple[Tried, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What became of all mails. ``wrong`` are sentences; nothing may stand there."""

    mails: int
    accepted: int
    uncertain: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether all is as promised."""
        return not (self.lost or self.doubled or self.wrong)


def judge(told: Sequence[Told], taken: Iterable[Taken]) -> Verdict:
    """Hold one against the other, recipient by recipient."""
    entries = list(taken)
    names = {each.name for each in told}
    known = [each for each in entries if _name(each) in names]
    arrived = Counter(each.recipient.lower() for each in known)
    states = Counter(each.state for each in told)
    return Verdict(
        mails=len(told),
        accepted=states[DeliveryState.ACCEPTED],
        uncertain=states[DeliveryState.UNCERTAIN],
        lost=tuple(each.recipient for each in told if _is_lost(each, arrived)),
        doubled=tuple(sorted(each for each, times in arrived.items() if times > 1)),
        wrong=(*_untrue(told, arrived), *_sent_again(told), *_strange(told, entries)),
    )


def _is_lost(each: Told, arrived: Counter[str]) -> bool:
    if each.state not in FINAL:
        return True
    return each.state is DeliveryState.ACCEPTED and not arrived[each.recipient.lower()]


def _untrue(told: Sequence[Told], arrived: Counter[str]) -> list[str]:
    """Who has the mail, though the database says that it did not leave: it might go again."""
    return [
        f"{each.recipient} has the mail and is {each.state.value}"
        for each in told
        if arrived[each.recipient.lower()] and each.state not in MAY_HAVE_ARRIVED
    ]


def _sent_again(told: Sequence[Told]) -> list[str]:
    """Nothing follows an attempt that may have arrived."""
    return [
        f"{each.recipient} was tried again after a mail that may have arrived"
        for each in told
        if any(attempt.open for attempt in each.attempts[:-1])
        or ("accepted" in [attempt.outcome for attempt in each.attempts[:-1]])
    ]


def _strange(told: Sequence[Told], entries: list[Taken]) -> list[str]:
    """Mails for nobody, mails that were never written down, and what the judge of bytes saw."""
    digests = {
        (each.recipient.lower(), attempt.digest) for each in told for attempt in each.attempts
    }
    names = {each.name for each in told}
    known = [each for each in entries if _name(each) in names]
    unknown = [each for each in known if (each.recipient.lower(), each.sha256) not in digests]
    office = {each.recipient.lower() for each in told[:1]}  # its first copy, and the alerts
    others = [each for each in entries if _name(each) not in names]
    strangers = [each for each in others if each.recipient.lower() not in office]
    faults = [fault for each in entries for fault in each.faults]
    return [
        *(f"{each.recipient} got bytes that no attempt tells of" for each in unknown),
        *(f"{each.recipient} got a mail of no delivery" for each in strangers),
        *faults,
    ]


def _name(entry: Taken) -> str:
    return entry.message_id.lstrip("<").partition("@")[0]


def told_by(session: Session, snapshot_id: int) -> list[Told]:
    """All deliveries of a sending, the office's own copy first."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    tried: dict[int, list[Tried]] = {}
    columns = (Attempt.delivery_id, Attempt.outcome, Attempt.digest)
    mine = sa.select(Delivery.id).where(Delivery.snapshot_id == snapshot_id)
    ordered = sa.select(*columns).where(Attempt.delivery_id.in_(mine)).order_by(Attempt.number)
    for delivery_id, outcome, digest in session.execute(ordered):
        tried.setdefault(delivery_id, []).append(Tried(outcome, digest))
    query = (
        sa.select(Delivery, SnapshotRecipient.address)
        .outerjoin(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .where(Delivery.snapshot_id == snapshot_id)
        .order_by(Delivery.first_copy.desc(), Delivery.id)
    )
    batch = _batch_name(session, snapshot_id)
    return [
        Told(
            address or snapshot.reply_to,
            delivery.state,
            batch if batch and not delivery.first_copy else delivery.token,
            tuple(tried.get(delivery.id, ())),
        )
        for delivery, address in session.execute(query)
    ]


def _batch_name(session: Session, snapshot_id: int) -> str:
    snapshot = session.get_one(Snapshot, snapshot_id)
    return session.get_one(Dispatch, snapshot_id).token if snapshot.mode is SendMode.BATCH else ""

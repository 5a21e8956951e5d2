"""Whom an office knows, kept by a process that serves pages until somebody else may be known.

A large office knows a hundred thousand people. To read them all and make them ready for looking
takes seconds, and an author looks at his draft again and again while he writes it. What is kept is
good for as long as nothing was done in the office but to its mailings: each act is audited in the
transaction that does it, and the links of an office's chain are in the order in which those ended.
Nothing leaves by what is kept here: each mail passes the gate once more, with what is known then.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditEntry, AuditHead, AuditLink
from eventmail.database import writes
from eventmail.events.models import Contact, Participant
from eventmail.mailings.findings.directory import People, Person
from eventmail.mailings.known import KnownKeys
from eventmail.mailings.models import SnapshotRecipient

CARRIED = "whom offices know"
MOST = 300_000  # people of all offices that are kept: about 250 MB
OF_MAILINGS = "mailing."  # acts that change nobody whom the office knows
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Acquaintances:
    """The keys of all addresses that an office has known, and the people in its rosters."""

    keys: KnownKeys
    people: People


class Acquainted:
    """The newest of each of the offices asked for last, ``most`` people in all, and those of one
    office however many they are; any thread may ask.
    """

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[int, tuple[Stamp, Acquaintances]] = OrderedDict()
        self._lock, self._most = threading.Lock(), most

    def of(self, office_id: int, stamp: Stamp, find: Callable[[], Acquaintances]) -> Acquaintances:
        """What is kept of an office, if it is of this stamp; else what ``find`` gives."""
        with self._lock:
            kept = self._kept.get(office_id)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(office_id)
                return kept[1]
        found = find()
        with self._lock:
            self._kept[office_id] = stamp, found
            self._kept.move_to_end(office_id)
            while len(self._kept) > 1 and self._people() > self._most:
                self._kept.popitem(last=False)
        return found

    @property
    def offices(self) -> list[int]:
        """Of which offices something is kept, the one asked for last at the end."""
        with self._lock:
            return list(self._kept)

    def _people(self) -> int:
        return sum(len(each.people) for _, each in self._kept.values())


def acquaintances(session: Session, office_id: int) -> Acquaintances:
    """Those of an office as this session sees it.

    Only a look takes and keeps: a transaction that writes sees what it has done itself, of which
    nothing is recorded before its end, and which may never be.
    """
    kept = session.info.get(CARRIED)
    if not isinstance(kept, Acquainted) or writes(session):
        return _read(session, office_id)
    return kept.of(office_id, stamp(session, office_id), lambda: _read(session, office_id))


def stamp(session: Session, office_id: int) -> Stamp:
    """Another one whenever anything was done in the office but to its mailings.

    The number of the last such act in the chain, and how many entries are older than the chain.
    """
    last = (
        sa.select(AuditLink.number)
        .join(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .where(
            AuditLink.chain == office_id,
            AuditEntry.action.not_like(f"{OF_MAILINGS}%"),
        )
        .order_by(AuditLink.number.desc())
        .limit(1)
    )
    older = sa.select(AuditHead.older).where(AuditHead.chain == office_id)
    return session.scalar(last) or 0, session.scalar(older) or 0


def _read(session: Session, office_id: int) -> Acquaintances:
    """The contacts of all the office's events, past ones and those that left included; and those
    mended since, whose address may still stand in somebody's files.
    """
    known = sa.union(
        sa.select(Contact.address_key).where(Contact.office_id == office_id),
        sa.select(SnapshotRecipient.address_key).where(SnapshotRecipient.office_id == office_id),
    )
    people = (
        sa.select(Participant.company, Contact.name, Contact.phone, Contact.address_key)
        .join(Contact.participant)
        .where(Contact.office_id == office_id)
        .distinct()
    )
    return Acquaintances(
        KnownKeys(session.scalars(known)),
        People(Person(*row) for row in session.execute(people)),
    )

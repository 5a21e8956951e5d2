"""Whom an office knows, kept by a process that serves pages until somebody else may be known.

A large office knows a hundred thousand people. To read them all and make them ready for looking
takes seconds, and an author looks at his draft again and again while he writes it. What is kept is
good for as long as only such acts were added to the office's chain as change nobody in a roster
(``CHANGE_NOBODY``): each act is audited in the transaction that does it, and a chain's links are in
the order in which those ended.
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
# Acts of these kinds change nobody whom the office knows; any other may.
CHANGE_NOBODY = frozenset(
    {
        *("mailing", "dispatch", "delivery", "deliveries", "recipients", "addresses"),
        *("answer", "answers", "notice", "incident", "alert", "training"),
        *("staff", "factor", "access", "api", "webhook", "relay"),
    }
)


def changes_nobody(action: str) -> bool:
    """Whether an act is of a kind after which an office knows the same people.

    Whatever is taken out of the service stays in it.
    """
    kind, _, done = action.partition(".")
    return kind in CHANGE_NOBODY or done == "exported"


@dataclass(frozen=True, slots=True)
class Seen:
    """How far an office's acts had gone: the links of its chain, and the entries older than it."""

    links: int
    older: int

    def goes_on_to(self, later: Seen) -> bool:
        """False for another chain: one of a database that was put back."""
        return self.older == later.older and self.links <= later.links


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
        self._kept: OrderedDict[int, tuple[Seen, Acquaintances]] = OrderedDict()
        self._lock, self._most = threading.Lock(), most

    def of(
        self,
        office_id: int,
        now: Seen,
        find: Callable[[], Acquaintances],
        changed_since: Callable[[int], bool],
    ) -> Acquaintances:
        """What is kept of an office if nobody was changed since; else what ``find`` gives.

        ``changed_since`` is asked about the acts after a link, and only if there are any.
        """
        with self._lock:
            kept = self._kept.get(office_id)
        if kept is None or not kept[0].goes_on_to(now):
            found = find()
        elif kept[0] == now or not changed_since(kept[0].links):
            found = kept[1]
        else:
            found = find()
        self._keep(office_id, now, found)
        return found

    def _keep(self, office_id: int, seen: Seen, found: Acquaintances) -> None:
        with self._lock:
            self._kept[office_id] = seen, found
            self._kept.move_to_end(office_id)
            while len(self._kept) > 1 and self._people() > self._most:
                self._kept.popitem(last=False)

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
    return kept.of(
        office_id,
        seen(session, office_id),
        lambda: _read(session, office_id),
        lambda links: _changed_since(session, office_id, links),
    )


def seen(session: Session, office_id: int) -> Seen:
    """How far the acts have gone that are over."""
    query = sa.select(AuditHead.number, AuditHead.older).where(AuditHead.chain == office_id)
    row = session.execute(query).one_or_none()
    return Seen(*row) if row is not None else Seen(0, 0)


def _changed_since(session: Session, office_id: int, links: int) -> bool:
    query = (
        sa.select(AuditEntry.action)
        .join(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.chain == office_id, AuditLink.number > links)
        .distinct()
    )
    return not all(map(changes_nobody, session.scalars(query)))


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

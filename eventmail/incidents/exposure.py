"""Who saw whose address. Computed from where each address stood, never stored.

Everybody whom a mail went to saw every address in its To and Cc. Colleagues of one company saw
each other's and nothing foreign: no exposure. Counts are of companies and of addresses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from eventmail.incidents.companies import Address, Company, companies
from eventmail.incidents.models import (
    ExposedAddress,
    Incident,
    IncidentMail,
    Party,
    Place,
    Sighting,
)

READS = frozenset({Place.TO, Place.CC, Place.BCC})
SHOWS = frozenset({Place.TO, Place.CC, Place.SHOWN})
Stood = list[tuple[int, Place]]  # which address, in which field
Signature = tuple[tuple[int, frozenset[Place]], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail: how many addresses stood in which field, who read it, what it showed."""

    mail: IncidentMail
    counts: dict[Place, int]
    readers: frozenset[int]  # parties
    visible: frozenset[int]  # addresses
    companies: int  # whose address it showed
    places: dict[int, frozenset[Place]]  # of each party

    @property
    def addresses(self) -> int:
        """How many addresses it showed."""
        return len(self.visible)


@dataclass(frozen=True, slots=True)
class Group:
    """Companies that got and showed the same in all mails: a row and a column of the matrix."""

    number: int
    parties: tuple[Company, ...]
    places: Signature  # by the number of the mail

    @property
    def size(self) -> int:
        """How many companies they are."""
        return len(self.parties)


@dataclass(frozen=True, slots=True)
class View:
    """What one company saw of the others, and by how many others it was seen."""

    party: Company
    addresses: int
    companies: int
    seen_by: int


@dataclass(frozen=True)
class Exposure:
    """All of it. ``addresses``: those that another company saw, in their order; ``owner``: the
    company of each address. What only some pages show is computed when it is asked for.
    """

    mails: tuple[Shown, ...]
    parties: tuple[Company, ...]
    addresses: tuple[Address, ...]
    owner: Mapping[int, int]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Companies that got and showed the same."""
        return _groups(self.parties, self.mails)

    @cached_property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """[who saw][whose]: companies that each of the group saw."""
        return tuple(
            tuple(self._eyes.of_group(who, whose) for whose in self.groups) for who in self.groups
        )

    @cached_property
    def views(self) -> tuple[View, ...]:
        """Every company's, in their order."""
        return tuple(map(self.view, self.parties))

    def view(self, party: Company) -> View:
        """What one company saw, and who saw it."""
        return self._eyes.view(party)

    @cached_property
    def _eyes(self) -> _Eyes:
        return _Eyes(self.mails, self.owner)

    @property
    def total(self) -> int:
        """How many addresses were seen by another company: 30件."""
        return len(self.addresses)

    @cached_property
    def companies(self) -> int:
        """Whose addresses these are: 30社."""
        return len({each.party_id for each in self.addresses})

    @cached_property
    def persons(self) -> int:
        """Of these addresses, those that identify a person: 7件."""
        return sum(each.counts_as_person for each in self.addresses)

    @property
    def others(self) -> int:
        """Those that do not: 23件."""
        return self.total - self.persons

    @cached_property
    def unconfirmed(self) -> int:
        """How many of them nobody has looked at yet."""
        return sum(each.is_person is None for each in self.addresses)

    @cached_property
    def readers(self) -> int:
        """How many companies saw an address of another one."""
        return sum(each.companies > 0 for each in self.views)

    def seen_by(self, party_id: int) -> tuple[Address, ...]:
        """The addresses of others that one company saw."""
        visible = frozenset[int]().union(
            *(each.visible for each in self.mails if party_id in each.readers)
        )
        return tuple(
            each for each in self.addresses if each.id in visible and each.party_id != party_id
        )


def exposure(session: Session, incident: Incident) -> Exposure:
    """Who saw whose address in the mails of an incident."""
    parties = companies(session, incident)
    query = sa.select(Sighting.mail_id, Sighting.address_id, Sighting.place)
    where: dict[int, Stood] = defaultdict(list)
    for mail_id, address_id, place in session.execute(
        query.where(Sighting.incident_id == incident.id).order_by(Sighting.position)
    ):
        where[mail_id].append((address_id, place))
    mails = session.scalars(
        sa.select(IncidentMail)
        .where(IncidentMail.incident_id == incident.id)
        .order_by(IncidentMail.number)
        .options(lazyload(IncidentMail.sightings))
    )
    return compute(parties, [(each, where[each.id]) for each in mails])


def with_addresses(session: Session, incident: Incident) -> list[Party]:
    """The incident's companies in their order with their addresses, by two queries in all."""
    own = sa.select(Party).where(Party.incident_id == incident.id)
    query = sa.select(ExposedAddress).where(ExposedAddress.incident_id == incident.id)
    addresses: dict[int, list[ExposedAddress]] = defaultdict(list)
    for each in session.scalars(query.order_by(ExposedAddress.id)):
        addresses[each.party_id].append(each)
    found = list(session.scalars(own.order_by(Party.position, Party.id)))
    for party in found:
        set_committed_value(party, "addresses", addresses[party.id])
    return found


def compute(parties: Iterable[Company], mails: Iterable[tuple[IncidentMail, Stood]]) -> Exposure:
    """The same of what is in hand already."""
    found = tuple(parties)
    addresses = {a.id: a for each in found for a in each.addresses}
    owner = {number: each.party_id for number, each in addresses.items()}
    shown = tuple(_shown(mail, stood, owner) for mail, stood in mails)
    exposed = (number for number in sorted(owner) if _is_exposed(number, owner[number], shown))
    return Exposure(
        mails=shown,
        parties=found,
        addresses=tuple(addresses[number] for number in exposed),
        owner=owner,
    )


def _shown(mail: IncidentMail, stood: Stood, owner: Mapping[int, int]) -> Shown:
    visible = frozenset(address for address, place in stood if place in SHOWS)
    places: dict[int, set[Place]] = defaultdict(set)
    for address, place in stood:
        places[owner[address]].add(place)
    return Shown(
        mail=mail,
        counts=dict(Counter(place for _, place in stood)),
        readers=frozenset(owner[address] for address, place in stood if place in READS),
        visible=visible,
        companies=len({owner[address] for address in visible}),
        places={party: frozenset(found) for party, found in places.items()},
    )


def _is_exposed(address: int, party: int, mails: Iterable[Shown]) -> bool:
    return any(
        address in each.visible and len(each.readers) > (party in each.readers) for each in mails
    )


def _groups(parties: Iterable[Company], shown: Sequence[Shown]) -> tuple[Group, ...]:
    found: dict[Signature, list[Company]] = defaultdict(list)
    for each in parties:
        signature = tuple(
            (mail.mail.number, mail.places[each.id]) for mail in shown if each.id in mail.places
        )
        if signature:
            found[signature].append(each)
    return tuple(
        Group(number, tuple(members), signature)
        for number, (signature, members) in enumerate(found.items(), 1)
    )


class _Eyes:
    """What the readers of the same mails saw is counted once, however many they are."""

    def __init__(self, mails: tuple[Shown, ...], owner: Mapping[int, int]) -> None:
        self._mails, self._owner = mails, owner
        self._seen: dict[frozenset[int], tuple[frozenset[int], frozenset[int]]] = {}
        self._seers: dict[frozenset[int], frozenset[int]] = {}

    def view(self, party: Company) -> View:
        """One company's."""
        addresses, companies = self._what(party.id)
        own = sum(each.id in addresses for each in party.addresses)
        seers = self._who(party)
        return View(
            party=party,
            addresses=len(addresses) - own,
            companies=len(companies) - (party.id in companies),
            seen_by=len(seers) - (party.id in seers),
        )

    def of_group(self, who: Group, whose: Group) -> int:
        """How many companies of a group each company of another one saw; of its own, the others."""
        _, companies = self._what(who.parties[0].id)
        seen = whose.size if whose.parties[0].id in companies else 0
        return seen - 1 if seen and who is whose else seen

    def _what(self, party_id: int) -> tuple[frozenset[int], frozenset[int]]:
        read = frozenset(each.mail.number for each in self._mails if party_id in each.readers)
        if read not in self._seen:
            addresses = frozenset[int]().union(
                *(each.visible for each in self._mails if each.mail.number in read)
            )
            self._seen[read] = addresses, frozenset(self._owner[each] for each in addresses)
        return self._seen[read]

    def _who(self, party: Company) -> frozenset[int]:
        own = {each.id for each in party.addresses}
        showing = frozenset(each.mail.number for each in self._mails if own & each.visible)
        if showing not in self._seers:
            self._seers[showing] = frozenset[int]().union(
                *(each.readers for each in self._mails if each.mail.number in showing)
            )
        return self._seers[showing]

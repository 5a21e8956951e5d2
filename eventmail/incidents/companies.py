"""The companies of an incident and their addresses as plain values: a page looks at a thousand.

Whoever changes one reads it as a row (``exposure.with_addresses``, ``parties.find``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.incidents.models import ExposedAddress, Incident, Party


class Address(NamedTuple):
    """An address as :class:`~eventmail.incidents.models.ExposedAddress` has it."""

    id: int
    party_id: int
    address: str
    shown_name: str
    names_person: bool
    is_person: bool | None

    @property
    def counts_as_person(self) -> bool:
        """What counts now: the confirmed answer, else the classifier's."""
        return self.names_person if self.is_person is None else self.is_person


class Company(NamedTuple):
    """A company as :class:`~eventmail.incidents.models.Party` has it."""

    id: int
    position: int
    company: str
    phone: str
    participant_id: int | None
    addresses: tuple[Address, ...] = ()


def companies(session: Session, incident: Incident) -> list[Company]:
    """All of an incident in their order, with their addresses, by two queries in all."""
    query = sa.select(*(getattr(ExposedAddress, name) for name in Address._fields))
    addresses: dict[int, list[Address]] = defaultdict(list)
    for row in session.execute(
        query.where(ExposedAddress.incident_id == incident.id).order_by(ExposedAddress.id)
    ):
        addresses[row.party_id].append(Address._make(row))
    return [each._replace(addresses=tuple(addresses[each.id])) for each in named(session, incident)]


def named(session: Session, incident: Incident) -> list[Company]:
    """The same for whoever asks for no address: none is read."""
    columns = (getattr(Party, name) for name in Company._fields if name != "addresses")
    query = sa.select(*columns).where(
        Party.incident_id == incident.id, Party.office_id == incident.office_id
    )
    rows = session.execute(query.order_by(Party.position, Party.id))
    return [Company(*row) for row in rows]

"""How many addresses were seen in each of many incidents: for lists, counted by the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.incidents.exposure import READS, SHOWS
from eventmail.incidents.models import ExposedAddress, Sighting


@dataclass(frozen=True, slots=True)
class Seen:
    """Addresses that another company saw, and whose they are: as :class:`Exposure` counts them."""

    total: int = 0
    companies: int = 0


def counts(session: Session, incidents: Collection[int]) -> dict[int, Seen]:
    """Of each of these incidents, by one statement for all of them."""
    read = _readers(incidents)
    query = (
        sa.select(
            ExposedAddress.incident_id,
            sa.func.count(ExposedAddress.id.distinct()),
            sa.func.count(ExposedAddress.party_id.distinct()),
        )
        .join(Sighting, Sighting.address_id == ExposedAddress.id)
        .join(read, read.c.mail_id == Sighting.mail_id)
        .where(
            ExposedAddress.incident_id.in_(incidents),
            Sighting.incident_id == ExposedAddress.incident_id,
            Sighting.place.in_(SHOWS),
            # Somebody else read it: the readers are not this company alone.
            sa.or_(read.c.low != ExposedAddress.party_id, read.c.high != ExposedAddress.party_id),
        )
        .group_by(ExposedAddress.incident_id)
    )
    found = {key: Seen(total, companies) for key, total, companies in session.execute(query)}
    return {each: found.get(each, Seen()) for each in incidents}


def _readers(incidents: Collection[int]) -> sa.Subquery:
    """The first and the last company, by number, that read each mail."""
    party = ExposedAddress.party_id
    return (
        sa.select(
            Sighting.mail_id,
            sa.func.min(party).label("low"),
            sa.func.max(party).label("high"),
        )
        .join(ExposedAddress, ExposedAddress.id == Sighting.address_id)
        .where(Sighting.incident_id.in_(incidents), Sighting.place.in_(READS))
        .group_by(Sighting.mail_id)
        .subquery()
    )

"""Whose data has leaked, in numbers, of any number of incidents by the same few queries.

The same as ``exposure`` says, which also says who saw whose: every page asks for these numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from eventmail.incidents.calls.models import Call, Followup, Outcome
from eventmail.incidents.exposure import READS, SHOWS
from eventmail.incidents.models import (
    Evidence,
    ExposedAddress,
    Incident,
    IncidentMail,
    Sighting,
)
from eventmail.incidents.steps import is_shown

IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class Counted:
    """``unread``: those of the persons whom nobody read; ``unconfirmed``: others whom nobody has
    judged; ``shown``: whether it is known what was shown.
    """

    persons: int = 0
    unread: int = 0
    unconfirmed: int = 0
    shown: bool = False


def counted(session: Session, incidents: Sequence[Incident]) -> dict[int, Counted]:
    """The numbers of each of these incidents."""
    asked = {"ids": [each.id for each in incidents]}
    elsewhere = set(session.scalars(_mailed_elsewhere(), asked))
    rows = session.execute(_numbers(), asked)
    found = {incident_id: numbers for incident_id, *numbers in rows}
    return {
        each.id: _of(each, found.get(each.id, (0, 0, 0, 0)), ours=each.id not in elsewhere)
        for each in incidents
    }


def _of(incident: Incident, numbers: Sequence[int], *, ours: bool) -> Counted:
    total, persons, unread, unconfirmed = map(int, numbers)
    return Counted(persons, unread, unconfirmed, is_shown(incident, ours=ours, total=total))


@cache  # both are asked by every page, and building them takes longer than asking
def _mailed_elsewhere() -> sa.Select[int]:
    query = sa.select(IncidentMail.incident_id).distinct()
    return query.where(IncidentMail.incident_id.in_(IDS), IncidentMail.evidence != Evidence.MAILING)


@cache
def _numbers() -> sa.Select[int, int, int, int, int]:
    """Of each address that another company saw: whether it names a person, who has read it."""
    person = sa.func.coalesce(ExposedAddress.is_person, ExposedAddress.names_person)
    unjudged = sa.and_(ExposedAddress.is_person.is_(None), ~ExposedAddress.names_person)
    seen = (
        sa.select(
            Sighting.incident_id,
            sa.func.max(_one(person)).label("person"),
            sa.func.max(_one(unjudged)).label("unjudged"),
            sa.func.max(_one(_is_read(~_is_gone()))).label("read"),
        )
        .join(ExposedAddress, ExposedAddress.id == Sighting.address_id)
        .where(Sighting.incident_id.in_(IDS), Sighting.place.in_(SHOWS), _is_read(sa.true()))
        .group_by(Sighting.incident_id, Sighting.address_id)
    ).subquery()
    return sa.select(
        seen.c.incident_id,
        sa.func.count(),
        sa.func.sum(seen.c.person),
        sa.func.sum(seen.c.person * (1 - seen.c.read)),
        sa.func.sum(seen.c.unjudged),
    ).group_by(seen.c.incident_id)


def _one(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((condition, 1), else_=0)


@cache
def _another() -> tuple[type[Sighting], type[ExposedAddress]]:
    """Who else read a mail. Made when first asked for: at import not all tables are known yet."""
    return aliased(Sighting), aliased(ExposedAddress)


def _is_read(whose: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether the mail of a sighting went to such a company, other than the address's own."""
    read, reader = _another()
    return (
        sa.exists()
        .where(
            read.mail_id == Sighting.mail_id,
            read.place.in_(READS),
            reader.id == read.address_id,
            reader.party_id != ExposedAddress.party_id,
            whose,
        )
        .correlate(Sighting, ExposedAddress)
    )


def _is_gone() -> sa.ColumnElement[bool]:
    """Whether a reader surely deleted the mail before anybody read it (``unread_and_deleted``)."""
    _, reader = _another()
    strike = aliased(Call)
    reached = sa.exists().where(
        Call.party_id == Followup.party_id,
        Call.outcome == Outcome.REACHED,
        ~sa.exists().where(strike.strikes_id == Call.id).correlate(Call),
    )
    return (
        sa.exists()
        .where(
            Followup.party_id == reader.party_id,
            Followup.explained,
            Followup.unread,
            Followup.deletion_agreed,
            reached.correlate(Followup),
        )
        .correlate(reader)
    )

"""電話が済んだ・つながらない: audiences of an incident's mails, by what came of the calls.

Incidents are a later room, so their tables are asked by name. Of a mailing that is not an
incident's these audiences name nobody. A company that stands in the contact list twice counts as
reached only when it is so in both places, and as absent only when nobody of it was spoken to. An
address that the contact list has under another company follows that one's calls, too.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Contact
from eventmail.language import said
from eventmail.mailings.findings import Finding, Place, Where
from eventmail.mailings.models import Audience, Mailing, Snapshot, SnapshotRecipient

BY_CALLS = (Audience.REACHED, Audience.ABSENT)
NO_INCIDENT = said(
    "この送信先の選び方は、漏えい等事案の連絡表から作ったメールだけで使えます。"
    "本文の編集画面で、別の選び方にしてください。"
)
FIXED = said(
    "漏えい等事案の連絡表から作ったメールは、送信先の選び方と個別送信を変えられません。"
    "別の送信先に送るときは、連絡表から新しく作ってください。"
)
# Where it is not known whether a mail arrived, nobody gets a second one by itself.
NOT_REACHED = ("refused", "withheld", "cancelled", "bounced")
_mails = sa.table("incident_mailings", *map(sa.column, ("mailing_id", "incident_id", "purpose")))
_parties = sa.table("incident_parties", *map(sa.column, ("id", "incident_id", "participant_id")))
_calls = sa.table("incident_calls", *map(sa.column, ("id", "party_id", "outcome", "strikes_id")))
_followups = sa.table(
    "incident_followups", sa.column("party_id"), sa.column("explained", sa.Boolean)
)
_addresses = sa.table(
    "incident_addresses", *map(sa.column, ("incident_id", "party_id", "address_key"))
)
_deliveries = sa.table("deliveries", *map(sa.column, ("snapshot_id", "contact_id", "state", "id")))


def is_of_incident(session: Session, mailing: Mailing) -> bool:
    """Whether it was begun from an incident's contact list."""
    query = sa.select(_mails.c.mailing_id).where(_mails.c.mailing_id == mailing.id)
    return session.scalar(query) is not None


def lacking(session: Session, mailing: Mailing) -> list[Finding]:
    """That an audience by calls was asked for where there are no calls."""
    if mailing.audience not in BY_CALLS or is_of_incident(session, mailing):
        return []
    return [Finding("no_incident", NO_INCIDENT, place=Place(Where.RECIPIENTS))]


def named(mailing: Mailing) -> sa.ColumnElement[bool]:
    """The contacts that an audience by calls names now, less whom an earlier wave has reached."""
    ids = sa.select(_mails.c.incident_id).where(_mails.c.mailing_id == mailing.id)
    incident = ids.scalar_subquery()
    wanted = fits(
        mailing.audience == Audience.REACHED, Contact.participant_id, Contact.address_key, incident
    )
    return sa.and_(wanted, *_not_mailed_yet(mailing))


def frozen(mailing: Mailing, snapshot: Snapshot) -> sa.ColumnElement[bool]:
    """The same of what was submitted: nobody comes in.

    A correction loses whoever was not called after all, and so goes back. Whoever is called while
    the mail to the absent is looked at stays in it, and is left out when it leaves: otherwise every
    call would send the looks of two people back to the beginning.
    """
    query = sa.select(SnapshotRecipient.contact_id)
    chosen = Contact.id.in_(query.where(SnapshotRecipient.snapshot_id == snapshot.id))
    if mailing.audience is Audience.REACHED:
        return sa.and_(chosen, named(mailing))
    return sa.and_(chosen, *_not_mailed_yet(mailing))


def fits(
    reached: sa.ColumnElement[bool] | bool,
    participant_id: sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None],
    address_key: sa.SQLColumnExpression[str],
    incident_id: sa.ColumnElement[int],
) -> sa.ColumnElement[bool]:
    """Whether a company was told on the telephone, or (not ``reached``) could not be reached; and
    so was whoever the list says that the address is of.
    """
    told = sa.and_(
        _some(participant_id, incident_id, _told()),
        ~_some(participant_id, incident_id, ~_told()),
        ~_owner(address_key, incident_id, ~_told()),
    )
    missed = sa.and_(
        _some(participant_id, incident_id, _stands("absent")),
        ~_some(participant_id, incident_id, _stands("reached")),
        ~_owner(address_key, incident_id, sa.or_(_stands("reached"), ~_stands("absent"))),
    )
    if isinstance(reached, bool):
        return told if reached else missed
    return sa.or_(sa.and_(reached, told), sa.and_(~reached, missed))


def unfit(
    mailing_id: sa.SQLColumnExpression[int],
    participant_id: sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None],
    address_key: sa.SQLColumnExpression[str],
) -> sa.ColumnElement[bool]:
    """The condition that a mail of an incident must not leave for this address now."""
    reached = _mails.c.purpose != "handling"
    wrong = ~fits(reached, participant_id, address_key, _mails.c.incident_id)
    return _exists(_mails, _mails.c.mailing_id == mailing_id, wrong)


def _some(
    participant_id: sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None],
    incident_id: sa.ColumnElement[int],
    condition: sa.ColumnElement[bool],
) -> sa.ColumnElement[bool]:
    return _exists(
        _parties,
        _parties.c.incident_id == incident_id,
        _parties.c.participant_id == participant_id,
        condition,
    )


def _owner(
    address_key: sa.SQLColumnExpression[str],
    incident_id: sa.ColumnElement[int],
    condition: sa.ColumnElement[bool],
) -> sa.ColumnElement[bool]:
    """The list has the address under a company of which this is so."""
    own = _exists(
        _addresses,
        _addresses.c.incident_id == incident_id,
        _addresses.c.address_key == address_key,
        _addresses.c.party_id == _parties.c.id,
    )
    return _exists(_parties, _parties.c.incident_id == incident_id, own, condition)


def _stands(outcome: str) -> sa.ColumnElement[bool]:
    """The party of the row around it has such a call, and it was not struck out."""
    strike = _calls.alias()
    struck = _exists(strike, strike.c.strikes_id == _calls.c.id)
    return _exists(_calls, _calls.c.party_id == _parties.c.id, _calls.c.outcome == outcome, ~struck)


def _told() -> sa.ColumnElement[bool]:
    said = _exists(_followups, _followups.c.party_id == _parties.c.id, _followups.c.explained)
    return sa.and_(_stands("reached"), said)


def _exists(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.Exists:
    """Such a row of this one table; whatever else is named belongs to a query around it.

    By itself SQLAlchemy looks only one query further out, and would ask the whole table.
    """
    query = sa.select(sa.literal(1)).select_from(table).where(*conditions)
    return query.correlate_except(table).exists()


def _not_mailed_yet(mailing: Mailing) -> tuple[sa.ColumnElement[bool], ...]:
    """Neither the contact nor its address got a mail of this incident for the same purpose."""
    own = _mails.alias()
    same = sa.and_(_mails.c.incident_id == own.c.incident_id, _mails.c.purpose == own.c.purpose)
    others = (
        sa.select(_mails.c.mailing_id)
        .select_from(_mails.join(own, same))
        .where(own.c.mailing_id == mailing.id, _mails.c.mailing_id != mailing.id)
    )
    got = (
        sa.select(SnapshotRecipient)
        .join(Snapshot, Snapshot.id == SnapshotRecipient.snapshot_id)
        .join(
            _deliveries,
            sa.and_(
                _deliveries.c.snapshot_id == SnapshotRecipient.snapshot_id,
                _deliveries.c.contact_id == SnapshotRecipient.contact_id,
            ),
        )
        .where(Snapshot.mailing_id.in_(others), _deliveries.c.state.not_in(NOT_REACHED))
    )
    return (
        Contact.id.not_in(got.with_only_columns(SnapshotRecipient.contact_id)),
        Contact.address_key.not_in(got.with_only_columns(SnapshotRecipient.address_key)),
    )

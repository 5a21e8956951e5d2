"""What of one event the pages are asked for: the largest of all, or one as most are."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.pages.one_of_each import Ids
from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact, ParticipantStatus
from eventmail.links import service as links
from eventmail.links.models import PageLink
from eventmail.links.tokens import digest_of
from eventmail.own_page.service import key_of
from eventmail.sealing import Sealer
from eventmail.suppression import tokens

USUAL = 500  # companies; the average of all events
OBJECTS = """
    SELECT (SELECT min(id) FROM questions WHERE event_id = :event) AS big_question,
        (SELECT min(id) FROM roster_imports WHERE event_id = :event) AS big_import,
        (SELECT max(id) FROM audit_entries WHERE office_id = 1) AS entry_id,
        (SELECT min(filename) FROM materials WHERE event_id = :event) AS filename,
        (SELECT min(key) FROM roster_rows WHERE import_id = :open) AS row
"""
# The mailing of each state in the sample's office that goes to the most usual number of companies.
MAILINGS = """
    SELECT DISTINCT ON (state) state, mailing FROM bench.mailings
    WHERE office_id = 1 AND number > 1 AND (state <> 'sent' OR event = :event)
    ORDER BY state, abs(size - :usual), mailing
"""
SENDING = """
    SELECT event FROM bench.mailings WHERE office_id = 1 AND number > 1 AND state = 'sending'
    ORDER BY abs(size - :usual) LIMIT 1
"""
MAILS = """
    SELECT min(id) FILTER (WHERE snapshot_id = :sent AND NOT first_copy) AS big_delivery,
        min(id) FILTER (WHERE state IN ('uncertain', 'refused')) AS big_uncertain,
        min(id) FILTER (WHERE state = 'bounced') AS big_bounced
    FROM deliveries WHERE event_id = :event
"""


def objects(settings: Settings, database: Database, ids: Ids, event: int) -> Ids:
    """An event's own, and the two links of its first contact."""
    sealer = Sealer.of(settings)
    with database.writing() as session:
        contact = _first_contact(session, event)
        guest = session.get_one(Contact, ids["sample_contact"])
        asked = {"event": event, "open": ids["open_import"]}
        found = _one(session, OBJECTS, **asked)
        place = tokens.Place(
            contact.office_id,
            contact.event_id,
            contact.participant_id,
            contact.id,
            contact.address_key,
        )
        token = links.token_for(session, sealer, contact)
        _open_by(session, contact, token)
        return found | {
            "token": token,
            "sample_token": links.token_for(session, sealer, guest),
            "key": key_of(str(found["filename"])),
            "stop_token": tokens.token_of(sealer.keys[0], place),
            "big_contact": contact.id,
            "big_participant": contact.participant_id,
            "checked_contact": contact.id,
        }


def usual(settings: Settings, ids: Ids) -> Ids:
    """In place of the largest event's: those of one with as many companies as most, and mailings of
    such events in each state.
    """
    database = open_database(settings)
    with database.reading() as session:
        event = _one(session, SENDING, usual=USUAL)["event"]
        rows = session.execute(sa.text(MAILINGS), {"usual": USUAL, "event": event})
        mailings: Ids = {state: mailing for state, mailing in rows}
        mails = _one(session, MAILS, event=event, sent=mailings["sent"])
        checked = "SELECT event FROM bench.mailings WHERE mailing = :mailing"
        other = _one(session, checked, mailing=mailings["checking"])["event"]
        contact = _first_contact(session, other).id
    own = objects(settings, database, ids, event)
    database.dispose()
    chosen = {"chosen": mailings["draft"], "mailing_id": mailings["sent"], "event_id": event}
    return ids | own | mailings | mails | chosen | {"checked_contact": contact}


def _open_by(session: Session, contact: Contact, token: str) -> None:
    """The link of a row that was copied opens by no token; this one does from now on."""
    session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    query = sa.update(PageLink).where(PageLink.contact_id == contact.id)
    session.execute(query.values(token_digest=digest_of(token)))


def _one(session: Session, query: str, **values: object) -> Ids:
    return dict(session.execute(sa.text(query), values).mappings().one())


def _first_contact(session: Session, event: int) -> Contact:
    takes_part = Contact.participant.has(status=ParticipantStatus.ATTENDING)
    query = sa.select(Contact).where(Contact.event_id == event, Contact.active, takes_part)
    return session.scalars(query.order_by(Contact.id).limit(1)).one()

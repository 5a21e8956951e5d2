"""Copying a mailing or an event: words and facts, and never anybody's address (L9).

What is copied is written through the same services as what is typed. Nothing here reads the
roster: whom a copy is for comes from its own event's roster, and how many is typed anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from eventmail.answers import asking
from eventmail.audit.service import record
from eventmail.events import service as events
from eventmail.events.models import Contact, Event
from eventmail.events.service import EventFacts
from eventmail.letters import choosing
from eventmail.mailings import service
from eventmail.mailings.models import Audience, Mailing, SendMode
from eventmail.mailings.service import Draft
from eventmail.offices.permissions import Actor


def copy_mailing(session: Session, actor: Actor, mailing: Mailing) -> Mailing:
    """A new draft with the words of ``mailing`` and the materials that are still on the shelf."""
    on_shelf = frozenset(each.id for each in mailing.materials)
    copy = service.add_mailing(session, actor, mailing.event, _words(session, mailing, on_shelf))
    _audit(session, actor, f"mailing:{copy.id}", "mailing.copied", mailing.id)
    return copy


def copy_for_one(session: Session, actor: Actor, mailing: Mailing, contact: Contact) -> Mailing:
    """A new draft with the same words for one contact of the event, whom a person has named.

    Whom ``mailing`` went to is not asked; how many it is for is typed like for any other.
    """
    on_shelf = frozenset(each.id for each in mailing.materials)
    words = replace(
        _words(session, mailing, on_shelf), mode=SendMode.INDIVIDUAL, audience=Audience.CHOSEN
    )
    copy = service.add_mailing(session, actor, mailing.event, words)
    choosing.choose(session, actor, copy, copy.version, {contact.id}, {contact.id})
    _audit(session, actor, f"mailing:{copy.id}", "mailing.copied", mailing.id)
    return copy


def copy_event(
    session: Session, actor: Actor, event: Event, facts: EventFacts, letters: Collection[int]
) -> Event:
    """A new event of these facts, with its questions and the words of the chosen mailings.

    Its shelf is empty.
    """
    copy = events.add_event(session, actor, facts)
    asking.copy(session, actor, event, copy)
    for mailing in reversed(service.list_mailings(session, event)):
        if mailing.id in letters:
            service.add_mailing(session, actor, copy, _words(session, mailing, frozenset()))
    _audit(session, actor, f"event:{copy.id}", "event.copied", event.id)
    return copy


def _words(session: Session, mailing: Mailing, material_ids: frozenset[int]) -> Draft:
    """The kind of audience stays and names nobody: a narrow one never becomes all by itself."""
    allowed = service.batches_allowed(session, mailing.office_id)
    return Draft(
        purpose=mailing.purpose,
        subject=mailing.subject,
        body=mailing.body,
        material_ids=material_ids,
        version=1,
        mode=mailing.mode if allowed else SendMode.INDIVIDUAL,
        html=mailing.html,
        by_link=mailing.by_link,
        stoppable=mailing.stoppable,
        audience=mailing.audience,
    )


def _audit(session: Session, actor: Actor, subject: str, action: str, source: int) -> None:
    record(session, action, subject, office_id=actor.office.id, staff_id=actor.id, source=source)

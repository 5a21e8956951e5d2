"""Changes an office's settings for a test as they really change: one proposes, another confirms.

While an office is being set up the administrator decides alone, as ``offices.service`` does.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Mailbox, Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.offices.settings import Value
from eventmail.proposals import mailboxes, roles, sending, service
from eventmail.proposals.kinds import Place


def settle(session: Session, place: Place, after: Value) -> None:
    """Two people of the office agree, or the administrator decides while they are not two yet."""
    assert place.office_id is not None
    if settings.canonical(place.now(session)) == settings.canonical(after):
        return
    able = settings.confirmers(session, place.office_id)
    if len(able) < settings.ENOUGH:
        settings.set_up(session, place.office_id, place.kind.name, after, place.subject)
        return
    office = session.get_one(Office, place.office_id)
    one, other = (Actor(each, office) for each in able[:2])
    made = service.propose(session, one, place, after, "試験のため")
    service.confirm(session, other, made, made.digest)


def set_batches(session: Session, office: Office, allowed: bool, size: int) -> None:
    """BCC一括, or not."""
    settle(session, sending.BATCHES.at(office.id), {"allowed": allowed, "size": size})


def set_sending(session: Session, office: Office, hold: int, first_copy: int | None) -> None:
    """The hold after approval, and the look at the first copy."""
    settle(session, sending.HOLD_MINUTES.at(office.id), hold)
    settle(session, sending.FIRST_COPY.at(office.id), first_copy)


def add_mailbox(session: Session, office: Office, name: str, address: str) -> Mailbox:
    """One more mailbox of the office."""
    settle(session, mailboxes.place_of(office.id, address), {"name": name})
    found = settings.mailbox_at(session, office.id, address)
    assert found is not None
    return found


def add_staff(
    session: Session, office: Office, login: str, name: str, password: str, given: Iterable[Role]
) -> Staff:
    """One more person with roles in the office."""
    person = offices.add_person(session, office, login, name, password)
    settle(session, roles.ROLES.at(office.id, str(person.id)), sorted(each.value for each in given))
    return person

"""What programs read: the other rooms' answers in the API's own shapes. No rule is written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.orm import Session

from eventmail.api import shapes
from eventmail.api.shapes import Paged, PagedByState
from eventmail.errors import NotFound
from eventmail.events import service as events
from eventmail.events.models import Contact, Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Decision, Mailing, Snapshot, Step
from eventmail.offices.permissions import Action, Actor
from eventmail.offices.service import staff_names
from eventmail.outbox import listing as sent
from eventmail.outbox import service as outbox
from eventmail.outbox.listing import Line
from eventmail.roster import exporting, listing
from eventmail.roster import service as roster
from eventmail.roster.listing import Entry
from eventmail.roster.models import ImportState, RosterImport

AS_API = "api"  # how the roster was taken away
Item = TypeVar("Item")
Page = Callable[[int], str]


def events_of(session: Session, actor: Actor, wanted: Paged) -> shapes.Events:
    """The office's events, the newest first."""
    found = sorted(events.list_events(session, actor), key=lambda each: -each.id)
    items, cursor = _below(found, wanted)
    return shapes.Events([_summary(each) for each in items], cursor)


def event_of(session: Session, actor: Actor, event_id: int) -> shapes.Event:
    """One event of the office."""
    found = events.get_event(session, actor, event_id)
    return shapes.Event(
        **_told(_summary(found)),
        companies=listing.count_participants(session, found),
        addressees=listing.count_addressees(session, found),
        materials=[
            shapes.Material(each.id, each.filename, each.newest.number)
            for each in events.shelf(session, found)
        ],
    )


def roster_of(
    session: Session, actor: Actor, event_id: int, wanted: Paged, whole: bool
) -> shapes.Roster:
    """The companies with their contacts. ``whole``: addresses and numbers are not left out."""
    event = events.get_event(session, actor, event_id)
    if whole:
        actor.require(Action.SEE_ADDRESSES)
    found = listing.entries_after(session, event, wanted.after, wanted.limit + 1)
    items, cursor = _cut(found, wanted, lambda each: each.participant.id)
    return shapes.Roster([_participant(each, whole) for each in items], cursor)


def note_taken(session: Session, actor: Actor, event_id: int) -> None:
    """Keep that whole addresses of the roster were read."""
    exporting.note(session, actor, events.get_event(session, actor, event_id), AS_API)


def mailings_of(
    session: Session, actor: Actor, event_id: int, wanted: Paged, page: Page
) -> shapes.Mailings:
    """An event's mailings, the newest first."""
    event = events.get_event(session, actor, event_id)
    items, cursor = _below(mailings.list_mailings(session, event), wanted)
    return shapes.Mailings([_mailing(each, page) for each in items], cursor)


def mailing_of(session: Session, actor: Actor, mailing_id: int, page: Page) -> shapes.Mailing:
    """One mailing: its text, who looked at it, and how its newest sending stands."""
    found = mailings.get_mailing(session, actor, mailing_id)
    looks = _looks(found)
    names = staff_names(session, [found.created_by, *looks.values()])
    snapshot = _newest(session, found)
    progress = outbox.progress(session, snapshot) if snapshot else None
    return shapes.Mailing(
        **_told(_mailing(found, page)),
        body=found.body,
        material_ids=[each.id for each in found.materials],
        stoppable=found.stoppable,
        by_link=found.by_link,
        html=found.html,
        expected_count=found.expected_count,
        created_by=names[found.created_by],
        checked_by=names.get(looks.get(Step.CHECK, 0)),
        approved_by=names.get(looks.get(Step.APPROVE, 0)),
        total=progress.total if progress else 0,
        deliveries=dict(progress.counts) if progress else {},
        finished_at=progress.finished_at if progress else None,
    )


def deliveries_of(
    session: Session, actor: Actor, mailing_id: int, wanted: PagedByState
) -> shapes.Deliveries:
    """The mails of a mailing's newest sending; none before it was started."""
    found = mailings.get_mailing(session, actor, mailing_id)
    snapshot = _newest(session, found)
    if snapshot is None:
        return shapes.Deliveries([], None)
    lines = sent.after(session, snapshot, wanted.after, wanted.limit + 1, wanted.state or None)
    items, cursor = _cut(lines, wanted, lambda each: each.position)
    return shapes.Deliveries([_delivery(each) for each in items], cursor)


def import_of(session: Session, actor: Actor, import_id: int, page: Page) -> shapes.RosterImport:
    """One import of the office, as it stands."""
    found = get_import(session, actor, import_id)
    counted = {name: each for name, each in found.counts.items() if type(each) is int}
    return shapes.RosterImport(
        id=found.id,
        event_id=found.event_id,
        filename=found.filename,
        state=found.state,
        waits_for_staff=found.state is ImportState.PENDING,
        counts=counted,
        message=found.message,
        uploaded_at=found.uploaded_at,
        applied_at=found.applied_at,
        page=page(found.event_id),
    )


def get_import(session: Session, actor: Actor, import_id: int) -> RosterImport:
    """An import by its number alone; another office's is not found."""
    actor.require(Action.IMPORT_ROSTER)
    event_id = session.scalar(sa.select(RosterImport.event_id).where(RosterImport.id == import_id))
    if event_id is None:
        raise NotFound
    return roster.get_import(session, events.get_event(session, actor, event_id), import_id)


def _below(found: Sequence[Item], wanted: Paged) -> tuple[Sequence[Item], str | None]:
    """Of what stands with the largest number first: what is below the cursor."""
    rest = [each for each in found if not wanted.after or _number(each) < wanted.after]
    return _cut(rest, wanted, _number)


def _cut(
    found: Sequence[Item], wanted: Paged, place: Callable[[Item], int]
) -> tuple[Sequence[Item], str | None]:
    items = found[: wanted.limit]
    return items, str(place(items[-1])) if len(found) > wanted.limit else None


def _number(each: object) -> int:
    return int(each.id)  # type: ignore[attr-defined]


def _told(summary: Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(summary)


def _summary(event: Event) -> shapes.EventSummary:
    return shapes.EventSummary(event.id, event.name, event.held_on, event.hours, event.place)


def _participant(entry: Entry, whole: bool) -> shapes.Participant:
    company = entry.participant
    return shapes.Participant(
        company.id,
        company.company,
        company.corporate_number,
        company.status,
        [_contact(each, whole) for each in entry.contacts],
    )


def _contact(each: Contact, whole: bool) -> shapes.Contact:
    # The address is masked on the way out, like everything else that names one.
    return shapes.Contact(
        id=each.id,
        department=each.department,
        title=each.title,
        name=each.name,
        email=each.address,
        phone=each.phone if whole else None,
        active=each.active,
    )


def _mailing(each: Mailing, page: Page) -> shapes.MailingSummary:
    return shapes.MailingSummary(
        each.id,
        each.event_id,
        each.state,
        each.purpose,
        each.subject,
        each.created_at,
        page(each.id),
    )


def _looks(mailing: Mailing) -> dict[Step, int]:
    """Who passed the mailing as it was last submitted."""
    reviews = mailing.latest.reviews if mailing.latest else ()
    return {each.step: each.staff_id for each in reviews if each.decision is Decision.PASSED}


def _newest(session: Session, mailing: Mailing) -> Snapshot | None:
    found = outbox.sendings(session, mailing)
    return found[-1] if found else None


def _delivery(line: Line) -> shapes.Delivery:
    return shapes.Delivery(
        id=line.delivery_id,
        participant_id=line.participant_id,
        contact_id=line.contact_id,
        company=line.company,
        state=line.state,
        relay_code=line.code,
        relay_status=line.enhanced,
        attempts=line.attempts,
        handed_over_at=line.handed_over_at,
    )

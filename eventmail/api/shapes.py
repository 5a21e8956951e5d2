"""What goes in and out, as types that read and write; the description is made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from eventmail.events.models import ParticipantStatus
from eventmail.mailings.models import MailingState
from eventmail.outbox.models import DeliveryState
from eventmail.roster.models import ImportState

LARGEST_ID = 2**31 - 1
MOST, USUAL = 200, 50
Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
MailId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0)]
Cursor = Annotated[
    str, Meta(pattern="^[1-9][0-9]{0,8}$", description="next_cursor of the page before")
]


class Paged(Struct, forbid_unknown_fields=True, frozen=True):
    """Which part of a list."""

    limit: Annotated[int, Meta(ge=1, le=MOST)] = USUAL
    cursor: Cursor | UnsetType = UNSET

    @property
    def after(self) -> int:
        """The place after which the part begins; 0 for the beginning."""
        return int(self.cursor) if self.cursor else 0


class PagedByState(Paged, forbid_unknown_fields=True, frozen=True):
    """Which part of the deliveries."""

    state: DeliveryState | UnsetType = UNSET


class NoQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing in the query."""


class Material(Struct):
    """A file on the event's shelf, in its newest version."""

    id: Id
    filename: str
    version: Count


class EventSummary(Struct):
    """An event."""

    id: Id
    name: str
    held_on: date
    hours: str
    place: str


class Event(EventSummary):
    """An event with its materials and how many a mail to all would reach."""

    companies: Count
    addressees: Count
    materials: list[Material]


class Contact(Struct):
    """A person or desk of a company. Without the token's leave the address is masked."""

    id: Id
    department: str
    title: str
    name: str
    email: str
    phone: str | None
    active: bool


class Participant(Struct):
    """A company of the roster."""

    id: Id
    company: str
    corporate_number: str
    status: ParticipantStatus
    contacts: list[Contact]


class MailingSummary(Struct):
    """A mailing and where it stands."""

    id: Id
    event_id: Id
    state: MailingState
    purpose: str
    subject: str
    created_at: datetime
    page: Annotated[str, Meta(description="where staff see it")]


class Mailing(MailingSummary):
    """A mailing with its text, who looked at it, and its mails counted by state."""

    body: str
    material_ids: list[Id]
    stoppable: bool
    by_link: bool
    html: bool
    expected_count: Count | None
    created_by: str
    checked_by: str | None
    approved_by: str | None
    total: Count
    deliveries: dict[DeliveryState, Count]
    finished_at: datetime | None


class Delivery(Struct):
    """One mail: to whom by number, how it stands, and the codes of the relay's last reply."""

    id: MailId
    participant_id: Id | None
    contact_id: Id | None
    company: str
    state: DeliveryState
    relay_code: int | None
    relay_status: str | None
    attempts: Count
    handed_over_at: datetime | None


class RosterImport(Struct):
    """A workbook that was handed in. Staff look through it on the page and import it."""

    id: Id
    event_id: Id
    filename: str
    state: ImportState
    waits_for_staff: bool
    counts: dict[str, Count]
    message: str
    uploaded_at: datetime
    applied_at: datetime | None
    page: Annotated[str, Meta(description="where staff look through it")]


class Events(Struct):
    """A part of the events, the newest first."""

    items: list[EventSummary]
    next_cursor: str | None


class Roster(Struct):
    """A part of the roster, in the order in which companies came in."""

    items: list[Participant]
    next_cursor: str | None


class Mailings(Struct):
    """A part of an event's mailings, the newest first."""

    items: list[MailingSummary]
    next_cursor: str | None


class Deliveries(Struct):
    """A part of the newest sending's mails, in the order of the roster."""

    items: list[Delivery]
    next_cursor: str | None


class NewMailing(Struct, forbid_unknown_fields=True, frozen=True):
    """A letter to all who take part, as individual mails. Staff may change all of it."""

    purpose: Annotated[str, Meta(min_length=1, max_length=200)]
    subject: Annotated[str, Meta(min_length=1, max_length=500)]
    body: Annotated[str, Meta(min_length=1, max_length=20_000)]
    material_ids: Annotated[list[Id], Meta(max_length=100)] = []
    stoppable: bool = False
    by_link: bool = False
    html: bool = False
    expected_count: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class Fault(Struct):
    """One wrong value, and where it is."""

    pointer: str
    detail: str


class Problem(Struct, omit_defaults=True):
    """What went wrong and what to do (RFC 9457). ``code`` stays the same in every language."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault] | UnsetType = UNSET

"""What a call says, as types: the description is made of them. Numbers, states and moments only.

Whose a mail is, is told where office and webhook both have it so (``DeliveryNews.contact``).
"""

from __future__ import annotations

import enum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from eventmail.outbox.models import DeliveryState

Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
MailId = Annotated[int, Meta(ge=1)]  # 64 bits, as their rows
Count = Annotated[int, Meta(ge=0)]
MOST = 100  # mails in one call


class ReplyClass(enum.StrEnum):
    """The first figure of the relay's last reply."""

    GOOD = "2xx"
    LATER = "4xx"
    NEVER = "5xx"


class ReturnedBy(enum.StrEnum):
    """Who, or what, made a mailing a draft again."""

    CHECKER = "checker"
    APPROVER = "approver"
    AUTHOR = "author"
    CHANGE = "change"  # of the roster, the materials or the settings


class StoppedBy(enum.StrEnum):
    """Why a sending is over before its end."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TestNews(Struct):
    """That somebody of the office has tried the webhook."""

    webhook_id: Id


class MailingNews(Struct):
    """Which mailing, and where staff see it."""

    mailing_id: Id
    event_id: Id
    page: Annotated[str, Meta(description="where staff see it")]


class MailingReturned(MailingNews):
    """A mailing that is a draft again."""

    by: ReturnedBy


class SendingScheduled(MailingNews):
    """A sending that was approved, and how many mails it has."""

    mails: Count


class SendingStopped(MailingNews):
    """A sending that somebody ended, or that was too late."""

    reason: StoppedBy


class SendingHalted(MailingNews):
    """A sending that was halted for safety, and by which rule."""

    rule: str


class SendingFinished(MailingNews):
    """A sending that is over, and its mails counted by state."""

    deliveries: dict[DeliveryState, Count]


class OfficeNews(Struct):
    """Which office."""

    office_id: Id


class DeliveryContact(Struct):
    """Whose a mail is, as it was when it was approved."""

    company: str
    name: str
    email: str


class DeliveryNews(Struct):
    """One mail: to whom by number, how it stands, and the class of the relay's last reply."""

    id: MailId
    participant_id: Id | None
    contact_id: Id | None
    state: DeliveryState
    reply_class: ReplyClass | None
    contact: DeliveryContact | UnsetType = UNSET


class DeliveriesNews(MailingNews):
    """Mails of one mailing."""

    deliveries: Annotated[list[DeliveryNews], Meta(min_length=1, max_length=MOST)]

"""The frozen mailing and its name: a SHA-256 over everything that would go to anybody.

A draft and a stored snapshot are both read into the same :class:`Content`; the digest is taken
over its canonical JSON. So a change to the letter, a roster row, a material's bytes, the sender
or the order of the recipients is another digest, and nobody has approved that one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any

from eventmail.addresses import EmailAddress
from eventmail.events.models import Event, Material
from eventmail.mailings.letter import Addressee, Letter, Occasion, fill_occasion
from eventmail.mailings.models import Mailing, SendMode, Snapshot, SnapshotRecipient

FORMAT = 6
_SINCE_6 = {"by_link"}
_SINCE_5 = {"stoppable"} | _SINCE_6
_SINCE_4 = {"audience", "expected_count"} | _SINCE_5
NOT_IN_FORMAT = {  # what its time could not say yet
    1: {"html", "send_at"} | _SINCE_4,
    2: {"send_at"} | _SINCE_4,
    3: _SINCE_4,
    4: _SINCE_5,
    5: _SINCE_6,
    6: set[str](),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One contact as the mail will address it."""

    participant_id: int
    contact_id: int
    company: str
    department: str
    title: str
    name: str
    address: str

    @property
    def email(self) -> EmailAddress:
        """The one address."""
        return _parsed(self.address)

    @property
    def addressee(self) -> Addressee:
        """The recipient as the letter speaks to it."""
        return Addressee(self.company, self.department, self.title, self.name, self.email)

    @property
    def salutation(self) -> str:
        """The opening lines of its letter."""
        return self.addressee.salutation


@lru_cache(maxsize=1024)  # asked several times while a mail is made
def _parsed(address: str) -> EmailAddress:
    return EmailAddress.parse(address)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One material by name and digest."""

    filename: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that people check and approve, and nothing that they do not see.

    ``audience`` says in words which of the event's contacts the recipients are, and
    ``expected_count`` how many of them the author expected. ``stoppable``: it is an invitation,
    which whoever unsubscribed does not get. ``by_link``: the mails carry no material; each
    recipient takes them from a page of his own.
    """

    mailing_id: int
    revision: int
    purpose: str
    mode: str
    sender_name: str
    sender_address: str
    reply_to: str
    subject: str
    body: str
    html: bool
    event_name: str
    event_date: date
    event_hours: str
    event_place: str
    materials: tuple[Attachment, ...]
    recipients: Sequence[Recipient]
    send_at: datetime | None = None
    audience: str = ""
    expected_count: int | None = None
    by_link: bool = False
    stoppable: bool = False
    format: int = FORMAT

    @property
    def is_batch(self) -> bool:
        """Whether all get one and the same mail, without being shown in it."""
        return self.mode == SendMode.BATCH.value

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The materials that the mails carry."""
        return () if self.by_link else self.materials

    @property
    def letter(self) -> Letter:
        """Subject and body."""
        return Letter(self.subject, self.body)

    @property
    def occasion(self) -> Occasion:
        """The event's facts."""
        return Occasion(self.event_name, self.event_date, self.event_hours, self.event_place)

    @property
    def subject_shown(self) -> str:
        """The subject with the event's fields filled in, the recipients' left as they are."""
        return fill_occasion(self.subject, self.occasion)

    @property
    def alone(self) -> Content:
        """The same without the recipients."""
        return dataclasses.replace(self, recipients=())

    @property
    def digest(self) -> str:
        """The snapshot's name: SHA-256 in hexadecimal over the canonical JSON."""
        return digest_of(self, self.recipients)


def digest_of(content: Content, recipients: Iterable[Recipient]) -> str:
    """The digest of a content with these recipients, read one by one: there may be 100,000."""
    return digest_of_written(content, map(canonical_recipient, recipients))


def digest_of_written(content: Content, recipients: Iterable[str]) -> str:
    """The same, of recipients as :func:`canonical_recipient` writes them."""
    plain = dataclasses.asdict(content.alone)
    plain["event_date"] = content.event_date.isoformat()
    plain["send_at"] = content.send_at and content.send_at.astimezone(UTC).isoformat()
    for name in NOT_IN_FORMAT[content.format]:
        del plain[name]
    # Inside a JSON string every quotation mark is escaped, so this stands in it only once.
    before, mark, after = _canonical(plain).partition('"recipients":[]')
    digest = hashlib.sha256(before.encode() + mark[:-1].encode())
    for number, recipient in enumerate(recipients):
        digest.update(b"," if number else b"")
        digest.update(recipient.encode())
    digest.update(b"]" + after.encode())
    return digest.hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_recipient(recipient: Recipient) -> str:
    """A recipient as the digest reads it: nothing of it can change without another text."""
    return _RECIPIENT % tuple(map(_written, _values_of(recipient)))


_SORTED = sorted(Recipient.__slots__)
_values_of = attrgetter(*_SORTED)
_RECIPIENT = "{" + ",".join(f'"{name}":%s' for name in _SORTED) + "}"


def _written(value: str | int) -> str:
    """As :func:`_canonical` writes it; there are many, so the common kinds are written at once."""
    if type(value) is str:
        return encode_basestring(value)
    return str(value) if type(value) is int else _canonical(value)


def content_of_draft(mailing: Mailing, recipients: tuple[Recipient, ...], revision: int) -> Content:
    """What the draft would be, were it frozen now as ``revision``."""
    event = mailing.event
    letter = _letter_of(mailing)
    return Content(
        mailing_id=mailing.id,
        revision=revision,
        purpose=mailing.purpose,
        mode=mailing.mode.value,
        sender_name=event.sender.name,
        sender_address=event.sender.address,
        reply_to=event.reply_to.address,
        subject=letter.subject,
        body=letter.body,
        html=mailing.html,
        event_name=event.name,
        event_date=event.held_on,
        event_hours=event.hours,
        event_place=event.place,
        send_at=mailing.send_at,
        audience=mailing.audience_in_words,
        expected_count=mailing.expected_count,
        by_link=mailing.by_link,
        stoppable=mailing.stoppable,
        materials=tuple(map(_attachment, mailing.materials)),
        recipients=recipients,
    )


def content_to_one(event: Event, to: Recipient, letter: Letter) -> Content:
    """A letter in the service's own words to one participant, of no mailing."""
    return Content(
        mailing_id=0,
        revision=0,
        purpose="",
        mode=SendMode.INDIVIDUAL.value,
        sender_name=event.sender.name,
        sender_address=event.sender.address,
        reply_to=event.reply_to.address,
        subject=letter.subject,
        body=letter.body,
        html=False,
        event_name=event.name,
        event_date=event.held_on,
        event_hours=event.hours,
        event_place=event.place,
        materials=(),
        recipients=(to,),
    )


def content_of_snapshot(snapshot: Snapshot) -> Content:
    """What the stored rows say was frozen."""
    return bare_content(snapshot, tuple(map(recipient_of, snapshot.recipients)))


def bare_content(snapshot: Snapshot, recipients: Sequence[Recipient] = ()) -> Content:
    """What was frozen. Those who send leave out the recipients and read them a few at a time."""
    return Content(
        mailing_id=snapshot.mailing_id,
        revision=snapshot.revision,
        purpose=snapshot.purpose,
        mode=snapshot.mode.value,
        sender_name=snapshot.sender_name,
        sender_address=snapshot.sender_address,
        reply_to=snapshot.reply_to,
        subject=snapshot.subject,
        body=snapshot.body,
        html=snapshot.html,
        event_name=snapshot.event_name,
        event_date=snapshot.event_date,
        event_hours=snapshot.event_hours,
        event_place=snapshot.event_place,
        send_at=snapshot.send_at,
        audience=snapshot.audience,
        expected_count=snapshot.expected_count,
        by_link=snapshot.by_link,
        stoppable=snapshot.stoppable,
        materials=tuple(
            Attachment(m.filename, m.media_type, m.size, m.sha256) for m in snapshot.materials
        ),
        recipients=recipients,
        format=snapshot.format,
    )


def recipient_of(row: SnapshotRecipient) -> Recipient:
    """One stored recipient."""
    return Recipient(
        row.participant_id,
        row.contact_id,
        row.company,
        row.department,
        row.title,
        row.name,
        row.address,
    )


def _letter_of(mailing: Mailing) -> Letter:
    """What was written; for a batch with the event's fields filled in already.

    A batch has one wording for all, so its snapshot holds no merge field at all, and the database
    refuses one that does.
    """
    if mailing.mode is not SendMode.BATCH:
        return Letter(mailing.subject, mailing.body)
    event = mailing.event
    occasion = Occasion(event.name, event.held_on, event.hours, event.place)
    return Letter(*(fill_occasion(text, occasion) for text in (mailing.subject, mailing.body)))


def _attachment(material: Material) -> Attachment:
    newest = material.newest
    return Attachment(material.filename, newest.media_type, newest.size, newest.sha256)

"""Events, their participants, and the shelf of materials."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, selectinload

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import among, insert_new
from eventmail.errors import NotFound, UserError
from eventmail.events import shelf as shelves
from eventmail.events.erased import FILE_GONE, require_kept
from eventmail.events.models import (
    Blob,
    Contact,
    Event,
    Material,
    MaterialVersion,
    Participant,
    ParticipantStatus,
)
from eventmail.language import said
from eventmail.offices.models import Mailbox
from eventmail.offices.permissions import Action, Actor

MEGABYTE = 1024 * 1024
LARGEST_SHELF = 20 * MEGABYTE
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What an organiser states about an event."""

    name: str
    held_on: date
    hours: str
    place: str
    sender_id: int
    reply_to_id: int


def list_events(session: Session, actor: Actor) -> list[Event]:
    """The office's events, the nearest date first among those to come, then the past ones."""
    query = sa.select(Event).where(Event.office_id == actor.office.id)
    today = clock.today()
    return sorted(
        session.scalars(query),
        key=lambda e: (e.held_on < today, abs((e.held_on - today).days), e.id),
    )


def get_event(session: Session, actor: Actor, event_id: int) -> Event:
    """One event of the actor's office; :class:`NotFound` for any other."""
    event = session.scalar(
        sa.select(Event).where(Event.id == event_id, Event.office_id == actor.office.id)
    )
    if event is None:
        raise NotFound
    return event


def add_event(session: Session, actor: Actor, facts: EventFacts) -> Event:
    """Make an event. Raises :class:`UserError` if a mailbox is not the office's own."""
    actor.require(Action.EDIT_EVENT)
    _require_own_mailboxes(session, actor, facts)
    event = Event(
        office_id=actor.office.id,
        created_by=actor.id,
        created_at=clock.now(),
        name=facts.name,
        held_on=facts.held_on,
        hours=facts.hours,
        place=facts.place,
        sender_id=facts.sender_id,
        reply_to_id=facts.reply_to_id,
    )
    session.add(event)
    session.flush()
    _audit(session, actor, "event.added", event)
    return event


def change_event(session: Session, actor: Actor, event: Event, facts: EventFacts) -> None:
    """Change an event's facts."""
    actor.require(Action.EDIT_EVENT)
    lock(session, event.id)
    _require_own_mailboxes(session, actor, facts)
    before = _told(event)
    for name in EventFacts.__slots__:
        setattr(event, name, getattr(facts, name))
    session.flush()
    session.expire(event, ["sender", "reply_to"])
    _audit(session, actor, "event.changed", event, before=before, after=_told(event))


def lock(session: Session, event_id: int) -> None:
    """Hold an event against every other change of it until this transaction ends.

    Whoever changes the roster, the shelf or the facts takes it, and whoever freezes or decides on
    a mailing; always before the mailing's own row, so that two of them never wait for each other.
    """
    session.execute(sa.select(Event.id).where(Event.id == event_id).with_for_update())
    require_kept(session, event_id)


def participants(session: Session, event: Event) -> list[Participant]:
    """The event's roster in the order of its rows, with contacts loaded."""
    first_row = (
        sa.select(sa.func.min(Contact.source_row))
        .where(Contact.participant_id == Participant.id, Contact.active)
        .scalar_subquery()
    )
    query = (
        sa.select(Participant)
        .where(Participant.event_id == event.id, Participant.office_id == event.office_id)
        .options(selectinload(Participant.contacts))
        .order_by(first_row, Participant.id)
    )
    return list(session.scalars(query))


def addressees(
    session: Session,
    event: Event,
    *conditions: sa.ColumnElement[bool],
    first: int = 0,
    most: int | None = None,
) -> list[Contact]:
    """The active contacts of those taking part: nobody withdrawn can be in it (L10).

    ``conditions`` can only take contacts away. ``most`` of them from the ``first`` on, from 0.
    """
    query = _of_addressees(sa.select(Contact), event, conditions).offset(first).limit(most)
    return list(session.scalars(query.options(contains_eager(Contact.participant))))


def addressee_count(session: Session, event: Event, *conditions: sa.ColumnElement[bool]) -> int:
    """How many :func:`addressees` there are."""
    query = _of_addressees(sa.select(sa.func.count()).select_from(Contact), event, conditions)
    count: int = session.scalars(query.order_by(None)).one()
    return count


def addressee_rows(
    session: Session,
    event: Event,
    columns: Sequence[InstrumentedAttribute[Any]],
    *conditions: sa.ColumnElement[bool],
) -> Iterator[sa.Row[Any]]:
    """The same, of each only these columns: of 100,000 that is ten times as fast."""
    query = _of_addressees(sa.select(*columns), event, conditions)
    yield from session.execute(query.execution_options(yield_per=1000))


def _of_addressees(
    query: sa.Select[Any], event: Event, conditions: Iterable[sa.ColumnElement[bool]]
) -> sa.Select[Any]:
    return (
        query.join(Contact.participant)
        .where(
            Contact.event_id == event.id,
            Contact.office_id == event.office_id,
            Contact.active,
            Contact.address != "",  # erased
            Participant.status == ParticipantStatus.ATTENDING,
            *conditions,
        )
        .order_by(Contact.source_row, Contact.id)
    )


def known_addresses(session: Session, office_id: int) -> frozenset[str]:
    """The keys of every participant address the office has, past events included."""
    query = sa.select(Contact.address_key).where(
        Contact.office_id == office_id, Contact.address != ""
    )
    return frozenset(session.scalars(query.distinct()))


def known_among(session: Session, office_id: int, keys: Iterable[str]) -> frozenset[str]:
    """Those of some keys that :func:`known_addresses` has, without reading all of them."""
    wanted = set(keys)
    if not wanted:
        return frozenset()
    query = sa.select(Contact.address_key).where(
        Contact.office_id == office_id,
        Contact.address != "",
        among(Contact.address_key, "keys"),  # type: ignore[arg-type]
    )
    return frozenset(session.scalars(query, {"keys": wanted}))


def addresses_of(session: Session, participant_id: int) -> list[Contact]:
    """The active contacts of one participant."""
    query = sa.select(Contact).where(Contact.participant_id == participant_id, Contact.active)
    return list(session.scalars(query))


def shelf(session: Session, event: Event) -> list[Material]:
    """The materials on the event's shelf, oldest first."""
    query = (
        sa.select(Material)
        .where(
            Material.event_id == event.id,
            Material.office_id == event.office_id,
            ~Material.removed,
        )
        .options(selectinload(Material.versions))
        .order_by(Material.id)
    )
    return list(session.scalars(query))


def put_material(
    session: Session, actor: Actor, event: Event, filename: str, content: bytes
) -> MaterialVersion:
    """Put a file on the shelf and scan it; a file of the same name becomes its next version.

    Raises :class:`UserError` for an empty, too large or unknown kind of file.
    """
    actor.require(Action.EDIT_MATERIALS)
    name, media_type = check_material(filename, content)
    shelves.prepare(content, name)
    lock(session, event.id)
    material = _on_shelf(session, event, name)
    version = MaterialVersion(
        office_id=event.office_id,
        event_id=event.id,
        material_id=material.id,
        number=len(material.versions) + 1,
        media_type=media_type,
        size=len(content),
        sha256=keep_blob(session, event.office_id, content),
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    material.versions.append(version)
    session.flush()
    shelves.scan_of(session, event.office_id, version.sha256)
    _audit(session, actor, "material.put", event, sha256=version.sha256, version=version.number)
    return version


def check_material(filename: str, content: bytes) -> tuple[str, str]:
    """The name and the media type that a file would have on a shelf.

    Raises :class:`UserError` for an empty, too large or unknown kind of file.
    """
    name = clean_filename(filename)
    media_type = _media_type(name)
    _require_size(name, content)
    return name, media_type


def remove_material(session: Session, actor: Actor, event: Event, material_id: int) -> None:
    """Take a material off the shelf. Mails that carried it keep their copy."""
    actor.require(Action.EDIT_MATERIALS)
    lock(session, event.id)
    found = [each for each in shelf(session, event) if each.id == material_id]
    if not found:
        raise NotFound
    found[0].removed = True
    _audit(session, actor, "material.removed", event, material=material_id)


def get_version(session: Session, actor: Actor, version_id: int) -> tuple[MaterialVersion, bytes]:
    """A version of a material with its bytes."""
    version = session.scalar(
        sa.select(MaterialVersion)
        .where(MaterialVersion.id == version_id, MaterialVersion.office_id == actor.office.id)
        .options(selectinload(MaterialVersion.material))
    )
    if version is None:
        raise NotFound
    return version, read_blob(session, version.office_id, version.sha256)


def keep_blob(session: Session, office_id: int, content: bytes) -> str:
    """Keep an uploaded file's bytes; returns their SHA-256 in hexadecimal."""
    digest = hashlib.sha256(content).hexdigest()
    values = {"office_id": office_id, "sha256": digest, "content": content}
    insert_new(session, Blob, values)  # two people may bring the same file
    again = sa.update(Blob).where(Blob.office_id == office_id, Blob.sha256 == digest)
    # Erased with an earlier event, and brought anew for another.
    session.execute(again.where(sa.func.length(Blob.content) == 0).values(content=content))
    return digest


def blob_size(session: Session, office_id: int, sha256: str) -> int:
    """How many bytes a kept file has."""
    query = sa.select(sa.func.length(Blob.content))
    found = query.where(Blob.office_id == office_id, Blob.sha256 == sha256)
    return int(session.scalars(found).one())


def read_blob(session: Session, office_id: int, sha256: str) -> bytes:
    """The bytes of that digest. They are hashed again: a changed row must not go unseen."""
    query = sa.select(Blob.content).where(Blob.office_id == office_id, Blob.sha256 == sha256)
    content = session.scalars(query).one()
    if not content:
        raise UserError(FILE_GONE)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the stored file {sha256} was changed")
    return content


def clean_filename(filename: str) -> str:
    """The name alone, composed (macOS uploads decomposed kana), without control characters."""
    name = PurePosixPath(unicodedata.normalize("NFC", filename).replace("\\", "/")).name
    kept = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})
    return kept.strip()[-200:]


def _media_type(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise UserError(
            said(
                "「{name}」は資料にできない種類のファイルです。PDF、Word、Excel、PowerPoint、テキスト、"
                "CSV、ZIP、画像（PNG・JPEG）のどれかにしてください。",
                name=name,
            )
        )
    return MEDIA_TYPES[suffix]


def _require_size(name: str, content: bytes) -> None:
    if not content:
        raise UserError(said("「{name}」は中身が空です。ファイルを確かめてください。", name=name))
    if len(content) > LARGEST_SHELF:
        raise UserError(
            said(
                "「{name}」は大きすぎます（{size}MB）。{most}MB以下にしてください。",
                name=name,
                size=f"{len(content) / MEGABYTE:.1f}",
                most=LARGEST_SHELF // MEGABYTE,
            )
        )


def _on_shelf(session: Session, event: Event, name: str) -> Material:
    found = next((each for each in shelf(session, event) if each.filename == name), None)
    if found is not None:
        return found
    material = Material(office_id=event.office_id, event_id=event.id, filename=name)
    session.add(material)
    session.flush()
    return material


def _require_own_mailboxes(session: Session, actor: Actor, facts: EventFacts) -> None:
    query = sa.select(Mailbox.id).where(Mailbox.office_id == actor.office.id)
    if not {facts.sender_id, facts.reply_to_id} <= set(session.scalars(query)):
        raise UserError(said("差出人と返信先は、この所のアドレスから選んでください。"))


def _told(event: Event) -> dict[str, object]:
    """An event's facts for the audit."""
    facts = {name: getattr(event, name) for name in EventFacts.__slots__}
    return facts | {"held_on": event.held_on.isoformat()}


def _audit(session: Session, actor: Actor, action: str, event: Event, **details: object) -> None:
    subject = f"event:{event.id}"
    record(session, action, subject, office_id=event.office_id, staff_id=actor.id, **details)

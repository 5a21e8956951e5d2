"""An incident opened, found, touched, closed and opened again: the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record, text_digest
from eventmail.database import Asked
from eventmail.errors import NotFound, UserError
from eventmail.incidents.models import Incident, Law, Origin
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

NO_TITLE = said("何が起きたかを、1文で入力してください（200文字まで）。")
FUTURE = said("「{what}」が先の日時になっています。分かっている日時を入れてください。")
LATER_THAN = said(
    "「起きた日時」が「気づいた日時」よりあとになっています。日時を確かめてください。"
)
NO_ADDRESS = said(
    "「{what}」に「@」があります。メールアドレスは書かずに、事業所の数や種類で入力してください。"
)
CLOSED = said(
    "この事案は対応を終えています。続けるときは、事案のページの「対応を再開」を押してください。"
)
ERASED = said(
    "この事案の名前・アドレスは、保存期間が過ぎたため消去しました。変えることはできません。"
)
CHANGED = said(
    "開いている間に、ほかの職員がこの事案を変えました。"
    "いまの内容を見てから、もう一度お試しください。"
)
NO_NOTE_TO_CLOSE = said("対応を終える理由や確かめたことを、1文で入力してください。")
NO_NOTE_TO_REOPEN = said("対応を再開する理由や確かめたことを、1文で入力してください。")
A_MINUTE = timedelta(minutes=1)
LONGEST_TITLE, LONGEST_TEXT = 200, 1000


@dataclass(frozen=True, slots=True)
class Opening:
    """What is told when an incident is opened."""

    title: str
    noticed_at: datetime
    noticed_how: str = ""
    law: Law = Law.ADMINISTRATIVE
    happened_at: datetime | None = None


def find(session: Session, office_id: int, incident_id: int, *, lock: bool = False) -> Incident:
    """One incident of the office; of any other it is not found."""
    query = sa.select(Incident).where(Incident.id == incident_id, Incident.office_id == office_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def listed(session: Session, office_id: int) -> list[Incident]:
    """The office's incidents: the open ones first, the newest first among each."""
    query = sa.select(Incident).where(Incident.office_id == office_id)
    order = (Incident.closed_at.is_not(None), Incident.id.desc())
    return list(session.scalars(query.order_by(*order)))


def open_ones(session: Session, office_id: int) -> list[Incident]:
    """The office's incidents to which somebody still has to see, the oldest first."""
    return list(session.scalars(_open(), {"office": office_id}))


@lru_cache(maxsize=1)
def _open() -> sa.Select[Incident]:
    """Built once: building it takes longer than asking it, and most pages ask it."""
    return query_open(sa.bindparam("office")).order_by(Incident.id)


def query_open(office_id: Asked) -> sa.Select[Incident]:
    """The same as a query."""
    return sa.select(Incident).where(Incident.office_id == office_id, Incident.closed_at.is_(None))


def open_outside(session: Session, actor: Actor, opening: Opening) -> Incident:
    """Open one that happened in another mail program, or on paper."""
    return begin(session, actor, opening, Origin.OUTSIDE)


def begin(
    session: Session, actor: Actor, opening: Opening, origin: Origin, **about: int | None
) -> Incident:
    """Write a new incident down; ``about``: the event, mailing and alert that it came from."""
    actor.require(Action.RESPOND)
    _check(opening)
    made = Incident(
        office_id=actor.office.id,
        origin=origin,
        title=opening.title.strip(),
        noticed_how=opening.noticed_how.strip(),
        noticed_at=opening.noticed_at,
        happened_at=opening.happened_at,
        law=opening.law,
        opened_by=actor.id,
        opened_at=clock.now(),
        **about,
    )
    session.add(made)
    session.flush()
    audit(session, made, "incident.opened", actor, origin=origin.value, law=opening.law.value)
    return made


def touch(session: Session, actor: Actor, incident: Incident, version: int | None = None) -> None:
    """Take the incident for a change; refused to whoever saw an older one, and once it is over.

    Without a ``version`` only the row is held, for changes that cannot overwrite each other.
    """
    actor.require(Action.RESPOND)
    hold(session, incident)
    require_open(incident)
    if version is None:
        return
    if version != incident.version:
        raise UserError(CHANGED)
    incident.version += 1
    session.flush()


def hold(session: Session, incident: Incident) -> None:
    """Take the incident's lock, and read it anew."""
    find(session, incident.office_id, incident.id, lock=True)


def require_open(incident: Incident) -> None:
    """Raise :class:`UserError` for an incident that is over."""
    if incident.erased_at is not None:
        raise UserError(ERASED)
    if incident.closed_at is not None:
        raise UserError(CLOSED)


def change(
    session: Session, actor: Actor, incident: Incident, opening: Opening, version: int
) -> None:
    """Correct what was told when it was opened."""
    touch(session, actor, incident, version)
    _check(opening)
    before = _told(session, incident)
    incident.title, incident.law = opening.title.strip(), opening.law
    incident.noticed_how = opening.noticed_how.strip()
    incident.noticed_at, incident.happened_at = opening.noticed_at, opening.happened_at
    session.flush()
    audit(
        session, incident, "incident.changed", actor, before=before, after=_told(session, incident)
    )


def close(session: Session, actor: Actor, incident: Incident, note: str, version: int) -> None:
    """The response is over, and why one may say so."""
    actor.require(Action.LEAD_RESPONSE)
    touch(session, actor, incident, version)
    incident.closing_note = _note(note, NO_NOTE_TO_CLOSE)
    incident.closed_by, incident.closed_at = actor.id, clock.now()
    session.flush()
    audit(session, incident, "incident.closed", actor, reason=incident.closing_note)


def reopen(session: Session, actor: Actor, incident: Incident, note: str, version: int) -> None:
    """It is not over after all. Why the last end was stays in the record."""
    actor.require(Action.LEAD_RESPONSE)
    hold(session, incident)
    if version != incident.version:
        raise UserError(CHANGED)
    if incident.erased_at is not None:
        raise UserError(ERASED)
    if incident.closed_at is None:
        return
    reason = _note(note, NO_NOTE_TO_REOPEN)
    incident.closed_by = incident.closed_at = None
    incident.version += 1
    session.flush()
    audit(session, incident, "incident.reopened", actor, reason=reason)


def audit(
    session: Session, incident: Incident, action: str, actor: Actor | None, **details: object
) -> None:
    """Record an act on an incident. No address and no company's name stands in the details."""
    record(
        session,
        action,
        f"incident:{incident.id}",
        office_id=incident.office_id,
        staff_id=actor.id if actor else None,
        **details,
    )


def plain(words: str, what: str) -> str:
    """The staff's own words without an address, or a sentence that says so."""
    if "@" in words or "＠" in words:
        raise UserError(NO_ADDRESS.format(what=what))
    return words.strip()[:LONGEST_TEXT]


def _check(opening: Opening) -> None:
    if not 0 < len(opening.title.strip()) <= LONGEST_TITLE:
        raise UserError(NO_TITLE)
    plain(opening.title, said("何が起きたか"))
    plain(opening.noticed_how, said("気づいたきっかけ"))
    soon = clock.now() + A_MINUTE
    for what, moment in (
        (said("気づいた日時"), opening.noticed_at),
        (said("起きた日時"), opening.happened_at),
    ):
        if moment is not None and moment > soon:
            raise UserError(FUTURE.format(what=what))
    if opening.happened_at is not None and opening.happened_at > opening.noticed_at:
        raise UserError(LATER_THAN)


def _note(note: str, otherwise: str) -> str:
    if not note.strip():
        raise UserError(otherwise)
    return plain(note, said("理由"))


def _told(session: Session, incident: Incident) -> dict[str, object]:
    happened = incident.happened_at
    return {
        "title": text_digest(session, incident.title),
        "how": text_digest(session, incident.noticed_how),
        "noticed_at": incident.noticed_at.isoformat(),
        "happened_at": happened.isoformat() if happened else "",
        "law": incident.law.value,
    }

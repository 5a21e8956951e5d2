"""Calling the companies of an incident: what is written down, and by whom, two at once included.

Every entry raises the company's version. Who saves what he saw before a colleague's entry is told
of it, and nothing is written until he has seen it. A call is never changed or removed: a mistaken
one is struck out by a later entry that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, workdays
from eventmail.audit.service import record
from eventmail.database import insert_new
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.calls.models import Call, Followup, Outcome
from eventmail.incidents.calls.standing import (
    TICKS,
    Line,
    Progress,
    State,
    calls,
    due_by,
    lines,
    progress_of,
)
from eventmail.incidents.companies import Company
from eventmail.incidents.models import Incident, Party
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Actor
from eventmail.suppression import service as suppression

__all__ = ["Due", "Outdated", "Said", "calls", "due", "line", "lines", "progress", "save", "strike"]

MEANWHILE = said(
    "開いている間に、{name}さんがこの事業所の記録を書きました。あなたの内容はまだ保存していません。"
    "記録されている内容を確かめてから、もう一度押してください。"
)
SOMEBODY = said("ほかの職員")
NO_REASON = said("なぜ取り消すのかを1文で入力してください。")
STRUCK_BEFORE = said("この記録は、すでに取り消されています。")
NOT_A_CALL = said("取り消しの記録は、取り消せません。かけ直したときは、新しく記録してください。")
LONGEST = 1000
ACTS = {
    Outcome.REACHED: "incident.call_reached",
    Outcome.ABSENT: "incident.call_absent",
    None: "incident.followup_written",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one person writes down, and on which version of the company's row."""

    version: int
    outcome: Outcome | None = None  # None: no call, only what else became known
    ticks: Mapping[str, bool] | None = None  # None: as they are
    wishes: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Whom to call, and on which day."""

    line: Line
    on: date

    @property
    def party(self) -> Company:
        """The company."""
        return self.line.party


class Outdated(UserError):
    """A colleague wrote something down since the page was shown."""


def progress(session: Session, incident: Incident) -> Progress:
    """How far the calls have come."""
    return progress_of(lines(session, incident), clock.today())


def due(session: Session, incident: Incident, by: date | None = None) -> list[Due]:
    """Who must be called (again), those waiting longest first; ``by``: on that day or before."""
    found = due_by(lines(session, incident), by or date.max)
    return [Due(each, each.due_on) for each in found if each.due_on is not None]


def line(session: Session, incident: Incident, party_id: int) -> Line:
    """One company; :class:`NotFound` if it is none of this incident's."""
    for each in lines(session, incident):
        if each.party.id == party_id:
            return each
    raise NotFound


def save(
    session: Session,
    actor: Actor,
    incident: Incident,
    party_id: int,
    said: Said,
    at: datetime | None = None,
) -> Line:
    """Write down a call, or what else became known. Raises :class:`Outdated`."""
    followup = _begin(session, actor, incident, party_id)
    _require_seen(session, followup, said.version)
    before = _recordable(followup)
    if said.outcome is not None:
        _add(session, actor, followup, said.outcome, at or clock.now())
    for name in TICKS if said.ticks is not None else ():
        setattr(followup, name, bool((said.ticks or {}).get(name)))
    if said.wishes is not None:
        followup.wishes = said.wishes.strip()[:LONGEST]
    found = _finish(session, actor, incident, followup)
    after = _recordable(followup)
    _audit(session, actor, followup, ACTS[said.outcome], before=before, after=after)
    return found


def strike(
    session: Session, actor: Actor, incident: Incident, party_id: int, call_id: int, why: str
) -> Line:
    """Say that an entry was a mistake. What was ticked goes with the last call that reached."""
    followup = _begin(session, actor, incident, party_id)
    found = line(session, incident, party_id)
    mistaken = next((each for each in found.calls if each.id == call_id), None)
    if mistaken is None:
        raise NotFound
    if not mistaken.stands:
        raise UserError(STRUCK_BEFORE if mistaken.struck is not None else NOT_A_CALL)
    if not why.strip():
        raise UserError(NO_REASON)
    before = _recordable(followup)
    _add(session, actor, followup, Outcome.STRUCK, clock.now(), call_id, why.strip()[:300])
    if not line(session, incident, party_id).was_reached:
        for name in TICKS:
            setattr(followup, name, False)
    done = _finish(session, actor, incident, followup)
    after = _recordable(followup)
    _audit(session, actor, followup, "incident.call_struck", before=before, after=after)
    return done


def _begin(session: Session, actor: Actor, incident: Incident, party_id: int) -> Followup:
    """The company's row, locked: of two at once the second waits, and sees the first's."""
    actor.require(Action.RESPOND)
    if actor.office.id != incident.office_id:
        raise NotFound
    own = sa.select(Party.id).where(Party.id == party_id, Party.incident_id == incident.id)
    if session.scalar(own) is None:
        raise NotFound
    incidents.require_open(incident)
    suppression.lock_office(session, incident.office_id)  # whoever hands a mail over is waited for
    begun = clock.in_tokyo(incident.noticed_at).date()
    values = {"party_id": party_id, "office_id": incident.office_id, "incident_id": incident.id}
    fresh = dict.fromkeys(TICKS, False) | {"wishes": "", "version": 0, "due_on": begun}
    insert_new(session, Followup, values | fresh)
    return session.get_one(Followup, party_id, with_for_update=True, populate_existing=True)


def _require_seen(session: Session, followup: Followup, version: int) -> None:
    if version == followup.version:
        return
    name = _writer(session, followup)
    raise Outdated(MEANWHILE.format(name=name))


def _writer(session: Session, followup: Followup) -> str:
    names = offices.staff_names(session, [followup.written_by] if followup.written_by else [])
    return names.get(followup.written_by or 0, SOMEBODY)


def _add(
    session: Session,
    actor: Actor,
    followup: Followup,
    outcome: Outcome,
    at: datetime,
    strikes_id: int | None = None,
    note: str = "",
) -> None:
    session.add(
        Call(
            office_id=followup.office_id,
            incident_id=followup.incident_id,
            party_id=followup.party_id,
            at=at,
            called_by=actor.id,
            outcome=outcome,
            strikes_id=strikes_id,
            note=note,
        )
    )
    session.flush()


def _finish(session: Session, actor: Actor, incident: Incident, followup: Followup) -> Line:
    followup.version += 1
    followup.written_by, followup.written_at = actor.id, clock.now()
    session.flush()
    found = line(session, incident, followup.party_id)
    followup.due_on = _next(found)
    session.flush()
    return found


def _next(found: Line) -> date | None:
    """When to call again: not once it is done; after an absence on the next working day."""
    if found.state is State.DONE:
        return None
    standing = [each for each in found.calls if each.stands]
    if found.state is State.UNTRIED or not standing:
        return found.begun_on
    day = clock.in_tokyo(standing[-1].at).date()
    return workdays.next_open(day) if found.state is State.ABSENT else day


def _recordable(followup: Followup) -> dict[str, object]:
    """For the audit: what is ticked and when to call; never anybody's words."""
    due_on = followup.due_on.isoformat() if followup.due_on else None
    told = {name: getattr(followup, name) for name in TICKS if name != "unread"}
    return told | {"unopened": followup.unread, "call_on": due_on}


def _audit(
    session: Session,
    actor: Actor,
    followup: Followup,
    act: str,
    *,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    record(
        session,
        act,
        f"incident:{followup.incident_id}",
        office_id=followup.office_id,
        staff_id=actor.id,
        party=followup.party_id,
        before=before,
        after=after,
    )

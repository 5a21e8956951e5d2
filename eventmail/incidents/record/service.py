"""Causes and measures of an incident: who decides them, who does them, until when, and when done.

A measure can be finished after the incident is closed: closing ends the response, not the lesson.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.record import rows
from eventmail.incidents.record.models import Cause, Level, Measure
from eventmail.language import said
from eventmail.offices.models import Membership, Staff
from eventmail.offices.permissions import Action, Actor, refusal

NO_CAUSE = said("原因を、1文で入力してください（500文字まで）。")
NO_MEASURE = said("再発防止策を、1文で入力してください（500文字まで）。")
TWO_OWNERS = said("担当は、職員を選ぶか、名前や部署を書くか、どちらか一方にしてください。")
NOT_HERE = said("選んだ担当の職員は、いまこの所にいません。別の職員を選んでください。")
NO_OWNER = said("担当を、職員から選ぶか、名前や部署で書いてください。")
NO_DAY = said("期限の日を入力してください。")
TOMORROW = said("実施した日が先になっています。実際に終えた日を入力してください。")
TOO_EARLY = said("実施した日が、気づいた日より前になっています。日付を確かめてください。")
IS_DONE = said(
    "この再発防止策は、実施済みです。変えるときは、先に「実施を取り消す」を押してください。"
)
NOT_DONE = said("この再発防止策は、まだ実施済みになっていません。")
# Each says what is done, to whoever gives no reason for it.
NO_REASON_TO_DROP = said("原因から外す理由を、1文で入力してください。")
NO_REASON_TO_TAKE_BACK = said("実施を取り消す理由を、1文で入力してください。")
NO_REASON_TO_GIVE_UP = said("やめる理由を、1文で入力してください。")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done by whom until when."""

    text: str
    level: Level = Level.OFFICE
    owner_id: int | None = None
    owner_name: str = ""
    due_on: date | None = None
    training: bool = False


def causes(session: Session, incident: Incident) -> list[str]:
    """Why it happened, in the order in which it was found."""
    return [each.text for each in rows.causes(session, incident)]


def measures(session: Session, incident: Incident) -> list[Measure]:
    """What is done about it, in the order in which it was decided."""
    return rows.measures(session, incident)


def measure(session: Session, incident: Incident, number: int) -> Measure:
    """One of them as it stands; :class:`NotFound` if there is none, or no more."""
    found = rows.newest(session, Measure, incident, number=number)
    if found is None or found.dropped:
        raise NotFound
    return found


def history(session: Session, incident: Incident) -> dict[int, list[Measure]]:
    """All versions of every measure, by its number, the oldest first."""
    query = sa.select(Measure).where(Measure.incident_id == incident.id).order_by(Measure.version)
    found: dict[int, list[Measure]] = {}
    for each in session.scalars(query):
        found.setdefault(each.number, []).append(each)
    return found


def is_overdue(each: Measure, today: date) -> bool:
    """Whether its last day has gone by and it is not done."""
    return each.done_on is None and each.due_on is not None and each.due_on < today


def add_cause(session: Session, actor: Actor, incident: Incident, text: str) -> Cause:
    """One more cause. What is there already is not added twice."""
    _begin(session, actor, incident, Action.LEAD_RESPONSE)
    cause = _said(text, said("原因"), NO_CAUSE)
    known = {each.text: each for each in rows.causes(session, incident)}
    if cause in known:
        return known[cause]
    number = rows.next_number(session, Cause, incident)
    made = rows.write(session, actor, incident, Cause, 0, {"number": number}, text=cause)
    incidents.audit(session, incident, "incident.cause_added", actor, item=number)
    return made


def drop_cause(
    session: Session, actor: Actor, incident: Incident, number: int, seen: int, note: str
) -> None:
    """It was not a cause after all, and why one may say so."""
    _begin(session, actor, incident, Action.LEAD_RESPONSE)
    found = rows.newest(session, Cause, incident, number=number)
    if found is None or found.dropped:
        raise NotFound
    reason = _reason(note, NO_REASON_TO_DROP)
    values = {"text": found.text, "dropped": True, "note": reason}
    rows.write(session, actor, incident, Cause, seen, {"number": number}, **values)
    incidents.audit(session, incident, "incident.cause_dropped", actor, item=number)


def add_measure(session: Session, actor: Actor, incident: Incident, plan: Plan) -> Measure:
    """One more measure."""
    _begin(session, actor, incident, Action.LEAD_RESPONSE)
    checked = _checked(session, actor, plan)
    number = rows.next_number(session, Measure, incident)
    made = _write(session, actor, incident, number, 0, checked)
    incidents.audit(session, incident, "incident.measure_added", actor, item=number)
    return made


def change_measure(
    session: Session,
    actor: Actor,
    incident: Incident,
    number: int,
    seen: int,
    plan: Plan,
    note: str = "",
) -> Measure:
    """Another wording, owner or day, for a measure that is not done."""
    _begin(session, actor, incident, Action.LEAD_RESPONSE, also_closed=True)
    found = measure(session, incident, number)
    if found.done_on is not None:
        raise UserError(IS_DONE)
    checked = replace(_checked(session, actor, plan), training=found.training)
    note = incidents.plain(note, said("メモ"))
    made = _write(session, actor, incident, number, seen, checked, note=note)
    incidents.audit(session, incident, "incident.measure_changed", actor, item=number)
    return made


def finish(
    session: Session,
    actor: Actor,
    incident: Incident,
    number: int,
    seen: int,
    done_on: date,
    note: str = "",
) -> Measure:
    """It is done: said by whoever leads the response, or by its owner."""
    found = _own_or_led(session, actor, incident, number)
    if found.done_on is not None:
        raise UserError(rows.CHANGED)
    if done_on > clock.today():
        raise UserError(TOMORROW)
    if done_on < clock.in_tokyo(incident.noticed_at).date():
        raise UserError(TOO_EARLY)
    memo = incidents.plain(note, said("メモ"))
    made = _write(
        session, actor, incident, number, seen, _plan_of(found), done_on=done_on, note=memo
    )
    incidents.audit(
        session,
        incident,
        "incident.measure_done",
        actor,
        item=number,
        done_on=done_on.isoformat(),
    )
    return made


def take_back(
    session: Session, actor: Actor, incident: Incident, number: int, seen: int, note: str
) -> Measure:
    """It is not done after all."""
    found = _own_or_led(session, actor, incident, number)
    if found.done_on is None:
        raise UserError(NOT_DONE)
    reason = _reason(note, NO_REASON_TO_TAKE_BACK)
    made = _write(session, actor, incident, number, seen, _plan_of(found), note=reason)
    incidents.audit(session, incident, "incident.measure_taken_back", actor, item=number)
    return made


def drop_measure(
    session: Session, actor: Actor, incident: Incident, number: int, seen: int, note: str
) -> None:
    """It is not done, and will not be; why not stays in its history."""
    _begin(session, actor, incident, Action.LEAD_RESPONSE, also_closed=True)
    found = measure(session, incident, number)
    reason = _reason(note, NO_REASON_TO_GIVE_UP)
    _write(session, actor, incident, number, seen, _plan_of(found), dropped=True, note=reason)
    incidents.audit(session, incident, "incident.measure_dropped", actor, item=number)


def serving(session: Session, office_id: int) -> list[Staff]:
    """Whoever can be asked to do something, by name."""
    works = Staff.memberships.any(Membership.office_id == office_id)
    query = sa.select(Staff).where(Staff.active, works).order_by(Staff.name, Staff.id)
    return list(session.scalars(query))


def _begin(
    session: Session,
    actor: Actor,
    incident: Incident,
    action: Action,
    *,
    also_closed: bool = False,
) -> None:
    actor.require(action)
    if incident.office_id != actor.office.id:
        raise NotFound
    incidents.hold(session, incident)
    if also_closed and incident.erased_at is None:
        return
    incidents.require_open(incident)


def _own_or_led(session: Session, actor: Actor, incident: Incident, number: int) -> Measure:
    _begin(session, actor, incident, Action.RESPOND, also_closed=True)
    found = measure(session, incident, number)
    if found.owner_id != actor.id and not actor.may(Action.LEAD_RESPONSE):
        raise refusal(Action.LEAD_RESPONSE)
    return found


def _write(
    session: Session,
    actor: Actor,
    incident: Incident,
    number: int,
    seen: int,
    plan: Plan,
    **values: object,
) -> Measure:
    return rows.write(
        session,
        actor,
        incident,
        Measure,
        seen,
        {"number": number},
        text=plan.text,
        level=plan.level,
        training=plan.training,
        owner_id=plan.owner_id,
        owner_name=plan.owner_name,
        due_on=plan.due_on,
        **values,
    )


def _plan_of(found: Measure) -> Plan:
    return Plan(
        found.text, found.level, found.owner_id, found.owner_name, found.due_on, found.training
    )


def _checked(session: Session, actor: Actor, plan: Plan) -> Plan:
    text = _said(plan.text, said("再発防止策"), NO_MEASURE)
    name = incidents.plain(plan.owner_name, said("担当"))[:100]
    if plan.owner_id is not None and name:
        raise UserError(TWO_OWNERS)
    if plan.owner_id is None and not name:
        raise UserError(NO_OWNER)
    here = {each.id for each in serving(session, actor.office.id)}
    if plan.owner_id is not None and plan.owner_id not in here:
        raise UserError(NOT_HERE)
    if plan.due_on is None:
        raise UserError(NO_DAY)
    return replace(plan, text=text, owner_name=name)


def _said(text: str, what: str, missing: str) -> str:
    words = incidents.plain(text, what)
    if not 0 < len(words) <= LONGEST:
        raise UserError(missing)
    return words


def _reason(note: str, otherwise: str) -> str:
    if not note.strip():
        raise UserError(otherwise)
    return incidents.plain(note, said("理由"))

"""An incident and the event by whose roster the companies get its mails."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.events import service as events
from eventmail.events.forms import EventForm
from eventmail.events.models import Event
from eventmail.incidents import linking
from eventmail.incidents.views.common import attempt, blueprint, found, page
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, reading
from eventmail.web.forms import row_number

LINKED = said("対応先{count}件が、イベントの名簿で見つかりました。")
MADE = said("イベント「{name}」を作り、対応先を名簿に入れました。")
NO_EVENT = said("イベントを選んでください。")
NAME = said("「{title}」への対応")
AHEAD = timedelta(days=30)


@blueprint.get("/incidents/<int:incident_id>/event")
@permitted(Action.RESPOND)
def event(incident_id: int) -> str:
    """Choose one of the office's events, or make one."""
    return _page(incident_id, _form(incident_id))


@blueprint.post("/incidents/<int:incident_id>/event")
@permitted(Action.RESPOND)
def link(incident_id: int) -> ResponseReturnValue:
    """Find the companies in the roster of an event."""
    found(incident_id)
    number = request.form.get("event", type=row_number)
    if number is None:
        flash(NO_EVENT, "error")
        return _page(incident_id, _form(incident_id)), 422
    chosen = events.get_event(reading(), actor(), number)
    count: list[int] = []

    def do(session: Session) -> None:
        incident = found(incident_id, session)
        count.append(linking.link(session, actor(), incident, session.get_one(Event, chosen.id)))

    fault = attempt(do)
    if fault:
        flash(fault, "error")
        return _page(incident_id, _form(incident_id)), 409
    flash(LINKED.format(count=count[0]), "success")
    return redirect(url_for("incidents.event", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/event/new")
@permitted(Action.EDIT_EVENT)
def make_event(incident_id: int) -> ResponseReturnValue:
    """Make an event whose roster are the companies."""
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id))
    found(incident_id)
    if not form.validate_on_submit():
        return _page(incident_id, form), 422

    def do(session: Session) -> None:
        linking.make_event(session, actor(), found(incident_id, session), form.facts)

    fault = attempt(do)
    if fault:
        form.form_errors = [fault]
        return _page(incident_id, form), 409
    flash(MADE.format(name=form.name.data), "success")
    return redirect(url_for("incidents.event", incident_id=incident_id))


def _form(incident_id: int) -> EventForm:
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id))
    form.name.data = NAME.format(title=found(incident_id).title[:180])
    form.held_on.data = clock.today() + AHEAD
    form.place.data = actor().office.name
    return form


def _page(incident_id: int, form: EventForm) -> str:
    session = reading()
    incident = found(incident_id)
    linked = session.get(Event, incident.event_id) if incident.event_id else None
    return page(
        "event",
        incident,
        "incidents.parties",
        form=form,
        linked=linked,
        events=events.list_events(session, actor()),
        unmatched=linking.unmatched(session, incident) if linked else [],
    )

"""The history of a roster, and taking its newest change back."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import service as outbox
from eventmail.roster import service, undoing
from eventmail.roster.listing import PAGE, PageOf
from eventmail.roster.models import ImportState, RosterImport, Source
from eventmail.roster.views.common import blueprint, corrections, page_number, tell_voided
from eventmail.web.context import actor, reading, writing

DEEDS = {
    "new": said("加えた"),
    "changed": said("変えた"),
    "gone": said("外した"),
    "same": said("同じ"),
}
NOT_CONFIRMED = said("元に戻すことを確かめて、印を付けてください。")


@blueprint.get("/events/<int:event_id>/roster/history")
@permitted(Action.SEE)
def history(event_id: int) -> str:
    """Every change of the roster, newest first, and which of them can be taken back."""
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = service.history(session, event)
    page = min(page_number(), max(1, -(-len(found) // PAGE)))
    listed = PageOf(found[(page - 1) * PAGE : page * PAGE], len(found), page)
    people = {each.confirmed_by or each.uploaded_by or 0 for each in listed.items}
    newest = undoing.newest(session, event)
    return render_template(
        "roster/history.html",
        event=event,
        listed=listed,
        names=offices.staff_names(session, people),
        newest=newest,
        obstacle=_obstacle(event, newest) if newest else "",
        corrections=corrections,
        deeds=DEEDS,
        Source=Source,
    )


@blueprint.get("/events/<int:event_id>/roster/<int:import_id>/undo")
@permitted(Action.IMPORT_ROSTER)
def undo_page(event_id: int, import_id: int) -> ResponseReturnValue:
    """What taking it back means."""
    event = events.get_event(reading(), actor(), event_id)
    return _undo_page(event, service.get_import(reading(), event, import_id))


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/undo")
@permitted(Action.IMPORT_ROSTER)
def undo(event_id: int, import_id: int) -> ResponseReturnValue:
    """Take it back, unless a mail went out since."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        found = service.get_import(session, event, import_id, lock=True)
        session.refresh(event)  # it was read before its row was locked
        if request.form.get("confirmed") != "yes":
            raise UserError(NOT_CONFIRMED)
        last_sent = _sent_since(session, found)
        service.undo(session, actor(), event, found, last_sent)
        voided = mailings.refresh(session, event)
    flash(said("名簿を、その変更の前の内容に戻しました。"), "success")
    tell_voided(len(voided))
    return redirect(url_for("roster.history", event_id=event_id))


def _obstacle(event: Event, found: RosterImport) -> str:
    return undoing.obstacle(reading(), event, found, _sent_since(reading(), found))


def _sent_since(session: Session, found: RosterImport) -> datetime | None:
    """When a mail of the event went out after this change; None if none did."""
    if found.applied_at is None:
        return None
    return outbox.attempt_since(session, found.event_id, found.applied_at)


def _undo_page(event: Event, found: RosterImport) -> ResponseReturnValue:
    obstacle = _obstacle(event, found)
    page = render_template(
        "roster/undo.html",
        event=event,
        found=found,
        obstacle=obstacle,
        deeds=DEEDS,
        Source=Source,
        ImportState=ImportState,
    )
    return page, 409 if obstacle else 200

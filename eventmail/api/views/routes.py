"""Each operation of the table, answered."""

from __future__ import annotations

from flask import Response, json, request, url_for
from msgspec import Struct

from eventmail.antivirus import Scanner
from eventmail.api import changing, parsing, refusing, service, shapes
from eventmail.api.document import described
from eventmail.api.views.calling import Call, Made, blueprint, serves
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.roster.models import ImportState
from eventmail.roster.views.common import carry_on
from eventmail.web.context import reading, services, writing


@blueprint.get("/openapi.json")
@permitted(Action.ANYBODY)
def openapi() -> Response:
    """What there is to ask, for people and for programs that write programs."""
    text = json.dumps(described(), ensure_ascii=False)
    return Response(text, mimetype="application/json")


@serves("list_events")
def list_events(call: Call) -> Struct:
    """The office's events."""
    return service.events_of(reading(), call.actor, call.query)


@serves("show_event")
def show_event(call: Call, event_id: int) -> Struct:
    """One event."""
    return service.event_of(reading(), call.actor, event_id)


@serves("list_roster")
def list_roster(call: Call, event_id: int) -> Struct:
    """Its roster. Whole addresses are read only after it is recorded that they are."""
    if call.token.contacts:
        with writing() as session:
            service.note_taken(session, call.actor, event_id)
    return service.roster_of(reading(), call.actor, event_id, call.query, call.token.contacts)


@serves("list_mailings")
def list_mailings(call: Call, event_id: int) -> Struct:
    """Its mailings."""
    return service.mailings_of(reading(), call.actor, event_id, call.query, _mailing_page)


@serves("show_mailing")
def show_mailing(call: Call, mailing_id: int) -> Struct:
    """One mailing."""
    return service.mailing_of(reading(), call.actor, mailing_id, _mailing_page)


@serves("list_deliveries")
def list_deliveries(call: Call, mailing_id: int) -> Struct:
    """What became of its mails."""
    return service.deliveries_of(reading(), call.actor, mailing_id, call.query)


@serves("show_roster_import")
def show_roster_import(call: Call, import_id: int) -> Struct:
    """How a workbook stands that was handed in."""
    return _import(call, import_id)


@serves("import_roster")
def import_roster(call: Call, event_id: int) -> Made:
    """Keep a workbook and read it; staff look through it and import it."""
    events.get_event(reading(), call.actor, event_id)
    name, content = _file()
    what = changing.told_of_file(event_id, name, content)
    with writing() as session:
        made_id, again = changing.once(
            session,
            call.token,
            call.key,
            what,
            lambda: changing.hand_in(session, call.actor, event_id, name, content),
        )
    if not again:
        with services().database.reading() as session:
            found = service.get_import(session, call.actor, made_id)
        carry_on(found)
    told = _import(call, made_id)
    if told.state is ImportState.FAILED:
        raise refusing.invalid([("/file", told.message)])
    return Made(told, url_for("api.show_roster_import", import_id=made_id), again)


@serves("draft_mailing")
def draft_mailing(call: Call, event_id: int) -> Made:
    """Begin a mailing; staff go on with it."""
    events.get_event(reading(), call.actor, event_id)
    wanted = parsing.from_json(shapes.NewMailing, request.get_data())
    what = changing.told_of(event_id, wanted)
    with writing() as session:
        made_id, again = changing.once(
            session,
            call.token,
            call.key,
            what,
            lambda: changing.draft(session, call.actor, event_id, wanted),
        )
    with services().database.reading() as session:
        told = service.mailing_of(session, call.actor, made_id, _mailing_page)
    return Made(told, url_for("api.show_mailing", mailing_id=made_id), again)


def _file() -> tuple[str, bytes]:
    """The workbook, and clean as far as a scanner can tell."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise refusing.invalid([("/file", refusing.NO_FILE)])
    content = file.read()
    try:
        Scanner(services().settings.clamd).require_clean(file.filename, content)
    except UserError as error:
        raise refusing.invalid([("/file", error.message)]) from error
    return file.filename, content


def _import(call: Call, import_id: int) -> shapes.RosterImport:
    with services().database.reading() as session:
        return service.import_of(session, call.actor, import_id, _review_page(import_id))


def _review_page(import_id: int) -> service.Page:
    return lambda event_id: url_for("roster.review", event_id=event_id, import_id=import_id)


def _mailing_page(mailing_id: int) -> str:
    return url_for("mailings.show", mailing_id=mailing_id)

"""Choosing a workbook, and watching it being read, compared or written."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.antivirus import Scanner
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said, told
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import service
from eventmail.roster.forms import UploadForm
from eventmail.roster.models import AT_WORK, ImportState, RosterImport
from eventmail.roster.views.common import blueprint, carry_on
from eventmail.web.context import actor, reading, services, writing

WORK = {
    ImportState.READING: said("名簿を読み取っています"),
    ImportState.PLANNING: said("いまの名簿と比べています"),
    ImportState.APPLYING: said("名簿を取り込んでいます"),
}
PROGRESS = {
    ImportState.READING: said("名簿を読み取っています。"),
    ImportState.PLANNING: said("いまの名簿と比べています。"),
    ImportState.APPLYING: said("名簿を取り込んでいます。"),
}


@blueprint.get("/events/<int:event_id>/roster")
@permitted(Action.IMPORT_ROSTER)
def upload_page(event_id: int) -> str:
    """Choose the workbook."""
    return _upload_page(events.get_event(reading(), actor(), event_id), UploadForm())


@blueprint.post("/events/<int:event_id>/roster")
@permitted(Action.IMPORT_ROSTER)
def upload(event_id: int) -> ResponseReturnValue:
    """Keep it, and read it: at once if it is small, else in the background."""
    shown = events.get_event(reading(), actor(), event_id)
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(shown, form), 422
    file = form.file.data
    content = file.read()
    try:
        Scanner(services().settings.clamd).require_clean(file.filename, content)
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            found = service.upload(session, actor(), event, file.filename, content)
        found = carry_on(found)
        if found.state is ImportState.FAILED:
            raise UserError(found.message)
    except UserError as error:
        form.file.errors = [error.message]
        return _upload_page(shown, form), 422
    return redirect(url_for("roster.review", event_id=event_id, import_id=found.id))


@blueprint.get("/events/<int:event_id>/roster/<int:import_id>/progress.json")
@permitted(Action.IMPORT_ROSTER)
def progress_json(event_id: int, import_id: int) -> ResponseReturnValue:
    """How far the work is; 304 while nothing changed."""
    event = events.get_event(reading(), actor(), event_id)
    found = service.get_import(reading(), event, import_id)
    response = jsonify(
        finished=found.state not in AT_WORK,
        announce=told(progress_of(found)),
        fields={"done": found.done, "total": found.total, "notice": told(progress_of(found))},
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/events/<int:event_id>/roster/discard")
@permitted(Action.IMPORT_ROSTER)
def discard(event_id: int) -> ResponseReturnValue:
    """Leave the roster as it is."""
    with writing() as session:
        service.discard(session, actor(), events.get_event(session, actor(), event_id))
    flash(said("取り込みをやめました。いまの名簿は変わっていません。"), "success")
    return redirect(url_for("events.show", event_id=event_id))


def progress_of(found: RosterImport) -> str:
    """The work in words; while a file is being opened its rows are not counted yet."""
    if found.state is ImportState.READING and found.total:
        return said("{total}行のうち{done}行を読み取りました。", total=found.total, done=found.done)
    return PROGRESS.get(found.state, said("終わりました。"))


def _upload_page(event: Event, form: UploadForm) -> str:
    return render_template("roster/upload.html", event=event, form=form)

"""Choosing a workbook, and watching it being read, compared or written."""

from __future__ import annotations

import enum

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
STEPS = (said("読み取る"), said("いまの名簿と比べる"), said("内容を確かめる"), said("取り込む"))
AT_STEP = {ImportState.READING: 0, ImportState.PLANNING: 1, ImportState.APPLYING: 3}


class Stage(enum.StrEnum):
    """What a worker is just doing with an import. Another stage is another page."""

    WAITING = "waiting"
    OPENING = "opening"
    READING = "reading"
    PLANNING = "planning"
    APPLYING = "applying"
    OVER = "over"


TOLD = {
    Stage.WAITING: said("順番を待っています。ほかの処理が終わると、自動で始まります。"),
    Stage.OPENING: said("ファイルを開いて、行を数えています。"),
    Stage.READING: said("{total}行のうち{done}行を読み取りました。"),
    Stage.PLANNING: said("読み取った{total}行を、いまの名簿と比べています。"),
    Stage.APPLYING: said(
        "{total}行を取り込んでいます。途中で止まっても、一部だけが入ることはありません。"
    ),
    Stage.OVER: said("終わりました。"),
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
        page=stage(found).value,
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


def stage(found: RosterImport) -> Stage:
    """Where the work stands; while a file is being opened its rows are not counted yet."""
    if found.state not in AT_WORK:
        return Stage.OVER
    if found.lease is None:
        return Stage.WAITING
    if found.state is ImportState.READING and not found.total:
        return Stage.OPENING
    return Stage(found.state.value)


def progress_of(found: RosterImport) -> str:
    """The work in words."""
    return TOLD[stage(found)].format(done=found.done, total=found.total)


def _upload_page(event: Event, form: UploadForm) -> str:
    return render_template("roster/upload.html", event=event, form=form)

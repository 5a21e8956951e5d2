"""The pages of an import: choose a file, see what was read and what would change, confirm."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import service
from eventmail.roster.diff import Kind
from eventmail.roster.forms import ConfirmForm, MappingForm, UploadForm
from eventmail.roster.models import ImportState
from eventmail.spreadsheet.rows import Verdict
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("roster", __name__)


@blueprint.get("/events/<int:event_id>/roster")
@permitted(Action.IMPORT_ROSTER)
def upload_page(event_id: int) -> str:
    """Choose the workbook."""
    return _upload_page(events.get_event(reading(), actor(), event_id), UploadForm())


@blueprint.post("/events/<int:event_id>/roster")
@permitted(Action.IMPORT_ROSTER)
def upload(event_id: int) -> ResponseReturnValue:
    """Read it."""
    event = events.get_event(reading(), actor(), event_id)
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(event, form), 422
    try:
        name, content = form.file.data.filename, form.file.data.read()
        read = service.read_file(content, name)
        with writing() as session:
            own = events.get_event(session, actor(), event_id)
            found = service.upload(session, actor(), own, name, content, read)
    except UserError as error:
        form.file.errors = [error.message]
        return _upload_page(event, form), 422
    return redirect(url_for("roster.review", event_id=event_id, import_id=found.id))


@blueprint.get("/events/<int:event_id>/roster/<int:import_id>")
@permitted(Action.IMPORT_ROSTER)
def review(event_id: int, import_id: int) -> ResponseReturnValue:
    """What was read, every row with its verdict, what is new, changed, gone."""
    return _review_page(event_id, import_id)


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/columns")
@permitted(Action.IMPORT_ROSTER)
def choose_columns(event_id: int, import_id: int) -> ResponseReturnValue:
    """Read again with another sheet or other columns."""
    event = events.get_event(reading(), actor(), event_id)
    shown = service.get_import(reading(), event, import_id)
    planned = service.plan(reading(), event, shown)
    form = MappingForm.of(planned.reading)
    try:
        if not form.validate():
            raise UserError("シートと列の選び方を読み取れませんでした。選び直してください。")
        # Another sheet has other columns: they are looked for anew there.
        sheet = form.sheet.data
        mapping = form.mapping if sheet == planned.reading.sheet else None
        read = service.read_kept(reading(), shown, sheet, mapping)
        with writing() as session:
            own = events.get_event(session, actor(), event_id)
            events.lock(session, event_id)
            found = service.get_import(session, own, import_id)
            service.read_again(session, actor(), found, sheet, mapping, read)
    except UserError as error:
        flash(error.message, "error")
        return _review_page(event_id, import_id, 409)
    return redirect(url_for("roster.review", event_id=event_id, import_id=import_id))


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>")
@permitted(Action.IMPORT_ROSTER)
def confirm(event_id: int, import_id: int) -> ResponseReturnValue:
    """Import what was shown."""
    form = ConfirmForm()
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            chosen = frozenset(form.rows.data or ())
            planned = service.apply(session, actor(), event, import_id, chosen)
            voided = mailings.refresh(session, event)
    except UserError as error:
        flash(error.message, "error")
        return _review_page(event_id, import_id, 409)
    flash(f"参加者名簿を取り込みました（{len(planned.taken)}件）。", "success")
    if voided:
        flash("確認・決裁中だったメール案件は、名簿が変わったため作成中に戻りました。", "warning")
    return redirect(url_for("events.show", event_id=event_id))


@blueprint.post("/events/<int:event_id>/roster/discard")
@permitted(Action.IMPORT_ROSTER)
def discard(event_id: int) -> ResponseReturnValue:
    """Leave the roster as it is."""
    with writing() as session:
        service.discard(session, actor(), events.get_event(session, actor(), event_id))
    flash("取り込みをやめました。いまの名簿は変わっていません。", "success")
    return redirect(url_for("events.show", event_id=event_id))


def _upload_page(event: Event, form: UploadForm) -> str:
    return render_template("roster/upload.html", event=event, form=form)


def _review_page(event_id: int, import_id: int, status: int = 200) -> ResponseReturnValue:
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = service.get_import(session, event, import_id)
    if found.state is not ImportState.PENDING:
        flash("この名簿はすでに取り込んだか、新しいファイルに置きかわっています。", "info")
        return redirect(url_for("events.show", event_id=event_id))
    planned = service.plan(session, event, found)
    page = render_template(
        "roster/review.html",
        event=event,
        found=found,
        plan=planned,
        reading=planned.reading,
        mapping_form=MappingForm.of(planned.reading),
        confirm_form=ConfirmForm(),
        before=service.imported_before(session, found),
        Kind=Kind,
        Verdict=Verdict,
    )
    return page, status

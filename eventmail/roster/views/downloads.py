"""Files to take away: the uploaded workbook with its reasons, and the roster as it stands."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import exporting, pending, service
from eventmail.roster.models import ImportState
from eventmail.roster.views.common import blueprint, review_url
from eventmail.spreadsheet.sheets import XLSX
from eventmail.web.context import actor, reading, writing
from eventmail.web.files import streamed

XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
CSV = "text/csv; charset=utf-8"


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/annotated")
@permitted(Action.IMPORT_ROSTER)
def annotated(event_id: int, import_id: int) -> ResponseReturnValue:
    """Their own workbook with a verdict and the reasons beside each row."""
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = service.get_import(session, event, import_id)
    if found.state is not ImportState.PENDING:
        flash(pending.MOVED_ON, "info")
        return redirect(url_for("events.show", event_id=event_id))
    try:
        suffix, content = exporting.annotate(session, found)
    except UserError as error:
        flash(error.message, "error")
        return redirect(review_url(event_id, import_id))
    name = f"{PurePath(found.filename).stem}_確認{suffix}"
    kind = XLSM if suffix == ".xlsm" else XLSX
    return send_file(
        BytesIO(content), mimetype=kind, as_attachment=True, download_name=name, max_age=0
    )


@blueprint.post("/events/<int:event_id>/participants.xlsx")
@permitted(Action.SEE_ADDRESSES)
def export_xlsx(event_id: int) -> ResponseReturnValue:
    """The roster as a workbook."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        exporting.note(session, actor(), event, "xlsx")
    pieces = exporting.workbook(reading(), event)
    return streamed(pieces, exporting.filename(event, ".xlsx"), XLSX)


@blueprint.post("/events/<int:event_id>/participants.csv")
@permitted(Action.SEE_ADDRESSES)
def export_csv(event_id: int) -> ResponseReturnValue:
    """The roster as text that Excel opens by a double click."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        exporting.note(session, actor(), event, "csv")
    pieces = exporting.text(reading(), event)
    return streamed(pieces, exporting.filename(event, ".csv"), CSV)

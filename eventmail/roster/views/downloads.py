"""Files to take away: the uploaded workbook with its reasons, and the roster as it stands."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import exporting, service
from eventmail.roster.models import ImportState
from eventmail.roster.views.common import blueprint, review_url
from eventmail.web.context import actor, reading, writing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
        flash(service.MOVED_ON, "info")
        return redirect(url_for("events.show", event_id=event_id))
    try:
        suffix, content = exporting.annotate(session, found)
    except UserError as error:
        flash(error.message, "error")
        return redirect(review_url(event_id, import_id))
    name = f"{PurePath(found.filename).stem}_確認{suffix}"
    return _file(BytesIO(content), name, XLSM if suffix == ".xlsm" else XLSX)


@blueprint.post("/events/<int:event_id>/participants.xlsx")
@permitted(Action.SEE_ADDRESSES)
def export_xlsx(event_id: int) -> ResponseReturnValue:
    """The roster as a workbook."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        exporting.note(session, actor(), event, "xlsx")
    file = exporting.workbook(reading(), event)
    return _file(file, exporting.filename(event, ".xlsx"), XLSX)


@blueprint.post("/events/<int:event_id>/participants.csv")
@permitted(Action.SEE_ADDRESSES)
def export_csv(event_id: int) -> ResponseReturnValue:
    """The roster as text that Excel opens by a double click."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        exporting.note(session, actor(), event, "csv")
    file = exporting.text(reading(), event)
    return _file(file, exporting.filename(event, ".csv"), CSV)


def _file(file: BinaryIO, name: str, kind: str) -> ResponseReturnValue:
    return send_file(file, mimetype=kind, as_attachment=True, download_name=name, max_age=0)

"""Putting a row's values right: by a suggestion, by a split, or in a form of its own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import pending, service, showing
from eventmail.roster.forms import CorrectionForm
from eventmail.roster.models import ImportState, RosterImport
from eventmail.roster.showing import ShownRow
from eventmail.roster.views.common import act, blueprint, place, review_url
from eventmail.roster.views.review import review_page
from eventmail.roster.words import FIELDS
from eventmail.spreadsheet.columns import Field
from eventmail.web.context import actor, reading


@blueprint.get("/events/<int:event_id>/roster/<int:import_id>/row")
@permitted(Action.IMPORT_ROSTER)
def row_page(event_id: int, import_id: int) -> ResponseReturnValue:
    """One row with its values in fields."""
    found, shown = _find(event_id, import_id)
    if shown is None:
        flash(pending.OUT_OF_DATE, "info")
        return redirect(review_url(event_id, import_id))
    return _row_page(found, shown, CorrectionForm.of(shown.row))


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/row")
@permitted(Action.IMPORT_ROSTER)
def correct(event_id: int, import_id: int) -> ResponseReturnValue:
    """Read again with the values that were typed; what was typed stays if it is refused."""
    found, shown = _find(event_id, import_id)
    if shown is None:
        flash(pending.OUT_OF_DATE, "error")
        return review_page(event_id, import_id, 409)
    form = CorrectionForm.of(shown.row)
    if not form.validate():
        return _row_page(found, shown, form), 422
    row = shown

    def deed(session: Session, own: RosterImport) -> None:
        service.correct(session, actor(), own, row.row.key, form.values)

    def refused() -> ResponseReturnValue:
        return _row_page(found, row, form), 409

    return act(event_id, import_id, deed, refused, f"row-{row.row.key}")


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/suggestion")
@permitted(Action.IMPORT_ROSTER)
def suggestion(event_id: int, import_id: int) -> ResponseReturnValue:
    """Take the likely right value that was shown for one field of a row."""
    key, name = request.form.get("row", ""), request.form.get("field", "")

    def deed(session: Session, found: RosterImport) -> None:
        if name not in set(Field):
            raise NotFound
        value = request.form.get("value", "")
        service.correct(session, actor(), found, key, {Field(name): value})

    return act(
        event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), f"row-{key[:20]}"
    )


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/split")
@permitted(Action.IMPORT_ROSTER)
def split(event_id: int, import_id: int) -> ResponseReturnValue:
    """Make a contact of each address in a row's one cell."""
    key = request.form.get("row", "")

    def deed(session: Session, found: RosterImport) -> None:
        service.split(session, actor(), found, key)

    return act(
        event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), f"row-{key[:20]}"
    )


def _find(event_id: int, import_id: int) -> tuple[RosterImport, ShownRow | None]:
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = service.get_import(session, event, import_id)
    if found.state is not ImportState.PENDING:
        return found, None
    return found, showing.find(session, found, request.args.get("key", ""))


def _row_page(found: RosterImport, shown: ShownRow, form: CorrectionForm) -> str:
    event = events.get_event(reading(), actor(), found.event_id)
    return render_template(
        "roster/row.html",
        event=event,
        found=found,
        shown=shown,
        form=form,
        place=place(),
        fields=FIELDS,
    )

"""Answers to an upload's rows, questions and alarms, and the choice of sheet and columns."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import answering, service
from eventmail.roster.forms import MappingForm
from eventmail.roster.models import Answer, RosterImport
from eventmail.roster.views.common import act, blueprint
from eventmail.roster.views.review import review_page
from eventmail.web.context import actor

ROW = "row-"
NOT_READ = said("シートと列の選び方を読み取れませんでした。選び直してください。")
NO_ANSWER = said("「取り込む」か「取り込まない」を選んでください。")


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/answers")
@permitted(Action.IMPORT_ROSTER)
def answer(event_id: int, import_id: int) -> ResponseReturnValue:
    """Keep the answers that were chosen on this page."""

    def deed(session: Session, found: RosterImport) -> None:
        said = _answers()
        if not said:
            raise UserError(NO_ANSWER)
        answering.answer(session, actor(), found, said)

    anchor = ROW + request.values.get("saved", "")[:20]
    return act(event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), anchor)


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/answer-all")
@permitted(Action.IMPORT_ROSTER)
def answer_all(event_id: int, import_id: int) -> ResponseReturnValue:
    """The same answer for all open rows with one reason."""

    def deed(session: Session, found: RosterImport) -> None:
        said = _said(request.form.get("said", ""))
        if said is None:
            raise UserError(NO_ANSWER)
        answering.answer_all(session, actor(), found, request.form.get("code", ""), said)

    return act(event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), "rows")


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/notices")
@permitted(Action.IMPORT_ROSTER)
def notice(event_id: int, import_id: int) -> ResponseReturnValue:
    """Keep that somebody looked at an alarm, or at a question about the whole file."""

    def deed(session: Session, found: RosterImport) -> None:
        kind, code = request.form.get("kind", ""), request.form.get("code", "")
        answering.confirm_notice(session, actor(), found, kind, code)

    return act(event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), "summary")


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>/columns")
@permitted(Action.IMPORT_ROSTER)
def choose_columns(event_id: int, import_id: int) -> ResponseReturnValue:
    """Read again with another sheet or other columns."""

    def deed(session: Session, found: RosterImport) -> None:
        read = service.reading_of(found)
        form = MappingForm.of(read)
        if not form.validate():
            raise UserError(NOT_READ)
        # Another sheet has other columns: they are looked for anew there.
        sheet = form.sheet.data
        service.choose(
            session, actor(), found, sheet, form.mapping if sheet == read.sheet else None
        )

    return act(event_id, import_id, deed, lambda: review_page(event_id, import_id, 409), "columns")


def _answers() -> dict[str, Answer]:
    found = {}
    for name, value in request.form.items():
        said = _said(value)
        if name.startswith(ROW) and said is not None:
            found[name.removeprefix(ROW)] = said
    return found


def _said(value: str) -> Answer | None:
    return Answer(value) if value in {Answer.TAKE.value, Answer.LEAVE.value} else None

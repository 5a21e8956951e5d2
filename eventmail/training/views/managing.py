"""The manager: assign, see who is done, look at a result and confirm it, take the list away."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.spreadsheet.sheets import XLSX
from eventmail.training import exporting, figures, service
from eventmail.training.forms import AssignForm, staff_form
from eventmail.training.marking import told_of
from eventmail.training.views.common import blueprint, page
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.files import streamed

ASSIGNED = said(
    "{count}人に割り当てました。メールのお知らせを受け取る職員には、メールでも知らせます。"
)
CONFIRMED = said("{name}さんの結果を確認しました。")


@blueprint.get("/training/manage")
@permitted(Action.MANAGE_TRAINING)
def manage() -> str:
    """Every assignment of the office, and the form for another."""
    return _page(staff_form(places.serving(reading(), actor().office.id)))


@blueprint.post("/training/manage")
@permitted(Action.MANAGE_TRAINING)
def assign() -> ResponseReturnValue:
    """Assign to all or some of the office's staff."""
    form = staff_form(places.serving(reading(), actor().office.id))
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with writing() as db:
            count = service.assign(db, actor(), form.wanted, form.ids)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(form), 409
    flash(ASSIGNED.format(count=count), "success")
    return redirect(url_for("training.manage"))


@blueprint.get("/training/assignments/<int:assignment_id>")
@permitted(Action.MANAGE_TRAINING)
def assignment(assignment_id: int) -> str:
    """Who is done and who is late."""
    db = anew()
    made = figures.assignment(db, actor(), assignment_id)
    count = figures.of_office(db, made.office_id).get(made.id, figures.Count())
    return page("assignment", made=made, lines=figures.lines(db, made), count=count)


@blueprint.post("/training/assignments/<int:assignment_id>.xlsx")
@permitted(Action.MANAGE_TRAINING)
def export(assignment_id: int) -> ResponseReturnValue:
    """The same as a workbook."""
    made = figures.assignment(reading(), actor(), assignment_id)
    with writing() as db:
        exporting.note(db, actor(), made)
    pieces = exporting.workbook(reading(), made)
    return streamed(pieces, exporting.filename(made), XLSX)


@blueprint.get("/training/results/<int:result_id>")
@permitted(Action.MANAGE_TRAINING)
def result(result_id: int) -> str:
    """One result with its answers, and whether it was confirmed."""
    db = anew()
    found = service.result(db, actor(), result_id)
    asked = service.paper_of(found.task.assignment)
    seen = found.confirmation
    names = offices.staff_names(db, [found.task.staff_id, *([seen.staff_id] if seen else [])])
    return page(
        "result",
        result=found,
        asked=asked,
        told=told_of(asked, found.answers),
        names=names,
        fault=service.why_not_confirmed(actor(), found),
    )


@blueprint.post("/training/results/<int:result_id>")
@permitted(Action.MANAGE_TRAINING)
def confirm(result_id: int) -> ResponseReturnValue:
    """確認しました."""
    try:
        with writing() as db:
            found = service.confirm(db, actor(), result_id)
            place, person = found.task.assignment_id, found.task.staff_id
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("training.result", result_id=result_id))
    flash(CONFIRMED.format(name=offices.staff_names(reading(), [person])[person]), "success")
    return redirect(url_for("training.assignment", assignment_id=place))


def _page(form: AssignForm) -> str:
    db = anew()
    return page("manage", form=form, found=figures.assignments(db, actor()))

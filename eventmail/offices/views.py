"""Who decides in whose place."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices import deputies, places, service
from eventmail.offices.forms import DeputyForm
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, anew, reading, work_in, writing

blueprint = Blueprint("offices", __name__)


@blueprint.post("/office")
@permitted(Action.SEE)
def switch() -> ResponseReturnValue:
    """Go to work in another office that one serves."""
    with writing() as db:
        found = places.choose(db, actor().staff, request.form.get("office", 0, type=int))
    work_in(found.id)
    flash(said("「{name}」に切り替えました。", name=found.name), "success")
    return redirect(url_for("home.index"))


@blueprint.get("/deputies")
@permitted(Action.SEE)
def deputies_page() -> str:
    """Who decides in whose place, from when to when."""
    return _deputies(DeputyForm.of(deputies.colleagues(reading(), actor())))


@blueprint.post("/deputies")
@permitted(Action.APPOINT)
def appoint() -> ResponseReturnValue:
    """An approver names his deputy."""
    form = DeputyForm.of(deputies.colleagues(reading(), actor()))
    if not form.validate_on_submit():
        return _deputies(form), 422
    try:
        with writing() as db:
            deputies.appoint(
                db, actor(), form.deputy.data, form.first.data, form.last.data, form.reason.data
            )
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _deputies(form), 409
    flash(said("代理を指定しました。"), "success")
    return redirect(url_for("offices.deputies_page"))


@blueprint.post("/deputies/<int:appointment_id>/revoke")
@permitted(Action.APPOINT)
def revoke(appointment_id: int) -> ResponseReturnValue:
    """The appointment ends now."""
    with writing() as db:
        deputies.revoke(db, actor(), appointment_id)
    flash(said("代理の指定を取り消しました。"), "success")
    return redirect(url_for("offices.deputies_page"))


def _deputies(form: DeputyForm) -> str:
    db = anew()
    found = deputies.appointments(db, actor().office.id)
    people = {each for made, _ in found for each in (made.approver_id, made.deputy_id)}
    people |= {revoked.staff_id for _, revoked in found if revoked}
    return render_template(
        "offices/deputies.html",
        found=found,
        form=form,
        names=service.staff_names(db, people),
        last_day=deputies.last_day,
        first_day=deputies.first_day,
        standing=deputies.standing_of,
    )

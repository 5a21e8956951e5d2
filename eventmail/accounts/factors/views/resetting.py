"""A manager takes away the factors of a colleague who lost them all."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts.factors import service
from eventmail.accounts.factors.forms import ResetForm
from eventmail.accounts.factors.views.common import blueprint
from eventmail.accounts.views.entering import confirmed
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, reading, writing


@blueprint.get("/people/<int:staff_id>/factors/reset")
@permitted(Action.MANAGE_STAFF)
@confirmed
def reset_page(staff_id: int) -> ResponseReturnValue:
    """Whose, what will happen, and why."""
    return _page(_colleague(staff_id), ResetForm(formdata=None))


@blueprint.post("/people/<int:staff_id>/factors/reset")
@permitted(Action.MANAGE_STAFF)
@confirmed
def reset(staff_id: int) -> ResponseReturnValue:
    """All of them go; he sets up anew at the next sign-in."""
    form, staff = ResetForm(), _colleague(staff_id)
    if not form.validate_on_submit():
        return _page(staff, form, 422)
    try:
        with writing() as db:
            service.reset(db, actor(), db.get_one(Staff, staff.id), form.reason.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(staff, form, 409)
    flash(said("{name}さんの二段階認証を取り消しました。", name=staff.name), "success")
    return redirect(url_for("home.index"))


def _colleague(staff_id: int) -> Staff:
    found = reading().get(Staff, staff_id)
    if found is None or not found.roles_in(actor().office.id):
        raise NotFound
    return found


def _page(staff: Staff, form: ResetForm, status: int = 200) -> ResponseReturnValue:
    standing = service.standing(reading(), staff.id)
    return render_template("factors/reset.html", staff=staff, form=form, standing=standing), status

"""The office's list of addresses that its letters may name."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.allowed import service
from eventmail.allowed.forms import AllowForm
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("allowed", __name__)


@blueprint.get("/allowed-addresses")
@permitted(Action.SEE)
def index() -> str:
    """The list, and a form for one more."""
    return _page(AllowForm(formdata=None))


@blueprint.post("/allowed-addresses")
@permitted(Action.ALLOW_ADDRESS)
def add() -> ResponseReturnValue:
    """One more entry: typed here, or pressed beside a finding."""
    form = AllowForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with writing() as session:
            entry = service.allow(session, actor(), form.value.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.value.errors = [error.message]
        return _page(form), 409
    flash(
        said("「{value}」を、文面や資料に載せてよいものとして登録しました。", value=entry.value),
        "success",
    )
    return redirect(_back(form))


@blueprint.post("/allowed-addresses/<int:entry_id>/remove")
@permitted(Action.ALLOW_ADDRESS)
def remove(entry_id: int) -> ResponseReturnValue:
    """Take an entry off the list."""
    with writing() as session:
        value = service.disallow(session, actor(), entry_id)
    flash(said("「{value}」の登録を取り消しました。", value=value), "success")
    return redirect(url_for("allowed.index"))


def _back(form: AllowForm) -> str:
    if form.mailing is None:
        return url_for("allowed.index")
    return url_for("mailings.show", mailing_id=form.mailing)


def _page(form: AllowForm) -> str:
    entries = service.listed(reading(), actor().office.id)
    names = staff_names(reading(), [each.added_by for each in entries])
    return render_template("allowed/index.html", form=form, entries=entries, names=names)

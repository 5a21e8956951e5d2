"""保存期間: what will be erased when, what is held longer, and what was erased."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.privacy import due, holds
from eventmail.privacy.forms import HoldForm
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("privacy", __name__)

AHEAD = timedelta(days=90)
KEPT = said("「{name}」の個人情報を、{day}まで残します。")


@blueprint.get("/privacy/retention")
@permitted(Action.SEE_PRIVACY)
def retention() -> str:
    """Which events go when, which are held, which went."""
    session, office = reading(), actor().office
    found = due.coming(session, office, clock.today() + AHEAD)
    held = [each for each in due.held(session, office) if each.on > clock.today() + AHEAD]
    people = {each.hold.staff_id for each in (*found, *held) if each.hold}
    return render_template(
        "privacy/retention.html",
        months=office.retention_months,
        found=found,
        held=held,
        gone=holds.erasures(session, office.id),
        names=staff_names(session, people),
        today=clock.today(),
    )


@blueprint.get("/privacy/retention/<int:event_id>")
@permitted(Action.MANAGE_PRIVACY)
def hold_page(event_id: int) -> str:
    """The form that keeps an event longer."""
    return _hold_page(event_id, HoldForm(formdata=None))


@blueprint.post("/privacy/retention/<int:event_id>")
@permitted(Action.MANAGE_PRIVACY)
def hold(event_id: int) -> ResponseReturnValue:
    """Keep it longer."""
    form = HoldForm()
    if not form.validate_on_submit():
        return _hold_page(event_id, form), 422
    try:
        with writing() as session:
            made = holds.hold(session, actor(), event_id, form.until.data, form.reason.data)
            name = events.get_event(session, actor(), event_id).name
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.until.errors = [error.message]
        return _hold_page(event_id, form), 409
    flash(KEPT.format(name=name, day=clock.japanese_date(made.until)), "success")
    return redirect(url_for("privacy.retention"))


@blueprint.post("/privacy/retention/<int:event_id>/release")
@permitted(Action.MANAGE_PRIVACY)
def release(event_id: int) -> ResponseReturnValue:
    """End the hold."""
    with writing() as session:
        holds.release(session, actor(), event_id)
    flash(said("延長を終えました。期限が過ぎていれば、次の夜から消去します。"), "success")
    return redirect(url_for("privacy.retention"))


def _hold_page(event_id: int, form: HoldForm) -> str:
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = due.look(session, actor().office, event)
    return render_template("privacy/hold.html", form=form, found=found, today=clock.today())

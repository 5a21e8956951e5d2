"""STOP for the whole office, from every page and for everybody; going on is decided."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import control
from eventmail.outbox.forms import StopForm
from eventmail.outbox.views.common import blueprint
from eventmail.web.context import actor, services, writing


@blueprint.get("/stop")
@permitted(Action.STOP)
def stop_page() -> ResponseReturnValue:
    """One click away from STOP."""
    return render_template("outbox/stop.html", form=StopForm(formdata=None))


@blueprint.post("/stop")
@permitted(Action.STOP)
def stop() -> ResponseReturnValue:
    """STOP. Whatever was typed as the reason, nothing may keep it from taking effect."""
    form = StopForm()
    form.validate_on_submit()
    with writing() as session:
        control.stop_office(session, actor(), form.reason.data or "")
    flash(said("所の送信をすべて止めました。"), "success")
    return redirect(url_for("home.index"))


@blueprint.post("/stop/resume")
@permitted(Action.RESUME)
def resume_office() -> ResponseReturnValue:
    """Take the STOP back: what was waiting goes on."""
    with writing() as session:
        control.resume_office(session, actor())
    services().outbox.wake_due()
    flash(said("送信を再開しました。止まっていた送信は、続きから始まります。"), "success")
    return redirect(url_for("home.index"))

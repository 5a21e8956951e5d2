"""Taking an alert off the pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventmail.alerts import service
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, writing

blueprint = Blueprint("alerts", __name__)


@blueprint.post("/alerts/<int:alert_id>/seen")
@permitted(Action.SEE_TO_ALERT)
def see_to(alert_id: int) -> ResponseReturnValue:
    """The manager sees to it; the record says who and when."""
    with writing() as session:
        alert = service.see_to(session, actor(), alert_id)
    flash(said("対応を始めたことを記録しました。お知らせは表示されなくなります。"), "success")
    if alert.mailing_id is None:
        return redirect(url_for("home.index"))
    return redirect(url_for("mailings.show", mailing_id=alert.mailing_id))

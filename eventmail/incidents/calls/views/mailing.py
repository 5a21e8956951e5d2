"""The mails that follow the calls: a draft for those whom each is for."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.incidents.calls import mails
from eventmail.incidents.calls.models import Purpose
from eventmail.incidents.calls.views.common import blueprint, incident_of
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, writing

BEGUN = said(
    "下書きを作りました。●●を書きかえ、送る予定の件数を入力してください。"
    "このあと、いつもどおり確認と決裁を受けて送ります。"
)


@blueprint.post("/incidents/<int:incident_id>/calls/mail")
@permitted(Action.EDIT_MAILING)
def write(incident_id: int) -> ResponseReturnValue:
    """Begin a mail to those who were reached, or to those who were not."""
    told = request.form.get("purpose", "")
    if told not in set(Purpose):
        raise NotFound
    try:
        with writing() as session:
            incident = incident_of(session, incident_id, lock=True)
            mailing = mails.begin(session, actor(), incident, Purpose(told))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
        back = url_for("incident_calls.index", incident_id=incident_id, _anchor="mails")
        return redirect(back)
    flash(BEGUN, "success")
    return redirect(url_for("mailings.edit", mailing_id=mailing.id))

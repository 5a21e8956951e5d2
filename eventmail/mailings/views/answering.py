"""The author's answers to findings: many fields, of which nothing typed is ever lost."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings import service
from eventmail.mailings.answers import to_answer
from eventmail.mailings.review_forms import PREFIX
from eventmail.mailings.views import drafting
from eventmail.mailings.views.common import blueprint
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, reading, writing

LAPSED = said(
    "指摘が変わったため、次の回答は使えませんでした。必要なら書き写してください：「{text}」"
)
SHOWN = 10


@blueprint.post("/mailings/<int:mailing_id>/answers")
@permitted(Action.EDIT_MAILING)
def answer(mailing_id: int) -> ResponseReturnValue:
    """Keep the answers; and submit, where that button was pressed."""
    session = reading()
    mailing = service.get_mailing(session, actor(), mailing_id)
    found = service.find(session, service.current_content(session, mailing))
    form = drafting.answers_form(mailing, found)
    if not form.validate_on_submit():
        return drafting.page(mailing, form), 422
    try:
        with writing() as db:
            own = service.get_mailing(db, actor(), mailing_id, lock=True)
            service.answer(db, actor(), own, found, form.given)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return drafting.page(mailing, form), 409
    _tell_lapsed({each.key for each in to_answer(found)})
    if request.form.get("then") == "submit":
        return drafting.submit_now(mailing_id)
    flash(said("回答を保存しました。"), "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _tell_lapsed(keys: set[str]) -> None:
    """What was typed for a finding that is gone by now is given back to its writer."""
    lapsed = [
        text.strip()
        for name, text in request.form.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in keys and text.strip()
    ]
    for text in lapsed[:SHOWN]:
        flash(LAPSED.format(text=text), "warning")

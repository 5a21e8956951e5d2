"""修正して再送: one page for one mail that came back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.bounces import mending
from eventmail.bounces.forms import MendForm
from eventmail.bounces.showing import NAMES
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.outbox.views.common import progress_url
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("bounces", __name__)

DRAFTED = said(
    "「{company}」のアドレスを直し、この送信先だけへの下書きを作りました。"
    "送る予定の件数に1を入力して、確認を依頼してください。"
)
VOIDED = said("名簿が変わったため、確認中・決裁中の{count}件の案件が下書きに戻りました。")


@blueprint.get("/deliveries/<mail:delivery_id>/mend")
@permitted(Action.EDIT_MAILING)
def mend_page(delivery_id: int) -> str:
    """Whom to call, why it came back, and a field for the right address."""
    found, _, contact = mending.failed_of(reading(), actor(), delivery_id)
    known = contact.address if found.mended else ""  # somebody has put it right already
    return _page(delivery_id, MendForm(formdata=None, data={"email": known}))


@blueprint.post("/deliveries/<mail:delivery_id>/mend")
@permitted(Action.EDIT_MAILING)
def mend(delivery_id: int) -> ResponseReturnValue:
    """Put the address right, and draft the mail for this contact alone."""
    form = MendForm()
    found, _, _ = mending.failed_of(reading(), actor(), delivery_id)
    if not form.validate_on_submit():
        return _page(delivery_id, form), 422
    try:
        with writing() as session:
            draft, voided = mending.mend(session, actor(), delivery_id, form.address)
            to = url_for("mailings.edit", mailing_id=draft.id)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        return _page(delivery_id, form, [error.message]), 409
    flash(DRAFTED.format(company=found.company), "success")
    if voided:
        flash(VOIDED.format(count=voided), "warning")
    return redirect(to)


def _page(delivery_id: int, form: MendForm, messages: list[str] | None = None) -> str:
    found, snapshot, contact = mending.failed_of(reading(), actor(), delivery_id)
    return render_template(
        "bounces/mend.html",
        failed=found,
        mailing=snapshot.mailing,
        contact=contact,
        names=NAMES,
        form=form,
        messages=messages or [],
        back=progress_url(snapshot),
    )

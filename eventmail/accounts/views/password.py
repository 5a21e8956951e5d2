"""One's own new password, after proving oneself anew."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts import password as service
from eventmail.accounts.forms import NewPasswordForm
from eventmail.accounts.views import entering
from eventmail.accounts.views.common import blueprint
from eventmail.accounts.views.invited import NOT_THE_SAME
from eventmail.errors import UserError
from eventmail.language import listed, said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import writing


@blueprint.get("/account/password")
@permitted(Action.OWN_ACCOUNT)
@entering.confirmed
def password() -> ResponseReturnValue:
    """What a password must be, and two fields."""
    return _page(NewPasswordForm(), 200)


@blueprint.post("/account/password")
@permitted(Action.OWN_ACCOUNT)
@entering.confirmed
def change_password() -> ResponseReturnValue:
    """Set it; all other sessions end."""
    form, one = NewPasswordForm(), entering.current_session()
    assert one is not None
    if not form.validate_on_submit():
        return _page(form, 422)
    if form.password.data != form.again.data:
        form.again.errors = [NOT_THE_SAME]
        return _page(form, 422)
    try:
        with writing() as db:
            ended = service.change(db, one, form.password.data)
    except UserError as error:
        form.password.errors = [error.message]
        return _page(form, 422)
    told = [said("パスワードを変えました。")]
    if ended:
        told.append(said("ほかの{count}件のサインインを終えました。", count=ended))
    flash(listed(told, ""), "success")
    return redirect(url_for("accounts.account"))


def _page(form: NewPasswordForm, status: int) -> ResponseReturnValue:
    return render_template("accounts/password.html", form=form), status

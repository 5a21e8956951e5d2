"""Taking up an invitation: looking at it changes nothing, the POST sets the password."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts import invitations
from eventmail.accounts.forms import NewPasswordForm
from eventmail.accounts.models import Ending, Invitation
from eventmail.accounts.views import entering
from eventmail.accounts.views.common import blueprint
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import Office, Staff
from eventmail.offices.permissions import ROLE_NAMES, Action, permitted
from eventmail.web.context import reading, writing

NOT_THE_SAME = said("二つのパスワードが違います。同じパスワードを入力してください。")
WAITS = said(
    "パスワードを決めました。役割が認められるとサインインできます。所の管理者に確かめてください。"
)
WELCOME = said("パスワードを決めて、サインインしました。")


@blueprint.get("/invitations/<token>")
@permitted(Action.ANYBODY)
def invitation(token: str) -> ResponseReturnValue:
    """Who is invited to what."""
    return _page(token, NewPasswordForm(), 200)


@blueprint.post("/invitations/<token>")
@permitted(Action.ANYBODY)
def take_up(token: str) -> ResponseReturnValue:
    """Set the password and sign in."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _page(token, form, 422)
    if form.password.data != form.again.data:
        form.again.errors = [NOT_THE_SAME]
        return _page(token, form, 422)
    try:
        with writing() as db:
            taken = invitations.take_up(db, token, form.password.data, entering.origin())
    except UserError as error:
        form.password.errors = [error.message]
        return _page(token, form, 422)
    return _enter(taken)


def _enter(taken: invitations.Taken) -> ResponseReturnValue:
    if entering.current_session() is not None:  # somebody else's, on this browser
        entering.leave(Ending.SIGNED_OUT)
    if taken.found is None:
        session.clear()
        flash(WAITS, "success")
        return redirect(url_for("accounts.sign_in"))
    answer = entering.enter(taken.found, url_for("home.index"))
    flash(WELCOME, "success")
    return answer


def _page(token: str, form: NewPasswordForm, status: int) -> ResponseReturnValue:
    try:
        found, staff = invitations.find(reading(), token)
    except UserError as error:
        shown = render_template("accounts/invitation_over.html", sentence=error.message), 404
    else:
        shown = _shown(form, found, staff), status
    answer = make_response(shown)
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address of this page is the secret
    return answer


def _shown(form: NewPasswordForm, found: Invitation, staff: Staff) -> str:
    office = reading().get(Office, found.office_id or 0)
    roles = staff.roles_in(office.id) if office else frozenset()
    return render_template(
        "accounts/invitation.html",
        form=form,
        found=found,
        staff=staff,
        office=office,
        roles=[name for role, name in ROLE_NAMES.items() if role in roles],
    )

"""Signing in and out, and entering the password once more."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.accounts import reauth, signing_in, steps
from eventmail.accounts.forms import ConfirmForm, SignInForm
from eventmail.accounts.models import Ending
from eventmail.accounts.signing_in import Refused
from eventmail.accounts.views import entering
from eventmail.accounts.views.common import blueprint
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading, writing


@blueprint.route("/sign-in", methods=["GET", "POST"])
@permitted(Action.ANYBODY)
def sign_in() -> ResponseReturnValue:
    """Ask who it is; go on to the page that was wanted."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    form = SignInForm()
    if form.validate_on_submit():
        login, origin = form.login.data, entering.origin()
        typed = signing_in.typed(reading(), login, form.password.data or "", origin)
        with writing() as db:
            answer = signing_in.begin(db, login, typed, origin)
        if not isinstance(answer, Refused):
            return entering.enter(answer, entering.wanted_page())
        flash(answer.sentence, "error")
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@blueprint.post("/sign-out")
@permitted(Action.ANYBODY)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    entering.leave(Ending.SIGNED_OUT)
    flash(said("サインアウトしました。"), "success")
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/account/confirm", methods=["GET", "POST"])
@permitted(Action.OWN_ACCOUNT)
def confirm() -> ResponseReturnValue:
    """Ask for the password once more, then for the second step where one is asked."""
    form, one = ConfirmForm(), entering.current_session()
    assert one is not None
    if not form.validate_on_submit():
        return _confirm_page(form, 422 if form.errors else 200)
    origin = entering.origin()
    typed = reauth.typed(reading(), current_user, form.password.data or "", origin)
    with writing() as db:
        sentence = reauth.confirm_password(db, one, typed, origin)
    if sentence:
        form.password.errors = [sentence]
        return _confirm_page(form, 422)
    session[entering.WANTED] = entering.wanted_page()
    more = steps.required_of(reading(), current_user)
    return redirect(url_for(more[0].endpoint) if more else session.pop(entering.WANTED))


def _confirm_page(form: ConfirmForm, status: int) -> ResponseReturnValue:
    return render_template("accounts/confirm.html", form=form), status

"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from eventmail.offices import service
from eventmail.offices.forms import SignInForm
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import writing

blueprint = Blueprint("offices", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@permitted(Action.ANYBODY)
def sign_in() -> ResponseReturnValue:
    """Ask who it is; go on to the page that was wanted."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    form = SignInForm()
    if form.validate_on_submit():
        with writing() as db:
            answer = service.sign_in(db, form.login.data, form.password.data)
        if not isinstance(answer, str):
            session.clear()  # nothing that was there before the sign-in stays
            session.permanent = True
            login_user(answer)
            return redirect(_wanted())
        flash(answer, "error")
    return render_template("offices/sign_in.html", form=form), 200 if not form.errors else 422


@blueprint.post("/sign-out")
@permitted(Action.ANYBODY)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    flash("サインアウトしました。", "success")
    return redirect(url_for("offices.sign_in"))


def _wanted() -> str:
    target = request.args.get("next", "")
    try:
        parts = urlsplit(target)
    except ValueError:
        return url_for("home.index")
    # Only a path of our own: no scheme, no host, and no '//host' or '/\\host' that acts as one.
    local = not parts.scheme and not parts.netloc and target[:1] == "/" and target[1:2] not in "/\\"
    return target if local and len(target) > 1 else url_for("home.index")

"""自分の設定: who I am here, where my notices go, and whether I want them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.staffmail import service
from eventmail.web.context import actor, writing
from eventmail.web.forms import Form

blueprint = Blueprint("staffmail", __name__)


class NoticesForm(Form):
    """One switch."""

    notices = BooleanField(said("仕事が届いたとき、メールで知らせる"))


@blueprint.get("/me")
@permitted(Action.SEE)
def me() -> str:
    """My own settings."""
    staff = actor().staff
    return render_template("staffmail/me.html", staff=staff, form=NoticesForm(obj=staff))


@blueprint.post("/me")
@permitted(Action.SEE)
def save() -> ResponseReturnValue:
    """Switch my notices on or off."""
    form = NoticesForm()
    with writing() as session:
        service.want_notices(session, actor(), bool(form.notices.data))
    flash(said("設定を保存しました。"), "success")
    return redirect(url_for("staffmail.me"))

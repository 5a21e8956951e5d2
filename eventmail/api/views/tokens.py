"""APIトークン: which there are, a new one that is shown once, and the end of one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts.views.entering import confirmed
from eventmail.api import tokens
from eventmail.api.forms import TokenForm
from eventmail.api.models import SHORT_NAMES
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("api_tokens", __name__)
ENDS = {
    None: (said("使えます"), "success"),
    tokens.Over.EXPIRED: (said("期限切れ"), "neutral"),
    tokens.Over.REVOKED: (said("取り消し済み"), "neutral"),
}


@blueprint.get("/api-tokens")
@permitted(Action.MANAGE_API)
def index() -> str:
    """The office's tokens."""
    found = tokens.listed_of(reading(), actor())
    return render_template(
        "api_tokens/index.html",
        tokens=[(each, ENDS[tokens.over(each)], tokens.over(each) is None) for each in found],
        names=staff_names(reading(), [each.staff_id for each in found]),
        scope_names=SHORT_NAMES,
    )


@blueprint.get("/api-tokens/new")
@permitted(Action.MANAGE_API)
@confirmed
def new() -> ResponseReturnValue:
    """What it may do, and for how long."""
    return _page(TokenForm(formdata=None))


@blueprint.post("/api-tokens/new")
@permitted(Action.MANAGE_API)
@confirmed
def make() -> ResponseReturnValue:
    """The token, shown here once."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with writing() as session:
            made, secret = tokens.make(session, actor(), form.wanted)
    except Forbidden:
        raise
    except UserError as error:
        form.scopes.errors = [error.message]
        return _page(form), 409
    return render_template("api_tokens/made.html", made=made, secret=secret)


@blueprint.post("/api-tokens/<int:token_id>/revoke")
@permitted(Action.MANAGE_API)
def revoke(token_id: int) -> ResponseReturnValue:
    """It opens nothing from now on."""
    with writing() as session:
        ended = tokens.revoke(session, actor(), token_id)
    flash(said("APIトークン「{name}」を取り消しました。", name=ended.name), "success")
    return redirect(url_for("api_tokens.index"))


def _page(form: TokenForm) -> str:
    return render_template("api_tokens/new.html", form=form)

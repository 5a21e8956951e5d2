"""局の一覧: how the offices of a bureau stand."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from eventmail.bureau import service
from eventmail.bureau.bars import COMPARED, SHARES, bars, compared
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading

blueprint = Blueprint("overview", __name__)


@blueprint.get("/overview")
@permitted(Action.OVERSEE)
def index() -> str:
    """All offices of the bureaus that I oversee, in figures."""
    found = service.overviews(reading(), current_user)
    return render_template(
        "bureau/index.html",
        overviews=[(each, compared(each.offices), bars(each.offices)) for each in found],
        compared=[series for series, _ in COMPARED],
        shares=SHARES,
    )

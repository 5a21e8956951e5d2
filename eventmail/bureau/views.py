"""局の一覧: how the offices of a bureau stand."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from eventmail.bureau import service
from eventmail.bureau.chart import bars
from eventmail.mailings.models import MailingState
from eventmail.mailings.review import STATE_NAMES
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading

blueprint = Blueprint("overview", __name__)
STATES = {state: STATE_NAMES[state] for state in MailingState}
HEADERS = [
    "所",
    *(
        (each, "num")
        for each in (
            "60日以内のイベント",
            "14日以内で未送信",
            *STATES.values(),
            "要確認のメール",
            "対応待ちの知らせ",
        )
    ),
]


@blueprint.get("/overview")
@permitted(Action.OVERSEE)
def index() -> str:
    """All offices of the bureaus that I oversee, in figures."""
    mine = [each.bureau_id for each in current_user.oversight]
    found = [service.overview(reading(), bureau_id) for bureau_id in mine]
    return render_template(
        "bureau/index.html",
        overviews=[(each, bars(each)) for each in found],
        headers=HEADERS,
        states=STATES,
    )

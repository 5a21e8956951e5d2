"""The mail as any recipient will receive it, and beside an earlier version."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from eventmail.letters import comparing
from eventmail.letters.looking import Look, look
from eventmail.letters.views.common import blueprint
from eventmail.mailings import service
from eventmail.mailings.models import Mailing
from eventmail.mailings.views import blueprint as mailings_pages
from eventmail.mailings.views.common import rendered
from eventmail.offices.permissions import Action, permitted
from eventmail.roster.views.common import search_text
from eventmail.web.context import actor, reading
from eventmail.web.forms import row_number
from eventmail.wordings import service as wordings


@mailings_pages.get("/mailings/<int:mailing_id>/preview")
@permitted(Action.SEE)
def preview(mailing_id: int) -> ResponseReturnValue:
    """The mail as one of the recipients will receive it: made by the code that sends."""
    mailing, seen = _look(mailing_id)
    return render_template(
        "letters/preview.html",
        mailing=mailing,
        content=seen.content,
        look=seen,
        **rendered(seen.content, seen.index),
    )


@blueprint.get("/mailings/<int:mailing_id>/compare")
@permitted(Action.SEE)
def compare(mailing_id: int) -> ResponseReturnValue:
    """The letter as one recipient reads it, beside what it is compared with."""
    mailing, seen = _look(mailing_id)
    session = reading()
    offers = wordings.offers(session, actor().office)
    found = comparing.partners(session, mailing, offers)
    partner = comparing.chosen_partner(found, request.args.get("against", ""))
    return render_template(
        "letters/compare.html",
        mailing=mailing,
        content=seen.content,
        look=seen,
        partners=found,
        compared=comparing.compare(session, seen.content, seen.recipient, partner),
    )


def _look(mailing_id: int) -> tuple[Mailing, Look]:
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    content = service.content_to_show(reading(), mailing)
    return mailing, look(content, request.args.get("contact", type=row_number), search_text())

"""Choosing by hand whom a mailing is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.letters import choosing
from eventmail.letters.forms import number
from eventmail.letters.views.common import blueprint
from eventmail.mailings import audiences, service
from eventmail.mailings.models import Audience, Mailing
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.roster.views.common import page_number, search_text
from eventmail.web.context import actor, reading, writing
from eventmail.web.forms import Form

Deed = Callable[[Session, Mailing, int], None]


@blueprint.get("/mailings/<int:mailing_id>/recipients")
@permitted(Action.EDIT_MAILING)
def choose_page(mailing_id: int) -> ResponseReturnValue:
    """Those taking part, a page at a time, with a tick for each that is chosen."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    if mailing.audience is not Audience.CHOSEN:
        flash(choosing.NOT_BY_HAND, "info")
        return redirect(url_for("mailings.edit", mailing_id=mailing_id))
    only = request.args.get("show") == "chosen"
    session = reading()
    return render_template(
        "letters/choose.html",
        mailing=mailing,
        listed=choosing.candidates(
            session, mailing, search_text(), page_number(), only_chosen=only
        ),
        chosen=audiences.chosen_ids(session, mailing),
        gone=audiences.chosen_and_gone(session, mailing),
        q=search_text(),
        only=only,
        form=Form(),
    )


@blueprint.post("/mailings/<int:mailing_id>/recipients")
@permitted(Action.EDIT_MAILING)
def choose(mailing_id: int) -> ResponseReturnValue:
    """Keep the ticks of one page, of a whole search, or drop those who have gone."""
    service.get_mailing(reading(), actor(), mailing_id)
    deed = _DEEDS.get(request.form.get("act", ""), _keep_ticks)
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            deed(session, mailing, number(request.form.get("version")))
            count = len(audiences.chosen_ids(session, mailing))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
    else:
        flash(
            said("選択を保存しました。いま選んでいる送信先は{count}件です。", count=count),
            "success",
        )
    return redirect(url_for("letters.choose_page", mailing_id=mailing_id, **_place()))


def _keep_ticks(session: Session, mailing: Mailing, version: int) -> None:
    shown = {number(each) for each in request.form.get("shown", "").split(",")} - {0}
    ticked = {number(each) for each in request.form.getlist("contact")}
    choosing.choose(session, actor(), mailing, version, shown, ticked)


def _take_all(session: Session, mailing: Mailing, version: int) -> None:
    choosing.choose_found(session, actor(), mailing, version, search_text(), chosen=True)


def _leave_all(session: Session, mailing: Mailing, version: int) -> None:
    choosing.choose_found(session, actor(), mailing, version, search_text(), chosen=False)


def _drop_gone(session: Session, mailing: Mailing, version: int) -> None:
    choosing.drop_gone(session, actor(), mailing, version)


_DEEDS: dict[str, Deed] = {"all": _take_all, "none": _leave_all, "drop": _drop_gone}


def _place() -> dict[str, Any]:
    """Where the person was in the list."""
    told = {"q": search_text(), "page": page_number(), "show": request.args.get("show", "")}
    return {name: value for name, value in told.items() if value not in ("", 1)}

"""予定表: a month of the office."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request, url_for

from eventmail.agenda import service
from eventmail.agenda.month import WEEKDAYS, Month, weeks
from eventmail.agenda.service import Entry, Sort
from eventmail.language import said
from eventmail.mailings.review import STATE_NAMES as MAILING_STATES
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox.views.situation import MAILING_KINDS
from eventmail.web.context import actor, reading

blueprint = Blueprint("agenda", __name__)
SORT_NAMES = {
    Sort.EVENT: said("イベント"),
    Sort.DEADLINE: said("回答の締切"),
    Sort.MAILING: said("メール"),
}


@blueprint.get("/calendar")
@permitted(Action.SEE)
def index() -> str:
    """The month that ``?month=`` names, or this one."""
    month = Month.named(request.args.get("month", ""))
    found = service.entries(reading(), actor(), month)
    by_day = {day: tuple(some) for day, some in groupby(found, key=lambda each: each.day)}
    return render_template(
        "agenda/index.html",
        month=month,
        this_month=Month.named(""),
        weeks=weeks(month, by_day),
        weekdays=WEEKDAYS,
        counted={sort: sum(each.sort is sort for each in found) for sort in Sort},
        sort_names=SORT_NAMES,
        state_names=MAILING_STATES,
        state_kinds=MAILING_KINDS,
        link=_link,
    )


def _link(entry: Entry) -> str:
    if entry.sort is Sort.MAILING:
        return url_for("mailings.show", mailing_id=entry.number)
    return url_for("events.show", event_id=entry.number)

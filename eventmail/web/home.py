"""The first page: what waits for me, and the events."""

from __future__ import annotations

from flask import Blueprint, render_template

from eventmail.events import service as events
from eventmail.mailings.neglect import neglected
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import listing
from eventmail.proposals import history
from eventmail.web.context import actor, reading

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@permitted(Action.SEE)
def index() -> str:
    """What waits for me, then the events."""
    session = reading()
    return render_template(
        "web/home.html",
        unseen=history.unseen(session, actor()),
        neglected=neglected(session, [actor().office.id]),
        running=listing.running(session, actor().office.id),
        events=events.list_events(session, actor()),
    )

"""The first page: what waits for me, and the events."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.corrections import service as corrections
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import listing
from eventmail.outbox.quiet import quiet_events
from eventmail.proposals import history
from eventmail.web.context import actor, actor_if_any, administers, reading

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@permitted(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """What waits for me, then the events; for whoever serves in no office, his own first page."""
    if actor_if_any() is None:
        return redirect(url_for("administration.index" if administers() else "overview.index"))
    session = reading()
    return render_template(
        "web/home.html",
        unseen=history.unseen(session, actor()),
        quiet=quiet_events(session, [actor().office.id]),
        corrections=corrections.waiting(session, actor().office.id),
        running=listing.running(session, actor().office.id),
        events=events.list_events(session, actor()),
    )

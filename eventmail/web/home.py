"""The first page: the one thing to do next, what waits for me, what is running, what is near."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.corrections import service as corrections
from eventmail.desk import views as desk
from eventmail.events import service as events
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox.quiet import begun, quiet_events
from eventmail.outbox.under_way import under_way
from eventmail.outbox.views.situation import tag_of_sending
from eventmail.proposals import history
from eventmail.setup import guide
from eventmail.web.context import actor, actor_if_any, administers, reading
from eventmail.web.usual import usual

blueprint = Blueprint("home", __name__)
SHOWN = 5  # of what waits; the rest stands on a page of its own


@blueprint.get("/")
@permitted(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """What concerns me; for whoever serves in no office, his own first page."""
    if actor_if_any() is None:
        return redirect(url_for("setup.index" if administers() else "overview.index"))
    session, me = reading(), actor()
    tasks = desk.tasks()
    first = next((each for each in tasks if each.waits), None)
    quiet = quiet_events(session, [me.office.id])
    under_way_to = begun(session, quiet)
    return render_template(
        "web/home.html",
        first=first,
        others=[each for each in tasks[:SHOWN] if each is not first],
        count=len(tasks),
        shown=SHOWN,
        guide=guide.of(session, me),
        usual=usual(me),
        unseen=history.unseen(session, me),
        quiet=quiet,
        unwritten=next((each for each in quiet if each.id not in under_way_to), None),
        corrections=corrections.waiting(session, me.office.id),
        running=under_way(session, me.office.id),
        sending_tag=tag_of_sending,
        events=events.list_events(session, me),
    )

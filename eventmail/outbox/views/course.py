"""The picture of a sending over time, on its page and on its record."""

from __future__ import annotations

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from eventmail.bounces.course import came_back
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import course
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.service import STATE_NAMES
from eventmail.outbox.views.common import blueprint, sent
from eventmail.pictures.columns import Columns, columns
from eventmail.pictures.looks import Look, Series
from eventmail.pictures.timeline import timeline
from eventmail.web.context import reading

LOOKS = {
    DeliveryState.ACCEPTED: Look.OK,
    DeliveryState.DEFERRED: Look.WAIT,
    DeliveryState.REFUSED: Look.BAD,
    DeliveryState.UNCERTAIN: Look.DOUBT,
    DeliveryState.BOUNCED: Look.BACK,
}
SERIES = tuple(Series(state.value, STATE_NAMES[state], look) for state, look in LOOKS.items())


def course_of(snapshot: Snapshot) -> Columns:
    """What the relay said, what came back and what people did, in time."""
    session = reading()
    step = course.step_of(session, snapshot)
    counted = course.answers(session, snapshot, step) + came_back(session, snapshot, step)
    return columns(SERIES, timeline(counted, course.notes(session, snapshot)))


@blueprint.get("/mailings/<int:mailing_id>/course.json")
@permitted(Action.SEE)
def course_json(mailing_id: int) -> ResponseReturnValue:
    """The picture alone, for a page that is open (picture.js); 304 while nothing changed."""
    _, snapshot = sent(mailing_id)
    response = jsonify(html=render_template("outbox/course.html", chart=course_of(snapshot)))
    response.add_etag()
    return response.make_conditional(request)

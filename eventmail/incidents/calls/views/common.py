"""What the contact list's pages share."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.incidents import service
from eventmail.incidents.calls.calling import in_words, warning
from eventmail.incidents.calls.export import in_words as call_in_words
from eventmail.incidents.calls.standing import (
    OUTCOME_NAMES,
    STATE_KINDS,
    STATE_NAMES,
    TICKS,
    short_day,
)
from eventmail.incidents.models import Incident
from eventmail.web.context import actor

blueprint = Blueprint("incident_calls", __name__)


def incident_of(session: Session, incident_id: int, *, lock: bool = False) -> Incident:
    """One incident of the actor's office; of any other it is not found."""
    return service.find(session, actor().office.id, incident_id, lock=lock)


def page(template: str, **values: object) -> str:
    """A page with the words of this room."""
    return render_template(
        f"incidents/calls/{template}.html",
        state_names=STATE_NAMES,
        state_kinds=STATE_KINDS,
        outcome_names=OUTCOME_NAMES,
        ticks=TICKS,
        short_day=short_day,
        calling=in_words,
        warning=warning,
        call_in_words=call_in_words,
        today=clock.today(),
        current="incident_calls.index",
        **values,
    )

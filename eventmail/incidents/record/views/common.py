"""The blueprint, and what all its pages have around them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, g, render_template, url_for
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.record import rows
from eventmail.incidents.record.forms import SeenForm
from eventmail.language import said
from eventmail.offices.permissions import Forbidden
from eventmail.web.context import actor, anew, writing

blueprint = Blueprint("incident_record", __name__)


def of_office(incident_id: int) -> Incident:
    """The incident for looking at; of another office it is not found."""
    db = anew()
    return incidents.find(db, actor().office.id, incident_id)


def tried(
    incident_id: int, act: Callable[[Session, Incident], object], form: SeenForm | None = None
) -> bool:
    """Do it in one transaction; what a rule said no to is told on the page that follows. Whoever
    was overtaken can save his ``form`` again after that page has shown him what counts now.
    """
    try:
        with writing() as db:
            act(db, incidents.find(db, actor().office.id, incident_id, lock=True))
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        if form is not None and isinstance(error, rows.Outdated):
            form.shows(error.version)
            g.overtaken = True
        flash(error.message, "error")
        return False
    return True


def page(template: str, incident: Incident, **values: object) -> str:
    """A page of an incident."""
    return render_template(
        f"incidents/record/{template}.html",
        incident=incident,
        crumbs=crumbs(incident),
        today=clock.today(),
        overtaken=g.get("overtaken", False),
        **values,
    )


def crumbs(incident: Incident | None = None) -> list[tuple[str, str | None]]:
    """The way back up."""
    found: list[tuple[str, str | None]] = [(said("ホーム"), "/")]
    found.append((said("漏えい等事案"), url_for("incidents.index")))
    if incident is not None:
        found.append((incident.title, url_for("incidents.show", incident_id=incident.id)))
    return found

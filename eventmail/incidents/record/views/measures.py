"""原因と再発防止策: the list, and one more of each."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock, workdays
from eventmail.incidents.models import Incident
from eventmail.incidents.record import rows, service
from eventmail.incidents.record.forms import CauseForm, MeasureForm, ReasonForm
from eventmail.incidents.record.models import LEVEL_NAMES
from eventmail.incidents.record.suggestions import BY_KEY, CAUSES, MEASURES
from eventmail.incidents.record.views.common import blueprint, of_office, page, tried
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading

CAUSE_ADDED = said("原因に加えました。")
CAUSE_DROPPED = said("原因から外しました。理由は残っています。")
ADDED = said("再発防止策を加えました。担当の職員には、待っている仕事に出ます。")


@blueprint.get("/incidents/<int:incident_id>/measures")
@permitted(Action.SEE_INCIDENT)
def measures(incident_id: int) -> str:
    """Why it happened, and what is done about it."""
    return _page(of_office(incident_id), CauseForm(formdata=None))


@blueprint.post("/incidents/<int:incident_id>/causes")
@permitted(Action.LEAD_RESPONSE)
def add_cause(incident_id: int) -> ResponseReturnValue:
    """One more cause, ready or in one's own words."""
    incident, form = of_office(incident_id), CauseForm()
    if not form.validate_on_submit():
        return _page(incident, form), 422

    def act(db: Session, found: Incident) -> None:
        service.add_cause(db, actor(), found, form.text.data)

    if not tried(incident_id, act):
        return _page(incident, form), 409
    return _done(incident_id, CAUSE_ADDED)


@blueprint.post("/incidents/<int:incident_id>/causes/<int:number>/drop")
@permitted(Action.LEAD_RESPONSE)
def drop_cause(incident_id: int, number: int) -> ResponseReturnValue:
    """It was no cause after all."""
    form = ReasonForm()

    def act(db: Session, found: Incident) -> None:
        service.drop_cause(db, actor(), found, number, form.version, form.note.data or "")

    if not tried(incident_id, act):
        return redirect(url_for("incident_record.measures", incident_id=incident_id))
    return _done(incident_id, CAUSE_DROPPED)


@blueprint.get("/incidents/<int:incident_id>/measures/new")
@permitted(Action.LEAD_RESPONSE)
def new_measure(incident_id: int) -> str:
    """A measure in one's own words, or a ready one to fill up."""
    incident = of_office(incident_id)
    ready = BY_KEY.get(request.args.get("ready", ""))
    shown: dict[str, object] = {"due_on": workdays.next_open(clock.today())}
    if ready is not None:
        training = "yes" if ready.training else ""
        shown |= {"text": ready.text, "level": ready.level.value, "training": training}
    return page("measure_new", incident, form=_form(**shown))


@blueprint.post("/incidents/<int:incident_id>/measures/new")
@permitted(Action.LEAD_RESPONSE)
def add_measure(incident_id: int) -> ResponseReturnValue:
    """Decide on it."""
    incident, form = of_office(incident_id), _form()
    if not form.validate_on_submit():
        return page("measure_new", incident, form=form), 422

    def act(db: Session, found: Incident) -> None:
        service.add_measure(db, actor(), found, form.plan)

    if not tried(incident_id, act):
        return page("measure_new", incident, form=form), 409
    return _done(incident_id, ADDED)


def _form(**shown: object) -> MeasureForm:
    return MeasureForm.of(service.serving(reading(), actor().office.id), **shown)


def _page(incident: Incident, form: CauseForm) -> str:
    db = reading()
    found = service.measures(db, incident)
    causes = rows.causes(db, incident)
    named = {each.text for each in causes}
    taken = {each.text for each in found}
    owners = [each.owner_id for each in found if each.owner_id is not None]
    return page(
        "measures",
        incident,
        form=form,
        causes=causes,
        measures=found,
        ready_causes=[each for each in CAUSES if each not in named],
        ready_measures=[each for each in MEASURES if each.text not in taken],
        done=sum(each.done_on is not None for each in found),
        names=staff_names(db, owners),
        level_names=LEVEL_NAMES,
        is_overdue=service.is_overdue,
    )


def _done(incident_id: int, told: str) -> ResponseReturnValue:
    flash(told, "success")
    return redirect(url_for("incident_record.measures", incident_id=incident_id))

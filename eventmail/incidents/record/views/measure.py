"""One measure: its history, another wording or day, and that it is done."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.incidents.models import Incident
from eventmail.incidents.record import service
from eventmail.incidents.record.forms import DoneForm, MeasureForm, ReasonForm
from eventmail.incidents.record.models import LEVEL_NAMES, Measure
from eventmail.incidents.record.views.common import blueprint, of_office, page, tried
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading

DONE_PREFIX = "done"  # two forms on one page
CHANGED = said("再発防止策を変えました。前の内容も残っています。")
DONE = said("実施したことを記録しました。")
TAKEN_BACK = said("実施の記録を取り消しました。")
DROPPED = said("再発防止策をやめました。理由は残っています。")


@blueprint.get("/incidents/<int:incident_id>/measures/<int:number>")
@permitted(Action.SEE_INCIDENT)
def measure(incident_id: int, number: int) -> str:
    """How it stands, and how it came there."""
    incident = of_office(incident_id)
    found = service.measure(reading(), incident, number)
    return _page(incident, found, _untouched(found))


@blueprint.post("/incidents/<int:incident_id>/measures/<int:number>")
@permitted(Action.LEAD_RESPONSE)
def change_measure(incident_id: int, number: int) -> ResponseReturnValue:
    """Another wording, owner or day."""
    incident, form = of_office(incident_id), _form()
    found = service.measure(reading(), incident, number)
    if not form.validate_on_submit():
        return _page(incident, found, form), 422

    def act(db: Session, held: Incident) -> None:
        note = form.note.data or ""
        service.change_measure(db, actor(), held, number, form.version, form.plan, note)

    if not tried(incident_id, act, form):
        return _page(*_again(incident_id, number), form), 409
    flash(CHANGED, "success")
    return redirect(url_for("incident_record.measures", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/measures/<int:number>/done")
@permitted(Action.RESPOND)
def finish_measure(incident_id: int, number: int) -> ResponseReturnValue:
    """It is done: whoever leads says so, or its owner."""
    incident, form = of_office(incident_id), DoneForm(prefix=DONE_PREFIX)
    found = service.measure(reading(), incident, number)
    if not form.validate_on_submit():
        return _page(incident, found, _untouched(found), form), 422

    def act(db: Session, held: Incident) -> None:
        note = form.note.data or ""
        service.finish(db, actor(), held, number, form.version, form.done_on.data, note)

    if not tried(incident_id, act, form):
        incident, found = _again(incident_id, number)
        return _page(incident, found, _untouched(found), form), 409
    flash(DONE, "success")
    return redirect(url_for("incident_record.measures", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/measures/<int:number>/take-back")
@permitted(Action.RESPOND)
def take_back_measure(incident_id: int, number: int) -> ResponseReturnValue:
    """It is not done after all."""
    return _with_reason(incident_id, number, service.take_back, TAKEN_BACK)


@blueprint.post("/incidents/<int:incident_id>/measures/<int:number>/drop")
@permitted(Action.LEAD_RESPONSE)
def drop_measure(incident_id: int, number: int) -> ResponseReturnValue:
    """It will not be done."""
    return _with_reason(incident_id, number, service.drop_measure, DROPPED)


def _with_reason(
    incident_id: int, number: int, act: Callable[..., object], told: str
) -> ResponseReturnValue:
    form = ReasonForm()

    def done(db: Session, held: Incident) -> None:
        act(db, actor(), held, number, form.version, form.note.data or "")

    if not tried(incident_id, done):
        again = url_for("incident_record.measure", incident_id=incident_id, number=number)
        return redirect(again)
    flash(told, "success")
    return redirect(url_for("incident_record.measures", incident_id=incident_id))


def _again(incident_id: int, number: int) -> tuple[Incident, Measure]:
    """As it stands now, whoever has changed it."""
    incident = of_office(incident_id)
    return incident, service.measure(reading(), incident, number)


def _form() -> MeasureForm:
    return MeasureForm.of(service.serving(reading(), actor().office.id))


def _untouched(found: Measure) -> MeasureForm:
    """As the measure stands, whatever else was posted."""
    people = service.serving(reading(), actor().office.id)
    return MeasureForm.of(
        people,
        formdata=None,
        text=found.text,
        level=found.level.value,
        owner=found.owner_id or 0,
        owner_name=found.owner_name,
        due_on=found.due_on,
        seen=found.version,
    )


def _page(
    incident: Incident, found: Measure, form: MeasureForm, done_form: DoneForm | None = None
) -> str:
    db = reading()
    versions = service.history(db, incident)[found.number]
    people = {each.staff_id for each in versions} | {each.owner_id or 0 for each in versions}
    own = found.owner_id == actor().id and actor().may(Action.RESPOND)
    done = done_form or DoneForm(
        formdata=None, prefix=DONE_PREFIX, data={"done_on": clock.today(), "seen": found.version}
    )
    return page(
        "measure",
        incident,
        measure=found,
        versions=versions,
        form=form,
        done_form=done,
        names=staff_names(db, people),
        level_names=LEVEL_NAMES,
        may_finish=own or actor().may(Action.LEAD_RESPONSE),
        overdue=service.is_overdue(found, clock.today()),
    )

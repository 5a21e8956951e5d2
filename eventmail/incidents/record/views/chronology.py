"""経過: the timeline, and what people add, correct and leave out."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronicle
from eventmail.incidents.record import chronology as lines
from eventmail.incidents.record.chronicle import Words
from eventmail.incidents.record.chronology import Entry
from eventmail.incidents.record.forms import EntryForm, ReasonForm
from eventmail.incidents.record.views.common import blueprint, of_office, page, tried
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading

ADDED = said("経過に書き加えました。")
CORRECTED = said("経過を直しました。元の記録も残っています。")
LEFT_OUT = said("経過に載せないことにしました。記録と理由は残っています。")
PUT_BACK = said("経過にまた載せました。")
OTHERS = "others"


@blueprint.get("/incidents/<int:incident_id>/chronology")
@permitted(Action.SEE_INCIDENT)
def chronology(incident_id: int) -> str:
    """All of it in order; for others without names."""
    incident = of_office(incident_id)
    entries = lines.timeline(reading(), incident)
    people = [each.staff_id for each in entries if each.staff_id is not None]
    return page(
        "chronology",
        incident,
        day_of=lambda at: clock.japanese_date(clock.in_tokyo(at).date()),
        entries=[each for each in entries if not each.hidden],
        left_out=[each for each in entries if each.hidden],
        names=staff_names(reading(), people),
        for_others=request.args.get("for") == OTHERS,
    )


@blueprint.get("/incidents/<int:incident_id>/chronology/new")
@permitted(Action.RESPOND)
def new_entry(incident_id: int) -> str:
    """Something that nothing else tells."""
    incident = of_office(incident_id)
    form = EntryForm(data={**EntryForm.shown(clock.now()), "seen": 0})
    return page("entry", incident, form=form, entry=None)


@blueprint.post("/incidents/<int:incident_id>/chronology/new")
@permitted(Action.RESPOND)
def add_entry(incident_id: int) -> ResponseReturnValue:
    """Write it down."""
    incident, form = of_office(incident_id), EntryForm()
    if not form.validate_on_submit():
        return page("entry", incident, form=form, entry=None), 422

    def act(db: Session, found: Incident) -> None:
        chronicle.add(db, actor(), found, _words(form))

    if not tried(incident_id, act):
        return page("entry", incident, form=form, entry=None), 409
    return _done(incident_id, ADDED)


@blueprint.get("/incidents/<int:incident_id>/chronology/<line>")
@permitted(Action.RESPOND)
def entry(incident_id: int, line: str) -> str:
    """One line, to correct or to leave out."""
    incident = of_office(incident_id)
    found = _entry(incident, line)
    own = found.public if found.own_words else ""
    shown = {"text": found.text, "public": own, "seen": found.version}
    form = EntryForm(data={**EntryForm.shown(found.at), **shown})
    return page("entry", incident, form=form, entry=found)


@blueprint.post("/incidents/<int:incident_id>/chronology/<line>")
@permitted(Action.RESPOND)
def correct(incident_id: int, line: str) -> ResponseReturnValue:
    """Other words or another time, with a note."""
    incident, form = of_office(incident_id), EntryForm()
    before = _entry(incident, line)
    if not form.validate_on_submit():
        return page("entry", incident, form=form, entry=before), 422

    def act(db: Session, found: Incident) -> None:
        words = _words(form, before)
        chronicle.correct(db, actor(), found, line, form.version, words, form.note.data or "")

    if not tried(incident_id, act, form):
        return page("entry", incident, form=form, entry=_entry(of_office(incident_id), line)), 409
    return _done(incident_id, CORRECTED)


@blueprint.post("/incidents/<int:incident_id>/chronology/<line>/leave-out")
@permitted(Action.LEAD_RESPONSE)
def leave_out(incident_id: int, line: str) -> ResponseReturnValue:
    """Leave it out of every chronology, with a reason."""
    form = ReasonForm()

    def act(db: Session, found: Incident) -> None:
        chronicle.leave_out(db, actor(), found, line, form.version, form.note.data or "")

    return _done(incident_id, LEFT_OUT) if tried(incident_id, act) else _again(incident_id, line)


@blueprint.post("/incidents/<int:incident_id>/chronology/<line>/put-back")
@permitted(Action.LEAD_RESPONSE)
def put_back(incident_id: int, line: str) -> ResponseReturnValue:
    """Take it in again."""
    form = ReasonForm()

    def act(db: Session, found: Incident) -> None:
        chronicle.put_back(db, actor(), found, line, form.version, form.note.data or "")

    return _done(incident_id, PUT_BACK) if tried(incident_id, act) else _again(incident_id, line)


def _entry(incident: Incident, key: str) -> Entry:
    found = lines.find(reading(), incident, key)
    if found is None:
        raise NotFound
    return found


def _words(form: EntryForm, before: Entry | None = None) -> Words:
    """What was typed; a moment that was not touched keeps its seconds."""
    untouched = before is not None and form.shown(before.at) == {
        "on": form.on.data,
        "time": form.time.data,
    }
    at = before.at if before is not None and untouched else form.moment
    text, public = (" ".join(str(each.data or "").split()) for each in (form.text, form.public))
    return Words(at, text, public)


def _done(incident_id: int, told: str) -> ResponseReturnValue:
    flash(told, "success")
    return redirect(url_for("incident_record.chronology", incident_id=incident_id))


def _again(incident_id: int, line: str) -> ResponseReturnValue:
    return redirect(url_for("incident_record.entry", incident_id=incident_id, line=line))

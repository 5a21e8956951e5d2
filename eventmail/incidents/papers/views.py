"""The papers of an incident: four cards, each paper, its files, and what is written for them."""

from __future__ import annotations

import io

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.papers import cards, facts, service
from eventmail.incidents.papers.forms import CHOICES, NotesForm
from eventmail.incidents.papers.kinds import SORTS, Kind
from eventmail.incidents.papers.models import Format
from eventmail.incidents.papers.service import FORMAT_NAMES, Made, Named, Outdated, Unfit
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.papers.paper import outline
from eventmail.papers.word import MEDIA_TYPE
from eventmail.web.context import actor, anew, reading, writing

blueprint = Blueprint("incident_papers", __name__)
TYPES = {Format.PDF: "application/pdf", Format.WORD: MEDIA_TYPE}
KEPT = said("記載事項を保存しました。")
# Where the words of a paper are written.
MENDING = (
    (said("事実経過は「経過」"), "incident_record.chronology"),
    (said("発生原因と再発防止策は「原因と再発防止策」"), "incident_record.measures"),
    (said("はじめの文、二次被害、お問い合わせ先は「記載事項」"), "incident_papers.notes"),
)


@blueprint.get("/incidents/<int:incident_id>/papers")
@permitted(Action.SEE_INCIDENT)
def index(incident_id: int) -> str:
    """The four cards, and which version was taken when by whom."""
    incident = _incident(incident_id)
    made = _all(incident)
    taken = service.takings(reading(), incident)
    return _page(
        "index",
        incident,
        cards=cards.cards(made),
        taken=taken,
        names=staff_names(reading(), {each.staff_id for each in taken}),
        is_current=lambda each: cards.is_current(each, made),
        wrote=service.author_of(reading(), incident),
    )


@blueprint.get("/incidents/<int:incident_id>/papers/<paper>")
@permitted(Action.SEE_INCIDENT)
def show(incident_id: int, paper: str) -> str:
    """One paper as it stands now."""
    incident = _incident(incident_id)
    return _show(incident, _made(incident, _kind(paper)))


@blueprint.post("/incidents/<int:incident_id>/papers/<paper>")
@permitted(Action.RESPOND)
def take(incident_id: int, paper: str) -> ResponseReturnValue:
    """The paper as a file; that it was taken is kept."""
    incident, form = _incident(incident_id), _format()
    made = _made(incident, _kind(paper))
    try:
        with writing() as session:
            mine = incidents.find(session, actor().office.id, incident_id)
            found = service.take(session, actor(), mine, made, form)
    except Unfit as error:
        return _show(incident, made, error.message), 409
    file = io.BytesIO(found.content)
    return send_file(file, TYPES[form], as_attachment=True, download_name=found.filename)


@blueprint.get("/incidents/<int:incident_id>/papers/notes")
@permitted(Action.LEAD_RESPONSE)
def notes(incident_id: int) -> str:
    """What somebody writes himself."""
    incident = _incident(incident_id)
    return _notes(incident, NotesForm.of(service.written(reading(), incident)))


@blueprint.post("/incidents/<int:incident_id>/papers/notes")
@permitted(Action.LEAD_RESPONSE)
def write_notes(incident_id: int) -> ResponseReturnValue:
    """Keep it as a new version."""
    incident, form = _incident(incident_id), NotesForm()
    if not form.validate_on_submit():
        return _notes(incident, form), 422
    try:
        with writing() as session:
            mine = incidents.find(session, actor().office.id, incident_id)
            service.write(session, actor(), mine, form.wanted, facts.secrets(session, mine))
    except Named as error:
        form[error.field].errors = [error.message]
        return _notes(incident, form), 422
    except Outdated as error:
        return _overtaken(incident, form, error.message), 409
    flash(KEPT, "success")
    return redirect(url_for("incident_papers.index", incident_id=incident_id))


def _overtaken(incident: Incident, form: NotesForm, message: str) -> str:
    """What was typed, beside what somebody else has written meanwhile."""
    db = anew()
    now = service.written(db, incident)
    form.version.data = form.version.raw_data = str(now.version)
    return _notes(incident, form, message=message, now=now)


def _notes(incident: Incident, form: NotesForm, **values: object) -> str:
    return _page("notes", incident, form=form, choices=CHOICES, **values)


def _incident(incident_id: int) -> Incident:
    return incidents.find(reading(), actor().office.id, incident_id)


def _all(incident: Incident) -> dict[Kind, Made]:
    found, secrets = facts.facts_and_secrets(reading(), incident)
    return {kind: service.made(found, secrets, kind) for kind in Kind}


def _made(incident: Incident, kind: Kind) -> Made:
    found, secrets = facts.facts_and_secrets(reading(), incident)
    return service.made(found, secrets, kind)


def _kind(paper: str) -> Kind:
    if paper not in set(Kind):
        raise NotFound
    return Kind(paper)


def _format() -> Format:
    wanted = request.form.get("format", "")
    if wanted not in set(Format):
        raise NotFound
    return Format(wanted)


def _show(incident: Incident, made: Made, message: str = "") -> str:
    return _page(
        "show",
        incident,
        made=made,
        paper=made.paper,
        outline=outline,
        message=message,
        mending=MENDING,
    )


def _page(template: str, incident: Incident, **values: object) -> str:
    return render_template(
        f"incidents/papers/{template}.html",
        incident=incident,
        sorts=SORTS,
        formats=FORMAT_NAMES,
        needs=service.needs,
        place_of=_place,
        **values,
    )


def _place(endpoint: str, incident: Incident) -> str | None:
    """Where something is mended, if this person may go there."""
    needed: Action | None = getattr(current_app.view_functions.get(endpoint), "needs", None)
    if needed is None or not actor().may(needed):
        return None
    return url_for(endpoint, incident_id=incident.id)

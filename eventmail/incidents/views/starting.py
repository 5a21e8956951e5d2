"""The list, an incident opened, its overview, its end."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.events.models import Event
from eventmail.incidents import opening, service, steps, taking
from eventmail.incidents.exposure import exposure
from eventmail.incidents.forms import LAW_NAMES, EditForm, FactsForm, NewForm, NoteForm, local
from eventmail.incidents.models import Incident
from eventmail.incidents.record import following
from eventmail.incidents.seen import counts as counts_of
from eventmail.incidents.views.common import (
    attempt,
    blueprint,
    found,
    own,
    page,
    take,
)
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading
from eventmail.web.forms import row_number

Ending = Callable[[Session, Actor, Incident, str, int], None]
OPENED = said("事案を登録しました。次にすることを、この画面で順に案内します。")
ALREADY = said(
    "この警告の事案は、ほかの職員がすでに登録しています。あなたの内容はまだ保存していません。"
    "足りないことがあれば、下の事案に書き加えてください。"
)
SAVED = said("事案の内容を保存しました。")
CLOSED = said("対応を終えたことを記録しました。")
REOPENED = said("対応を再開しました。")
STOPPED = said("送る前に止まったメール（案件番号{number}）")


@blueprint.get("/incidents")
@permitted(Action.SEE_INCIDENT)
def index() -> str:
    """The office's incidents, those that are open first."""
    listed = service.listed(reading(), actor().office.id)
    figures = counts_of(reading(), [each.id for each in listed if each.closed_at is None])
    return page("index", None, listed=listed, figures=figures)


@blueprint.get("/incidents/new")
@permitted(Action.RESPOND)
def new() -> ResponseReturnValue:
    """The form: from outside, or with a mailing or an alert of our own."""
    earlier = _opened_already()
    if earlier is not None:
        return redirect(url_for("incidents.show", incident_id=earlier.id))
    form = NewForm(formdata=None, noticed_at=local(clock.now()))
    alert = _alert()
    if alert is not None:
        form.title.data = STOPPED.format(number=alert.mailing_id)
        form.noticed_at.data = local(alert.raised_at)
    return _new(form)


@blueprint.post("/incidents/new")
@permitted(Action.RESPOND)
def create() -> ResponseReturnValue:
    """Open it, with all its mails or not at all."""
    earlier = _opened_already()
    if earlier is not None:
        flash(ALREADY, "error")
        return redirect(url_for("incidents.show", incident_id=earlier.id))
    form = NewForm()
    taken = take(form) if form.validate_on_submit() else None
    if taken is None or taken.faults:
        return _new(form), 422
    ours = _mailing() or _alert()
    opened: list[int] = []

    def do(session: Session) -> None:
        incident = _open(session, form)
        for each in () if ours else taken.mails:
            taking.add_mail(session, actor(), incident, own(), each)
        opened.append(incident.id)

    fault = attempt(do)
    if fault:
        form.form_errors = [*form.form_errors, fault]
        return _new(form), 422
    flash(OPENED, "success")
    return redirect(url_for("incidents.show", incident_id=opened[0]))


@blueprint.get("/incidents/<int:incident_id>")
@permitted(Action.SEE_INCIDENT)
def show(incident_id: int) -> str:
    """How it stands, and the one next thing to do."""
    return _show(incident_id, NoteForm(formdata=None))


@blueprint.get("/incidents/<int:incident_id>/edit")
@permitted(Action.RESPOND)
def edit(incident_id: int) -> str:
    """The form with what is known of it."""
    incident = found(incident_id)
    return page("edit", incident, "incidents.show", form=EditForm.of(incident))


@blueprint.post("/incidents/<int:incident_id>/edit")
@permitted(Action.RESPOND)
def save(incident_id: int) -> ResponseReturnValue:
    """Store what was corrected."""
    form, incident = EditForm(), found(incident_id)
    if not form.validate_on_submit():
        return page("edit", incident, "incidents.show", form=form), 422

    def do(session: Session) -> None:
        service.change(
            session, actor(), found(incident_id, session), form.opening, form.version.data or 0
        )

    fault = attempt(do)
    if fault:
        form.form_errors = [fault]
        return page("edit", found(incident_id), "incidents.show", form=form), 409
    flash(SAVED, "success")
    return redirect(url_for("incidents.show", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/close")
@permitted(Action.LEAD_RESPONSE)
def close(incident_id: int) -> ResponseReturnValue:
    """対応を終える."""
    return _end(incident_id, service.close, CLOSED)


@blueprint.post("/incidents/<int:incident_id>/reopen")
@permitted(Action.LEAD_RESPONSE)
def reopen(incident_id: int) -> ResponseReturnValue:
    """対応を再開する."""
    return _end(incident_id, service.reopen, REOPENED)


def _end(incident_id: int, deed: Ending, done: str) -> ResponseReturnValue:
    form = NoteForm()
    found(incident_id)
    if not form.validate_on_submit():
        return _show(incident_id, form), 422

    def do(session: Session) -> None:
        incident = found(incident_id, session)
        deed(session, actor(), incident, form.note.data or "", form.version.data or 0)

    fault = attempt(do)
    if fault:
        form.note.errors = [fault]
        return _show(incident_id, form), 409
    flash(done, "success")
    return redirect(url_for("incidents.show", incident_id=incident_id))


def _show(incident_id: int, form: NoteForm) -> str:
    session = reading()
    incident = found(incident_id)
    seen = exposure(session, incident)
    people = {each for each in (incident.opened_by, incident.closed_by) if each}
    event = session.get(Event, incident.event_id) if incident.event_id else None
    return page(
        "show",
        incident,
        "incidents.show",
        form=form,
        seen=seen,
        event=event,
        next_step=steps.next_step(
            incident, seen, seen.parties, lambda: following.following(session, incident)
        ),
        law_names=LAW_NAMES,
        names=staff_names(session, people),
        parties=seen.parties,
    )


def _open(session: Session, form: FactsForm) -> Incident:
    mailing_id, alert_id = _asked("mailing"), _asked("alert")
    if mailing_id:
        mailing = opening.find_mailing(session, actor(), mailing_id)
        return opening.from_mailing(session, actor(), mailing, form.opening)
    if alert_id:
        alert = opening.find_alert(session, actor(), alert_id)
        return opening.from_alert(session, actor(), alert, form.opening)
    return service.open_outside(session, actor(), form.opening)


def _asked(name: str) -> int | None:
    return request.values.get(name, type=row_number)


def _mailing() -> object:
    number = _asked("mailing")
    return opening.find_mailing(reading(), actor(), number) if number else None


def _alert() -> Alert | None:
    number = _asked("alert")
    return opening.find_alert(reading(), actor(), number) if number else None


def _opened_already() -> Incident | None:
    number = _asked("alert")
    return opening.of_alert(reading(), actor(), number) if number else None


def _new(form: NewForm) -> str:
    return page("new", None, form=form, mailing=_mailing(), alert=_alert())

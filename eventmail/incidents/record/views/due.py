"""期限: what has to be reported until when and why, and that it was."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.incidents.models import Incident
from eventmail.incidents.record import laws, reporting, rows
from eventmail.incidents.record.deadlines import BY_LAW, Applies, reasons_of
from eventmail.incidents.record.forms import AssessForm, OwnForm, ReasonForm, ReportForm
from eventmail.incidents.record.models import Assessment
from eventmail.incidents.record.reporting import Standing
from eventmail.incidents.record.views.common import blueprint, crumbs, of_office, page, tried
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading, writing

ASSESSED = said("判断を保存しました。下の期限は、この判断で決まっています。")
REPORTED = said("報告したことを記録しました。")
TAKEN_BACK = said("報告の記録を取り消しました。取り消した理由は残っています。")
OWN_SET = said("所の期限を保存しました。")


@blueprint.get("/incidents/<int:incident_id>/deadlines")
@permitted(Action.SEE_INCIDENT)
def deadlines(incident_id: int) -> str:
    """Every duty, the next one first, with the articles."""
    incident = of_office(incident_id)
    db = reading()
    found = reporting.facts(db, incident)
    statute = laws.STATUTES[incident.law]
    standings = reporting.standings(db, incident)
    assessment = rows.newest(db, Assessment, incident)
    people = [each.report.staff_id for each in standings if each.report]
    if assessment is not None:
        people.append(assessment.staff_id)
    return page(
        "deadlines",
        incident,
        facts=found,
        statute=statute,
        standings=standings,
        next_due=reporting.next_due(standings),
        unknown=any(each.deadline.applies is Applies.UNKNOWN for each in standings),
        assessment=assessment,
        reasons=reasons_of(found, statute),
        texts=_texts(standings),
        not_a_leak=(statute.recovered, *laws.NOT_A_LEAK, laws.NUMBERED),
        disclaimer=laws.DISCLAIMER,
        check=laws.CHECK,
        names=staff_names(db, people),
        by_law=BY_LAW,
    )


@blueprint.get("/incidents/<int:incident_id>/assessment")
@permitted(Action.LEAD_RESPONSE)
def assessment(incident_id: int) -> str:
    """The three questions."""
    incident = of_office(incident_id)
    last = rows.newest(reading(), Assessment, incident)
    shown: dict[str, object] = {"seen": 0}
    if last is not None:
        answers = reporting.assessed(last)
        shown = {**AssessForm.shown(answers), "note": last.note, "seen": last.version}
    return page("assessment", incident, form=AssessForm(data=shown))


@blueprint.post("/incidents/<int:incident_id>/assessment")
@permitted(Action.LEAD_RESPONSE)
def assess(incident_id: int) -> ResponseReturnValue:
    """Answer them."""
    incident, form = of_office(incident_id), AssessForm()
    if not form.validate_on_submit():
        return page("assessment", incident, form=form), 422

    def act(db: Session, found: Incident) -> None:
        reporting.assess(db, actor(), found, form.said, form.version, form.note.data or "")

    if not tried(incident_id, act, form):
        incident = of_office(incident_id)
        now = rows.newest(reading(), Assessment, incident)
        answers = AssessForm.shown(reporting.assessed(now)) if now else {}
        return page("assessment", incident, form=form, now=answers), 409
    flash(ASSESSED, "success")
    return redirect(url_for("incident_record.deadlines", incident_id=incident_id))


@blueprint.get("/incidents/<int:incident_id>/reports/<duty>")
@permitted(Action.LEAD_RESPONSE)
def report(incident_id: int, duty: str) -> str:
    """The form of one duty."""
    incident = of_office(incident_id)
    standing = _standing(incident, duty)
    shown = {**ReportForm.shown(clock.now()), "seen": standing.version}
    return _report_page(incident, standing, ReportForm(data=shown))


@blueprint.post("/incidents/<int:incident_id>/reports/<duty>")
@permitted(Action.LEAD_RESPONSE)
def add_report(incident_id: int, duty: str) -> ResponseReturnValue:
    """報告した."""
    incident, form = of_office(incident_id), ReportForm()
    standing = _standing(incident, duty)
    if not form.validate_on_submit():
        return _report_page(incident, standing, form), 422

    def act(db: Session, found: Incident) -> None:
        words = (form.number.data or "", form.note.data or "")
        which = standing.deadline.duty
        reporting.report(db, actor(), found, which, form.version, form.moment, *words)

    if not tried(incident_id, act, form):
        incident = of_office(incident_id)
        return _report_page(incident, _standing(incident, duty), form), 409
    flash(REPORTED, "success")
    return redirect(url_for("incident_record.deadlines", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/reports/<duty>/take-back")
@permitted(Action.LEAD_RESPONSE)
def take_back_report(incident_id: int, duty: str) -> ResponseReturnValue:
    """It was not reported after all."""
    which, form = _standing(of_office(incident_id), duty).deadline.duty, ReasonForm()

    def act(db: Session, found: Incident) -> None:
        reporting.take_back(db, actor(), found, which, form.version, form.note.data or "")

    if not tried(incident_id, act):
        return redirect(url_for("incident_record.report", incident_id=incident_id, duty=duty))
    flash(TAKEN_BACK, "success")
    return redirect(url_for("incident_record.deadlines", incident_id=incident_id))


@blueprint.get("/incidents/own-deadlines")
@permitted(Action.LEAD_RESPONSE)
def own_deadlines() -> str:
    """The office's own deadlines, for all its incidents."""
    return _own_page(OwnForm.of(reporting.own(reading(), actor().office.id)))


@blueprint.post("/incidents/own-deadlines")
@permitted(Action.LEAD_RESPONSE)
def set_own_deadlines() -> ResponseReturnValue:
    """Set them."""
    form = OwnForm.of(reporting.own(reading(), actor().office.id))
    if not form.validate_on_submit():
        return _own_page(form), 422
    try:
        with writing() as db:
            reporting.set_own(db, actor(), form.wanted)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _own_page(form), 409
    flash(OWN_SET, "success")
    return redirect(url_for("incident_record.own_deadlines"))


def _own_page(form: OwnForm) -> str:
    return render_template("incidents/record/own_deadlines.html", form=form, crumbs=crumbs())


def _standing(incident: Incident, duty: str) -> Standing:
    for each in reporting.standings(reading(), incident):
        if each.deadline.duty.value == duty:
            return each
    raise NotFound


def _report_page(incident: Incident, standing: Standing, form: ReportForm) -> str:
    last = standing.report
    names = staff_names(reading(), [last.staff_id] if last else [])
    return page("report", incident, standing=standing, form=form, names=names)


def _texts(standings: list[Standing]) -> list[tuple[laws.Text, list[str]]]:
    """Each text once, with the duties that it is for."""
    found: dict[laws.Text, list[str]] = {}
    for each in standings:
        for text in each.deadline.texts:
            found.setdefault(text, []).append(each.deadline.name)
    return [(text, duties) for text, duties in found.items() if text.source != laws.OWN]

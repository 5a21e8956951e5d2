"""One company on the telephone: the number, what to say, what is ticked, what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from eventmail.errors import NotFound, UserError
from eventmail.incidents.calls import calling, service, talk
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.calls.service import Outdated, Said
from eventmail.incidents.calls.standing import STATE_NAMES, TICKS, Line, State, short_day
from eventmail.incidents.calls.views.common import blueprint, incident_of, page
from eventmail.incidents.exposure import SHOWS
from eventmail.incidents.models import ExposedAddress, Incident, IncidentMail, Sighting
from eventmail.language import said, told
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.forms import Form, LongTextField, TextField

RECORDED = said("「{company}」に電話した記録をつけました（{state}）。")
SAVED = said("「{company}」の内容を保存しました（{state}）。")
STILL_OPEN = said("{told}「起きたことを説明した」に印がないため、まだ訂正のメールは送れません。")
STRUCK = said("「{company}」の電話の記録を1件、取り消しました（{state}）。")
AGAIN = said("{told}次は{day}にかけます。")
ACTS = {"reached": Outcome.REACHED, "absent": Outcome.ABSENT, "save": None}


class SaidForm(Form):
    """What was said and agreed, on the version that was shown."""

    explained = BooleanField(TICKS["explained"])
    apologised = BooleanField(TICKS["apologised"])
    deletion_agreed = BooleanField(TICKS["deletion_agreed"])
    printouts_destroyed = BooleanField(TICKS["printouts_destroyed"])
    unread = BooleanField(TICKS["unread"])
    wishes = LongTextField(
        said("要望・伝言"),
        [Length(max=1000, message=said("要望は1000文字までで入力してください。"))],
    )
    version = HiddenField(default="0")

    @property
    def ticks(self) -> Mapping[str, bool]:
        """The boxes by name."""
        return {name: bool(getattr(self, name).data) for name in TICKS}


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody had typed when a colleague was quicker."""

    ticks: Mapping[str, bool]
    wishes: str


class StrikeForm(Form):
    """Why an entry was a mistake."""

    why = TextField(
        said("取り消す理由"),
        [Length(max=300, message=said("理由は300文字までで入力してください。"))],
    )


@blueprint.get("/incidents/<int:incident_id>/calls/<int:party_id>")
@permitted(Action.SEE_INCIDENT)
def company(incident_id: int, party_id: int) -> str:
    """The company's page as it is recorded."""
    incident = incident_of(reading(), incident_id)
    found = service.line(reading(), incident, party_id)
    return _page(incident, found, _stored(found))


@blueprint.post("/incidents/<int:incident_id>/calls/<int:party_id>/begin")
@permitted(Action.RESPOND)
def begin(incident_id: int, party_id: int) -> ResponseReturnValue:
    """Let the others see that one is calling, and open the boxes."""
    with writing() as session:
        calling.begin(session, actor(), incident_of(session, incident_id), party_id)
    here = url_for("incident_calls.company", incident_id=incident_id, party_id=party_id)
    return redirect(f"{here}#said")


@blueprint.post("/incidents/<int:incident_id>/calls/<int:party_id>/present")
@permitted(Action.RESPOND)
def present(incident_id: int, party_id: int) -> ResponseReturnValue:
    """Note that one is still on the telephone (or, ``left``, no more); who else is."""
    with writing() as session:
        incident = incident_of(session, incident_id)
        if request.form.get("left"):
            calling.end(session, actor(), party_id)
        else:
            calling.begin(session, actor(), incident, party_id)
        others = calling.now_calling(session, incident, actor().id).get(party_id, [])
        version = service.line(session, incident, party_id).version
    return jsonify(warning=told(calling.warning(others)), version=version)


@blueprint.post("/incidents/<int:incident_id>/calls/<int:party_id>")
@permitted(Action.RESPOND)
def record(incident_id: int, party_id: int) -> ResponseReturnValue:
    """Write down that somebody was reached, or was not, or what else became known.

    Where a colleague wrote meanwhile nothing is saved, and both are shown side by side.
    """
    # In the list a company's button carries the version that its row showed.
    absent = request.form.get("absent")
    act = request.form.get("act", "save") if absent is None else "absent"
    if act not in ACTS:
        raise NotFound
    form = SaidForm()
    form.version.data = form.version.data if absent is None else absent
    incident = incident_of(reading(), incident_id)
    before = service.line(reading(), incident, party_id)
    if not form.validate_on_submit():
        return _page(incident, before, form), 422
    try:
        with writing() as session:
            own = incident_of(session, incident_id, lock=True)
            done = service.save(session, actor(), own, party_id, _said(form, act))
            calling.end(session, actor(), party_id)
            told = _told(done, act)
    except (Forbidden, NotFound):
        raise
    except Outdated as error:
        flash(error.message, "error")
        anew()
        newest = service.line(reading(), incident_of(reading(), incident_id), party_id)
        mine = Typed(form.ticks, form.wishes.data or "")
        return _page(incident, newest, _joined(newest, form), mine=mine, act=act), 409
    except UserError as error:
        flash(error.message, "error")
        return _page(incident, before, form), 409
    flash(told, "success")
    return redirect(url_for("incident_calls.index", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/calls/<int:party_id>/strike/<int:call_id>")
@permitted(Action.RESPOND)
def strike(incident_id: int, party_id: int, call_id: int) -> ResponseReturnValue:
    """Strike a mistaken entry out."""
    form = StrikeForm()
    incident = incident_of(reading(), incident_id)
    before = service.line(reading(), incident, party_id)
    if not form.validate_on_submit():
        return _page(incident, before, _stored(before), strike_form=form, striking=call_id), 422
    try:
        with writing() as session:
            own = incident_of(session, incident_id, lock=True)
            done = service.strike(session, actor(), own, party_id, call_id, form.why.data or "")
            told = STRUCK.format(company=done.party.company, state=STATE_NAMES[done.state])
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        form.why.errors = [error.message]
        return _page(incident, before, _stored(before), strike_form=form, striking=call_id), 422
    flash(told, "success")
    return redirect(url_for("incident_calls.company", incident_id=incident_id, party_id=party_id))


def _said(form: SaidForm, act: str) -> Said:
    """Nobody answered: then nothing was said, and what was ticked before stays."""
    version = form.version.data or ""
    seen = int(version) if version.isdecimal() and len(version) < 10 else 0
    outcome = ACTS[act]
    if outcome is Outcome.ABSENT:
        typed = (form.wishes.data or "").strip() or None
        return Said(seen, outcome, None, typed)
    return Said(seen, outcome, form.ticks, form.wishes.data or "")


def _told(done: Line, act: str) -> str:
    sentence = SAVED if act == "save" else RECORDED
    told = sentence.format(company=done.party.company, state=STATE_NAMES[done.state])
    if done.state is State.PARTLY:
        return STILL_OPEN.format(told=told)
    if done.due_on is None:
        return told
    return AGAIN.format(told=told, day=short_day(done.due_on))


def _stored(found: Line) -> SaidForm:
    """The boxes as they are recorded, whatever was posted."""
    kept = {name: found.ticked(name) for name in TICKS}
    wishes = found.followup.wishes if found.followup else ""
    return SaidForm(formdata=None, wishes=wishes, version=str(found.version), **kept)


def _joined(newest: Line, form: SaidForm) -> SaidForm:
    """Both together, so that pressing again takes nothing of the colleague's away."""
    for name in TICKS:
        field = getattr(form, name)
        field.data = bool(field.data) or newest.ticked(name)
    theirs = newest.followup.wishes if newest.followup else ""
    own = (form.wishes.data or "").strip()
    form.wishes.data = own if theirs in own else "\n".join(filter(None, (theirs, own)))
    return form


def _page(
    incident: Incident,
    found: Line,
    form: SaidForm,
    *,
    mine: Typed | None = None,
    act: str = "",
    strike_form: StrikeForm | None = None,
    striking: int = 0,
) -> str:
    form.version.data = str(found.version)
    session = reading()
    busy = calling.now_calling(session, incident, actor().id)
    return page(
        "company",
        incident=incident,
        line=found,
        form=form,
        strike_form=strike_form or StrikeForm(formdata=None),
        striking=striking,
        differing=_stored(found) if mine is not None else None,
        mine=mine,
        act=act,
        others=busy.get(found.party.id, []),
        guide=talk.guide(_figures(session, incident, found)),
        absent=talk.when_absent(),
    )


def _figures(session: Session, incident: Incident, found: Line) -> talk.Figures:
    """Of the first mail in which this company's address stood."""
    query = (
        sa.select(IncidentMail)
        .join(Sighting, Sighting.mail_id == IncidentMail.id)
        .join(ExposedAddress, ExposedAddress.id == Sighting.address_id)
        .where(ExposedAddress.party_id == found.party.id)
        .order_by(IncidentMail.number)
    )
    mail = session.scalars(query.limit(1)).first()
    shown = sum(each.place in SHOWS for each in mail.sightings) if mail else 0
    sent_at = mail.sent_at if mail and mail.sent_at else incident.happened_at
    return talk.Figures(actor().office.name, sent_at, mail.subject if mail else "", shown)

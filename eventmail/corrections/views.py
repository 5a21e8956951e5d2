"""The office's side: what participants want changed, taken over after a telephone call, or not."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.validators import DataRequired, Length

from eventmail.corrections import service
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor, Forbidden, permitted
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.forms import Form, TextField

blueprint = Blueprint("corrections", __name__)
TOO_LONG = said("300文字までで入力してください。")
Deed = Callable[[Session, Actor, int, str], None]


class TakeForm(Form):
    """By whose word on the phone."""

    told = TextField(said("だれに、いつ電話で確かめたか"), [Length(max=300, message=TOO_LONG)])


class RefuseForm(Form):
    """Why it is not taken over."""

    reason = TextField(
        said("認めない理由"), [DataRequired(service.NO_REASON), Length(max=300, message=TOO_LONG)]
    )


@blueprint.get("/events/<int:event_id>/corrections")
@permitted(Action.SEE)
def index(event_id: int) -> str:
    """What is waiting in an event."""
    return _page(event_id)


@blueprint.post("/events/<int:event_id>/corrections/<int:correction_id>/accept")
@permitted(Action.IMPORT_ROSTER)
def accept(event_id: int, correction_id: int) -> ResponseReturnValue:
    """Somebody of the company said on the phone that it is right."""
    form = TakeForm()
    done = said("申し出のとおりに名簿を変えました。")
    return _decide(event_id, correction_id, form, form.told, service.accept, done)


@blueprint.post("/events/<int:event_id>/corrections/<int:correction_id>/refuse")
@permitted(Action.IMPORT_ROSTER)
def refuse(event_id: int, correction_id: int) -> ResponseReturnValue:
    """It is not right."""
    form = RefuseForm()
    done = said("申し出を断りました。名簿は変わっていません。")
    return _decide(event_id, correction_id, form, form.reason, service.refuse, done)


def _decide(
    event_id: int, correction_id: int, form: Form, field: TextField, deed: Deed, done: str
) -> ResponseReturnValue:
    events.get_event(reading(), actor(), event_id)
    if not form.validate_on_submit():
        return _page(event_id, correction_id, form), 422
    try:
        with writing() as session:
            deed(session, actor(), correction_id, field.data or "")
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        field.errors = [error.message]
        anew()
        return _page(event_id, correction_id, form), 409
    flash(done, "success")
    return redirect(url_for("corrections.index", event_id=event_id))


def _page(event_id: int, wrong: int = 0, form: Form | None = None) -> str:
    session = reading()
    event = events.get_event(session, actor(), event_id)
    waiting = service.waiting(session, actor().office.id, event.id)
    shown = {each.correction.id for each in waiting}
    return render_template(
        "corrections/index.html",
        event=event,
        waiting=waiting,
        forms={each.correction.id: _forms(each.correction.id, wrong, form) for each in waiting},
        lost=form if wrong and wrong not in shown else None,
    )


def _forms(number: int, wrong: int, form: Form | None) -> tuple[Form, Form]:
    """Both forms of one proposal; the one that was sent keeps what was typed in it."""
    take = form if number == wrong and isinstance(form, TakeForm) else TakeForm(formdata=None)
    no = form if number == wrong and isinstance(form, RefuseForm) else RefuseForm(formdata=None)
    for each in (take, no):
        for field in each:
            field.id = f"{field.name}-{number}"
            field.label.field_id = field.id
    return take, no

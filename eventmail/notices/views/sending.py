"""The bureau writes a notice, sees exactly who gets it and what comes to them, and sends it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices import addressing, batches, drafting, service, wording
from eventmail.notices.addressing import Addressed
from eventmail.notices.drafting import Draft, Words
from eventmail.notices.examples import EXAMPLES, NAME
from eventmail.notices.forms import SendForm, WriteForm, filled_in, new_batch
from eventmail.notices.models import Notice
from eventmail.notices.posting import bureau_of
from eventmail.notices.views.common import blueprint, is_late, page
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import anew, reading, services, writing
from eventmail.web.forms import row_number

SENT = said(
    "{offices}所・{people}人に送りました。"
    "メールのお知らせを受け取る職員には、メールでも知らせます。"
)


@blueprint.get("/overview/notices/new")
@permitted(Action.OVERSEE)
def write() -> str:
    """An empty form, or one that begins from a room's words or from what is to be corrected."""
    first = _first(request.args.get("corrects"))
    form = filled_in(WriteForm, places.overseen(reading(), current_user), _words(first))
    if first:
        form.corrects.data = first.batch
        form.due_on.data = None if is_late(first) else first.due_on
    return _form(form)


@blueprint.post("/overview/notices/new")
@permitted(Action.OVERSEE)
def edit() -> str:
    """Back from the preview, with everything that was typed."""
    return _form(filled_in(WriteForm, places.overseen(reading(), current_user), None))


@blueprint.post("/overview/notices/preview")
@permitted(Action.OVERSEE)
def preview() -> ResponseReturnValue:
    """Who gets it and what comes to them. Nothing is sent yet."""
    form = filled_in(WriteForm, places.overseen(reading(), current_user), None)
    if not form.validate_on_submit():
        return _form(form), 422
    return _checked(form)


@blueprint.post("/overview/notices/send")
@permitted(Action.OVERSEE)
def send() -> ResponseReturnValue:
    """Send exactly what was shown, once."""
    form = filled_in(SendForm, places.overseen(reading(), current_user), None)
    good = form.validate_on_submit()
    if set(form.errors) - {"confirmed"}:
        return _form(form), 422
    if not good:
        return _checked(form, status=422)
    try:
        with writing() as db:
            draft = form.draft(_first(form.corrects.data))
            made = service.send(
                db, current_user, draft, form.batch.data, form.seen.data, _domains()
            )
            told = SENT.format(offices=len(made), people=sum(each.people for each in made))
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _checked(form, status=409)
    flash(told, "success")
    return redirect(url_for("notices.look", batch=form.batch.data))


def _words(first: Notice | None) -> Words | None:
    if first:
        return Words(first.title, first.text, first.kind)
    name = request.args.get("from")
    if name is None:
        return None
    number = request.args.get("number", type=row_number)
    return drafting.words_of(reading(), current_user, name, number)


def _first(corrects: str | None) -> Notice | None:
    """What a correction mends."""
    return batches.sent_batch(reading(), current_user, corrects)[0] if corrects else None


def _domains() -> tuple[str, ...]:
    return tuple(services().settings.staff_domains)


def _form(form: WriteForm) -> str:
    db = reading()
    first = _first(form.corrects.data)
    fault = ""
    if first:
        mended = batches.sent_batch(db, current_user, first.batch)
        fault = batches.why_fixed(db, mended, said("訂正できません"))
    examples = [(NAME, number, each) for number, each in EXAMPLES.items()]
    return page("write", form=form, first=first, fault=fault, examples=examples)


def _checked(form: WriteForm, status: int = 200) -> ResponseReturnValue:
    """The preview; what cannot be sent goes back to the form with the reason."""
    db = anew()
    draft = form.draft(_first(form.corrects.data))
    try:
        to = addressing.prepared(db, current_user, draft, _domains())
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _form(form), 409
    return _shown(form, draft, to), status


def _shown(form: WriteForm, draft: Draft, to: Addressed) -> str:
    db = reading()
    sending = form if isinstance(form, SendForm) else None
    office = to.example
    like = Notice(
        id=0,
        kind=draft.kind,
        title=draft.title,
        text=draft.text,
        due_on=draft.due_on,
        roles=[each.value for each in draft.roles],
        corrects_id=1 if draft.corrects else None,
    )
    boxes = offices.mailboxes(db, office.id)
    url = services().settings.public_url
    return page(
        "preview",
        form=form,
        to=to,
        like=like,
        batch=(sending.batch.data if sending else None) or new_batch(),
        seen=addressing.stamp(draft, to),
        unconfirmed=list(sending.confirmed.errors) if sending else [],
        box=boxes[0] if boxes else None,
        subject=wording.subject(like),
        body=wording.sent(like, bureau_of(db, office.id), office.name, "（職員の氏名）", url),
    )

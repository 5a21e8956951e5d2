"""The letter's form: begun from a wording, filled, restored, saved; nothing typed is ever lost."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.letters import presence, slots
from eventmail.letters.diffing import Row, side_by_side
from eventmail.letters.forms import TYPED, Choices, LetterForm
from eventmail.letters.models import Slot
from eventmail.mailings import audiences, called, service
from eventmail.mailings.letter import FIELDS
from eventmail.mailings.models import Audience, Mailing
from eventmail.mailings.review import Deed, transition
from eventmail.mailings.views import blueprint
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, reading, services, writing
from eventmail.wordings import service as wordings
from eventmail.wordings.service import Offer

FILL, FILL_NOW, KEEP = "fill", "fill_now", "keep"


@blueprint.get("/events/<int:event_id>/mailings/new")
@permitted(Action.EDIT_MAILING)
def new(event_id: int) -> str:
    """A letter that begins with the usual words, or with what was typed before."""
    event = events.get_event(reading(), actor(), event_id)
    return _opened(event, None)


@blueprint.post("/events/<int:event_id>/mailings/new")
@permitted(Action.EDIT_MAILING)
def create(event_id: int) -> ResponseReturnValue:
    """Begin the mailing."""
    event = events.get_event(reading(), actor(), event_id)
    form = _form(event, None)
    if request.form.get("act"):
        return _fill(form, event, None)
    if not form.validate_on_submit():
        return _page(form, event, None), 422
    with writing() as session:
        own = events.get_event(session, actor(), event_id)
        mailing = service.add_mailing(session, actor(), own, form.draft)
        slots.discard(session, actor(), own, None)
    return _saved(mailing, form)


@blueprint.get("/mailings/<int:mailing_id>/letter")
@permitted(Action.EDIT_MAILING)
def edit(mailing_id: int) -> ResponseReturnValue:
    """The letter in the form; one that is on its way cannot be changed any more."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    try:
        transition(mailing.state, Deed.EDIT)
    except UserError as error:
        flash(error.message, "info")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    return _opened(mailing.event, mailing)


@blueprint.post("/mailings/<int:mailing_id>/letter")
@permitted(Action.EDIT_MAILING)
def save(mailing_id: int) -> ResponseReturnValue:
    """Store the letter; what was typed is never lost, whatever the answer."""
    shown = service.get_mailing(reading(), actor(), mailing_id)
    form = _form(shown.event, shown)
    if request.form.get("act"):
        return _fill(form, shown.event, shown)
    if not form.validate_on_submit():
        return _page(form, shown.event, shown), 422
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.save_draft(session, actor(), mailing, form.draft)
            slots.discard(session, actor(), mailing.event, mailing)
            presence.leave(session, actor(), mailing)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(form, shown.event, shown), 409
    flash(said("本文を保存しました。"), "success")
    return _saved(mailing, form)


def _saved(mailing: Mailing, form: LetterForm) -> ResponseReturnValue:
    """On to the mailing; first to the choosing, where nobody is chosen yet."""
    by_hand = form.draft.audience is Audience.CHOSEN
    if by_hand and not audiences.chosen_ids(reading(), mailing):
        return redirect(url_for("letters.choose_page", mailing_id=mailing.id))
    return redirect(url_for("mailings.show", mailing_id=mailing.id))


def _fill(form: LetterForm, event: Event, mailing: Mailing | None) -> ResponseReturnValue:
    """Put the chosen wording in; whatever a person wrote is replaced only when he says so."""
    act = request.form.get("act")
    try:
        offer = wordings.offer_named(reading(), actor().office, form.wording.data or "")
    except NotFound:
        form.wording.errors = [said("ひな形を選び直してください。")]
        return _page(form, event, mailing), 422
    if act == FILL_NOW or (act == FILL and form.is_untouched):
        form.fill(offer.text, offer.kind)
        flash(
            said("ひな形「{name}」を入れました。まだ保存していません。", name=offer.text.name),
            "info",
        )
        return _page(form, event, mailing)
    if act != FILL:
        return _page(form, event, mailing)
    return _page(form, event, mailing, offer=offer, filling=_replaced(form, offer))


def _opened(event: Event, mailing: Mailing | None) -> str:
    """The form as stored, with what was typed and not saved offered or (``?restore=1``) put in."""
    slot = slots.slot_of(reading(), actor(), event, mailing)
    if slot is not None and request.args.get("restore"):
        return _page(_restored(event, mailing, slot), event, mailing, restored=slot)
    form = _form(event, mailing)
    offered = slot if slot is not None and _differs(form, slot, event, mailing) else None
    form.slot.data = "" if offered else slots.stamp_of(slot)
    return _page(form, event, mailing, offered=offered)


def _restored(event: Event, mailing: Mailing | None, slot: Slot) -> LetterForm:
    form = LetterForm.of(_choices(event, mailing, slot), mailing)
    form.version.data = str(slot.version)
    form.slot.data = slots.stamp_of(slot)
    return form


def _differs(form: LetterForm, slot: Slot, event: Event, mailing: Mailing | None) -> bool:
    """Whether what was typed says anything else than what is stored."""
    typed = LetterForm.of(_choices(event, mailing, slot), mailing)
    return any(
        _plain(typed, name) != _plain(form, name) for name in TYPED if getattr(form, name, None)
    )


def _plain(form: LetterForm, name: str) -> object:
    data = getattr(form, name).data
    if isinstance(data, list):
        return sorted(data)
    return data.replace("\r\n", "\n").strip() if isinstance(data, str) else data or None


def _choices(event: Event, mailing: Mailing | None, slot: Slot | None = None) -> Choices:
    session = reading()
    return Choices(
        event=event,
        shelf=events.shelf(session, event),
        offers=wordings.offers(session, actor().office),
        earlier=audiences.earlier(session, event.id, mailing.id if mailing else None),
        batches=service.batches_allowed(session, event.office_id),
        of_incident=mailing is not None and called.is_of_incident(session, mailing),
        typed=slot.typed if slot else None,
    )


def _form(event: Event, mailing: Mailing | None) -> LetterForm:
    return LetterForm.of(_choices(event, mailing), mailing)


def _page(
    form: LetterForm,
    event: Event,
    mailing: Mailing | None,
    **more: object,
) -> str:
    stored = _stored_now(mailing.id) if mailing else None
    differing = None
    if stored is not None and form.version.data != str(stored.version):
        form.newest.data, form.replace.data = str(stored.version), False
        differing = _saved_meanwhile(form, stored)
    return render_template(
        "letters/letter.html",
        form=form,
        event=event,
        mailing=mailing,
        fields=list(FIELDS),
        others=presence.others(reading(), actor(), mailing) if mailing else [],
        differing=differing,
        **more,
    )


def _replaced(form: LetterForm, offer: Offer) -> dict[str, list[Row]]:
    """The words in the form beside those that would take their place."""
    return {
        "subject": side_by_side(form.subject.data or "", offer.text.subject),
        "body": side_by_side(_body(form), offer.text.body),
    }


def _saved_meanwhile(form: LetterForm, stored: Mailing) -> dict[str, list[Row]]:
    """What is stored beside the words in the form."""
    return {
        "subject": side_by_side(stored.subject, form.subject.data or ""),
        "body": side_by_side(stored.body, _body(form)),
    }


def _body(form: LetterForm) -> str:
    return (form.body.data or "").replace("\r\n", "\n")


def _stored_now(mailing_id: int) -> Mailing:
    """The mailing as it is now: the request's own session still sees what was at its beginning."""
    with services().database.reading() as session:
        return service.get_mailing(session, actor(), mailing_id)


def typed_now() -> MultiDict[str, str]:
    """What the request's form holds of what a person types."""
    return MultiDict((name, each) for name in TYPED for each in request.form.getlist(name))

"""What the letter's script asks for: keeping what is typed, and who else has it open."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.language import said, told, told_all
from eventmail.letters import presence, slots
from eventmail.letters.forms import number
from eventmail.letters.views.common import blueprint
from eventmail.letters.views.writing import typed_now
from eventmail.mailings import service
from eventmail.mailings.models import Mailing
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, writing


@blueprint.post("/events/<int:event_id>/mailings/new/autosave")
@permitted(Action.EDIT_MAILING)
def keep_new(event_id: int) -> ResponseReturnValue:
    """Keep what is typed into a new letter."""
    return _keep(event_id, None)


@blueprint.post("/mailings/<int:mailing_id>/letter/autosave")
@permitted(Action.EDIT_MAILING)
def keep(mailing_id: int) -> ResponseReturnValue:
    """Keep what is typed into a mailing's letter; the mailing itself stays as it is."""
    return _keep(None, mailing_id)


@blueprint.post("/events/<int:event_id>/mailings/new/discard")
@permitted(Action.EDIT_MAILING)
def discard_new(event_id: int) -> ResponseReturnValue:
    """Throw away what was typed into a new letter."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        slots.discard(session, actor(), event, None)
    flash(said("保存していない下書きを捨てました。"), "info")
    return redirect(url_for("mailings.new", event_id=event_id))


@blueprint.post("/mailings/<int:mailing_id>/letter/discard")
@permitted(Action.EDIT_MAILING)
def discard(mailing_id: int) -> ResponseReturnValue:
    """Throw away what was typed into a mailing's letter."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id)
        slots.discard(session, actor(), mailing.event, mailing)
    flash(said("保存していない下書きを捨てました。"), "info")
    return redirect(url_for("mailings.edit", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/letter/presence")
@permitted(Action.EDIT_MAILING)
def present(mailing_id: int) -> ResponseReturnValue:
    """Note that this person has the letter open (or, ``left``, no more); who else has it."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id)
        if request.form.get("left"):
            presence.leave(session, actor(), mailing)
        else:
            presence.enter(session, actor(), mailing)
        found = presence.others(session, actor(), mailing)
    return jsonify(others=told_all([each.sentence for each in found]), version=mailing.version)


def _keep(event_id: int | None, mailing_id: int | None) -> ResponseReturnValue:
    version, stamp = number(request.form.get("version")), request.form.get("slot", "")
    try:
        with writing() as session:
            mailing: Mailing | None = None
            if mailing_id is not None:
                mailing = service.get_mailing(session, actor(), mailing_id)
            event = mailing.event if mailing else events.get_event(session, actor(), event_id or 0)
            typed = typed_now().to_dict(flat=False)
            slot = slots.keep(session, actor(), event, mailing, typed, version, stamp)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        return jsonify(sentence=told(error.message)), 409
    local = clock.in_tokyo(slot.saved_at)
    sentence = said("{time}に下書きを自動保存しました。", time=f"{local.hour}:{local.minute:02}")
    return jsonify(slot=slots.stamp_of(slot), sentence=told(sentence))

"""The office ends a participant's link: the next one is mailed to the registered address."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventmail.doorway import Doorway
from eventmail.events import service as events
from eventmail.links import service
from eventmail.offices.permissions import Action, permitted
from eventmail.own_page import asking
from eventmail.roster import hand
from eventmail.web.context import actor, services, writing

blueprint = Blueprint("page_links", __name__)
RENEWED = (
    "「{company}」の担当者の参加者ページのリンクを無効にしました。新しいリンクを、登録されている"
    "アドレスにメールで送ります。"
)


@blueprint.post("/events/<int:event_id>/participants/<int:contact_id>/link")
@permitted(Action.IMPORT_ROSTER)
def renew(event_id: int, contact_id: int) -> ResponseReturnValue:
    """End the link that was given out, and have the next one mailed."""
    sealer = Doorway.of(services().settings).sealer
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        contact = hand.get_contact(session, event, contact_id)
        service.revoke(session, sealer, contact, actor().id)
        asking.queue_next(session, contact)
        company = contact.participant.company
    flash(RENEWED.format(company=company), "success")
    return redirect(url_for("roster.edit_page", event_id=event_id, contact_id=contact_id))

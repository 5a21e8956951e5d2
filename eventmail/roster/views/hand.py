"""One contact by hand: add, change, take out of the roster, bring back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.links import service as links
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.privacy import erasing
from eventmail.roster import hand
from eventmail.roster.forms import HandForm
from eventmail.roster.views.common import blueprint, tell_voided
from eventmail.sealing import Sealer
from eventmail.web.context import actor, reading, services, writing
from eventmail.web.forms import row_number

ASKED_TO_GO = said(
    "このアドレスの方からは、前に消去の請求がありました。本人がまた参加するのでなければ、"
    "「名簿の履歴」から元に戻してください。"
)
WITHDRAWN = said(
    "辞退した事業所には、決裁が済んでまだ送っていないメールも送りません。"
    "送らなかったことは、送信の結果に表示します。"
)
BACK = said("間違えたときは「名簿の履歴」から元に戻せます。")
Deed = Callable[[Session, Event], Contact]


@blueprint.get("/events/<int:event_id>/participants/new")
@permitted(Action.IMPORT_ROSTER)
def add_page(event_id: int) -> str:
    """An empty form, or one for the next contact of ``?participant=``."""
    event = events.get_event(reading(), actor(), event_id)
    participant = _wanted_participant(event)
    return _page(event, HandForm.of(None, participant), participant=participant)


@blueprint.post("/events/<int:event_id>/participants/new")
@permitted(Action.IMPORT_ROSTER)
def add(event_id: int) -> ResponseReturnValue:
    """Put the contact into the roster."""
    event = events.get_event(reading(), actor(), event_id)
    participant = _wanted_participant(event)
    form = HandForm.of(None, participant)
    if not form.validate_on_submit():
        return _page(event, form, participant=participant), 422

    def deed(session: Session, own: Event) -> Contact:
        return hand.add(session, actor(), own, form.typed)

    try:
        contact = _do(event_id, deed)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        return _page(event, form, [error.message], participant=participant), 409
    flash(
        said(
            "「{company}」の担当者を名簿に加えました。{back}",
            company=contact.participant.company,
            back=BACK,
        ),
        "success",
    )
    if erasing.was_erased(
        reading(), Sealer.of(services().settings), contact.office_id, contact.address_key
    ):
        flash(ASKED_TO_GO, "warning")
    return _to_roster(event_id, contact)


@blueprint.get("/events/<int:event_id>/participants/<int:contact_id>")
@permitted(Action.IMPORT_ROSTER)
def edit_page(event_id: int, contact_id: int) -> str:
    """The contact's values in fields; who left the roster can be brought back."""
    event = events.get_event(reading(), actor(), event_id)
    contact = hand.get_contact(reading(), event, contact_id)
    return _page(event, HandForm.of(contact, contact.participant), contact=contact)


@blueprint.post("/events/<int:event_id>/participants/<int:contact_id>")
@permitted(Action.IMPORT_ROSTER)
def edit(event_id: int, contact_id: int) -> ResponseReturnValue:
    """Store what was changed."""
    event = events.get_event(reading(), actor(), event_id)
    shown = hand.get_contact(reading(), event, contact_id)
    was = shown.participant.status
    form = HandForm.of(shown, shown.participant)
    if not form.validate_on_submit():
        return _page(event, form, contact=shown), 422

    def deed(session: Session, own: Event) -> Contact:
        contact = hand.get_contact(session, own, contact_id)
        hand.change(session, actor(), own, contact, form.typed)
        return contact

    try:
        contact = _do(event_id, deed)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        return _page(event, form, [error.message], contact=shown), 409
    flash(
        said(
            "「{company}」の担当者の内容を保存しました。{back}",
            company=contact.participant.company,
            back=BACK,
        ),
        "success",
    )
    if contact.participant.status is not was and was is ParticipantStatus.ATTENDING:
        flash(WITHDRAWN, "info")
    return _to_roster(event_id, contact)


@blueprint.post("/events/<int:event_id>/participants/<int:contact_id>/remove")
@permitted(Action.IMPORT_ROSTER)
def remove(event_id: int, contact_id: int) -> ResponseReturnValue:
    """Take the contact out of the roster."""

    def deed(session: Session, own: Event) -> Contact:
        contact = hand.get_contact(session, own, contact_id)
        hand.leave(session, actor(), own, contact)
        return contact

    contact = _do(event_id, deed)
    flash(
        said(
            "「{company}」の担当者を名簿から外しました。{back}",
            company=contact.participant.company,
            back=BACK,
        ),
        "success",
    )
    return _to_roster(event_id, contact)


@blueprint.post("/events/<int:event_id>/participants/<int:contact_id>/restore")
@permitted(Action.IMPORT_ROSTER)
def restore(event_id: int, contact_id: int) -> ResponseReturnValue:
    """Bring the contact back into the roster."""

    def deed(session: Session, own: Event) -> Contact:
        contact = hand.get_contact(session, own, contact_id)
        hand.come_back(session, actor(), own, contact)
        return contact

    contact = _do(event_id, deed)
    flash(
        said(
            "「{company}」の担当者を名簿に戻しました。{back}",
            company=contact.participant.company,
            back=BACK,
        ),
        "success",
    )
    return _to_roster(event_id, contact)


def _do(event_id: int, deed: Deed) -> Contact:
    """One change in one transaction; mailings under review learn of it in the same."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        contact = deed(session, event)
        voided = mailings.refresh(session, event)
    tell_voided(len(voided))
    return contact


def _wanted_participant(event: Event) -> Participant | None:
    wanted = request.args.get("participant", type=row_number)
    return None if wanted is None else hand.get_participant(reading(), event, wanted)


def _to_roster(event_id: int, contact: Contact) -> ResponseReturnValue:
    company = contact.participant.company
    return redirect(url_for("events.participants", event_id=event_id, q=company))


def _page(
    event: Event,
    form: HandForm,
    messages: list[str] | None = None,
    *,
    contact: Contact | None = None,
    participant: Participant | None = None,
) -> str:
    own = contact.participant_id if contact else None
    colleagues = len(events.addresses_of(reading(), own)) if own else 0
    return render_template(
        "roster/hand.html",
        has_link=contact is not None and links.has_any(reading(), contact),
        event=event,
        form=form,
        messages=messages or [],
        contact=contact,
        participant=participant,
        colleagues=colleagues,
    )

"""The pages of an event: facts, participants, shelf."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from eventmail.answers import listing as answers
from eventmail.antivirus import Scanner
from eventmail.errors import UserError
from eventmail.events import service, shelf, showing
from eventmail.events.erased import erasure_of
from eventmail.events.forms import EventForm, MaterialForm
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import listing
from eventmail.roster import service as roster
from eventmail.roster.views.common import page_number, search_text
from eventmail.suppression import service as suppression
from eventmail.web.context import actor, reading, services, writing

blueprint = Blueprint("events", __name__)

VOIDED = said("確認・決裁中だったメール案件は、内容が変わったため作成中に戻りました。")


@blueprint.get("/events/new")
@permitted(Action.EDIT_EVENT)
def new() -> str:
    """An empty form."""
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id))
    return render_template("events/form.html", form=form, event=None)


@blueprint.post("/events/new")
@permitted(Action.EDIT_EVENT)
def create() -> ResponseReturnValue:
    """Make the event."""
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id))
    if not form.validate_on_submit():
        return render_template("events/form.html", form=form, event=None), 422
    with writing() as session:
        event = service.add_event(session, actor(), form.facts)
    flash(
        said("イベント「{name}」を作りました。次に参加者名簿を取り込みます。", name=event.name),
        "success",
    )
    return redirect(url_for("events.show", event_id=event.id))


@blueprint.get("/events/<int:event_id>")
@permitted(Action.SEE)
def show(event_id: int) -> str:
    """The event's hub: what is there, and the one next thing to do."""
    return _page(service.get_event(reading(), actor(), event_id), MaterialForm())


@blueprint.get("/events/<int:event_id>/edit")
@permitted(Action.EDIT_EVENT)
def edit(event_id: int) -> str:
    """The form with the event's facts."""
    event = service.get_event(reading(), actor(), event_id)
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id), event)
    return render_template("events/form.html", form=form, event=event)


@blueprint.post("/events/<int:event_id>/edit")
@permitted(Action.EDIT_EVENT)
def change(event_id: int) -> ResponseReturnValue:
    """Store changed facts; mailings under review whose content changed go back to draft."""
    shown = service.get_event(reading(), actor(), event_id)
    form = EventForm.of(offices.mailboxes(reading(), actor().office.id), shown)
    if not form.validate_on_submit():
        return render_template("events/form.html", form=form, event=shown), 422
    with writing() as session:
        event = service.get_event(session, actor(), event_id)
        service.change_event(session, actor(), event, form.facts)
        voided = mailings.refresh(session, event)
    flash(said("イベントの内容を保存しました。"), "success")
    tell_voided(bool(voided))
    return redirect(url_for("events.show", event_id=event_id))


@blueprint.get("/events/<int:event_id>/participants")
@permitted(Action.SEE)
def participants(event_id: int) -> str:
    """The roster as it stands, page by page."""
    session = reading()
    event = service.get_event(session, actor(), event_id)
    counted = listing.counts(session, event)
    found = listing.entries(session, event, counted, search_text(), page_number())
    shown = [contact for entry in found.items for contact in entry.contacts]
    return render_template(
        "events/participants.html",
        event=event,
        listed=found,
        total=counted.companies,
        addressees=counted.addressees,
        sources=listing.sources(session, shown),
        by_hand=(listing.BY_HAND, listing.BY_OWN),
        stopped=suppression.standing(session, event, [each.address_key for each in shown]),
        q=search_text(),
    )


@blueprint.post("/events/<int:event_id>/materials")
@permitted(Action.EDIT_MATERIALS)
def put_materials(event_id: int) -> ResponseReturnValue:
    """Put files on the shelf: all of them, or none."""
    form = MaterialForm()
    if not form.validate_on_submit():
        return _page(service.get_event(reading(), actor(), event_id), form), 422
    files = [(file.filename, file.read()) for file in form.files.data]
    try:
        for name, content in files:
            service.check_material(name, content)
            Scanner(services().settings.clamd).require_clean(name, content)
            shelf.prepare(content, name)  # takes a while: before the transaction
        with writing() as session:
            event = service.get_event(session, actor(), event_id)
            for name, content in files:
                service.put_material(session, actor(), event, name, content)
            voided = mailings.refresh(session, event)
    except UserError as error:
        form.files.errors = [error.message]
        return _page(service.get_event(reading(), actor(), event_id), form), 422
    flash(said("資料を{count}件置きました。", count=len(files)), "success")
    tell_voided(bool(voided))
    return redirect(url_for("events.show", event_id=event_id) + "#materials")


@blueprint.post("/events/<int:event_id>/materials/<int:material_id>/remove")
@permitted(Action.EDIT_MATERIALS)
def remove_material(event_id: int, material_id: int) -> ResponseReturnValue:
    """Take a file off the shelf."""
    with writing() as session:
        event = service.get_event(session, actor(), event_id)
        service.remove_material(session, actor(), event, material_id)
        voided = mailings.refresh(session, event)
    flash(said("資料を外しました。"), "success")
    tell_voided(bool(voided))
    return redirect(url_for("events.show", event_id=event_id) + "#materials")


@blueprint.get("/materials/<int:version_id>")
@permitted(Action.SEE)
def download(version_id: int) -> ResponseReturnValue:
    """One version's bytes, always as a download."""
    version, content = service.get_version(reading(), actor(), version_id)
    return send_file(
        BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=version.material.filename,
    )


def _page(event: Event, form: MaterialForm) -> str:
    session = reading()
    erased = erasure_of(session, event.id) is not None
    figures = None if erased else answers.figures(session, event)
    return render_template(
        "events/show.html",
        event=event,
        form=form,
        participants=listing.count_participants(session, event),
        # Counted with the answers; of what is erased, by the contacts whose address is gone.
        addressees=figures.contacts if figures else listing.count_addressees(session, event),
        figures=figures,
        pending=roster.open_import(session, event),
        materials=[] if erased else showing.on_shelf(session, event),
        mailings=mailings.list_mailings(session, event),
    )


def tell_voided(voided: bool) -> None:
    """Say that mailings under review went back to draft."""
    if voided:
        flash(VOIDED, "warning")

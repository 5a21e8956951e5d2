"""はじめの設定: the administrator is led through a new office; its people try its relay."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.administration import service as administration
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.relays import service as relays
from eventmail.relays.kind import SECURITIES
from eventmail.relays.service import Choice, NoRoute
from eventmail.relays.views import wanted_of
from eventmail.setup import facts, guide, service, trying
from eventmail.setup.forms import FirstRelayForm, MailboxForm, OfficeForm, TrialForm
from eventmail.setup.trying import Outcome
from eventmail.web.context import actor, anew, reading, services, writing
from eventmail.wire import Relay

blueprint = Blueprint("setup", __name__)
MADE = said("所「{name}」を登録しました。")
REGISTERED = said("差出人のアドレス {address} を登録しました。")
CHOSEN = said("この送信サーバーを、この所で使います。")
NOT_CHOSEN = said("まだ何も変更していません。直して、もう一度送ってください。")


@blueprint.route("/setup", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def index() -> ResponseReturnValue:
    """The first office of a new installation; then the offices that are not ready yet."""
    branches = administration.tree(reading())
    if any(each.offices for each in branches):
        return redirect(url_for("administration.index"))
    form = OfficeForm(data={"bureau": branches[0].name} if branches else None)
    if not form.validate_on_submit():
        return render_template("setup/first.html", form=form), 422 if form.errors else 200
    try:
        with writing() as db:
            made = service.found_office(db, current_user, form.bureau.data, form.office.data)
    except Forbidden:
        raise
    except UserError as error:
        form.office.errors = [error.message]
        return render_template("setup/first.html", form=form), 409
    flash(MADE.format(name=made.name), "success")
    return redirect(url_for("setup.office", office_id=made.id))


@blueprint.get("/setup/offices/<int:office_id>")
@permitted(Action.ADMINISTER)
def office(office_id: int) -> str:
    """How far a new office is, and what comes next."""
    found = service.seen(reading(), current_user, office_id)
    return render_template("setup/office.html", guide=guide.for_administrator(found))


@blueprint.route("/setup/offices/<int:office_id>/relay", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def relay(office_id: int) -> ResponseReturnValue:
    """Which server it sends through: the one that has just taken a real mail to oneself."""
    form = FirstRelayForm.of(_chosen(office_id))
    if not form.is_submitted():
        form.own.data = current_user.address or ""
    if not form.validate_on_submit():
        return _relay_page(office_id, form, 422 if form.errors else 200)
    try:
        with writing() as db:
            service.still_open(db, current_user, office_id)
            service.set_own_address(
                db, current_user, form.own.data, services().settings.staff_domains
            )
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.own.errors = [error.message]
        return _relay_page(office_id, form, 409)
    wanted = wanted_of(form, office_id, _chosen(office_id))
    found = _tried(office_id, _route(office_id, wanted), "own", wanted)
    if not found.taken:
        flash(found.sentence + NOT_CHOSEN, "error")
        return _relay_page(office_id, form, 409)
    flash(found.sentence + CHOSEN, "success")
    return redirect(url_for("setup.office", office_id=office_id))


@blueprint.route("/setup/offices/<int:office_id>/mailbox", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def mailbox(office_id: int) -> ResponseReturnValue:
    """The address that it sends from."""
    found = service.seen(reading(), current_user, office_id)
    form = MailboxForm(data={"name": found.name})
    if not form.validate_on_submit():
        return _mailbox_page(office_id, form, 422 if form.errors else 200)
    try:
        with writing() as db:
            made = service.add_mailbox(
                db, current_user, office_id, form.name.data, form.address.data
            )
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.address.errors = [error.message]
        return _mailbox_page(office_id, form, 409)
    flash(REGISTERED.format(address=made.address), "success")
    return redirect(url_for("setup.office", office_id=office_id))


@blueprint.route("/settings/relay/test", methods=["GET", "POST"])
@permitted(Action.PROPOSE_SETTING)
def try_relay() -> ResponseReturnValue:
    """The office's own people send themselves a mail through the relay that holds now."""
    boxes = trying.boxes(reading(), actor().office.id, actor().staff)
    form = TrialForm.of(boxes)
    if not boxes or not form.validate_on_submit():
        return _trial_page(form, 422 if form.errors else 200)
    found = _tried(actor().office.id, _route(actor().office.id), form.box.data)
    if not found.taken:
        flash(found.sentence, "error")
        return _trial_page(form, 409)
    flash(found.sentence, "success")
    return redirect(url_for("home.index"))


def _tried(office_id: int, relay: Relay | str, key: str, wanted: Choice | None = None) -> Outcome:
    """Send one; if it was taken, ``wanted`` is the office's relay from now on."""
    if isinstance(relay, str):
        return Outcome(False, relay)
    try:
        db = anew()
        staff = db.get_one(Staff, current_user.id)
        (box,) = [each for each in trying.boxes(db, office_id, staff) if each.key == key]
        cleared = trying.make(db, office_id, relay, staff, box)
        with writing() as session:
            trying.note(session, office_id, staff, box, cleared)
        found = trying.send(relay, cleared, box)
        with writing() as session:
            if found.taken and wanted is not None:
                service.choose_relay(session, current_user, office_id, wanted)
            trying.settle(session, office_id, staff, taken=found.taken)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        return Outcome(False, error.message)
    return found


def _route(office_id: int, wanted: Choice | None = None) -> Relay | str:
    """The relay of a choice (None: of the one that holds), or why there is none."""
    settings = services().settings
    try:
        if wanted is None:
            return relays.route_of(reading(), settings, office_id).relay
        if not wanted.host:
            return relays.default_route(settings).relay
        return relays.own_route(wanted, settings, office_id).relay
    except NoRoute as error:
        return error.message_ja


def _chosen(office_id: int) -> Choice:
    try:
        return relays.choice_of(reading(), office_id)
    except NoRoute:
        return Choice()


def _relay_page(office_id: int, form: FirstRelayForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "setup/relay.html",
        form=form,
        office=service.seen(reading(), current_user, office_id),
        common=relays.default_route(services().settings).relay,
        securities=SECURITIES,
    )
    return page, status


def _mailbox_page(office_id: int, form: MailboxForm, status: int) -> ResponseReturnValue:
    found = service.seen(reading(), current_user, office_id)
    return render_template("setup/mailbox.html", form=form, office=found), status


def _trial_page(form: TrialForm, status: int) -> ResponseReturnValue:
    db = anew()
    found = _route(actor().office.id)
    page = render_template(
        "setup/try_relay.html",
        form=form,
        place=found.place if isinstance(found, Relay) else "",
        trouble="" if isinstance(found, Relay) else found,
        facts=facts.of(db, actor().office.id),
    )
    return page, status

"""The office's relay: which it is, and a tried one proposed for confirmation."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.settings import Value
from eventmail.proposals import service as proposals
from eventmail.relays import service
from eventmail.relays.forms import RelayForm, ServerForm
from eventmail.relays.kind import RELAY
from eventmail.relays.service import Choice, NoRoute
from eventmail.relays.trying import Trial, try_out
from eventmail.sealing import Sealer
from eventmail.web.context import actor, reading, services, writing
from eventmail.wire import Security

blueprint = Blueprint("relays", __name__)
PROPOSED = said("{trial}送信サーバーの変更を提案しました。ほかの職員が認めると、切り替わります。")


@blueprint.get("/settings/relay")
@permitted(Action.PROPOSE_SETTING)
def show() -> str:
    """What holds now, and the form to propose another."""
    return _page(RelayForm.of(_now()))


@blueprint.post("/settings/relay")
@permitted(Action.PROPOSE_SETTING)
def propose() -> ResponseReturnValue:
    """Try it while the person waits; only one that works can be proposed."""
    form = RelayForm.of(_now())
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = wanted_of(form, actor().office.id, _now())
    trial = _tried(wanted)
    if not trial.works:
        flash(said("{sentence}この内容では提案していません。", sentence=trial.sentence), "error")
        return _page(form), 409
    try:
        _propose(wanted.told(), form.reason.data)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(form), 409
    flash(PROPOSED.format(trial=trial.sentence), "success")
    return redirect(url_for("relays.show"))


def _now() -> Choice:
    """What holds now; where that cannot be read, as if nothing had been chosen."""
    try:
        return service.choice_of(reading(), actor().office.id)
    except NoRoute:
        return Choice()


def wanted_of(form: ServerForm, office_id: int, now: Choice) -> Choice:
    """The choice that a form was filled in with; a new password is sealed for its office."""
    if not form.host.data:
        return Choice()
    return Choice(
        host=form.host.data.lower(),
        port=form.port.data,
        security=Security(form.security.data),
        username=form.username.data,
        sealed_password=_sealed(form, office_id, now),
        connections=form.connections.data,
        per_minute=form.per_minute.data,
        most_recipients=form.most_recipients.data,
    )


def _sealed(form: ServerForm, office_id: int, now: Choice) -> str:
    if form.keeps_password:
        return now.sealed_password
    if not form.password.data:
        return ""
    sealer = Sealer.of(services().settings)
    return sealer.seal(form.password.data, service.place(office_id))


def _tried(wanted: Choice) -> Trial:
    settings = services().settings
    try:
        if not wanted.host:
            return try_out(service.default_route(settings).relay)
        return try_out(service.own_route(wanted, settings, actor().office.id).relay)
    except NoRoute as error:
        return Trial(False, error.message_ja)


def _propose(after: Value, reason: str) -> None:
    with writing() as session:
        proposals.propose(session, actor(), RELAY.at(actor().office.id), after, reason)


def _page(form: RelayForm) -> str:
    place = RELAY.at(actor().office.id)
    now = _now()
    return render_template(
        "relays/show.html",
        form=form,
        own=bool(now.host),
        rows=RELAY.describe(now.told(), now.told()),
        waiting=proposals.open_at(reading(), place),
    )

"""Webhook: which there are, a new one, how its last calls went, and its end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field

from eventmail.accounts.views.entering import confirmed
from eventmail.administration import service as administration
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading, services, writing
from eventmail.webhooks import allowing, service, trying, wording
from eventmail.webhooks.forms import WebhookForm
from eventmail.webhooks.kinds import ALL
from eventmail.webhooks.models import Webhook
from eventmail.webhooks.targets import shown

blueprint = Blueprint("webhooks", __name__)
UNCHECKED = said("このWebhookを終わらせることを確かめる欄に、チェックを入れてください。")


@blueprint.get("/webhooks")
@permitted(Action.MANAGE_API)
def index() -> str:
    """The office's webhooks."""
    found = service.listed_of(reading(), actor())
    waiting = service.waiting_of(reading(), [each.id for each in found])
    return render_template(
        "webhooks/index.html",
        webhooks=[
            (
                each,
                wording.standing(each),
                shown(each.url),
                len(each.wanted),
                waiting.get(each.id, 0),
            )
            for each in found
        ],
        **_possible(),
    )


@blueprint.get("/webhooks/new")
@permitted(Action.MANAGE_API)
@confirmed
def new() -> ResponseReturnValue:
    """Where it leads, and what is told there."""
    return _form(WebhookForm(formdata=None))


@blueprint.post("/webhooks/new")
@permitted(Action.MANAGE_API)
@confirmed
def make() -> ResponseReturnValue:
    """The webhook, and its secret, which is shown here once."""
    form = WebhookForm()
    if not form.validate_on_submit():
        return _form(form), 422
    try:
        with writing() as session:
            made, secret = service.make(session, actor(), services().settings, form.wanted)
    except Forbidden:
        raise
    except UserError as error:
        _field_of(form, error.message).errors = [error.message]
        return _form(form), 409
    return render_template("webhooks/made.html", made=made, secret=secret, url=shown(made.url))


@blueprint.get("/webhooks/<int:webhook_id>")
@permitted(Action.MANAGE_API)
def show(webhook_id: int) -> str:
    """What it is told, and how its last calls went."""
    return _show(webhook_id)


@blueprint.post("/webhooks/<int:webhook_id>/test")
@permitted(Action.MANAGE_API)
def test(webhook_id: int) -> ResponseReturnValue:
    """A real call, now."""
    kept = services()
    try:
        good, words = trying.try_now(kept.database, kept.settings, actor(), webhook_id)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("webhooks.show", webhook_id=webhook_id))
    if good:
        flash(said("テストの呼び出しは受け取られました。{words}", words=words), "success")
    else:
        flash(said("テストの呼び出しは受け取られませんでした。{words}", words=words), "error")
    return redirect(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.post("/webhooks/<int:webhook_id>/off")
@permitted(Action.MANAGE_API)
def off(webhook_id: int) -> ResponseReturnValue:
    """It calls nobody for now."""
    with writing() as session:
        found = service.switch_off(session, actor(), webhook_id)
    flash(said("Webhook「{name}」を止めました。", name=found.name), "success")
    return redirect(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.post("/webhooks/<int:webhook_id>/on")
@permitted(Action.MANAGE_API)
def on(webhook_id: int) -> ResponseReturnValue:
    """It is told of what happens from now on."""
    try:
        with writing() as session:
            found = service.switch_on(session, actor(), webhook_id)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("webhooks.show", webhook_id=webhook_id))
    flash(
        said("Webhook「{name}」を再開しました。これから起きたことを知らせます。", name=found.name),
        "success",
    )
    return redirect(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.post("/webhooks/<int:webhook_id>/end")
@permitted(Action.MANAGE_API)
def end(webhook_id: int) -> ResponseReturnValue:
    """It is over for good."""
    if request.form.get("confirmed") != "yes":
        flash(UNCHECKED, "error")
        return _show(webhook_id), 422
    with writing() as session:
        found = service.end(session, actor(), webhook_id)
    flash(said("Webhook「{name}」を終わらせました。", name=found.name), "success")
    return redirect(url_for("webhooks.index"))


def _show(webhook_id: int) -> str:
    found = service.get(reading(), actor(), webhook_id)
    calls = service.last_calls(reading(), found)
    return render_template(
        "webhooks/show.html",
        webhook=found,
        url=shown(found.url),
        standing=wording.standing(found),
        kinds=[ALL[each].title for each in ALL if each in found.wanted],
        calls=[
            (each, ALL[each.kind].title, wording.state(each), wording.outcome(each))
            for each in calls
        ],
        waiting=service.waiting_of(reading(), [found.id]).get(found.id, 0),
        told=_is_told(found),
        names=staff_names(reading(), [found.made_by]),
    )


def _is_told(found: Webhook) -> str:
    if not found.contacts:
        return said("含めません")
    if allowing.is_allowed(reading(), found.office_id):
        return said("含めます")
    return said("含めません（所の設定で認められていません）")


def _possible() -> dict[str, object]:
    """Which servers the administrator has named, and whom to ask for others."""
    return {
        "hosts": services().settings.webhook_hosts,
        "administrators": [each.name for each in administration.administrators(reading())],
    }


def _form(form: WebhookForm) -> str:
    allowed = allowing.is_allowed(reading(), actor().office.id)
    return render_template("webhooks/new.html", form=form, allowed=allowed, **_possible())


def _field_of(form: WebhookForm, sentence: str) -> Field:
    """Beside which field a refusal is shown."""
    if sentence in (service.NO_NAME, service.TOO_MANY.format(most=service.MOST)):
        return form.name
    if sentence in (service.NOT_ALLOWED, service.NOT_YOURS):
        return form.contacts
    return form.kinds if sentence == service.NO_KIND else form.url

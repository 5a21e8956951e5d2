"""メールサーバーの規則: the rule for each gateway, and a mail to try it with. Nothing is stored."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from eventmail.antivirus import Scanner
from eventmail.errors import UserError
from eventmail.gateway import judging, messages, reading, service
from eventmail.gateway.forms import RuleForm, TrialForm
from eventmail.gateway.reading import Reading
from eventmail.gateway.rule import USUAL, Rule
from eventmail.gateway.targets import BY_KEY, TARGETS
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web import context

blueprint = Blueprint("gateway", __name__)

FIELDS = ("limit", "own", "url", "japanese", "english")
MOST_SHOWN = 30
NO_MAIL = said(
    "メールとして読めませんでした。.emlで保存したファイルか、ヘッダーの全体をお試しください。"
)


@blueprint.get("/gateway")
@permitted(Action.SET_UP_GATEWAY)
def index() -> ResponseReturnValue:
    """The form and, from what is in it, the rules."""
    form = _rule_form()
    if not form.validate():
        return _page(form), 422 if _is_asked() else 200
    return _page(form, rule=form.rule)


@blueprint.get("/gateway/rules/<target>")
@permitted(Action.SET_UP_GATEWAY)
def take(target: str) -> ResponseReturnValue:
    """One target's rule as a file."""
    found = BY_KEY.get(target)
    rule = _rule()
    if found is None or rule is None:
        return abort(404) if found is None else _back()
    return _file(found.content(rule), found.mimetype, found.filename)


@blueprint.get("/gateway/messages/<name>")
@permitted(Action.SET_UP_GATEWAY)
def message(name: str) -> ResponseReturnValue:
    """One of the mails to try the rule with."""
    rule = _rule()
    if rule is None:
        return _back()
    found = next((each for each in messages.samples(rule) if each.name == name), None)
    return abort(404) if found is None else _file(found.content, "message/rfc822", name)


@blueprint.get("/gateway/messages.zip")
@permitted(Action.SET_UP_GATEWAY)
def all_messages() -> ResponseReturnValue:
    """All of them."""
    rule = _rule()
    if rule is None:
        return _back()
    return _file(messages.archive(rule), "application/zip", "eventmail-test-mails.zip")


@blueprint.post("/gateway")
@permitted(Action.SET_UP_GATEWAY)
def judge() -> ResponseReturnValue:
    """What each target's rule would do with this mail, which is not kept."""
    form, trial = _rule_form(), TrialForm()
    if not form.validate():
        return _page(form), 422
    if not trial.validate_on_submit():
        return _page(form, trial, form.rule), 422
    try:
        Scanner(context.services().settings.clamd).require_clean(said("メール"), trial.raw)
        found = _read(trial.raw)
    except UserError as error:
        trial.mail.errors = [error.message]
        return _page(form, trial, form.rule), 422
    return _page(form, trial, form.rule, found)


def _read(raw: bytes) -> Reading:
    found = reading.read(raw)
    if found.readable and not found.headers:
        raise UserError(NO_MAIL)
    return found


def _is_asked() -> bool:
    return any(name in request.args for name in FIELDS)


def _rule_form() -> RuleForm:
    """What the address says; without a word of it, what is surely right here."""
    if _is_asked():
        return RuleForm(request.args)
    settings = context.services().settings
    who = context.actor_if_any()
    office = who.office.id if who else None
    own = service.own_domains(context.reading(), office, settings.staff_domains)
    url = settings.public_url or request.host_url.rstrip("/")
    form = RuleForm(None, data={"limit": USUAL, "own": "\n".join(own), "url": url})
    for field in form:
        field.raw_data = [str(field.data or "")]  # the validators look at what was typed
    return form


def _rule() -> Rule | None:
    form = _rule_form()
    return form.rule if form.validate() else None


def _back() -> ResponseReturnValue:
    return redirect(url_for("gateway.index", **_asked()))


def _asked() -> dict[str, Any]:
    return {name: request.args[name] for name in FIELDS if name in request.args}


def _page(
    form: RuleForm,
    trial: TrialForm | None = None,
    rule: Rule | None = None,
    found: Reading | None = None,
) -> str:
    return render_template(
        "gateway/index.html",
        form=form,
        trial=trial or TrialForm(formdata=None),
        rule=rule,
        asked=_asked(),
        targets=TARGETS,
        samples=_samples(rule) if rule else [],
        found=found,
        verdict=judging.verdict(found, rule.own, rule.limit) if found and rule else None,
        most_shown=MOST_SHOWN,
    )


def _samples(rule: Rule) -> list[tuple[messages.Sample, list[str]]]:
    """Each mail, and the targets that do something else with it."""
    made = [(each, reading.read_here(each.content)) for each in messages.samples(rule)]
    return [
        (each, [t.name for t in TARGETS if t.refuses(found, rule) is not each.refuse])
        for each, found in made
    ]


def _file(content: bytes, mimetype: str, name: str) -> ResponseReturnValue:
    return send_file(
        io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name, max_age=0
    )

"""The second step: a code or a passkey, after the password; or a passkey instead of both."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from eventmail.accounts import signing_in, steps
from eventmail.accounts.factors import passkeys, service
from eventmail.accounts.factors.asking import Code, Touch
from eventmail.accounts.factors.forms import CodeForm, PasskeyForm
from eventmail.accounts.factors.models import Passkey, Purpose
from eventmail.accounts.factors.views.common import (
    blueprint,
    elsewhere,
    given,
    means,
    put_challenge,
    taken_challenge,
)
from eventmail.accounts.steps import Factor
from eventmail.accounts.views import entering
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import anew, reading, writing

STEP = Factor("second", said("認証アプリ・パスキー"), "factors.second")


def _asked(session: Session, staff: Staff) -> tuple[Factor, ...]:
    """The step that is asked of whoever has a factor."""
    return (STEP,) if service.has_any(session, staff.id) else ()


steps.PROVIDERS = (*steps.PROVIDERS, _asked)


@blueprint.get("/sign-in/second")
@permitted(Action.ANYBODY)
def second() -> ResponseReturnValue:
    """Ask for a code or a passkey."""
    return _page(CodeForm(formdata=None))


@blueprint.post("/sign-in/second")
@permitted(Action.ANYBODY)
def second_code() -> ResponseReturnValue:
    """A code of the app, or one of the sheet."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    return _answered(form, form.code, "code", given(form.code.data, ""))


@blueprint.post("/sign-in/second/passkey")
@permitted(Action.ANYBODY)
def second_passkey() -> ResponseReturnValue:
    """A passkey after the password."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    return _answered(form, form.passkey, "passkey", given("", form.passkey.data))


@blueprint.post("/sign-in/passkey/options")
@permitted(Action.ANYBODY)
def options() -> ResponseReturnValue:
    """What the browser needs to use any passkey of the device, or one of a person who is known."""
    found = entering.waiting()
    known = found.staff.id if found else current_user.id if current_user.is_authenticated else None
    purpose = Purpose.STEP if known else Purpose.SIGN_IN
    try:
        with writing() as db:
            return put_challenge(passkeys.request(db, means().site, purpose, known))
    except UserError as error:
        return {"sentence": error.message}, 409


@blueprint.post("/sign-in/passkey")
@permitted(Action.ANYBODY)
def sign_in() -> ResponseReturnValue:
    """A passkey alone: the device asked for a PIN or a finger, which makes it two factors."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _back(form.passkey.errors[0])
    challenge, answer = taken_challenge(), form.passkey.data
    with writing() as db:
        found = passkeys.authenticate(db, means().site, Purpose.SIGN_IN, None, challenge, answer)
        if isinstance(found, Passkey):
            staff = db.get_one(Staff, found.staff_id)
            entered = signing_in.admit(db, staff, entering.origin(), "passkey")
    if not isinstance(found, Passkey):
        return _back(found)
    return entering.enter(entered, entering.wanted_page())


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "error")
    return redirect(url_for("accounts.sign_in", next=request.args.get("next") or None))


def _answered(
    form: CodeForm | PasskeyForm, field: object, kind: str, answer: Code | Touch
) -> ResponseReturnValue:
    outcome = entering.answer(kind, answer.verify)
    if isinstance(outcome, str):
        wrong = outcome == signing_in.WRONG_STEP
        field.errors = [answer.sentence if wrong else outcome]  # type: ignore[attr-defined]
        return _page(form, 422)
    if answer.told:
        flash(answer.told, "warning")
    return outcome


def _page(form: CodeForm | PasskeyForm, status: int = 200) -> ResponseReturnValue:
    anew()
    found = entering.waiting()
    if found is None:
        return redirect(url_for("accounts.sign_in"))
    page = render_template(
        "factors/second.html",
        form=form,
        codes=form if isinstance(form, CodeForm) else CodeForm(formdata=None),
        standing=service.standing(reading(), found.staff.id),
        elsewhere=elsewhere(means().site),
    )
    return page, status

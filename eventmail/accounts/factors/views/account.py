"""One's own factors: what there is, a new app, a new passkey, and doing without one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.accounts.factors import passkeys, qr, recovery, service, totp
from eventmail.accounts.factors.forms import AppForm, NewPasskeyForm
from eventmail.accounts.factors.models import Passkey
from eventmail.accounts.factors.views.common import (
    blueprint,
    elsewhere,
    lent,
    means,
    put_challenge,
    taken_challenge,
)
from eventmail.accounts.factors.views.sheet import shown
from eventmail.accounts.views.account import LINKS
from eventmail.accounts.views.entering import confirmed
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import anew, reading, writing

WRONG_CODE = said("コードが違います。認証アプリにいま表示されている6桁の数字を入力してください。")

LINKS.append(
    (
        said("二段階認証"),
        said("認証アプリ、パスキー、予備のコードを登録します。"),
        "factors.index",
    )
)


@blueprint.get("/account/factors")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def index() -> ResponseReturnValue:
    """What I have, and what I must have."""
    return _index(NewPasskeyForm(formdata=None))


@blueprint.post("/account/factors/app/offer")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def offer() -> ResponseReturnValue:
    """Begin with an authenticator app."""
    with writing() as db:
        totp.offer(db, means().sealer, current_user.id)
    return redirect(url_for("factors.app"))


@blueprint.get("/account/factors/app")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def app() -> ResponseReturnValue:
    """The QR code, and the field for the first code."""
    return _app(AppForm(formdata=None))


@blueprint.post("/account/factors/app")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def confirm() -> ResponseReturnValue:
    """The first code: from now on the app counts."""
    form = AppForm()
    if not form.validate_on_submit():
        return _app(form, 422)
    try:
        with writing() as db:
            codes = service.confirm_totp(db, means(), current_user, form.code.data)
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("factors.index"))
    if codes is None:
        form.code.errors = [WRONG_CODE]
        return _app(form, 422)
    return _done(said("認証アプリを登録しました。"), codes)


@blueprint.post("/account/factors/app/remove")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def remove_app() -> ResponseReturnValue:
    """Do without the app."""
    return _removed(
        lambda db: service.remove_totp(db, means(), current_user, lent()),
        said("認証アプリの登録を削除しました。"),
    )


@blueprint.post("/account/factors/passkeys/options")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def passkey_options() -> ResponseReturnValue:
    """What the browser needs to make a passkey."""
    try:
        with writing() as db:
            return put_challenge(passkeys.registration(db, means().site, current_user))
    except UserError as error:
        return {"sentence": error.message}, 409


@blueprint.post("/account/factors/passkeys")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def register() -> ResponseReturnValue:
    """The passkey that the browser made."""
    form, codes = NewPasskeyForm(), list[str]()
    if not form.validate_on_submit():
        return _index(form, 422)
    with writing() as db:
        made = passkeys.register(
            db,
            means().site,
            current_user,
            taken_challenge(),
            form.passkey.data,
            form.name.data,
        )
        if isinstance(made, Passkey):
            codes = service.first_codes(db, means(), current_user.id)
    if not isinstance(made, Passkey):
        form.passkey.errors = [made]
        return _index(form, 422)
    return _done(said("パスキー「{name}」を登録しました。", name=made.name), codes)


@blueprint.post("/account/factors/passkeys/<int:passkey_id>/remove")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Do without one passkey."""
    return _removed(
        lambda db: service.remove_passkey(db, means(), current_user, passkey_id, lent()),
        said("パスキーを削除しました。端末に残ったパスキーは、端末の設定から削除してください。"),
    )


def _done(sentence: str, codes: list[str]) -> ResponseReturnValue:
    flash(sentence, "success")
    return shown(codes) if codes else redirect(url_for("factors.index"))


def _removed(act: Any, sentence: str) -> ResponseReturnValue:
    try:
        with writing() as db:
            act(db)
    except NotFound:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _index(NewPasskeyForm(formdata=None), 409)
    flash(sentence, "success")
    return redirect(url_for("factors.index"))


def _index(form: NewPasskeyForm, status: int = 200) -> ResponseReturnValue:
    db = anew()
    page = render_template(
        "factors/index.html",
        form=form,
        standing=service.standing(db, current_user.id),
        must=service.must_enrol(db, means(), current_user, lent()),
        site=means().site,
        elsewhere=elsewhere(means().site),
        few=recovery.FEW,
        no_site=passkeys.NO_SITE,
    )
    return page, status


def _app(form: AppForm, status: int = 200) -> ResponseReturnValue:
    secret = totp.offered(reading(), means().sealer, current_user.id)
    if not secret:
        flash(totp.NO_OFFER, "info")
        return redirect(url_for("factors.index"))
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    drawing = qr.drawn(totp.address(secret, current_user))
    return render_template("factors/app.html", form=form, groups=groups, drawing=drawing), status

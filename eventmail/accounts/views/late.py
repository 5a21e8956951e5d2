"""A form that is sent after its session's time: not done, and nothing typed in it is lost.

The answer carries what was typed, signed for the person whose session ended and for the page it was
for. When he has signed in again, in another tab, it comes back as a form that he can send.
"""

from __future__ import annotations

import hashlib
import json

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from eventmail.accounts.models import StaffSession
from eventmail.accounts.views.common import blueprint
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import services

KEPT_FOR = 12 * 60 * 60  # seconds
# What is not written into a page again.
SECRET = frozenset({"csrf_token", "password", "again", "code", "passkey", "kept"})
UNREADABLE = said(
    "取っておいた内容を読み取れませんでした。元の画面から、もう一度入力してください。"
)
OF_ANOTHER = said(
    "この内容を入力した人とは別の人がサインインしています。入力した人がサインインしてください。"
)
Fields = list[tuple[str, str]]


def attach(app: Flask) -> None:
    """The way back has no token of the new session; it is signed for its person instead."""
    app.extensions["csrf"].exempt(resume)


def is_a_form() -> bool:
    """Whether a person sent this from a page; a script of a page looks for a redirect."""
    asked_by = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.method == "POST" and asked_by == "navigate"


def page(ended: StaffSession) -> ResponseReturnValue:
    """What happened, where to sign in, and the button for afterwards."""
    typed = [(name, value) for name, value in _sent() if name not in SECRET]
    told = {"staff": ended.staff_id, "path": request.path, "typed": _digest(typed)}
    shown = render_template(
        "accounts/late.html", typed=typed, kept=_signer().dumps(told), files=bool(request.files)
    )
    return shown, 401


@blueprint.post("/account/resume")
@permitted(Action.ANYBODY)
def resume() -> ResponseReturnValue:
    """What was kept, as a form of the new session. Nothing is done by it yet."""
    typed = [(name, value) for name, value in _sent() if name not in SECRET]
    try:
        told = _signer().loads(request.form.get("kept", ""), max_age=KEPT_FOR)
    except BadSignature:
        told = {}
    if told.get("typed") != _digest(typed):
        return _refused(UNREADABLE)
    if not current_user.is_authenticated:
        kept = request.form["kept"]
        return render_template("accounts/late.html", typed=typed, kept=kept, files=False), 401
    if told["staff"] != current_user.id:
        return _refused(OF_ANOTHER)
    return render_template("accounts/resume.html", typed=typed, path=told["path"])


def _refused(sentence: str) -> ResponseReturnValue:
    flash(sentence, "error")
    return redirect(url_for("home.index"))


def _sent() -> Fields:
    return list(request.form.items(multi=True))


def _digest(typed: Fields) -> str:
    # Line ends travel as CR LF, whatever they were.
    plain = [(name, "\n".join(value.splitlines())) for name, value in typed]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().settings.secret_key, salt="late form")

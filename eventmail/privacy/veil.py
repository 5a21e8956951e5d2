"""Puts the masking over every page that leaves, and lets it be lifted for one view."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor, permitted
from eventmail.privacy import masking
from eventmail.privacy.views import blueprint
from eventmail.web.context import actor_if_any, reading, writing

TEXTS = frozenset({"text/html", "application/json"})
# Of nobody. Whoever asks for these is not looked up: they answer without a database, too.
BARE = frozenset({"static", "observing.live", "observing.ready"})
MARK = "<!-- masked -->"
LIFTED = "lifted"
HIDDEN = said("（伏せています）")


@blueprint.post("/privacy/reveal")
@permitted(Action.REVEAL)
def reveal() -> ResponseReturnValue:
    """Show one page once with whole addresses. The record is made with the page."""
    path = request.form.get("page", "")
    if not path.startswith("/") or path[1:2] in ("/", "\\") or urlsplit(path).netloc:
        raise UserError(
            said("どの画面のアドレスを表示するのかわかりません。元の画面からお試しください。")
        )
    session[LIFTED] = path
    return redirect(path)


def attach(app: Flask) -> None:
    """Look through every page before it leaves."""
    app.before_request(_take_leave)
    app.after_request(_veil)
    app.add_template_filter(_phone, "phone")


def _take_leave() -> None:
    """The leave counts for the very next view of that page, and is used up by any."""
    if request.endpoint != "static" and LIFTED in session:
        g.lifted = session.pop(LIFTED) == _path() and request.method == "GET"


def _path() -> str:
    return request.full_path.rstrip("?")


def _veil(response: Response) -> Response:
    plain = response.mimetype in TEXTS and not response.direct_passthrough
    if not plain or request.endpoint in BARE or not current_user.is_authenticated:
        return response
    who = actor_if_any()
    if who is None:  # no participants' data is shown to whoever serves in no office
        return response
    if masking.needs_addresses(who, request.endpoint or ""):
        return response
    text = response.get_data(as_text=True)
    is_json = response.mimetype == "application/json" and bool(text)
    own_words = {each.strip().lower() for each in request.args.values()}  # typed in a search
    looked_at = masking.strings(text) if is_json else text
    found = masking.participants_in(reading(), who.office.id, looked_at) - own_words
    if _is_lifted(who):
        _note(who, len(found))
        return response
    hidden: int = g.get("hidden_phones", 0)
    if not found and not hidden:
        return response
    change = masking.mask_json if is_json else masking.mask
    text = change(text, found, fields_too=not who.may(Action.SEE_ADDRESSES))
    response.set_data(text.replace(MARK, _offer(who, len(found), hidden), 1))
    return response


def _is_lifted(who: Actor) -> bool:
    return bool(g.get("lifted")) and who.may(Action.REVEAL)


def _phone(number: str) -> str:
    """A participant's telephone number, where the page would show its address, too."""
    who = actor_if_any()
    if not number or who is None:
        return ""
    if masking.needs_addresses(who, request.endpoint or "") or _is_lifted(who):
        return number
    g.hidden_phones = g.get("hidden_phones", 0) + 1
    return HIDDEN


def _offer(who: Actor, count: int, phones: int) -> str:
    return render_template(
        "privacy/masked.html", actor=who, count=count, phones=phones, page=_path()
    )


def _note(who: Actor, count: int) -> None:
    with writing() as db:
        record(
            db,
            "addresses.revealed",
            f"page:{request.endpoint}"[:60],
            office_id=who.office.id,
            staff_id=who.id,
            page=request.path,
            addresses=count,
        )

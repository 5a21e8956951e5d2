"""Between the browser and the sessions: cookies, who is asking, the second step, the way back."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Request,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, logout_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from eventmail.accounts import reauth, sessions, signing_in, steps
from eventmail.accounts.models import AGENT, Ending, StaffSession
from eventmail.accounts.origin import Device, Origin, digest_of
from eventmail.accounts.sessions import Limits
from eventmail.accounts.signing_in import Refused, SecondStep, SignedIn, Verify
from eventmail.accounts.views import late
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.web.context import reading, services, writing
from eventmail.web.cookie import SESSION

HALF, WANTED = "half", "wanted"  # in the signed cookie, too
DEVICE_COOKIE = "eventmail_device"
DEVICE_FOR = timedelta(days=365)
MOST_LOGINS = 8  # on one shared device
# What a page that lies open asks for by itself is no sign that somebody is there.
BY_ITSELF = frozenset({"outbox.progress_json", "roster.progress_json", "letters.present"})
SENTENCES = {
    Ending.IDLE: said(
        "しばらく操作がなかったため、サインインを終えました。もう一度サインインしてください。"
    ),
    Ending.TOO_OLD: said("サインインから時間がたったため、もう一度サインインしてください。"),
}
NOT_DONE = said(
    "サインインの時間が切れていたため、いまの操作は処理していません。"
    "サインインすると、元の画面に戻ります。"
)
PLEASE = said("サインインしてください。")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who is in the middle of the second step: of signing in, or of confirming something."""

    staff: Staff
    signing_in: bool


def attach(app: Flask, manager: LoginManager) -> None:
    """Let Flask-Login ask the sessions of the database who somebody is."""
    manager.request_loader(_load)
    app.after_request(_note_seen)


def limits() -> Limits:
    """How long sessions last here."""
    return Limits.of(services().settings)


def origin() -> Origin:
    """Where this request comes from."""
    agent = request.headers.get("User-Agent", "")[:AGENT]
    return Origin(request.remote_addr or "", agent, _device())


def current_session() -> StaffSession | None:
    """The session in which this request is made."""
    _ = current_user.is_authenticated  # which looks it up
    return cast("StaffSession | None", g.get("staff_session"))


def enter(found: SignedIn | SecondStep, wanted: str) -> ResponseReturnValue:
    """Begin a session of the browser: nothing that was in it before stays."""
    session.clear()
    session.permanent = True
    if isinstance(found, SecondStep):
        session[HALF], session[WANTED] = found.token, wanted
        return redirect(url_for(found.factors[0].endpoint))
    session[SESSION] = found.token
    answer = redirect(wanted)
    _know_device(answer, found.staff.login)
    return answer


def leave(how: Ending) -> None:
    """End this session, here and in the browser."""
    one = current_session()
    if one is not None:
        with writing() as db:
            sessions.end(db, one, how)
    logout_user()
    session.clear()


def waiting() -> Waiting | None:
    """For whom the page of a factor waits; None: there is nothing to prove, go to sign in."""
    if session.get(HALF):
        found = sessions.pending(reading(), session[HALF])
        return Waiting(found[1], True) if found else None
    one = current_session()
    if one is not None and reauth.awaits_step(one):
        return Waiting(cast(Staff, current_user), False)
    return None


def factors() -> tuple[steps.Factor, ...]:
    """The ways in which whoever is waiting may pass, for links between their pages."""
    found = waiting()
    return steps.required_of(reading(), found.staff) if found else ()


def answer(kind: str, verify: Verify) -> ResponseReturnValue | str:
    """What comes of a factor's POST: the response to give, or the sentence to show on its page."""
    if session.get(HALF):
        with writing() as db:
            found = signing_in.complete(db, session[HALF], kind, verify, origin())
        if isinstance(found, SignedIn):
            return enter(found, session.get(WANTED, url_for("home.index")))
        return _over(found) if found.is_over else found.sentence
    one = current_session()
    if one is None:
        return _over(Refused(signing_in.EXPIRED))
    with writing() as db:
        sentence = reauth.confirm_step(db, one, verify, origin())
    if sentence == signing_in.EXPIRED:
        return redirect(url_for("accounts.confirm"))
    return sentence or redirect(session.pop(WANTED, None) or url_for("home.index"))


def _over(found: Refused) -> ResponseReturnValue:
    session.clear()
    flash(found.sentence, "error")
    return redirect(url_for("accounts.sign_in"))


def confirmed(view: View) -> View:
    """Mark a view as one that wants the password (and the second step) entered anew before it."""

    @functools.wraps(view)
    def asked(*args: object, **named: object) -> ResponseReturnValue:
        if reauth.is_fresh(current_session()):
            return view(*args, **named)
        return redirect(url_for("accounts.confirm", next=way_back()))

    return cast(View, asked)


def ask_to_sign_in() -> ResponseReturnValue:
    """Instead of a page that needs somebody: the way through signing in and back."""
    ended = g.get("ended")
    if ended in SENTENCES and late.is_a_form():
        return late.page(g.ended_session)
    if request.method == "GET" and not ended:
        flash(PLEASE, "info")
    elif request.method == "GET":
        flash(SENTENCES.get(ended, PLEASE), "info")
    else:
        flash(NOT_DONE, "warning")
    return redirect(url_for("accounts.sign_in", next=way_back()))


def way_back() -> str:
    """A page of ours to return to: this one, or for a POST the page on which it was filled in."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.removesuffix("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and _can_be_opened(came_from.path):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.path if _can_be_opened(request.path) else "/"


def wanted_page() -> str:
    """The page that ``next`` names, if it is one of ours; else the first one."""
    target = request.args.get("next", "")
    try:
        parts = urlsplit(target)
    except ValueError:
        return url_for("home.index")
    # Only a path of our own: no scheme, no host, and no '//host' or '/\\host' that acts as one.
    local = not parts.scheme and not parts.netloc and target[:1] == "/" and target[1:2] not in "/\\"
    plain = not any(ord(each) < 0x20 for each in target)
    return target if local and plain and len(target) > 1 else url_for("home.index")


def _can_be_opened(path: str) -> bool:
    try:
        request_adapter = current_app.create_url_adapter(request)
        assert request_adapter is not None
        request_adapter.match(path, method="GET")
    except HTTPException:
        return False
    return True


def _load(_request: Request) -> Staff | None:
    token = session.get(SESSION)
    if not isinstance(token, str):
        return None
    found = sessions.find(reading(), token, limits())
    if found is None:
        return None
    one, who = found
    if isinstance(who, Ending):
        g.ended, g.ended_session = who, one
        if one.ended_at is None:
            with writing() as db:
                sessions.end(db, one, who)
        return None
    g.staff_session = one
    return who


def _note_seen(response: Response) -> Response:
    one: StaffSession | None = g.get("staff_session")
    if one is not None and request.endpoint not in BY_ITSELF and sessions.wants_seen(one):
        with writing() as db:
            sessions.saw(db, one, origin())
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().settings.secret_key or "", salt="device")


def _device() -> Device | None:
    try:
        told = _signer().loads(
            request.cookies.get(services().settings.cookie(DEVICE_COOKIE), ""),
            max_age=int(DEVICE_FOR.total_seconds()),
        )
        return Device(str(told["id"]), frozenset(map(str, told["logins"])))
    except (BadSignature, KeyError, TypeError):
        return None


def _know_device(answer: BaseResponse, login: str) -> None:
    """Remember on the browser that this person came in by it."""
    known = _device() or Device(secrets.token_hex(16))
    others = sorted(known.logins - {digest_of(login)})[: MOST_LOGINS - 1]
    told = {"id": known.id, "logins": [digest_of(login), *others]}
    answer.set_cookie(
        services().settings.cookie(DEVICE_COOKIE),
        _signer().dumps(told),
        max_age=DEVICE_FOR,
        secure=services().settings.on_tls,
        httponly=True,
        samesite="Lax",
    )


def render_second(template: str, **values: object) -> str:
    """A factor's page, with the links to the other ways."""
    return render_template(template, factors=factors(), **values)

"""What stands around each operation: whose token, how often, what was sent; and every no."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from msgspec import Struct

from eventmail.api import parsing, refusing, tokens
from eventmail.api.models import ApiToken
from eventmail.api.operations import KEY, OPERATIONS, PREFIX, Operation
from eventmail.api.refusing import Refused
from eventmail.api.tokens import Over
from eventmail.audit import origin
from eventmail.audit.origin import Origin
from eventmail.config import Mode, Settings
from eventmail.errors import NotFound, UserError
from eventmail.events.erased import GONE
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor, Forbidden, permitted
from eventmail.privacy import closing, masking
from eventmail.web import problems
from eventmail.web.context import reading, writing
from eventmail.web.rates import Budget
from eventmail.web.sizes import ORDINARY, TAKE_FILES
from eventmail.web.throttle import Throttle, customer

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
EXTENSION = "eventmail.api"
TOKEN, FAILED = "token", "failed"
BUDGETS = {TOKEN: Budget(burst=120, per_second=2), FAILED: Budget(burst=10, per_second=0.1)}
KEY_SHAPE = re.compile(r"[!-~]{1,100}")
STATUS = {NotFound: 404, Forbidden: 403}
OVER = {
    Over.EXPIRED: said(
        "このAPIトークンは期限が切れています。所の管理者に新しいものを作ってもらってください。"
    ),
    Over.REVOKED: said(
        "このAPIトークンは取り消されています。所の管理者に新しいものを作ってもらってください。"
    ),
    Over.GONE: said(
        "このAPIトークンを作った職員がこの所にいないため、使えません。"
        "所の管理者に新しいものを作ってもらってください。"
    ),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request that may be answered: by which token, as whom, and what stands in its query."""

    token: ApiToken
    actor: Actor
    query: Any

    @property
    def key(self) -> str:
        """The key under which it is to be done once; none if it names none."""
        told = request.headers.get(KEY, "")
        if told and not KEY_SHAPE.fullmatch(told):
            raise Refused(400, refusing.BAD_KEY, "bad_idempotency_key")
        return told


@dataclass(frozen=True, slots=True)
class Made:
    """An answer about something that was made, at ``location``; ``again`` if it was there."""

    told: Struct
    location: str
    again: bool


Answer = Callable[..., Struct | Made]


def attach(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """The routes. Posts carry no token of a session: the API has none, and reads no cookie."""
    app.extensions[EXTENSION] = Throttle({} if settings.mode is Mode.TEST else BUDGETS)
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


def serves(name: str) -> Callable[[Answer], Answer]:
    """Make a view of what answers an operation. Who may is said by the token, before it."""
    operation = OPERATIONS[name]

    def mark(answer: Answer) -> Answer:
        @functools.wraps(answer)
        def view(**ids: int) -> Response:
            try:
                return _answered(operation, answer, ids)
            except Refused as no:
                return problems.answer(no.status, no.sentence, no.code, no.faults, no.headers)
            except UserError as error:
                status = STATUS.get(type(error), 409)
                sentence = refusing.NOT_THERE if status == 404 else error.message
                return problems.answer(status, sentence)

        blueprint.add_url_rule(
            operation.rule, name, permitted(Action.ANYBODY)(view), methods=[operation.method]
        )
        return answer

    return mark


def _answered(operation: Operation, answer: Answer, ids: dict[str, int]) -> Response:
    call = _admitted(operation)
    if closing.erasure_at(reading(), call.actor.office.id, ids) is not None:
        raise Refused(410, GONE, "erased")
    _require_kind(operation)
    found = answer(call, **ids)
    told = found.told if isinstance(found, Made) else found
    text = msgspec.json.encode(told).decode()
    response = Response(_veiled(call, text), operation.status, mimetype="application/json")
    if isinstance(found, Made):
        response.headers["Location"] = found.location
        response.headers["Idempotent-Replayed"] = "true" if found.again else "false"
    return response


def _admitted(operation: Operation) -> Call:
    """Whose token it is and what he may; refused to everybody else."""
    token, actor = _whose()
    _slow_down(TOKEN, str(token.id))
    if operation.scope not in token.scopes:
        raise Refused(403, refusing.NO_SCOPE.format(scope=operation.scope.value), "missing_scope")
    g.actor = actor
    address = str(request.remote_addr or "")[:64]
    origin.arrive(Origin(origin.API, address, token.hint, token.name))
    takes_files = request.endpoint in TAKE_FILES
    most = current_app.config["MAX_CONTENT_LENGTH"] if takes_files else ORDINARY
    request.max_content_length = most
    if tokens.wants_seen(token):
        with writing() as session:
            tokens.saw(session, token)
    query = parsing.made_of(operation.query, request.args.to_dict(), strict=False)
    return Call(token, actor, query)


def _whose() -> tuple[ApiToken, Actor]:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise refusing.unauthorized(refusing.NO_TOKEN, "no_token")
    token = tokens.find(reading(), secret.strip())
    if token is None:
        _slow_down(FAILED, customer(request.remote_addr))
        raise refusing.unauthorized(refusing.UNKNOWN, "unknown_token")
    actor = tokens.actor_of(reading(), token)
    if isinstance(actor, Over):
        _slow_down(FAILED, customer(request.remote_addr))
        raise refusing.unauthorized(OVER[actor], f"token_{actor.value}")
    return token, actor


def _slow_down(kind: str, who: str) -> None:
    wait = current_app.extensions[EXTENSION].wait(kind, who)
    if wait:
        seconds = max(1, math.ceil(wait))
        headers = {"Retry-After": str(seconds)}
        raise Refused(429, refusing.BUSY.format(seconds=seconds), headers=headers)


def _require_kind(operation: Operation) -> None:
    if operation.takes and request.mimetype != operation.takes:
        raise Refused(415, refusing.WRONG_KIND.format(kind=operation.takes))


def _veiled(call: Call, text: str) -> str:
    """The answer with participants' addresses masked, unless the token has leave to read them."""
    if call.token.contacts and call.actor.may(Action.SEE_ADDRESSES):
        return text
    office_id = call.actor.office.id
    found = masking.participants_in(reading(), office_id, masking.strings(text))
    return masking.mask_json(text, found, fields_too=True) if found else text

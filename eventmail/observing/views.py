"""For machines: health for a proxy, figures for Prometheus."""

from __future__ import annotations

import hmac

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from eventmail import migrate
from eventmail.errors import NotFound
from eventmail.observing import backups, requests
from eventmail.observing.exposition import exposition
from eventmail.observing.health import Readiness
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import services

blueprint = Blueprint("observing", __name__)
EXTENSION = "observing.readiness"


def attach(app: Flask) -> None:
    """The pages, and what remembers that somebody has asked already."""
    app.extensions[EXTENSION] = Readiness(migrate.is_current)
    app.register_blueprint(blueprint)


@blueprint.get("/health/live")
@permitted(Action.ANYBODY)
def live() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@permitted(Action.ANYBODY)
def ready() -> ResponseReturnValue:
    """The database is there, and has the form that this version needs."""
    missing = current_app.extensions[EXTENSION].missing(services().database)
    return (
        (jsonify(status="unavailable", missing=missing), 503) if missing else jsonify(status="ok")
    )


@blueprint.get("/metrics")
@permitted(Action.ANYBODY)
def metrics() -> ResponseReturnValue:
    """The figures, for whoever knows the token; without a token there is no such page."""
    token = services().settings.metrics_token
    if not token:
        raise NotFound
    if not _shows(token):
        return Response("", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    here = services()
    found = exposition(
        here.database,
        current_app.extensions[requests.EXTENSION].registry,
        backups.look(here.settings),
        here.outbox.huey.pending_count(),
    )
    return Response(found, content_type=CONTENT_TYPE_LATEST)


def _shows(token: str) -> bool:
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    return hmac.compare_digest(given, f"Bearer {token}".encode())

"""What a view needs at hand: the services of this installation, sessions, and who is asking."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from eventmail.alerts import service as alerts
from eventmail.audit import origin
from eventmail.audit.origin import Origin
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import ROLE_NAMES, Action, Actor
from eventmail.outbox import control
from eventmail.outbox.worker import Outbox


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one installation that the pages use."""

    settings: Settings
    database: Database
    outbox: Outbox


def services() -> Services:
    """The running app's services."""
    return cast(Services, current_app.extensions["eventmail"])


def reading() -> Session:
    """This request's session for looking; it ends with the request."""
    if "reading" not in g:
        g.reading_scope = services().database.reading()
        g.reading = g.reading_scope.__enter__()
    return cast(Session, g.reading)


def writing() -> AbstractContextManager[Session]:
    """A transaction of its own, committed at the end of the block."""
    return services().database.writing()


def actor() -> Actor:
    """The signed-in person at work in the office."""
    if "actor" not in g:
        g.actor = offices.actor_of(reading(), current_user)
    return cast(Actor, g.actor)


def attach(app: Flask) -> None:
    """Check the permission before each view, and close the reading session after each request."""
    app.before_request(_tell_origin)
    app.before_request(_check_permission)
    app.teardown_request(_end_reading)
    app.context_processor(_for_templates)


def _tell_origin() -> None:
    """What is recorded in this request comes from this client; each session has a mark."""
    if request.method == "POST":
        session.setdefault("mark", secrets.token_hex(4))
    mark = str(session.get("mark", ""))[:16]
    origin.arrive(Origin(origin.PAGE, str(request.remote_addr or "")[:64], mark))


def _check_permission() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    needs = getattr(view, "needs", Action.ANYBODY)
    if needs is Action.ANYBODY:
        return None
    if not current_user.is_authenticated:
        return cast(ResponseReturnValue, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if needs is Action.OWN_ACCOUNT:
        return None
    actor().require(needs)
    return None


def _end_reading(_error: BaseException | None) -> None:
    origin.leave()
    request.close()  # uploaded files, which Flask leaves to the garbage collector
    scope = g.pop("reading_scope", None)
    if scope is not None:
        scope.__exit__(None, None, None)


def _for_templates() -> dict[str, object]:
    if not current_user.is_authenticated:
        return {"Action": Action, "actor": None}
    found = actor()
    names = [ROLE_NAMES[role] for role in Role if role in found.roles]
    return {
        "Action": Action,
        "actor": found,
        "office_name": found.office.name,
        "role_names": names,
        "alerts": alerts.open_alerts(reading(), found),
        "stopped_by": control.stopped_by(reading(), found.office),
    }

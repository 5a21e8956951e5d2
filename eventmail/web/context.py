"""What a view needs at hand: the services of this installation, sessions, and who is asking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request
from flask import session as flask_session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from eventmail.alerts import service as alerts
from eventmail.audit import origin
from eventmail.audit.keys import open_database
from eventmail.audit.origin import Origin
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings import acquainted, judged
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import (
    ROLE_NAMES,
    STANDING_NAMES,
    Action,
    Actor,
    allows,
    refusal,
    standings,
)
from eventmail.outbox import control
from eventmail.outbox.worker import Outbox
from eventmail.sendlock import service as sendlock
from eventmail.web.cookie import SESSION

OFFICE = "office"  # where the session keeps the office that was chosen
LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
MARK = 8  # letters that tell one session from another in the audit


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one installation that the pages use."""

    settings: Settings
    database: Database
    outbox: Outbox

    @classmethod
    def of(cls, settings: Settings) -> Services:
        """Those of a process that serves pages: it remembers what it judged of drafts, and whom
        offices know.
        """
        kept = {judged.CARRIED: judged.Judged(), acquainted.CARRIED: acquainted.Acquainted()}
        database = open_database(settings, kept)
        return cls(settings, database, Outbox(settings, database))


def services() -> Services:
    """The running app's services."""
    return cast(Services, current_app.extensions["eventmail"])


def reading() -> Session:
    """This request's session for looking; it ends with the request."""
    if "reading" not in g:
        g.reading_scope = services().database.reading()
        g.reading = g.reading_scope.__enter__()
    return cast(Session, g.reading)


def anew() -> Session:
    """:func:`reading`, for a page that shows what is there now.

    A request that may have written, or was overtaken while it tried, looks from this moment on.
    One that only looks has seen nothing else. As ever a look ends with a COMMIT.
    """
    session = reading()
    if request.method not in LOOKS or g.get("written"):
        session.expire_all()
        session.commit()
    return session


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction of its own, committed at the end of the block."""
    with services().database.writing() as session:
        yield session
    g.written = True


def actor() -> Actor:
    """The signed-in person at work in the office; refused to somebody who serves in none."""
    if "actor" not in g:
        g.actor = offices.actor_of(reading(), current_user, flask_session.get(OFFICE))
    return cast(Actor, g.actor)


def actor_if_any() -> Actor | None:
    """The same, or None for whoever has not signed in or serves in no office."""
    serves = current_user.is_authenticated and current_user.memberships
    return actor() if serves else None


def administers() -> bool:
    """Whether the signed-in person administers the installation."""
    return bool(current_user.is_authenticated and current_user.administrator)


def work_in(office_id: int) -> None:
    """From the next page on, the person is at work in this office.

    Forms that are still open were filled in for the other one: their token holds no more.
    """
    flask_session[OFFICE] = office_id
    flask_session.pop("csrf_token", None)


def attach(app: Flask) -> None:
    """Check the permission before each view, and close the reading session after each request."""
    app.before_request(_tell_origin)
    app.before_request(_check_permission)
    app.teardown_request(_end_reading)
    app.context_processor(_for_templates)


def _tell_origin() -> None:
    """What is recorded in this request comes from this client; each session has a mark."""
    token = flask_session.get(SESSION)
    mark = hashlib.sha256(str(token).encode()).hexdigest()[:MARK] if token else ""
    origin.arrive(Origin(origin.PAGE, str(request.remote_addr or "")[:64], mark))


def _check_permission() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    needs = getattr(view, "needs", Action.ANYBODY)
    if allows(needs, standings(None)):
        return None
    if not current_user.is_authenticated:
        from eventmail.accounts.views import entering

        return entering.ask_to_sign_in()
    from eventmail.accounts.factors.views import leading

    led = leading.lead()
    if led is not None or allows(needs, standings(current_user)):
        return led
    found = actor_if_any()
    if found is None:
        raise refusal(needs)
    found.require(needs)
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
    standing = standings(current_user)
    around: dict[str, object] = {"Action": Action, "oversees": allows(Action.OVERSEE, standing)}
    around["administers"] = allows(Action.ADMINISTER, standing)
    around["locked"] = sendlock.current(reading())
    found = actor_if_any()
    if found is None:
        names = [name for each, name in STANDING_NAMES.items() if each in standing]
        return around | {"actor": None, "role_names": names}
    names = [ROLE_NAMES[role] for role in Role if role in found.roles]
    return around | {
        "actor": found,
        "own_offices": places.offices_of(reading(), found.staff),
        "office_name": found.office.name,
        "role_names": names,
        "alerts": alerts.open_alerts(reading(), found),
        "stopped_by": control.stopped_by(reading(), found.office),
    }

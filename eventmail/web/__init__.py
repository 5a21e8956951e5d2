"""What all pages share: configuration, sign-in, headers, errors, and the list of blueprints."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from eventmail.config import MEGABYTE, Settings
from eventmail.language.templates import InTwoLanguages
from eventmail.observing import access
from eventmail.web import (
    assets,
    cells,
    context,
    errors,
    formats,
    headers,
    hosts,
    languages,
    refusals,
    sizes,
    throttle,
    uploading,
)
from eventmail.web.forms import LARGEST_ID, LARGEST_MAIL


def configure(app: Flask, settings: Settings) -> None:
    """Set Flask's own configuration from ours."""
    app.jinja_environment = InTwoLanguages
    app.config.update(
        SECRET_KEY=settings.secret_key,
        EVENTMAIL_MODE=settings.mode.value,
        MAX_CONTENT_LENGTH=settings.upload_megabytes * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=sizes.ORDINARY,
        MAX_FORM_PARTS=sizes.MOST_PARTS,
        TRUSTED_HOSTS=hosts.trusted_hosts(settings),
        SESSION_COOKIE_NAME=settings.cookie("eventmail"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.on_tls,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # A draft stays open over lunch: the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
    )
    app.url_map.converters["int"] = RowId
    app.url_map.converters["mail"] = MailId
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}


class RowId(IntegerConverter):
    """An id in a path: a number that a database column can hold; anything larger is not found."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


class MailId(IntegerConverter):
    """The same of a delivery, of which there are more."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_MAIL)


def extend(app: Flask, settings: Settings) -> None:
    """Attach database, queue, sign-in, CSRF protection, headers, errors and formats."""
    app.extensions["eventmail"] = context.Services.of(settings)
    from eventmail.accounts.views import entering, late
    from eventmail.api import views as api
    from eventmail.corrections import own_views  # noqa: F401 - more of the participants' pages
    from eventmail.own_page import views as own_page

    access.attach(app, settings)
    manager = LoginManager(app)
    entering.attach(app, manager)
    languages.attach(app, settings)
    # In this order, before anything reads the request: whose host, how often, how much.
    hosts.attach(app)
    throttle.attach(app, settings)
    sizes.attach(app)
    csrf = CSRFProtect(app)
    late.attach(app)
    assets.attach(app)
    headers.attach(app, settings)
    refusals.attach(app)
    errors.attach(app)
    formats.attach(app)
    cells.attach(app)
    context.attach(app)
    own_page.attach(app, settings, csrf)
    api.attach(app, settings, csrf)
    uploading.attach(app)


def require_permissions(app: Flask) -> None:
    """Refuse to start with a view that does not say what it needs: the default is to deny."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not hasattr(view, "needs"):
            raise RuntimeError(f"the view {endpoint} declares no permission")

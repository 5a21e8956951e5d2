"""The modules whose ``blueprint`` are the pages, in the order in which they are attached.

They are named and not imported here: a view imports what all pages share, which is this package.
"""

from __future__ import annotations

from importlib import import_module

from flask import Flask

ROOMS = (
    *("accounts", "accounts.factors", "allowed", "answers", "audit", "offices", "administration"),
    *("setup", "bureau", "agenda", "events", "roster", "links", "wordings", "letters", "mailings"),
    *("papers", "relays", "gateway", "outbox", "bounces", "alerts", "desk", "staffmail"),
    *("training", "incidents.record", "notices", "proposals", "suppression", "corrections"),
    *("incidents", "incidents.calls", "incidents.papers"),
)
# Pages that stand elsewhere than in a room's views.
OTHERS = ("web.home", "people.inviting_views", "events.views.materials", "privacy.person_views")
# What has more to attach than pages: what every page shows, or hides.
ATTACHED = ("desk.views", "suppression.views", "privacy.closing", "privacy.veil", "manual.views")


def register(app: Flask) -> None:
    """Attach every feature's pages; all are read before the first is attached."""
    pages = [import_module(f"eventmail.{each}.views") for each in ROOMS]
    pages += [import_module(f"eventmail.{each}") for each in OTHERS]
    more = [import_module(f"eventmail.{each}") for each in ATTACHED]
    for each in pages:
        app.register_blueprint(each.blueprint)
    for each in more:
        each.attach(app)

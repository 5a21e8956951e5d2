"""Pages of an event whose personal data is erased: some stay and say so, the others are gone."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.events import erased
from eventmail.events.models import MaterialVersion
from eventmail.mailings.models import Mailing, MailingState
from eventmail.outbox.models import Delivery
from eventmail.roster.models import RosterImport
from eventmail.web.context import actor_if_any, reading

# What leads from an id in a path to its event.
OWNERS = {
    "mailing_id": (Mailing.event_id, Mailing.id, Mailing.office_id),
    "delivery_id": (Delivery.event_id, Delivery.id, Delivery.office_id),
    "import_id": (RosterImport.event_id, RosterImport.id, RosterImport.office_id),
    "version_id": (MaterialVersion.event_id, MaterialVersion.id, MaterialVersion.office_id),
}
# These show counts, states, digests and decisions. Nobody's data is on them any more.
STAY = frozenset(
    {
        "events.show",
        "mailings.show",
        "outbox.paper",
        "outbox.progress",
        "outbox.progress_json",
        "papers.drafting",
        "papers.drafting_pdf",
        "papers.record_pdf",
    }
)


def attach(app: Flask) -> None:
    """After the permission is checked: is this of an event that was erased?"""
    app.before_request(_look)
    app.context_processor(lambda: {"erased_event": g.get("erased_event", "")})


def _look() -> ResponseReturnValue | None:
    ids = request.view_args or {}
    who = actor_if_any() if ids.keys() & {"event_id", *OWNERS} else None
    if who is None:
        return None
    erasure = erasure_at(reading(), who.office.id, ids)
    if erasure is None:
        return None
    if request.endpoint not in STAY or _is_draft(reading(), ids):
        return render_template("privacy/gone.html", sentence=erased.GONE, erasure=erasure), 410
    g.erased_event = erased.told(erasure)
    return None


def _is_draft(session: Session, ids: dict[str, int]) -> bool:
    """What a draft would send, and to whom, cannot be told any more."""
    found = session.get(Mailing, ids.get("mailing_id", 0))
    return found is not None and found.state is MailingState.DRAFT


def erasure_at(
    session: Session, office_id: int, ids: Mapping[str, int]
) -> erased.EventErasure | None:
    """The erasure of the event to which the ids of a path lead; None while the event is whole."""
    event_id = ids.get("event_id")
    for name, (wanted, key, owner) in OWNERS.items():
        if event_id is None and name in ids:
            event_id = session.scalar(sa.select(wanted).where(key == ids[name], owner == office_id))
    found = erased.erasure_of(session, event_id) if event_id is not None else None
    return found if found is not None and found.office_id == office_id else None

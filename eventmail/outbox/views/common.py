"""What the pages of delivery share: the blueprint, the sending that a request names, its list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from eventmail.errors import NotFound
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.outbox import service
from eventmail.outbox.listing import Wanted
from eventmail.outbox.models import DeliveryState
from eventmail.web.context import actor, reading

blueprint = Blueprint("outbox", __name__)

LONGEST_SEARCH = 100
# How a state looks: the words say it, the colour only helps.
KINDS = {
    DeliveryState.QUEUED: "neutral",
    DeliveryState.CLAIMED: "info",
    DeliveryState.ACCEPTED: "ok",
    DeliveryState.DEFERRED: "warn",
    DeliveryState.REFUSED: "error",
    DeliveryState.UNCERTAIN: "error",
    DeliveryState.WITHHELD: "warn",
    DeliveryState.CANCELLED: "neutral",
    DeliveryState.BOUNCED: "error",
}


def sent(mailing_id: int) -> tuple[Mailing, Snapshot]:
    """The sending that ``?revision=`` names, or the newest one."""
    mailing = mailings.get_mailing(reading(), actor(), mailing_id)
    found = {each.revision: each for each in service.sendings(reading(), mailing)}
    wanted = request.args.get("revision", default=max(found, default=0), type=int)
    if wanted not in found:
        raise NotFound
    return mailing, found[wanted]


def wanted() -> Wanted:
    """Which part of the list this request names; nonsense is as at first."""
    state = request.args.get("state", "")
    text = "".join(char for char in request.args.get("q", "") if char.isprintable()).strip()
    page = request.args.get("page", default=1, type=int)
    return Wanted(
        DeliveryState(state) if state in set(DeliveryState) else None,
        text[:LONGEST_SEARCH],
        page if 1 <= page < 1_000_000 else 1,
    )


def progress_url(snapshot: Snapshot, chosen: Wanted | None = None, **more: Any) -> str:
    """The live page of a sending, at one place of its list."""
    chosen = chosen or Wanted()
    place = {
        "state": chosen.state.value if chosen.state else None,
        "q": chosen.text or None,
        "page": chosen.page if chosen.page > 1 else None,
    }
    values = place | {"mailing_id": snapshot.mailing_id, "revision": snapshot.revision} | more
    return url_for("outbox.progress", **values)

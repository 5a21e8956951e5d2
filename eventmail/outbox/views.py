"""The sending page with its live numbers, and each mail as it was sent."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import service
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.paper import paper_of
from eventmail.web.context import actor, reading
from eventmail.wire import parse_mail

blueprint = Blueprint("outbox", __name__)

# How a state looks: the words say it, the colour only helps.
KINDS = {
    DeliveryState.QUEUED: "neutral",
    DeliveryState.CLAIMED: "info",
    DeliveryState.ACCEPTED: "ok",
    DeliveryState.DEFERRED: "warn",
    DeliveryState.REFUSED: "error",
    DeliveryState.UNCERTAIN: "error",
    DeliveryState.WITHHELD: "warn",
}


@blueprint.get("/mailings/<int:mailing_id>/progress")
@permitted(Action.SEE)
def progress(mailing_id: int) -> str:
    """The sending page: a plain reload shows as much as the live numbers do."""
    mailing, snapshot = _sent(mailing_id)
    found = service.progress(reading(), snapshot)
    return render_template(
        "outbox/progress.html",
        mailing=mailing,
        snapshot=snapshot,
        progress=found,
        numbers=_numbers(found),
        finished=found.finished_at is not None,
        kinds=KINDS,
    )


@blueprint.get("/mailings/<int:mailing_id>/progress.json")
@permitted(Action.SEE)
def progress_json(mailing_id: int) -> ResponseReturnValue:
    """The live numbers, without addresses; 304 while nothing changed."""
    _, snapshot = _sent(mailing_id)
    found = service.progress(reading(), snapshot)
    numbers = _numbers(found)
    rows = {
        str(line.delivery_id): {
            "text": service.STATE_NAMES[line.state],
            "kind": KINDS[line.state],
            "note": line.reply,
        }
        for line in found.lines
    }
    response = jsonify(
        finished=found.finished_at is not None,
        announce=f"{found.total}件のうち{found.accepted}件を送信しました。",
        fields=numbers,
        rows=rows,
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/deliveries/<int:delivery_id>")
@permitted(Action.SEE)
def as_sent(delivery_id: int) -> str:
    """One mail exactly as it was sent."""
    delivery, content = service.as_sent(reading(), actor(), delivery_id)
    snapshot = reading().get_one(Snapshot, delivery.snapshot_id)
    return render_template(
        "outbox/mail.html",
        delivery=delivery,
        mailing=snapshot.mailing,
        mail=parse_mail(content),
        attempts=service.attempts(reading(), delivery),
        size=len(content),
    )


@blueprint.get("/deliveries/<int:delivery_id>.eml")
@permitted(Action.SEE)
def download(delivery_id: int) -> ResponseReturnValue:
    """The bytes themselves, for a mail program."""
    delivery, content = service.as_sent(reading(), actor(), delivery_id)
    return send_file(
        BytesIO(content),
        mimetype="message/rfc822",
        as_attachment=True,
        download_name=f"mail-{delivery.id}.eml",
    )


@blueprint.get("/mailings/<int:mailing_id>/record")
@permitted(Action.SEE)
def paper(mailing_id: int) -> str:
    """The printable record of a sending, without any address."""
    mailing, snapshot = _sent(mailing_id)
    people = [snapshot.submitted_by, *(review.staff_id for review in snapshot.reviews)]
    return render_template(
        "outbox/record.html",
        mailing=mailing,
        snapshot=snapshot,
        content=content_of_snapshot(snapshot),
        paper=paper_of(reading(), snapshot),
        names=staff_names(reading(), people),
        kinds=KINDS,
    )


def _sent(mailing_id: int) -> tuple[Mailing, Snapshot]:
    """The sending that ``?revision=`` names, or the newest one."""
    mailing = mailings.get_mailing(reading(), actor(), mailing_id)
    found = {each.revision: each for each in service.sendings(reading(), mailing)}
    wanted = request.args.get("revision", default=max(found, default=0), type=int)
    if wanted not in found:
        raise NotFound
    return mailing, found[wanted]


def _numbers(found: service.Progress) -> dict[str, object]:
    return {
        "total": found.total,
        "settled": found.settled,
        "accepted": found.accepted,
        "waiting": found.total - found.settled,
        "trouble": found.settled - found.accepted,
        "first_copy": service.STATE_NAMES[found.first_copy.state],
        "notice": found.notice,
    }

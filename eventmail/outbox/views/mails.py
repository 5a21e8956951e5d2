"""Each mail as it was sent, and the printable record of a sending."""

from __future__ import annotations

from io import BytesIO

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from eventmail.mailings.models import Snapshot
from eventmail.mailings.stored import shown_content
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import service
from eventmail.outbox.paper import paper_of, parts_of
from eventmail.outbox.views.common import KINDS, blueprint, progress_url, sent
from eventmail.outbox.views.course import course_of
from eventmail.papers.sent import VOLUME
from eventmail.roster.views.common import page_number
from eventmail.web.context import actor, reading
from eventmail.wire import parse_mail


@blueprint.get("/deliveries/<mail:delivery_id>")
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
        back=progress_url(snapshot),
    )


@blueprint.get("/deliveries/<mail:delivery_id>.eml")
@permitted(Action.SEE_ADDRESSES)
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
    mailing, snapshot = sent(mailing_id)
    found = paper_of(reading(), snapshot, page_number())
    people = [snapshot.submitted_by, *(review.staff_id for review in snapshot.reviews)]
    return render_template(
        "outbox/record.html",
        mailing=mailing,
        snapshot=snapshot,
        content=shown_content(reading(), snapshot),
        paper=found,
        volumes=parts_of(found.total, VOLUME),
        chart=course_of(snapshot),
        names=staff_names(reading(), people),
        kinds=KINDS,
    )

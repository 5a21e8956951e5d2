"""The live page of a sending: how it stands, the numbers, the list; its small JSON; the list."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from eventmail.bounces import showing
from eventmail.language import retold, said, told, told_all
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import estimate, export, listing, service, words
from eventmail.outbox.listing import NEEDS, Line
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.service import STATE_NAMES, Progress
from eventmail.outbox.views.common import KINDS, blueprint, progress_url, sent, wanted
from eventmail.outbox.views.course import course_of
from eventmail.outbox.views.situation import UNSENT, Situation, left, situation, tag_of, when
from eventmail.pictures.shares import sizes
from eventmail.spreadsheet.sheets import XLSX
from eventmail.web.context import actor, reading, services, writing
from eventmail.web.files import streamed

RUNNING = ("copy_going", "sending", "retrying")
BAR, LEAST_SEEN = 1000.0, 4.0
MOST_ROWS = 2 * listing.PAGE
BACK = 12  # of the mails that came back, on one page: each says what to do
CSV = "text/csv; charset=utf-8"
# The states as somebody looks for them: what needs a person first, what is done last.
CHIPS = (
    *NEEDS,
    DeliveryState.BOUNCED,
    DeliveryState.DEFERRED,
    DeliveryState.QUEUED,
    DeliveryState.CLAIMED,
    DeliveryState.WITHHELD,
    DeliveryState.CANCELLED,
    DeliveryState.ACCEPTED,
)


@blueprint.app_template_filter("mailing_tag")
def mailing_tag(mailing: Mailing) -> tuple[str, str]:
    """How a mailing stands, for a tag in a list."""
    return tag_of(reading(), mailing)


@blueprint.get("/mailings/<int:mailing_id>/progress")
@permitted(Action.SEE)
def progress(mailing_id: int) -> str:
    """The sending page: a plain reload shows as much as the live numbers do."""
    return page(*sent(mailing_id))


def page(mailing: Mailing, snapshot: Snapshot) -> str:
    """The page as it is now; an act that came too late shows it as well."""
    session = reading()
    found, chosen = service.progress(session, snapshot), wanted()
    now = _situation(snapshot, found)
    listed = listing.page_of(session, snapshot, found, chosen)
    first = chosen.is_all and listed.page == 1
    needing = listing.needing(session, snapshot, found) if first else []
    failed = showing.of_snapshot(session, snapshot) if first else []
    backs = max(1, -(-len(failed) // BACK))
    return render_template(
        "outbox/progress.html",
        mailing=mailing,
        snapshot=snapshot,
        progress=found,
        numbers=_numbers(snapshot, found, now),
        parts=parts(found),
        situation=now,
        chart=course_of(snapshot) if first else None,
        chosen=chosen,
        listed=listed,
        needing=needing,
        shown=sorted({each.delivery_id for each in (*needing, *listed.lines)}),
        chips=CHIPS,
        kinds=KINDS,
        names=STATE_NAMES,
        advice=words.advice,
        when=when,
        left=left,
        url=lambda **more: progress_url(snapshot, **more),
        wanted=listing.Wanted,
        needs=NEEDS,
        failed=failed,
        cut=len(failed) == showing.MOST,
        back=min(max(1, request.args.get("back", default=1, type=int)), backs),
        backs=backs,
        most=BACK,
        classes=showing.NAMES,
    )


@blueprint.get("/mailings/<int:mailing_id>/progress.json")
@permitted(Action.SEE)
def progress_json(mailing_id: int) -> ResponseReturnValue:
    """The live numbers and the rows that ``?rows=`` names; 304 while nothing changed."""
    _, snapshot = sent(mailing_id)
    found = service.progress(reading(), snapshot)
    now = _situation(snapshot, found)
    so_far = said(
        "{total}件のうち{accepted}件を送信しました。", total=found.total, accepted=found.accepted
    )
    response = jsonify(
        finished=now.is_over,
        page=now.key,
        announce=told(so_far if now.name in RUNNING or now.is_over else now.title),
        fields=told_all(_numbers(snapshot, found, now)),
        parts=parts(found),
        rows={str(each.delivery_id): told_all(_row(each)) for each in _shown(snapshot)},
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/mailings/<int:mailing_id>/deliveries.xlsx")
@permitted(Action.SEE_ADDRESSES)
def export_xlsx(mailing_id: int) -> ResponseReturnValue:
    """The list as a workbook, as it was filtered."""
    _, snapshot = sent(mailing_id)
    pieces = export.workbook(reading(), snapshot, wanted())
    return _file(snapshot, pieces, ".xlsx", XLSX)


@blueprint.post("/mailings/<int:mailing_id>/deliveries.csv")
@permitted(Action.SEE_ADDRESSES)
def export_csv(mailing_id: int) -> ResponseReturnValue:
    """The list as text that Excel opens by a double click."""
    _, snapshot = sent(mailing_id)
    return _file(snapshot, export.text(reading(), snapshot, wanted()), ".csv", CSV)


def parts(found: Progress) -> dict[str, dict[str, float]]:
    """Where each part of the bar begins, and how wide it is, of 1000."""
    groups = {
        "ok": (DeliveryState.ACCEPTED,),
        "warn": (DeliveryState.DEFERRED,),
        "error": (*NEEDS, DeliveryState.BOUNCED),
        "neutral": UNSENT,
    }
    counts = [sum(found.counts.get(each, 0) for each in states) for states in groups.values()]
    widths = sizes(counts, BAR, LEAST_SEEN, found.total)
    starts = itertools.accumulate(widths, initial=0.0)
    return {
        name: {"x": round(x, 1), "width": round(width, 1)}
        for name, x, width in zip(groups, starts, widths, strict=False)
    }


def _situation(snapshot: Snapshot, found: Progress) -> Situation:
    blocked = services().outbox.blocked(reading(), snapshot.office_id)
    return situation(reading(), snapshot, found, blocked)


def _numbers(snapshot: Snapshot, found: Progress, now: Situation) -> dict[str, object]:
    counts = {f"count_{each.value}": found.counts.get(each, 0) for each in DeliveryState}
    return {
        "total": found.total,
        "settled": found.settled,
        "accepted": found.accepted,
        "waiting": found.total - found.settled,
        "needs": sum(found.counts.get(state, 0) for state in NEEDS),
        "unsent": sum(found.counts.get(state, 0) for state in UNSENT),
        "first_copy": STATE_NAMES[found.first_copy.state],
        "notice": retold(found.notice) if now.name in RUNNING else "",
        "estimate": _estimate(snapshot, found) if now.name in RUNNING else "",
        **counts,
    }


def _estimate(snapshot: Snapshot, found: Progress) -> str:
    ends = estimate.ends_at(reading(), snapshot.id, found)
    if ends is not None:
        return estimate.spoken(ends)
    again = estimate.next_try_at(reading(), snapshot.id, found)
    return said("次の再送は{at}ごろです", at=when(again)) if again is not None else ""


def _shown(snapshot: Snapshot) -> list[Line]:
    named = request.args.get("rows", "").split(".")[:MOST_ROWS]
    ids = [int(each) for each in named if each.isdecimal() and len(each) < 19]
    return listing.by_ids(reading(), snapshot, ids)


def _row(line: Line) -> dict[str, str]:
    return {
        "text": STATE_NAMES[line.state],
        "kind": KINDS[line.state],
        "note": line.told,
        "advice": words.advice(line.state, line.reply),
    }


def _file(
    snapshot: Snapshot, pieces: Iterator[bytes], suffix: str, kind: str
) -> ResponseReturnValue:
    with writing() as session:
        export.note(session, actor(), snapshot, suffix.removeprefix("."))
    return streamed(pieces, export.filename(snapshot, suffix), kind)

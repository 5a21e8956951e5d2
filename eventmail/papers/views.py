"""The pages and files that are printed."""

from __future__ import annotations

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.stored import shown_content
from eventmail.offices.models import Office
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import paper as outbox
from eventmail.outbox.views.common import sent as sending
from eventmail.papers import checklist, pdf, printing, sent, service
from eventmail.papers.printing import Printed
from eventmail.web.context import actor, reading, writing

blueprint = Blueprint("papers", __name__)
PDF = "application/pdf"
SHEETS = 4  # of a list on one page: some hundred rows


@blueprint.get("/mailings/<int:mailing_id>/drafting-paper")
@permitted(Action.SEE)
def drafting(mailing_id: int) -> str:
    """起案伺い as a page."""
    mailing, snapshot = _snapshot(mailing_id)
    paper = service.drafting_paper(reading(), snapshot)
    return render_template(
        "papers/drafting.html",
        mailing=mailing,
        snapshot=snapshot,
        paper=paper,
        matrix=pdf.matrix(paper.code),
        runs=pdf.runs,
    )


@blueprint.get("/mailings/<int:mailing_id>/drafting-paper.pdf")
@permitted(Action.SEE)
def drafting_pdf(mailing_id: int) -> ResponseReturnValue:
    """起案伺い as a PDF, from the same values as the page."""
    _, snapshot = _snapshot(mailing_id)
    paper = service.drafting_paper(reading(), snapshot)
    name = f"起案伺い_案件{mailing_id}_第{snapshot.revision}版.pdf"
    return send_file(pdf.drawn(paper), mimetype=PDF, as_attachment=True, download_name=name)


def _snapshot(mailing_id: int) -> tuple[Mailing, Snapshot]:
    mailing = mailings.get_mailing(reading(), actor(), mailing_id)
    return mailing, service.snapshot_of(mailing, request.args.get("revision", type=int))


@blueprint.get("/mailings/<int:mailing_id>/recipient-list")
@permitted(Action.PRINT_RECIPIENTS)
def recipients(mailing_id: int) -> str:
    """確認用宛先一覧 as a page, some sheets at a time. Opening it is recorded."""
    mailing, found = _opened(mailing_id, "page")
    pages = max(1, -(-len(found.sheets) // SHEETS))
    page = min(max(request.args.get("page", default=1, type=int), 1), pages)
    return render_template(
        "papers/recipients.html",
        mailing=mailing,
        found=found,
        shown=found.sheets[(page - 1) * SHEETS : page * SHEETS],
        page=page,
        pages=pages,
        title=checklist.TITLE,
        care=checklist.CARE,
        columns=list(checklist.COLUMNS),
    )


@blueprint.get("/mailings/<int:mailing_id>/recipient-list.pdf")
@permitted(Action.PRINT_RECIPIENTS)
def recipients_pdf(mailing_id: int) -> ResponseReturnValue:
    """確認用宛先一覧 as a PDF, one volume of it. Opening it is recorded."""
    _, found = _opened(mailing_id, "pdf")
    part = f"_第{found.volume}分冊" if found.volumes > 1 else ""
    file = checklist.drawn(found.head, found.sheets)
    name = f"取扱注意_確認用宛先一覧_案件{mailing_id}{part}.pdf"
    return send_file(file, mimetype=PDF, as_attachment=True, download_name=name)


@blueprint.get("/mailings/<int:mailing_id>/record.pdf")
@permitted(Action.SEE)
def record_pdf(mailing_id: int) -> ResponseReturnValue:
    """送信記録 as a PDF, one volume of it."""
    mailing, snapshot = sending(mailing_id)
    volume = _volume()
    found = outbox.paper_of(reading(), snapshot, volume, sent.VOLUME)
    if volume > found.parts:
        raise NotFound
    people = [snapshot.submitted_by, *(each.staff_id for each in snapshot.reviews)]
    paper = sent.paper_of(
        reading().get_one(Office, mailing.office_id).name,
        shown_content(reading(), snapshot),
        snapshot,
        found,
        staff_names(reading(), people),
    )
    part = f"_第{volume}分冊" if found.parts > 1 else ""
    name = f"送信記録_案件{mailing_id}_第{snapshot.revision}版{part}.pdf"
    return send_file(pdf.drawn(paper), mimetype=PDF, as_attachment=True, download_name=name)


def _volume() -> int:
    volume = request.args.get("volume", default=1, type=int)
    if volume not in range(1, 10_000):
        raise NotFound
    return volume


def _opened(mailing_id: int, kind: str) -> tuple[Mailing, Printed]:
    volume = _volume()
    mailing = mailings.get_mailing(reading(), actor(), mailing_id)
    found = printing.printed(reading(), actor(), mailing, volume)
    with writing() as session:
        printing.note(session, actor(), mailing, kind, volume)
    return mailing, found

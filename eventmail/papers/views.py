"""The pages and files that are printed."""

from __future__ import annotations

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.permissions import Action, permitted
from eventmail.papers import pdf, service
from eventmail.web.context import actor, reading

blueprint = Blueprint("papers", __name__)
PDF = "application/pdf"


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
    return send_file(pdf.drawn(paper), mimetype=PDF, download_name=name)


def _snapshot(mailing_id: int) -> tuple[Mailing, Snapshot]:
    mailing = mailings.get_mailing(reading(), actor(), mailing_id)
    return mailing, service.snapshot_of(mailing, request.args.get("revision", type=int))

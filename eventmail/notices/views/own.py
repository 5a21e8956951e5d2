"""What my office was told: the list, the text, 読みました; for the manager, who has read it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices import batches, exporting, figures, listing, service
from eventmail.notices.posting import bureau_of
from eventmail.notices.views.common import blueprint, page
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.spreadsheet.sheets import XLSX
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.files import streamed

READ = said("「{title}」を読んだことを記録しました。")


@blueprint.get("/notices")
@permitted(Action.SEE)
def index() -> str:
    """All that I may read, what waits for me first."""
    db = anew()
    return page("index", found=listing.of_office(db, actor()))


@blueprint.get("/notices/<int:notice_id>")
@permitted(Action.SEE)
def show(notice_id: int) -> str:
    """The text. To look at it says nothing: only the button does."""
    db = anew()
    found = listing.of_number(db, actor(), notice_id)
    notice = found.notice
    manages = actor().may(Action.MANAGE_TRAINING)
    by = [notice.overseer_id, *([notice.withdrawal.overseer_id] if notice.withdrawal else [])]
    return page(
        "show",
        seen=found,
        told=notice,
        corrects=batches.corrected_by(db, notice),
        bureau=bureau_of(db, notice.office_id),
        names=offices.staff_names(db, by),
        lines=figures.lines(db, notice) if manages else [],
        count=figures.of_notices(db, [notice.id]).get(notice.id, figures.Count()),
    )


@blueprint.post("/notices/<int:notice_id>/read")
@permitted(Action.SEE)
def read(notice_id: int) -> ResponseReturnValue:
    """読みました."""
    listing.of_number(reading(), actor(), notice_id)
    try:
        with writing() as db:
            title = service.read(db, actor(), notice_id).title
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("notices.show", notice_id=notice_id))
    flash(READ.format(title=title), "success")
    return redirect(url_for("notices.index"))


@blueprint.post("/notices/<int:notice_id>.xlsx")
@permitted(Action.MANAGE_TRAINING)
def export(notice_id: int) -> ResponseReturnValue:
    """Who of the office has read it, as a workbook."""
    notice = listing.of_number(reading(), actor(), notice_id).notice
    with writing() as db:
        exporting.note(db, actor().staff, [notice])
    pieces = exporting.people(reading(), notice)
    return streamed(pieces, exporting.filename(notice), XLSX)

"""The bureau: what was sent, how far it was read in figures, and taking it back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices import batches, exporting, figures, service
from eventmail.notices.figures import Count
from eventmail.notices.forms import WithdrawForm
from eventmail.notices.views.common import blueprint, page
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.spreadsheet.sheets import XLSX
from eventmail.web.context import anew, reading, writing
from eventmail.web.files import streamed

WITHDRAWN = said("取り下げました。メールで知らせた職員には、取り下げたこともメールで知らせます。")


@blueprint.get("/overview/notices")
@permitted(Action.OVERSEE)
def sent() -> str:
    """All that the bureau's offices got, and how far each is."""
    db = reading()
    own = places.overseen(db, current_user)
    sheet = figures.of_bureau(db, [each.id for each in own])
    return page(
        "sent",
        found=sheet.sent,
        lines=[(each.name, sheet.by_office.get(each.id, Count())) for each in own],
    )


@blueprint.get("/overview/notices/sent/<batch>")
@permitted(Action.OVERSEE)
def look(batch: str) -> str:
    """One of them: its text, and its figures by office."""
    return _look(batch, WithdrawForm())


@blueprint.post("/overview/notices/sent/<batch>/withdraw")
@permitted(Action.OVERSEE)
def withdraw(batch: str) -> ResponseReturnValue:
    """取り下げる."""
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _look(batch, form), 422
    try:
        with writing() as db:
            service.withdraw(db, current_user, batch, form.reason.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _look(batch, form), 409
    flash(WITHDRAWN, "success")
    return redirect(url_for("notices.look", batch=batch))


@blueprint.post("/overview/notices/sent/<batch>/figures.xlsx")
@permitted(Action.OVERSEE)
def figures_of(batch: str) -> ResponseReturnValue:
    """The figures by office as a workbook."""
    found = batches.sent_batch(reading(), current_user, batch)
    with writing() as db:
        exporting.note(db, current_user, found)
    pieces = exporting.by_office(reading(), found)
    return streamed(pieces, exporting.filename(found[0]), XLSX)


def _look(batch: str, form: WithdrawForm) -> str:
    db = anew()
    found = batches.sent_batch(db, current_user, batch)
    counts = figures.of_notices(db, [each.id for each in found])
    lines = [(each, counts.get(each.id, Count())) for each in found]
    first = next((each for each in found if each.correction), found[0])
    by = [first.overseer_id, *([first.withdrawal.overseer_id] if first.withdrawal else [])]
    return page(
        "look",
        form=form,
        told=first,
        corrects=batches.corrected_by(db, first),
        lines=lines,
        count=sum((each for _, each in lines), Count()),
        fault=batches.why_fixed(db, found, said("訂正も取り下げもできません")),
        names=offices.staff_names(db, by),
    )

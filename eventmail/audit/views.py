"""The office's audit for those who may see it: a list, one entry, and the whole to take away."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from typing import IO, Any

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

from eventmail.audit import export, listing, origin, verifying
from eventmail.audit.fields import field_name, shown
from eventmail.audit.forms import Search
from eventmail.audit.listing import Listed, Place, Wanted
from eventmail.audit.models import AuditHead
from eventmail.audit.sentences import Kind, sentence, subject_name
from eventmail.errors import NotFound, UserError
from eventmail.files import COMMAND
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, reading, writing
from eventmail.web.forms import row_number

blueprint = Blueprint("audit", __name__)
CSV = "text/csv; charset=utf-8"
WRONG = said(
    "さがし方の入力に誤りがあるため、書き出しませんでした。監査記録の画面でお確かめください。"
)


@blueprint.get("/audit")
@permitted(Action.SEE_AUDIT)
def index() -> str:
    """The newest entries, or those that were looked for."""
    session, names = reading(), _names()
    form = _search(names)
    right = form.validate()
    found = listing.page(session, _wanted(form), _after()) if right else Listed([], None)
    office = actor().office.id
    head = session.get(AuditHead, office)
    check = verifying.last_check(session, office)
    return render_template(
        "audit/index.html",
        form=form,
        right=right,
        listed=found,
        older=_older(found.older),
        asked=_asked(),
        names=names,
        head=verifying.code_of(head.number, head.mac) if head and head.number else "",
        check=check,
        command=COMMAND,
        fault=verifying.in_words(check) if check else "",
        who=export.who,
        sentence=sentence,
        subject_name=subject_name,
    )


@blueprint.get("/audit/<int:entry_id>")
@permitted(Action.SEE_AUDIT)
def show(entry_id: int) -> str:
    """One entry with all that is kept of it."""
    line = listing.one(reading(), actor().office.id, entry_id)
    if line is None:
        raise NotFound
    entry = line.entry
    sides = (entry.before or {}, entry.after or {})
    return render_template(
        "audit/entry.html",
        line=line,
        entry=entry,
        who=export.who(entry.staff_id, _names()),
        changes=[
            (field_name(name), *(shown(each.get(name)) for each in sides))
            for name in sides[0] | sides[1]
        ],
        details=[(field_name(name), shown(value)) for name, value in entry.details.items()],
        sentence=sentence(entry.action),
        subject=subject_name(entry.subject),
        via=origin.NAMES.get(entry.via, entry.via),
    )


@blueprint.post("/audit.csv")
@permitted(Action.SEE_AUDIT)
def take() -> ResponseReturnValue:
    """What was looked for, as text that Excel opens; that it was taken is recorded first."""
    names = _names()
    form = _search(names)
    if not form.validate():
        raise UserError(WRONG)
    with writing() as session:
        export.note(session, actor().office.id, actor().id, "csv")
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    for line in export.csv_lines(reading(), _wanted(form), names):
        file.write(line.encode("utf-8", "backslashreplace"))
    file.seek(0)
    return send_file(file, CSV, as_attachment=True, download_name=export.file_name())


def _names() -> dict[int, str]:
    return export.names_of(reading(), Wanted(actor().office.id))


def _search(names: dict[int, str]) -> Search:
    form = Search(MultiDict(request.args))
    chosen = [SelectChoice(str(number), name) for number, name in sorted(names.items())]
    form.staff.choices = [SelectChoice("", said("すべての人")), *chosen]
    form.staff.data = form.staff.data if form.staff.data not in (None, "None") else ""
    form.kind.data = form.kind.data if form.kind.data not in (None, "None") else ""
    return form


def _wanted(form: Search) -> Wanted:
    return Wanted(
        actor().office.id,
        staff_id=int(form.staff.data) if form.staff.data else None,
        kind=Kind(form.kind.data) if form.kind.data else None,
        subject=form.subject.data or "",
        first_day=form.first_day.data,
        last_day=form.last_day.data,
    )


def _asked() -> dict[str, str]:
    """The filters as they stand in the address."""
    names = ("staff", "kind", "subject", "first_day", "last_day")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _after() -> Place | None:
    """The place in the list that a link to older entries names; nonsense is the beginning."""
    moment, _, number = request.args.get("after", "").rpartition("~")
    try:
        at, entry_id = datetime.fromisoformat(moment), row_number(number)
        return (at.astimezone(UTC), entry_id) if at.tzinfo else None
    except (ValueError, OverflowError):  # a year that UTC does not have
        return None


def _older(place: Place | None) -> str:
    if place is None:
        return ""
    at, number = place
    values: dict[str, Any] = {**_asked(), "after": f"{at.isoformat()}~{number}"}
    return url_for("audit.index", **values)

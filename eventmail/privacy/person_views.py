"""開示・消去の請求: find one person, hand over what is held, erase it."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts.factors.views import proving
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.privacy import erasing, handing, people
from eventmail.privacy.forms import EraseForm, SearchForm
from eventmail.privacy.people import Person
from eventmail.privacy.views import blueprint as blueprint
from eventmail.sealing import Sealer
from eventmail.web.context import actor, reading, services, writing

__all__ = ["blueprint"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DONE = said("この方の情報（{count}件）を消去しました。件数と送信の結果は残っています。")


@blueprint.get("/privacy/person")
@permitted(Action.SEE_PRIVACY)
def person() -> str:
    """Ask for whom."""
    return _page(SearchForm(formdata=None), None)


@blueprint.post("/privacy/person")
@permitted(Action.MANAGE_PRIVACY)
def find_person() -> ResponseReturnValue:
    """Everything that is held. The search itself is recorded: it shows addresses."""
    form = SearchForm()
    if not form.validate_on_submit():
        return _page(form, None), 422
    found = people.find(reading(), actor(), form.asked.data)
    with writing() as session:
        record(
            session,
            "person.looked_up",
            f"office:{actor().office.id}",
            office_id=actor().office.id,
            staff_id=actor().id,
            asked=_sealer().digest(found.asked, "asked for"),
            entries=len(found.entries),
        )
    return _page(form, found)


@blueprint.post("/privacy/person.xlsx")
@permitted(Action.MANAGE_PRIVACY)
def hand_over() -> ResponseReturnValue:
    """The workbook for the person."""
    form = SearchForm()
    if not form.validate_on_submit():
        return _page(form, None), 422
    found = people.find(reading(), actor(), form.asked.data)
    if not found.is_held:
        return _page(form, found), 404
    with writing() as session:
        handing.note(session, actor(), _sealer(), found)
    file = BytesIO(handing.workbook(found))
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=handing.file_name())


@blueprint.post("/privacy/person/erase")
@permitted(Action.MANAGE_PRIVACY)
def erase_person() -> ResponseReturnValue:
    """Erase, after the reason and the password once more."""
    asked, form = SearchForm(), EraseForm()
    if not asked.validate():
        return _page(asked, None), 422
    found = people.find(reading(), actor(), asked.asked.data)
    if not form.validate_on_submit() or not proving.is_himself(form):
        return _page(asked, found, form), 422
    try:
        with writing() as session:
            again = people.find(session, actor(), asked.asked.data)
            if (again.ids, again.exposed_ids) != (found.ids, found.exposed_ids):
                raise UserError(erasing.NOBODY)
            count = erasing.erase(session, actor(), _sealer(), again, form.reason.data)
    except Forbidden:
        raise
    except UserError as error:
        form.reason.errors = [error.message]
        return _page(asked, found, form), 409
    flash(DONE.format(count=count), "success")
    return redirect(url_for("privacy.person"))


def _sealer() -> Sealer:
    return Sealer.of(services().settings)


def _page(asked: SearchForm, found: Person | None, form: EraseForm | None = None) -> str:
    shown = form or EraseForm(formdata=None)
    return render_template(
        "privacy/person.html",
        form=asked,
        erase_form=shown,
        **proving.shown(),
        found=found,
        obstacle=erasing.obstacle(reading(), found) if found else "",
        closed=erasing.mailings_closed(reading(), found) if found else 0,
    )

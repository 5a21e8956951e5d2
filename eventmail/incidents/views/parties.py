"""対応先: the companies, their names and numbers, and what each of them saw."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from eventmail.addresses import EmailAddress
from eventmail.incidents import parties as service
from eventmail.incidents import taking
from eventmail.incidents.companies import companies
from eventmail.incidents.exposure import exposure
from eventmail.incidents.forms import PartiesForm, PartyForm
from eventmail.incidents.models import Party
from eventmail.incidents.reading import lists
from eventmail.incidents.reading.values import Listed
from eventmail.incidents.views.common import (
    TOLD,
    attempt,
    blueprint,
    found,
    ids,
    own,
    page,
    unread,
)
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.web.context import actor, reading
from eventmail.web.forms import row_number

NAMED = said("{count}件の名前と電話番号を登録しました。")
NOTHING = said("一覧を入れるか、名簿のファイルを選んでください。")
NO_ROWS = said("「{name}」から、事業所名とアドレスのある行を読み取れませんでした。")
UNREADABLE = said("「{name}」を読み取れません。{why}")
WRONG_ROW = said("{number}行目：{why}")
SAVED = said("「{company}」の名前と電話番号を保存しました。")
MERGED = said("{count}件を「{company}」にまとめました。")
SPLIT = said("アドレスを別の対応先に分けました。名前と電話番号を入れてください。")
LONGEST = 200
ROWS = 100


@blueprint.get("/incidents/<int:incident_id>/parties")
@permitted(Action.SEE_INCIDENT)
def parties(incident_id: int) -> str:
    """All of them."""
    return _page(incident_id, PartiesForm(formdata=None))


@blueprint.post("/incidents/<int:incident_id>/parties")
@permitted(Action.RESPOND)
def name_parties(incident_id: int) -> ResponseReturnValue:
    """Names and numbers by a list or a workbook: all of it, or nothing."""
    form = PartiesForm()
    found(incident_id)
    listed = [*_typed(form), *_of_file(form)] if form.validate_on_submit() else []
    if not listed and not form.errors and not form.form_errors:
        form.form_errors = [NOTHING]
    if form.form_errors or form.listed.errors or form.file.errors:
        return _page(incident_id, form), 422
    count: list[int] = []

    def do(session: Session) -> None:
        incident = found(incident_id, session)
        count.append(taking.name_parties(session, actor(), incident, own(), listed))

    fault = attempt(do)
    if fault:
        form.form_errors = [fault]
        return _page(incident_id, form), 409
    flash(NAMED.format(count=count[0]), "success")
    return redirect(url_for("incidents.parties", incident_id=incident_id))


@blueprint.get("/incidents/<int:incident_id>/parties/<int:party_id>")
@permitted(Action.SEE_INCIDENT)
def party(incident_id: int, party_id: int) -> str:
    """What one company saw, and its own addresses."""
    one = service.find(reading(), found(incident_id), party_id)
    form = PartyForm(formdata=None, company=one.company, phone=one.phone, version=one.version)
    return _one(incident_id, party_id, form)


@blueprint.post("/incidents/<int:incident_id>/parties/<int:party_id>")
@permitted(Action.RESPOND)
def change_party(incident_id: int, party_id: int) -> ResponseReturnValue:
    """Its name and number."""
    form = PartyForm()
    service.find(reading(), found(incident_id), party_id)
    if not form.validate_on_submit():
        return _one(incident_id, party_id, form), 422

    def do(session: Session) -> None:
        service.change(
            session,
            actor(),
            found(incident_id, session),
            party_id,
            form.company.data or "",
            form.phone.data or "",
            form.version.data or 0,
        )

    fault = attempt(do)
    if fault:
        form.form_errors = [fault]
        return _one(incident_id, party_id, form), 409
    flash(SAVED.format(company=form.company.data), "success")
    return redirect(url_for("incidents.parties", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/parties/merge")
@permitted(Action.RESPOND)
def merge(incident_id: int) -> ResponseReturnValue:
    """Somebody says that these are one company."""
    found(incident_id)
    chosen = ids(request.form.getlist("party"))
    kept: list[Party] = []
    fault = attempt(
        lambda session: kept.append(
            service.merge(session, actor(), found(incident_id, session), chosen)
        )
    )
    if fault:
        flash(fault, "error")
    else:
        name = service.find(reading(), found(incident_id), kept[0].id).company
        flash(MERGED.format(count=len(chosen), company=name), "success")
    return redirect(url_for("incidents.parties", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/addresses/<int:address_id>/split")
@permitted(Action.RESPOND)
def split(incident_id: int, address_id: int) -> ResponseReturnValue:
    """An address is another company's after all."""
    found(incident_id)
    made: list[int] = []
    fault = attempt(
        lambda session: made.append(
            service.split(session, actor(), found(incident_id, session), address_id).id
        )
    )
    if fault:
        flash(fault, "error")
        return redirect(url_for("incidents.parties", incident_id=incident_id))
    flash(SPLIT, "success")
    return redirect(url_for("incidents.party", incident_id=incident_id, party_id=made[0]))


def _page(incident_id: int, form: PartiesForm) -> str:
    incident = found(incident_id)
    all_of_them = companies(reading(), incident)
    pages = max(1, -(-len(all_of_them) // ROWS))
    number = min(request.args.get("page", 1, type=row_number), pages)
    return page(
        "parties",
        incident,
        "incidents.parties",
        form=form,
        parties=all_of_them[(number - 1) * ROWS : number * ROWS],
        total=len(all_of_them),
        number=number,
        pages=pages,
        without_phone=sum(not each.phone for each in all_of_them),
        proposals=service.proposals(all_of_them) if incident.closed_at is None else [],
    )


def _one(incident_id: int, party_id: int, form: PartyForm) -> str:
    incident = found(incident_id)
    one = service.find(reading(), incident, party_id)
    seen = exposure(reading(), incident)
    saw = seen.seen_by(one.id)
    pages = max(1, -(-len(saw) // ROWS))
    number = min(request.args.get("page", 1, type=row_number), pages)
    return page(
        "party",
        incident,
        "incidents.parties",
        party=one,
        form=form,
        saw=saw[(number - 1) * ROWS : number * ROWS],
        saw_count=len(saw),
        number=number,
        pages=pages,
        view=next(seen.view(each) for each in seen.parties if each.id == one.id),
        company={each.id: each.company for each in seen.parties},
    )


def _typed(form: PartiesForm) -> tuple[Listed, ...]:
    told = lists.of_text(form.listed.data or "")
    form.listed.errors = [*form.listed.errors, *unread(told.unread)]
    return told.listed


def _of_file(form: PartiesForm) -> Iterator[Listed]:
    file = form.file.data
    if not isinstance(file, FileStorage) or not file.filename:
        return
    try:
        rows = read_roster(file.read(), file.filename).rows
    except UnreadableFile as error:
        form.file.errors = [UNREADABLE.format(name=file.filename, why=error.message)]
        return
    wrong = [row for row in rows if not row.can_be_taken]
    faults = [
        WRONG_ROW.format(number=row.number, why=row.reasons[0].message if row.reasons else "")
        for row in wrong[:TOLD]
    ]
    if not rows:
        faults = [NO_ROWS.format(name=file.filename)]
    form.file.errors = faults
    for row in () if faults else rows:
        yield Listed(row.company[:LONGEST], EmailAddress.parse(row.email), row.phone)

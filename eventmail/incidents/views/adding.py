"""Mails that showed addresses, added to an incident: files, pasted text, or a list by hand."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.incidents import removing, taking
from eventmail.incidents.forms import MailsForm
from eventmail.incidents.reading import lists
from eventmail.incidents.reading.values import CompanyList, Kind, Seen, SentMail, Where
from eventmail.incidents.views.common import (
    Taken,
    attempt,
    blueprint,
    found,
    own,
    page,
    take,
    unread,
)
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor

NOTHING = said("ファイルを選ぶか、宛先を貼り付けるか、一覧を入れてください。")
ADDED = said("メールを{count}通登録しました。")
REMOVED = said("メールを取り除きました。取り除いたことは、監査記録に残ります。")
NO_ADDRESS = said(
    "アドレスがない行があります。どの欄に入っていたかを数えるため、アドレスも入れてください。"
)


@blueprint.get("/incidents/<int:incident_id>/mails")
@permitted(Action.RESPOND)
def mails(incident_id: int) -> str:
    """The form for more mails."""
    return page("mails", found(incident_id), "incidents.exposure", form=MailsForm(formdata=None))


@blueprint.post("/incidents/<int:incident_id>/mails")
@permitted(Action.RESPOND)
def add_mails(incident_id: int) -> ResponseReturnValue:
    """Take all of them, or none."""
    form, incident = MailsForm(), found(incident_id)
    if not form.validate_on_submit():
        return page("mails", incident, "incidents.exposure", form=form), 422
    taken = take(form)
    listed = _listed(form)
    if not taken.faults and not form.listed.errors and not taken.mails and not listed.listed:
        form.form_errors = [NOTHING]
    if taken.faults or form.listed.errors or form.form_errors:
        return page("mails", incident, "incidents.exposure", form=form), 422
    fault = attempt(lambda session: _add(session, incident_id, form, taken, listed))
    if fault:
        form.form_errors = [fault]
        return page("mails", found(incident_id), "incidents.exposure", form=form), 409
    flash(ADDED.format(count=len(taken.mails) + bool(listed.listed)), "success")
    return redirect(url_for("incidents.exposure", incident_id=incident_id))


@blueprint.post("/incidents/<int:incident_id>/mails/<int:mail_id>/remove")
@permitted(Action.RESPOND)
def remove_mail(incident_id: int, mail_id: int) -> ResponseReturnValue:
    """It was added by mistake."""
    found(incident_id)
    fault = attempt(
        lambda session: removing.remove(session, actor(), found(incident_id, session), mail_id)
    )
    flash(fault or REMOVED, "error" if fault else "success")
    return redirect(url_for("incidents.exposure", incident_id=incident_id))


def _add(
    session: Session, incident_id: int, form: MailsForm, taken: Taken, listed: CompanyList
) -> None:
    incident = found(incident_id, session)
    for each in taken.mails:
        taking.add_mail(session, actor(), incident, own(), each)
    if listed.listed:
        where = Where(form.place.data)
        seen = tuple(Seen(where, each.email) for each in listed.listed if each.email)
        by_hand = SentMail(kind=Kind.ROSTER, seen=seen, sent_at=form.sent_at.moment)
        taking.add_mail(session, actor(), incident, own(), by_hand)
        taking.name_parties(session, actor(), incident, own(), listed.listed)


def _listed(form: MailsForm) -> CompanyList:
    """The list by hand; what cannot be read of it is an error of its field, line by line."""
    found_list = lists.of_text(form.listed.data or "")
    faults = unread(found_list.unread)
    if any(each.email is None for each in found_list.listed):
        faults.append(NO_ADDRESS)
    form.listed.errors = [*form.listed.errors, *faults]
    return found_list

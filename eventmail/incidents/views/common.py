"""The blueprint, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from eventmail.errors import NotFound, UserError
from eventmail.incidents import reading as reader
from eventmail.incidents import service, steps
from eventmail.incidents.forms import MailsForm, NewForm
from eventmail.incidents.models import Evidence, Incident, Origin, Place
from eventmail.incidents.own import Own, own_of
from eventmail.incidents.reading.values import SentMail, Unread
from eventmail.language import retold, said
from eventmail.offices.permissions import Forbidden
from eventmail.web.context import actor, anew, reading, services, writing
from eventmail.web.forms import row_number

blueprint = Blueprint("incidents", __name__)
ORIGIN_NAMES = {
    Origin.MAILING: said("このサービスから送ったメール"),
    Origin.REFUSAL: said("送る前に止まったメール"),
    Origin.OUTSIDE: said("ほかのメールソフトなど"),
}
EVIDENCE_NAMES = {
    Evidence.EML: said("メールのファイル（.eml）"),
    Evidence.MSG: said("Outlookのファイル（.msg）"),
    Evidence.HEADER: said("貼り付けた宛先"),
    Evidence.ROSTER: said("手で入れた一覧"),
    Evidence.MAILING: said("このサービスの送信記録"),
}
PLACE_NAMES = {
    Place.TO: "To",
    Place.CC: "Cc",
    Place.BCC: "Bcc",
    Place.SHOWN: said("本文・添付"),
}
UNREAD = said("{line}：{why}")
MORE_UNREAD = said("ほかにも、読めない行が{count}件あります。")
TOLD = 20  # lines that cannot be read: whoever pasted something else need not read it all again
EMPTY_FILE = said("「{name}」は空のファイルです。")
UNREADABLE = said("「{name}」を{why}")
PASTED = said("貼り付けた内容を{why}")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a request: mails, each with its field; faults, each with its field."""

    mails: tuple[SentMail, ...]
    faults: tuple[str, ...]


def found(incident_id: int, session: Session | None = None) -> Incident:
    """The incident of the page, of the person's office."""
    return service.find(session or reading(), actor().office.id, incident_id)


def own() -> Own:
    """The office's own addresses."""
    return own_of(reading(), actor().office.id, services().settings.staff_domains)


def page(template: str, incident: Incident | None, current: str = "", **values: object) -> str:
    """A page of an incident with its navigation."""
    return render_template(
        f"incidents/{template}.html",
        incident=incident,
        current=current,
        origin_names=ORIGIN_NAMES,
        evidence_names=EVIDENCE_NAMES,
        place_names=PLACE_NAMES,
        Evidence=Evidence,
        Place=Place,
        **values,
    )


def attempt(deed: Callable[[Session], None]) -> str:
    """Do it in one transaction; the sentence of why it could not be, empty if it was done."""
    try:
        with writing() as session:
            deed(session)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        anew()
        return error.message
    return ""


def unread(lines: Sequence[Unread]) -> list[str]:
    """The first lines of a list that could not be read, each with why, and how many more."""
    told: list[str] = [UNREAD.format(line=each.text, why=retold(each.why)) for each in lines[:TOLD]]
    more = len(lines) - TOLD
    return [*told, MORE_UNREAD.format(count=more)] if more > 0 else told


def ids(values: Iterable[str]) -> set[int]:
    """The numbers of rows that a form names; what no column holds is not found."""
    try:
        return {row_number(each) for each in values}
    except ValueError as error:
        raise NotFound from error


def take(form: NewForm | MailsForm) -> Taken:
    """Read the uploaded files and the pasted text; the form says what could not be read."""
    mails: list[SentMail] = []
    form.files.errors, form.pasted.errors = [*form.files.errors], [*form.pasted.errors]
    for file in form.files.data or ():
        _read_file(form, file, mails)
    text = (form.pasted.data or "").strip()
    if text:
        try:
            mails.append(reader.read_text(text))
        except reader.Unreadable as error:
            form.pasted.errors.append(PASTED.format(why=error.message))
    return Taken(tuple(mails), (*form.files.errors, *form.pasted.errors))


def _read_file(form: NewForm | MailsForm, file: object, mails: list[SentMail]) -> None:
    if not isinstance(file, FileStorage) or not file.filename:
        return
    content = file.read()
    if not content:
        form.files.errors.append(EMPTY_FILE.format(name=file.filename))
        return
    try:
        mails.append(reader.read_file(content))
    except reader.Unreadable as error:
        form.files.errors.append(UNREADABLE.format(name=file.filename, why=error.message))


def rooms() -> tuple[tuple[str, str], ...]:
    """The rooms of an incident that there are, for the navigation."""
    return steps.ROOMS


@blueprint.app_context_processor
def _navigation() -> dict[str, object]:
    return {"incident_rooms": rooms}

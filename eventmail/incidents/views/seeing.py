"""Who saw whose address: the matrix, and the addresses for a person to look at."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.incidents import opening, persons
from eventmail.incidents.companies import Address
from eventmail.incidents.exposure import Exposure
from eventmail.incidents.exposure import exposure as exposure_of
from eventmail.incidents.reading import lists
from eventmail.incidents.views.common import attempt, blueprint, found, ids, page, unread
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, anew, reading
from eventmail.web.forms import cleaned, row_number

ROWS = 30  # on a page: a form has a field for each
MOST_GROUPS = 8
MOST_NAMED = 100  # companies of a group; all of them stand in a list of their own
ANSWERS = {"yes": True, "no": False}
KEPT = said("{count}件の答えを記録しました。")
SAME = said("答えはどれも前と同じです。")
SHOWN = said("情報が見えた事業所を記録しました。")
NO_ANSWER = said("どちらかを選んでから、保存してください。")


@blueprint.get("/incidents/<int:incident_id>/exposure")
@permitted(Action.SEE_INCIDENT)
def exposure(incident_id: int) -> str:
    """Which mail showed what to whom; the addresses, page by page."""
    return _page(incident_id)


@blueprint.post("/incidents/<int:incident_id>/exposure")
@permitted(Action.RESPOND)
def confirm(incident_id: int) -> ResponseReturnValue:
    """Keep what somebody says of the addresses of one page."""
    found(incident_id)
    answers = _answers()
    if not answers:
        flash(NO_ANSWER, "error")
        return _page(incident_id), 422
    count: list[int] = []

    def do(session: Session) -> None:
        incident = found(incident_id, session)
        count.append(persons.confirm(session, actor(), incident, answers))

    fault = attempt(do)
    if fault:
        flash(fault, "error")
        return _page(incident_id), 409
    flash(KEPT.format(count=count[0]) if count[0] else SAME, "success")
    number = _next_page(incident_id)
    return redirect(url_for("incidents.exposure", incident_id=incident_id, page=number) + "#who")


def _next_page(incident_id: int) -> int:
    """Where the first address stands that nobody has looked at; else the page it was."""
    session = anew()  # the answers were kept since this request began to look
    seen = exposure_of(session, found(incident_id))
    waiting = (at for at, each in enumerate(seen.addresses) if each.is_person is None)
    first = next(waiting, None)
    return _number() if first is None else first // ROWS + 1


@blueprint.post("/incidents/<int:incident_id>/mails/<int:mail_id>/shown")
@permitted(Action.RESPOND)
def shown(incident_id: int, mail_id: int) -> ResponseReturnValue:
    """Whose data a mail of ours showed to those who got it."""
    opening.find_mail(reading(), found(incident_id), mail_id)
    chosen = ids(request.form.getlist("party"))
    text = cleaned(request.form.get("beside", ""))
    beside = lists.of_text(text)
    if beside.unread:
        return _page(incident_id, unread(beside.unread), chosen, text), 422

    def do(session: Session) -> None:
        incident = found(incident_id, session)
        mail = opening.find_mail(session, incident, mail_id)
        opening.say_shown(session, actor(), incident, mail, chosen, beside.listed)

    fault = attempt(do)
    if fault:
        return _page(incident_id, [fault], chosen, text), 409
    flash(SHOWN, "success")
    return redirect(url_for("incidents.exposure", incident_id=incident_id))


def _answers() -> dict[int, bool]:
    """``person-12`` is the answer to the address 12."""
    given = {
        name.removeprefix("person-"): ANSWERS[value]
        for name, value in request.form.items()
        if name.startswith("person-") and value in ANSWERS
    }
    ids(given)
    return {int(number): answer for number, answer in given.items()}


def _number() -> int:
    return request.values.get("page", 1, type=row_number)


def _page(
    incident_id: int,
    faults: list[str] | None = None,
    ticked: set[int] | None = None,
    typed: str = "",
) -> str:
    session = reading()
    incident = found(incident_id)
    seen = exposure_of(session, incident)
    pages = max(1, -(-len(seen.addresses) // ROWS))
    number = min(_number(), pages)
    return page(
        "exposure",
        incident,
        "incidents.exposure",
        seen=seen,
        rows=_rows(seen, number),
        company={each.id: each.company for each in seen.parties},
        number=number,
        pages=pages,
        most_groups=MOST_GROUPS,
        most_named=MOST_NAMED,
        column_names=[
            said("グループ{number}のアドレス", number=each.number) for each in seen.groups
        ],
        faults=faults or [],
        ticked=_shown_now(seen) if ticked is None else ticked,
        typed=typed,
    )


def _shown_now(seen: Exposure) -> set[int]:
    owner = {each.id: party.id for party in seen.parties for each in party.addresses}
    return {owner[each] for mail in seen.mails for each in mail.visible}


def _rows(seen: Exposure, number: int) -> tuple[Address, ...]:
    return seen.addresses[(number - 1) * ROWS : number * ROWS]

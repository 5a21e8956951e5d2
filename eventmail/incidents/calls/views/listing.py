"""The list: whom to call today, everybody by state, live; and the same as a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.incidents.calls import calling, export, mails, service
from eventmail.incidents.calls.standing import (
    STATE_KINDS,
    STATE_NAMES,
    Line,
    Progress,
    State,
    due_by,
    progress_of,
)
from eventmail.incidents.calls.views.common import blueprint, incident_of, page
from eventmail.incidents.companies import Company
from eventmail.incidents.views.common import ids
from eventmail.language import said, told, told_all
from eventmail.offices.permissions import Action, permitted
from eventmail.roster.views.common import search_text
from eventmail.spreadsheet.sheets import XLSX
from eventmail.web.context import actor, reading, writing
from eventmail.web.files import streamed
from eventmail.web.forms import row_number

ROWS = 50  # on a page: each has a link to press and two buttons
DONE_TEXT = said("{total}社のうち{explained}社に、電話での説明が済みました。")
NOBODY_TEXT = said("電話をかける事業所が、まだありません。")


@blueprint.get("/incidents/<int:incident_id>/calls")
@permitted(Action.SEE_INCIDENT)
def index(incident_id: int) -> str:
    """Today's calls first, then everybody else; or those of one state, or of a search.

    A leak may be of a thousand companies: they come page by page, in this order.
    """
    session = reading()
    incident = incident_of(session, incident_id)
    found = service.lines(session, incident)
    chosen, text = _state(), search_text()
    shown = _wanted(found, chosen, text)
    due = due_by(shown, clock.today())
    today = {each.party.id for each in due}
    rest = [each for each in shown if each.party.id not in today]
    pages = max(1, -(-len(shown) // ROWS))
    number = min(request.args.get("page", 1, type=row_number), pages)
    start, end = (number - 1) * ROWS, number * ROWS
    progress = progress_of(found, clock.today())
    now, later = due[start:end], rest[max(start - len(due), 0) : max(end - len(due), 0)]
    return page(
        "index",
        incident=incident,
        progress=progress,
        said=how_far(progress),
        counts=_counts(found),
        states=list(State),
        chosen=chosen,
        q=text,
        due=now,
        due_count=len(due),
        rest=later,
        rest_count=len(rest),
        rows=",".join(str(each.party.id) for each in now + later),
        number=number,
        pages=pages,
        busy=calling.now_calling(session, incident, actor().id),
        offers=mails.offers(session, incident, found),
        waves=mails.waves(session, incident),
        purposes=mails.PURPOSE_NAMES,
        linked=sum(each.party.participant_id is not None for each in found),
    )


@blueprint.get("/incidents/<int:incident_id>/calls.json")
@permitted(Action.SEE_INCIDENT)
def live(incident_id: int) -> ResponseReturnValue:
    """The numbers, and how each company stands that the page shows; 304 while nothing changed."""
    session = reading()
    incident = incident_of(session, incident_id)
    found = service.lines(session, incident)
    busy = calling.now_calling(session, incident, actor().id)
    progress = progress_of(found, clock.today())
    shown = ids(filter(None, request.args.get("rows", "").split(",")))
    response = jsonify(
        finished=False,
        announce=told(how_far(progress)),
        fields={"total": progress.total, "said": told(how_far(progress)), **_counts(found)},
        rows=told_all({str(e.party.id): _row(e, busy) for e in found if e.party.id in shown}),
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/incidents/<int:incident_id>/calls.xlsx")
@permitted(Action.RESPOND)
def take_away(incident_id: int) -> ResponseReturnValue:
    """The list as a workbook. Who took it is recorded."""
    incident = incident_of(reading(), incident_id)
    pieces = export.workbook(reading(), incident)
    with writing() as session:
        export.note(session, actor(), incident_of(session, incident_id))
    return streamed(pieces, export.filename(incident), XLSX)


def how_far(progress: Progress) -> str:
    """How far it has come, in a sentence."""
    sentence = DONE_TEXT if progress.total else NOBODY_TEXT
    return sentence.format(total=progress.total, explained=progress.explained)


def _row(each: Line, busy: dict[int, list[str]]) -> dict[str, str]:
    return {
        "text": STATE_NAMES[each.state],
        "kind": STATE_KINDS[each.state],
        "note": calling.in_words(busy.get(each.party.id, [])),
        "advice": export.in_words(each.calls[-1]) if each.calls else "",
    }


def _counts(found: Sequence[Line]) -> dict[str, int]:
    """How many companies stand how; by the names that the page shows them under."""
    counts = Counter(each.state for each in found)
    return {f"count_{each}": counts[each] for each in State}


def _state() -> State | None:
    wanted = request.args.get("state", "")
    return State(wanted) if wanted in set(State) else None


def _wanted(found: Sequence[Line], state: State | None, text: str) -> list[Line]:
    # Whoever may not see the numbers cannot find them out by asking, either.
    by_number, sought = actor().may(Action.RESPOND), text.casefold()

    def holds(party: Company) -> bool:
        number = party.phone if by_number else ""
        return sought in f"{party.company}\n{number}".casefold()

    return [each for each in found if state in (None, each.state) and holds(each.party)]

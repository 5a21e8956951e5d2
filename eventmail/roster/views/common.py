"""What the roster's pages share: the blueprint, the place in a long list, and an import's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Forbidden
from eventmail.roster import jobs, pending, service
from eventmail.roster.models import ImportState, RosterImport
from eventmail.roster.showing import Show
from eventmail.web.context import actor, services, writing

blueprint = Blueprint("roster", __name__)

LONGEST_SEARCH = 100
VOIDED = said("確認・決裁中だったメール案件は、名簿が変わったため作成中に戻りました。")
Deed = Callable[[Session, RosterImport], None]
ErrorPage = Callable[[], ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is in the list of rows: filter, search, page. Travels in the query string."""

    show: Show = Show.ALL
    q: str = ""
    page: int = 1

    @property
    def args(self) -> dict[str, Any]:
        """For ``url_for``; what is as at first is left out."""
        told = {"show": self.show.value, "q": self.q, "page": self.page}
        return {name: value for name, value in told.items() if value not in ("all", "", 1)}


def place() -> Place:
    """The place that this request names; nonsense is as at first."""
    shown = request.args.get("show", "")
    return Place(
        show=Show(shown) if shown in set(Show) else Show.ALL,
        q=search_text(),
        page=page_number(),
    )


def search_text() -> str:
    """What is searched for, in one short line without control characters."""
    text = request.args.get("q", "")
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST_SEARCH]


def page_number(name: str = "page") -> int:
    """The page of a long list, from 1; a second list of a page has a name of its own."""
    wanted = request.args.get(name, default=1, type=int)
    return wanted if 1 <= wanted < 1_000_000 else 1


def review_url(event_id: int, import_id: int, anchor: str = "") -> str:
    """The review where the person was."""
    return url_for(
        "roster.review",
        event_id=event_id,
        import_id=import_id,
        _anchor=anchor or None,
        **place().args,
    )


def carry_on(found: RosterImport) -> RosterImport:
    """Do the work that waits, here and now if it is short, else by a worker; how it then stands.

    A session of its own looks: the request's own still sees what was there at its beginning.
    """
    database = services().database
    with database.reading() as session:
        small = service.is_small(session, found)
    if small:
        jobs.run(database.writing, found.id, mailings.refresh)
    else:
        services().outbox.wake_roster(found.id)
    with database.reading() as session:
        return session.get_one(RosterImport, found.id)


def act(
    event_id: int, import_id: int, deed: Deed, refused: ErrorPage, anchor: str = ""
) -> ResponseReturnValue:
    """Change an open import that stands as it was shown, then go back to where the person was.

    The page's ``stamp`` must be the import's own: what another tab changed is looked at first.
    """
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            found = service.get_import(session, event, import_id, lock=True)
            require_stamp(found)
            deed(session, found)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return refused()
    carry_on(found)
    return redirect(review_url(event_id, import_id, anchor))


def require_stamp(found: RosterImport) -> None:
    """Raise :class:`UserError` unless the page showed the import as it now stands."""
    if found.state is ImportState.PENDING and request.form.get("stamp", type=int) != found.stamp:
        raise UserError(pending.OUT_OF_DATE)


def corrections(found: RosterImport) -> list[dict[str, Any]]:
    """What was corrected in an import, the last first."""
    return [note | {"at": datetime.fromisoformat(note["at"])} for note in reversed(found.notes)]


def tell_voided(count: int) -> None:
    """Say that reviews began anew because of the change."""
    if count:
        flash(VOIDED, "warning")

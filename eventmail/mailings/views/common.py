"""What the pages of a mailing share: the blueprint, a mail as it will be received, the record."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import UserError
from eventmail.mailings import answers, audiences, checking, notices
from eventmail.mailings.deciding import UNDER_REVIEW
from eventmail.mailings.freezing import press_for_one
from eventmail.mailings.leaving_out import LeftOut, left_out
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.rendering import new_token
from eventmail.mailings.snapshot import Content
from eventmail.mailings.stored import index_of
from eventmail.offices.models import Deputy
from eventmail.offices.service import staff_names
from eventmail.roster.views.common import page_number
from eventmail.web.context import reading
from eventmail.wire import GateRefusal, Unwritable, parse_mail

blueprint = Blueprint("mailings", __name__)
ROWS = 50  # recipients on one page


def rendered(
    content: Content, index: int, lifted: frozenset[str] = frozenset()
) -> dict[str, object]:
    """One recipient's mail, parsed back from its bytes, and what the gate says to it.

    ``lifted`` are materials whose block is told elsewhere on the page.
    """
    recipient = content.recipients[index]
    refusal = ""
    date = clock.now().replace(microsecond=0)
    try:
        press = press_for_one(reading(), content, recipient, lifted)
        if content.is_batch:
            composed, batch = press.compose_batch((recipient,), new_token(), date)
            press.clear_batch(composed, batch)
        else:
            composed = press.compose(recipient, new_token(), date)
            press.clear(composed, recipient)
    except Unwritable as error:
        raise UserError(error.message_ja) from error
    except GateRefusal as error:
        refusal = error.message_ja
    return {
        "mail": parse_mail(composed.content),
        "recipient": recipient,
        "refusal": refusal,
        "size": len(composed.content),
    }


def whom_it_leaves_out(session: Session, mailing: Mailing) -> LeftOut:
    """Who is not in it because he gets no such mail any more, until it is approved."""
    coming = mailing.state in (MailingState.DRAFT, *UNDER_REVIEW)
    return left_out(session, mailing, page_number("left")) if coming else LeftOut()


def record_of(session: Session, mailing: Mailing, snapshot: Snapshot | None) -> dict[str, object]:
    """Who looked at what and decided what, when and in whose place; and what befell the mailing."""
    steps = checking.steps_of(session, snapshot) if snapshot else []
    reviews = snapshot.reviews if snapshot else []
    found = answers.findings_of(session, snapshot) if snapshot else []
    places = {
        each.id: session.get_one(Deputy, each.deputy_id) for each in reviews if each.deputy_id
    }
    people = {mailing.created_by, *([snapshot.submitted_by] if snapshot else ())}
    people |= {each.staff_id for each in steps} | {each.staff_id for each in reviews}
    people |= {each.approver_id for each in places.values()}
    people |= {each.answered_by for each in found if each.answered_by}
    return {
        "steps": steps,
        "places": places,
        "left_out": whom_it_leaves_out(session, mailing),
        "told": notices.history(session, mailing),
        "moved_on": audiences.moved_on(session, mailing, snapshot) if snapshot else 0,
        "frozen": found,
        "names": staff_names(session, people),
        "files": {each.sha256: each.filename for each in snapshot.materials} if snapshot else {},
        "letters": checking.letters_seen(session, snapshot, steps) if snapshot else {},
    }


def rows_of(content: Content) -> dict[str, object]:
    """Which page of the recipients is shown; those whom a finding names are a link away."""
    pages = max(1, -(-len(content.recipients) // ROWS))
    page = min(page_number(), pages)
    rows = content.recipients[(page - 1) * ROWS : page * ROWS]

    def page_with(contact_id: int) -> int:
        return (index_of(content, contact_id) or 0) // ROWS + 1

    return {
        "rows": rows,
        "rows_before": (page - 1) * ROWS,
        "page": page,
        "pages": pages,
        "page_with": page_with,
    }

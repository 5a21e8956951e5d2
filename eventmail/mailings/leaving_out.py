"""Whom a mailing leaves out because no such mail goes to them any more, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.mailings import audiences
from eventmail.mailings.freezing import is_stopped
from eventmail.mailings.models import Mailing
from eventmail.suppression import service as suppression
from eventmail.suppression.models import Suppression

ROWS = 20  # on one page


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One page of them, each with the reason, and how many they are in all."""

    rows: Sequence[tuple[Contact, Suppression]] = ()
    count: int = 0
    page: int = 1
    size: int = ROWS

    @property
    def pages(self) -> int:
        """How many pages they fill."""
        return max(1, -(-self.count // self.size))


def left_out(session: Session, mailing: Mailing, page: int = 1, size: int = ROWS) -> LeftOut:
    """Whom the mailing would go to, had nobody asked to be left alone; and why he is not in it.

    A page beyond the last is the last.
    """
    which = (audiences.named_by(mailing), is_stopped(mailing))
    count = events.addressee_count(session, mailing.event, *which)
    if not count:
        return LeftOut()
    page = min(page, LeftOut(count=count, size=size).pages)
    start = (page - 1) * size
    found = events.addressees(session, mailing.event, *which, first=start, most=size)
    reasons = suppression.standing(session, mailing.event, [each.address_key for each in found])
    rows = [(each, why) for each in found for why in reasons.get(each.address_key, ())[:1]]
    return LeftOut(rows, count, page, size)

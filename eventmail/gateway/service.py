"""What the form begins with: the domains of one's own mailboxes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.gateway.rule import MOST_DOMAINS, as_domain
from eventmail.offices.models import Mailbox


def own_domains(
    session: Session, office_id: int | None, staff_domains: tuple[str, ...]
) -> tuple[str, ...]:
    """The domains that are surely one's own; without an office, those of all offices."""
    query = sa.select(Mailbox.address).order_by(Mailbox.id)
    if office_id is not None:
        query = query.where(Mailbox.office_id == office_id)
    written = [address.rpartition("@")[2] for address in session.scalars(query)]
    found = (_domain(each) for each in (*written, *staff_domains))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_DOMAINS]


def _domain(text: str) -> str:
    try:
        return as_domain(text)
    except ValueError:
        return ""

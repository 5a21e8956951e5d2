"""Which addresses are the office's own: nobody's exposure, and no outsider."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import CARRIERS, EmailAddress
from eventmail.offices.models import Mailbox, Membership, Staff
from eventmail.spreadsheet.domain_tables import FREE_MAIL


@dataclass(frozen=True, slots=True)
class Own:
    """Whole addresses, and the domains in which everybody is of the office or its bureau."""

    keys: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def __contains__(self, email: EmailAddress) -> bool:
        return email.key in self.keys or email.domain in self.domains


def own_of(session: Session, office_id: int, staff_domains: Collection[str] = ()) -> Own:
    """The office's mailboxes and staff, the domains of its mailboxes, and those of its staff.

    A domain that everybody can have an address in is never the office's own.
    """
    boxes = session.scalars(sa.select(Mailbox).where(Mailbox.office_id == office_id)).all()
    serves = Staff.memberships.any(Membership.office_id == office_id)
    staff = session.scalars(sa.select(Staff.address).where(Staff.address.is_not(None), serves))
    keys = {each.email.key for each in boxes} | {each.casefold() for each in staff if each}
    domains = {each.email.domain for each in boxes} | set(staff_domains)
    return Own(frozenset(keys), frozenset(domains - FREE_MAIL - frozenset(CARRIERS)))

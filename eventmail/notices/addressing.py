"""Exactly who would get a draft, and the stamp that names every word and every person of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices.batches import open_batch
from eventmail.notices.drafting import Draft, check
from eventmail.notices.models import Notice, NoticeRecipient
from eventmail.offices import places
from eventmail.offices.models import Mailbox, Office, Role, Staff

NO_OFFICE = said("送る所を、ひとつ以上選んでください。")
NOBODY = said("選んだ所と役割に当てはまる職員がいません。所か役割を選び直してください。")


@dataclass(frozen=True, slots=True)
class Addressed:
    """Exactly who would get a draft, by office; ``writing``: the offices that can send mails."""

    people: tuple[tuple[Office, tuple[Staff, ...]], ...]
    writing: frozenset[int]

    @property
    def offices(self) -> list[tuple[Office, int]]:
        """The offices in which somebody gets it, with how many."""
        return [(office, len(them)) for office, them in self.people if them]

    @property
    def empty(self) -> list[Office]:
        """The offices in which nobody is to get it."""
        return [office for office, them in self.people if not them]

    @property
    def example(self) -> Office:
        """An office whose mail can be shown, rather one that can send mails."""
        found = [office for office, _ in self.offices]
        return next((each for each in found if each.id in self.writing), found[0])

    @property
    def count(self) -> int:
        """How many people get it; who serves in two offices counts in each."""
        return sum(len(them) for _, them in self.people)

    @property
    def twice(self) -> int:
        """How many people get it in more than one office."""
        found = Counter(each.id for _, them in self.people for each in them)
        return sum(number > 1 for number in found.values())

    @property
    def mailed(self) -> int:
        """How many of them get a mail besides."""
        return sum(
            office.id in self.writing and bool(each.address) and each.notices
            for office, them in self.people
            for each in them
        )


def addressed(session: Session, overseer: Staff, draft: Draft) -> Addressed:
    """Whoever has the roles in the offices; a correction goes to those of the first as well."""
    if draft.corrects:
        people = [
            (each.office, _asked_or_in_charge(session, each))
            for each in open_batch(session, overseer, draft.corrects, said("訂正できません"))
        ]
    else:
        people = [
            (office, places.serving(session, office.id, draft.roles))
            for office in _chosen(session, overseer, draft.office_ids)
        ]
    ids = [office.id for office, _ in people]
    boxes = session.scalars(sa.select(Mailbox.office_id).where(Mailbox.office_id.in_(ids)))
    return Addressed(tuple((o, tuple(them)) for o, them in people), frozenset(boxes))


def stamp(draft: Draft, to: Addressed) -> str:
    """Names exactly what was shown before it is sent: every word and every person."""
    told = {
        "kind": draft.kind,
        "title": draft.title,
        "text": draft.text,
        "due": draft.due_on.isoformat() if draft.due_on else None,
        "roles": sorted(draft.roles),
        "corrects": draft.corrects,
        "people": [[office.id, sorted(s.id for s in them)] for office, them in to.people],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def prepared(
    session: Session, overseer: Staff, draft: Draft, domains: Collection[str] = ()
) -> Addressed:
    """Who would get a draft that can be sent. Raises :class:`UserError` if it cannot."""
    to = addressed(session, overseer, draft)
    check(draft, _own_domains(session, overseer) | set(domains))
    if not to.people:
        raise UserError(NO_OFFICE)
    if not to.count:
        raise UserError(NOBODY)
    return to


def _chosen(session: Session, overseer: Staff, ids: frozenset[int] | None) -> list[Office]:
    own = places.overseen(session, overseer)
    if ids is None:
        return own
    if not ids <= {each.id for each in own}:
        raise NotFound
    return [each for each in own if each.id in ids]


def _asked_or_in_charge(session: Session, first: Notice) -> list[Staff]:
    """Those of the first notice who still serve, and whoever has come into its roles since."""
    asked = set(
        session.scalars(
            sa.select(NoticeRecipient.staff_id).where(NoticeRecipient.notice_id == first.id)
        )
    )
    roles = frozenset(map(Role, first.roles))
    return [
        each
        for each in places.serving(session, first.office_id)
        if each.id in asked or each.roles_in(first.office_id) & roles
    ]


def _own_domains(session: Session, overseer: Staff) -> set[str]:
    ids = [each.id for each in places.overseen(session, overseer)]
    boxes = session.scalars(sa.select(Mailbox).where(Mailbox.office_id.in_(ids)))
    return {each.email.domain for each in boxes}

"""What one person may see of what his office was told, and what he has still to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, lazyload

from eventmail.database import Asked
from eventmail.errors import NotFound
from eventmail.notices.figures import State, holds, is_read, state_of
from eventmail.notices.models import Notice, NoticeRecipient
from eventmail.offices.models import Role
from eventmail.offices.permissions import Action, Actor


@dataclass(frozen=True, slots=True)
class Seen:
    """A notice as one person sees it; ``asked`` is None for whoever was not asked to read it."""

    notice: Notice
    asked: NoticeRecipient | None

    @property
    def state(self) -> State | None:
        """How it stands with him; None if he was not asked."""
        return state_of(self.notice, self.asked) if self.asked else None

    @property
    def waits(self) -> bool:
        """Whether he has still to read it."""
        return self.state in (State.LATE, State.UNREAD)


def of_office(session: Session, actor: Actor) -> list[Seen]:
    """Everything that the person may see, what he has still to read first, by its last day."""
    query = _with_own(actor).order_by(Notice.id.desc()).options(defer(Notice.text))
    found = [Seen(*row) for row in session.execute(query)]
    mine = [each for each in found if _may_see(actor, each)]
    last = date.max
    return sorted(mine, key=lambda e: (not e.waits, e.waits and (e.notice.due_on or last)))


def of_number(session: Session, actor: Actor, notice_id: int) -> Seen:
    """One of them; anything else is not found."""
    row = session.execute(_with_own(actor).where(Notice.id == notice_id)).first()
    found = Seen(*row) if row else None
    if found is None or not _may_see(actor, found):
        raise NotFound
    return found


def unread(session: Session, actor: Actor) -> list[Notice]:
    """What the person has still to read in this office."""
    return list(session.scalars(_unread(), {"office": actor.office.id, "me": actor.id}))


@lru_cache(maxsize=1)
def _unread() -> sa.Select[Notice]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    query = query_unread(sa.bindparam("office"), sa.bindparam("me")).order_by(Notice.id)
    # What holds was neither withdrawn nor corrected: there is nothing to look up.
    gone = (lazyload(Notice.withdrawal), lazyload(Notice.correction), lazyload(Notice.office))
    return query.options(defer(Notice.text), *gone)


def query_unread(office_id: Asked, staff_id: Asked) -> sa.Select[Notice]:
    """The same for an office and a person."""
    return (
        sa.select(Notice)
        .join(NoticeRecipient, NoticeRecipient.notice_id == Notice.id)
        .where(NoticeRecipient.staff_id == staff_id, Notice.office_id == office_id)
        .where(~is_read(), holds())
    )


def _with_own(actor: Actor) -> sa.Select[Notice, NoticeRecipient]:
    own = sa.and_(NoticeRecipient.notice_id == Notice.id, NoticeRecipient.staff_id == actor.id)
    return (
        sa.select(Notice, NoticeRecipient)
        .outerjoin(NoticeRecipient, own)
        .where(Notice.office_id == actor.office.id)
        .options(lazyload(Notice.office))
    )


def _may_see(actor: Actor, found: Seen) -> bool:
    """Whoever was asked, whoever has come into the role since, the head and the auditor."""
    roles = {*map(Role, found.notice.roles), Role.AUDITOR}
    in_charge = not actor.roles.isdisjoint(roles)
    return found.asked is not None or in_charge or actor.may(Action.MANAGE_TRAINING)

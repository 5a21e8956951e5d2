"""Autosave: what one person has typed into one letter, kept for him alone.

A slot has a stamp. A page that does not name the slot's stamp has not seen what is in it, and may
not write over it: another tab's words, or those of before a crash, wait until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import UserError
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.letters.models import Slot
from eventmail.mailings.models import Mailing
from eventmail.mailings.review import Deed, transition
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor

KEPT = timedelta(days=30)
LARGEST = 100_000  # characters of one value; a body that is too long is kept, and refused later
WAITING = said(
    "自動保存した下書きがほかにもあります。"
    "この画面を読み込み直し、その下書きを復元するか捨てるかを選んでください。"
)
Typed = Mapping[str, list[str]]


def slot_of(session: Session, actor: Actor, event: Event, mailing: Mailing | None) -> Slot | None:
    """What the actor has typed into this letter and not saved; nobody else's is ever found."""
    return session.scalar(_query(actor, event, mailing))


def stamp_of(slot: Slot | None) -> str:
    """Names the slot as it now is."""
    return f"{slot.id}.{slot.saved_at.timestamp():.6f}" if slot else ""


def keep(
    session: Session,
    actor: Actor,
    event: Event,
    mailing: Mailing | None,
    typed: Typed,
    version: int,
    stamp: str,
) -> Slot:
    """Keep what is typed. Raises :class:`UserError` if the slot holds what ``stamp`` is not of."""
    actor.require(Action.EDIT_MAILING)
    if mailing is not None:
        transition(mailing.state, Deed.EDIT)
    # One person's tabs take turns: a slot that is not there yet could not be locked.
    session.execute(sa.select(Staff.id).where(Staff.id == actor.id).with_for_update())
    slot = slot_of(session, actor, event, mailing)
    if stamp != stamp_of(slot):
        raise UserError(WAITING)
    if slot is None:
        slot = Slot(
            office_id=event.office_id,
            event_id=event.id,
            mailing_id=mailing.id if mailing else None,
            staff_id=actor.id,
        )
        session.add(slot)
    slot.typed = {name: [each[:LARGEST] for each in values] for name, values in typed.items()}
    slot.version, slot.saved_at = version, clock.now()
    session.flush()
    _forget_old(session, event.office_id)
    return slot


def discard(session: Session, actor: Actor, event: Event, mailing: Mailing | None) -> None:
    """Throw away what was typed: it is saved, or not wanted."""
    slot = session.scalar(_query(actor, event, mailing).with_for_update())
    if slot is not None:
        session.delete(slot)
        session.flush()


def _query(actor: Actor, event: Event, mailing: Mailing | None) -> sa.Select[Slot]:
    return sa.select(Slot).where(
        Slot.staff_id == actor.id,
        Slot.office_id == actor.office.id,
        Slot.event_id == event.id,
        Slot.mailing_id.is_(None) if mailing is None else Slot.mailing_id == mailing.id,
    )


def _forget_old(session: Session, office_id: int) -> None:
    """What nobody came back for in a month is nobody's any more."""
    old = Slot.saved_at < clock.now() - KEPT
    session.execute(sa.delete(Slot).where(Slot.office_id == office_id, old))

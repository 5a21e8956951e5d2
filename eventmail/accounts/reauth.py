"""Proving once more that one is oneself, before approving and before account changes."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts import sessions, signing_in, steps, throttle
from eventmail.accounts.models import StaffSession
from eventmail.accounts.origin import Origin
from eventmail.accounts.throttle import What
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff
from eventmail.passwords import Attempt

FRESH_FOR = timedelta(minutes=10)
WRONG = said("パスワードが違います。ご自分のパスワードを、もう一度入力してください。")
WAIT = said("パスワードの誤りが続いています。{wait}ほど待ってから、もう一度お試しください。")


def typed(session: Session, staff: Staff, password: str, origin: Origin) -> Attempt:
    """The password, compared before :func:`confirm`, as :func:`signing_in.typed` does."""
    found = Attempt(password)
    if not throttle.is_waiting(session, What.CONFIRM, staff.login, origin):
        found.opens(staff.password_hash)
    return found


def confirm(session: Session, staff: Staff, attempt: Attempt, origin: Origin) -> str:
    """The sentence to show unless it is this person's password, entered once more.

    Counted and slowed down like signing in: nobody guesses faster here.
    """
    left = throttle.wait_left(session, What.CONFIRM, staff.login, origin)
    if left:
        return WAIT.format(wait=throttle.in_words(left))
    if not attempt.opens(staff.password_hash):
        throttle.note_failure(session, What.CONFIRM, staff.login, origin)
        places.note_own(session, "staff.confirmation_refused", staff)
        return WRONG
    throttle.note_success(session, What.CONFIRM, staff.login, origin)
    return ""


def confirm_password(session: Session, one: StaffSession, attempt: Attempt, origin: Origin) -> str:
    """The password for a page that wants to be sure; all of it where no second step is asked."""
    staff = session.get_one(Staff, one.staff_id)
    sentence = confirm(session, staff, attempt, origin)
    if not sentence:
        now = clock.now()
        more = steps.required_of(session, staff)
        _write(session, one, password_at=now, **({} if more else {"confirmed_at": now}))
    return sentence


def awaits_step(one: StaffSession) -> bool:
    """Whether the password was entered just now, and the second step has not followed yet."""
    lately = clock.now() - one.password_at < sessions.PENDING_FOR
    return lately and (one.confirmed_at is None or one.confirmed_at < one.password_at)


def confirm_step(
    session: Session, one: StaffSession, verify: signing_in.Verify, origin: Origin
) -> str:
    """The second step after :func:`confirm_password`; the sentence to show unless it is passed."""
    if not awaits_step(one):
        return signing_in.EXPIRED
    staff = session.get_one(Staff, one.staff_id)
    sentence = signing_in.pass_step(session, staff, verify, origin)
    if not sentence:
        _write(session, one, confirmed_at=clock.now())
    return sentence


def is_fresh(one: StaffSession | None) -> bool:
    """Whether all that is asked of this person was proved a short while ago in this session."""
    if one is None or one.confirmed_at is None:
        return False
    return clock.now() - one.confirmed_at < FRESH_FOR


def _write(session: Session, one: StaffSession, **values: object) -> None:
    session.execute(sa.update(StaffSession).where(StaffSession.id == one.id).values(**values))

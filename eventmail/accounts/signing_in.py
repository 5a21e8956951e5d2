"""Signing in: the password, the second step where one is asked for, then a new session.

``begin`` looks at the password. Where ``steps.required_of`` names factors, the person is not
signed in yet: a pending session lives five minutes and opens nothing. ``complete`` ends it and
opens the full one. Unknown, wrong and deactivated are answered alike and in the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, passwords
from eventmail.accounts import history, sessions, steps, throttle
from eventmail.accounts.models import ADDRESS, AGENT, Ending, Outcome, SignIn, Stage
from eventmail.accounts.origin import Origin
from eventmail.accounts.steps import Factor
from eventmail.accounts.throttle import What
from eventmail.audit.service import record
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff
from eventmail.passwords import Attempt

WRONG = said("ユーザー名またはパスワードが違います。")
WAIT = said("サインインの失敗が続いています。{wait}ほど待ってから、もう一度お試しください。")
EXPIRED = said("時間が過ぎたため、はじめからサインインし直してください。")
WRONG_STEP = said("確認できませんでした。もう一度お試しください。")
Verify = Callable[[Session, Staff], bool]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person, and the token of his new session."""

    staff: Staff
    token: str


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right. The token of the pending session, and the factors to choose from."""

    staff: Staff
    token: str
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The one sentence to show. ``is_over``: there is nothing to try again on this page."""

    sentence: str
    is_over: bool = False


def typed(session: Session, login: str, password: str, origin: Origin) -> Attempt:
    """The password, compared before :func:`begin`: that holds locks, and this takes its time.

    Whoever has to wait is not compared, and what was found is not told before it is counted.
    """
    found = Attempt(password)
    if not throttle.is_waiting(session, What.SIGN_IN, login, origin):
        found.opens(session.scalar(sa.select(Staff.password_hash).where(Staff.login == login)))
    return found


def begin(
    session: Session, login: str, attempt: Attempt, origin: Origin
) -> SignedIn | SecondStep | Refused:
    """Look at login and password; too many failures are answered before that."""
    left = throttle.wait_left(session, What.SIGN_IN, login, origin)
    if left:
        return Refused(WAIT.format(wait=throttle.in_words(left)))
    staff: Staff | None = session.scalar(sa.select(Staff).where(Staff.login == login))
    right = attempt.opens(staff.password_hash if staff else None)
    if staff is None or not right or not staff.active or not places.anywhere(staff):
        return _refused(session, login, staff, origin)
    if passwords.is_old(staff.password_hash, attempt.password):
        staff.password_hash = passwords.hashed(attempt.password)
    throttle.note_success(session, What.SIGN_IN, login, origin)
    return enter(session, staff, origin)


def enter(session: Session, staff: Staff, origin: Origin) -> SignedIn | SecondStep:
    """A new session for somebody whose password is right; half of one if more is asked of him."""
    factors = steps.required_of(session, staff)
    if factors:
        note(session, staff, Outcome.PASSWORD_ONLY, origin)
        token = sessions.open_one(session, staff, origin, Stage.PENDING)
        return SecondStep(staff, token, factors)
    return admit(session, staff, origin, "password")


def complete(
    session: Session, token: str, kind: str, verify: Verify, origin: Origin
) -> SignedIn | Refused:
    """Pass the second step of a pending session, if ``verify`` says so; it is used up by that."""
    found = sessions.pending(session, token, lock=True)
    if found is None:
        return Refused(EXPIRED, is_over=True)
    one, staff = found
    sentence = pass_step(session, staff, verify, origin)
    if sentence:
        note(session, staff, Outcome.SECOND_REFUSED, origin)
        return Refused(sentence)
    sessions.end(session, one, Ending.PASSED_ON)
    return admit(session, staff, origin, kind)


def pass_step(session: Session, staff: Staff, verify: Verify, origin: Origin) -> str:
    """The sentence to show unless ``verify`` says yes; counted, and refused before it is asked."""
    left = throttle.wait_left(session, What.SECOND_STEP, staff.login, origin)
    if left:
        return WAIT.format(wait=throttle.in_words(left))
    if not verify(session, staff):
        throttle.note_failure(session, What.SECOND_STEP, staff.login, origin)
        places.note_own(session, "staff.second_step_refused", staff)
        return WRONG_STEP
    throttle.note_success(session, What.SECOND_STEP, staff.login, origin)
    return ""


def note(session: Session, staff: Staff, outcome: Outcome, origin: Origin) -> None:
    """Keep an attempt for the person to look at."""
    session.add(
        SignIn(
            staff_id=staff.id,
            at=clock.now(),
            outcome=outcome,
            address=origin.address[:ADDRESS],
            agent=origin.agent[:AGENT],
        )
    )


def admit(session: Session, staff: Staff, origin: Origin, by: str) -> SignedIn:
    """A full session for who has proved all that is asked of him; ``by``: with what."""
    token = sessions.open_one(session, staff, origin)
    note(session, staff, Outcome.SIGNED_IN, origin)
    history.forget(session)
    places.note_own(session, "staff.signed_in", staff, by=by)
    return SignedIn(staff, token)


def _refused(session: Session, login: str, staff: Staff | None, origin: Origin) -> Refused:
    throttle.note_failure(session, What.SIGN_IN, login, origin)
    if staff is not None:
        note(session, staff, Outcome.REFUSED, origin)
    office = places.at_work(session, staff) if staff else None
    record(session, "staff.sign_in_refused", f"staff:{staff.id if staff else 0}", office_id=office)
    return Refused(WRONG)

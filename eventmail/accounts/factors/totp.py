"""An authenticator app's codes (RFC 6238): six digits, thirty seconds, each taken once."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta
from typing import Any, cast

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.factors.holders import enrolled
from eventmail.accounts.factors.models import TotpOffer, TotpSecret
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff
from eventmail.sealing import Sealer

ISSUER = said("イベントメール")
DIGITS = 6
STEP = 30  # seconds
AROUND = (-1, 0, 1)  # a clock may be one step off
OFFER_LASTS = timedelta(minutes=30)
NO_OFFER = said("登録を始めてから時間がたったため、はじめからやり直してください。")


def offer(session: Session, sealer: Sealer, staff_id: int) -> None:
    """A new secret to be shown; it counts from the first code on."""
    session.execute(sa.delete(TotpOffer).where(TotpOffer.staff_id == staff_id))
    sealed = sealer.seal(pyotp.random_base32(), _place(staff_id))
    session.add(TotpOffer(staff_id=staff_id, sealed=sealed, made_at=clock.now()))
    session.flush()


def offered(session: Session, sealer: Sealer, staff_id: int) -> str:
    """The secret that is being set up, or nothing."""
    found = session.get(TotpOffer, staff_id)
    if found is None or found.made_at < clock.now() - OFFER_LASTS:
        return ""
    return sealer.open(found.sealed, _place(staff_id))


def address(secret: str, staff: Staff) -> str:
    """What the QR code says: ``otpauth://totp/…``."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name=ISSUER)


def confirm(session: Session, sealer: Sealer, staff: Staff, code: str) -> bool:
    """Whether the app shows the right code: from now on it counts, and the one before does not."""
    secret = offered(session, sealer, staff.id)
    if not secret:
        raise UserError(NO_OFFER)
    step = step_of(secret, code)
    if step is None:
        return False
    _take_away(session, staff.id)
    sealed = sealer.seal(secret, _place(staff.id))
    session.add(TotpSecret(staff_id=staff.id, sealed=sealed, last_step=step, since=clock.now()))
    enrolled(session, staff.id)
    session.flush()
    places.note_own(session, "factor.totp_added", staff)
    return True


def verify(session: Session, sealer: Sealer, staff_id: int, code: str) -> bool:
    """Whether this is a code of the person's app, of a later step than any that was taken.

    The step is taken by one statement that only grows it: of two requests with the same code at
    the same time, one finds nothing to change.
    """
    found = session.get(TotpSecret, staff_id)
    if found is None:
        return False
    step = step_of(sealer.open(found.sealed, _place(staff_id)), code)
    if step is None:
        return False
    taken = session.execute(
        sa.update(TotpSecret)
        .where(TotpSecret.staff_id == staff_id, TotpSecret.sealed == found.sealed)
        .where(TotpSecret.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", taken).rowcount == 1


def remove(session: Session, staff: Staff) -> None:
    """The app does not count any more."""
    _take_away(session, staff.id)
    places.note_own(session, "factor.totp_removed", staff)


def digits(text: str) -> str:
    """A code as typed, in half-width digits, without blanks and hyphens."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def step_of(secret: str, code: str) -> int | None:
    """Which of the steps around now has this code."""
    typed, app = digits(code).encode(), pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    now = int(clock.now().timestamp()) // STEP
    found = [
        now + each
        for each in AROUND
        if hmac.compare_digest(app.generate_otp(now + each).encode(), typed)
    ]
    return found[0] if found else None


def _take_away(session: Session, staff_id: int) -> None:
    for table in (TotpSecret, TotpOffer):
        session.execute(sa.delete(table).where(table.staff_id == staff_id))


def _place(staff_id: int) -> str:
    return f"totp:{staff_id}"

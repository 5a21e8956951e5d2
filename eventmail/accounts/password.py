"""Changing one's own password."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail import passwords
from eventmail.accounts import sessions
from eventmail.accounts.invitations import end_links, password_fault
from eventmail.accounts.models import Ending, StaffSession
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff

SAME = said("いまと同じパスワードです。別のパスワードを入力してください。")


def change(session: Session, one: StaffSession, password: str) -> int:
    """Set it, and end all links and all sessions but this one; how many those were.

    Whoever asks has proved himself a moment ago (:func:`eventmail.accounts.reauth.is_fresh`).
    """
    staff = session.get_one(Staff, one.staff_id)
    fault = password_fault(session, staff, password)
    if fault:
        raise UserError(fault)
    if passwords.verifies(staff.password_hash, password):
        raise UserError(SAME)
    staff.password_hash = passwords.hashed(password)
    session.flush()
    end_links(session, staff.id)
    ended = sessions.end_all(session, staff.id, Ending.PASSWORD, besides=one)
    places.note_own(session, "staff.password_changed", staff, ended=ended)
    return ended

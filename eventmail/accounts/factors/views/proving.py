"""The second factor on a page that decides something."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.accounts import signing_in
from eventmail.accounts.factors.forms import NO_CODE
from eventmail.accounts.factors.service import Standing
from eventmail.accounts.factors.views.common import elsewhere, given, means
from eventmail.accounts.origin import Origin
from eventmail.offices.models import Staff


def refused(
    session: Session, staff: Staff, code: str | None, passkey: str | None, origin: Origin
) -> str:
    """The sentence to show unless a code or a passkey proves this person; counted."""
    if not code and not passkey:
        return NO_CODE
    answer = given(code, passkey)
    sentence = signing_in.pass_step(session, staff, answer.verify, origin)
    return answer.sentence if sentence == signing_in.WRONG_STEP else sentence


def shown(standing: Standing) -> dict[str, object]:
    """What the page needs for asking."""
    return {"factors": standing, "elsewhere": elsewhere(means().site)}

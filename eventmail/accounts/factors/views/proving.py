"""Proving oneself on a page that decides something: password and code, or a passkey."""

from __future__ import annotations

from flask_login import current_user
from sqlalchemy.orm import Session

from eventmail.accounts import reauth, signing_in, steps
from eventmail.accounts.factors import service
from eventmail.accounts.factors.forms import NO_CODE
from eventmail.accounts.factors.views.common import elsewhere, given, means
from eventmail.accounts.views.entering import origin
from eventmail.offices.models import Staff
from eventmail.web.context import reading, writing
from eventmail.web.forms import ProofForm


def is_himself(form: ProofForm) -> bool:
    """Whether the signed-in person proved himself; what is wrong is said, and counted for good."""
    password = "" if form.passkey.data else form.password.data or ""
    typed = reauth.typed(reading(), current_user, password, origin())
    with writing() as session:
        staff = session.get_one(Staff, current_user.id)
        if not form.passkey.data:
            sentence = reauth.confirm(session, staff, typed, origin())
            if sentence:
                form.password.errors = [sentence]
                return False
            if not steps.required_of(session, staff):
                return True
        sentence = _refused(session, staff, form)
    if sentence:
        (form.passkey if form.passkey.data else form.code).errors = [sentence]
    return not sentence


def shown() -> dict[str, object]:
    """What the page needs for asking."""
    standing = service.standing(reading(), current_user.id)
    return {"factors": standing, "elsewhere": elsewhere(means().site)}


def _refused(session: Session, staff: Staff, form: ProofForm) -> str:
    if not form.code.data and not form.passkey.data:
        return NO_CODE
    answer = given(form.code.data, form.passkey.data)
    sentence = signing_in.pass_step(session, staff, answer.verify, origin())
    return answer.sentence if sentence == signing_in.WRONG_STEP else sentence

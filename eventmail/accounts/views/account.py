"""自分のアカウント: where I am signed in, and who tried to sign in as me."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.accounts import history, sessions
from eventmail.accounts.models import Ending, StaffSession
from eventmail.accounts.views import entering
from eventmail.accounts.views.common import blueprint
from eventmail.errors import NotFound
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading, writing

# Pages about one's own account: the words of the link, what it is for, and the endpoint. The
# second factors add theirs here.
LINKS: list[tuple[str, str, str]] = [
    (
        said("パスワードを変える"),
        said("変えると、ほかのサインインはすべて終わります。"),
        "accounts.password",
    ),
]


@blueprint.get("/account")
@permitted(Action.OWN_ACCOUNT)
def account() -> str:
    """My sessions, the attempts to sign in as me, and what I can change."""
    one = entering.current_session()
    assert one is not None
    return render_template(
        "accounts/account.html",
        sessions=sessions.living(reading(), one.staff_id, entering.limits()),
        own=one,
        limits=entering.limits(),
        attempts=history.recent(reading(), one.staff_id),
        words=history.WORDS,
        device=history.device,
        links=LINKS,
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@permitted(Action.OWN_ACCOUNT)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of my sessions."""
    with writing() as db:
        query = sa.select(StaffSession).where(
            StaffSession.id == session_id, StaffSession.staff_id == current_user.id
        )
        found = db.scalar(query)
        if found is None:
            raise NotFound
        sessions.end(db, found, Ending.BY_PERSON)
        _audit(db, 1)
    flash(said("そのサインインを終えました。"), "success")
    return redirect(url_for("accounts.account"))


@blueprint.post("/account/sessions/end-others")
@permitted(Action.OWN_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """End all my sessions but this one."""
    one = entering.current_session()
    assert one is not None
    with writing() as db:
        count = sessions.end_all(db, one.staff_id, Ending.BY_PERSON, besides=one)
        _audit(db, count)
    flash(said("ほかの{count}件のサインインを終えました。", count=count), "success")
    return redirect(url_for("accounts.account"))


def _audit(db: sa.orm.Session, count: int) -> None:
    places.note_own(db, "staff.sessions_ended", current_user, count=count)

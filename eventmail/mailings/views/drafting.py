"""A mailing before the two looks: what would be sent, submitting and taking back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.mailings import service
from eventmail.mailings.forms import ActForm
from eventmail.mailings.freezing import reached_count
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.views.common import blueprint
from eventmail.mailings.views.marks import marks
from eventmail.offices.permissions import Action, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, reading, writing


@blueprint.get("/mailings/<int:mailing_id>")
@permitted(Action.SEE)
def show(mailing_id: int) -> str:
    """Where the mailing stands, what it would be, and the next step."""
    session = reading()
    mailing = service.get_mailing(session, actor(), mailing_id)
    draft = mailing.state is MailingState.DRAFT
    content = service.current_content(session, mailing)
    snapshot = mailing.latest
    people = [mailing.created_by]
    people += [review.staff_id for review in snapshot.reviews] if snapshot else []
    found = service.find(session, content) if draft else []
    return render_template(
        "mailings/show.html",
        mailing=mailing,
        content=content,
        snapshot=None if draft else snapshot,
        findings=[each for each in found if each.blocks],
        **marks(mailing, content, found),
        reached=reached_count(session, mailing),
        remaining=_remaining(mailing),
        sendings=outbox.sendings(session, mailing),
        may_review=service.may_review(session, mailing, actor()),
        names=staff_names(session, people),
        act=ActForm(),
    )


@blueprint.post("/mailings/<int:mailing_id>/submit")
@permitted(Action.EDIT_MAILING)
def submit(mailing_id: int) -> ResponseReturnValue:
    """Freeze the draft for the checkers."""
    # All mails are made and judged before the lock is taken, so that it is held briefly.
    shown = service.get_mailing(reading(), actor(), mailing_id)
    rehearsed = rehearse(reading(), service.current_content(reading(), shown))
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            snapshot = service.submit(session, actor(), mailing, rehearsed)
    except service.Blocked as error:  # the page lists the findings
        flash(error.message, "error")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    flash(f"確認者に提出しました（{snapshot.recipient_count}件）。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/withdraw")
@permitted(Action.EDIT_MAILING)
def withdraw(mailing_id: int) -> ResponseReturnValue:
    """Take it back for editing."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        service.withdraw(session, actor(), mailing)
    flash("取り下げました。編集して、もう一度提出できます。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/take-up-again")
@permitted(Action.EDIT_MAILING)
def take_up_again(mailing_id: int) -> ResponseReturnValue:
    """A halted mailing becomes a draft again, for those whom it has not reached."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        reached = outbox.take_up_again(session, actor(), mailing)
    told = f"すでに送った{reached}件を除いて、" if reached else ""
    flash(f"{told}作成に戻しました。止まった理由を直して、もう一度提出してください。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _remaining(mailing: Mailing) -> int:
    """For how many a halted mailing can go on."""
    if mailing.state is not MailingState.HALTED or mailing.latest is None:
        return 0
    return mailing.latest.recipient_count - len(outbox.reached_by(reading(), mailing.latest))

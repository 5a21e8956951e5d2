"""A mailing before the two looks: what would be sent, submitting and taking back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.language import said
from eventmail.mailings import answers, service
from eventmail.mailings.findings import Finding, Level
from eventmail.mailings.forms import ActForm
from eventmail.mailings.freezing import reached_count
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.review_forms import AT_A_TIME, PREFIX, AnswersForm
from eventmail.mailings.views.common import blueprint, record_of, rows_of
from eventmail.mailings.views.marks import marks
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, reading, writing


@blueprint.get("/mailings/<int:mailing_id>")
@permitted(Action.SEE)
def show(mailing_id: int) -> str:
    """Where the mailing stands, what it would be, and the next step."""
    return page(service.get_mailing(reading(), actor(), mailing_id))


def page(mailing: Mailing, form: AnswersForm | None = None) -> str:
    """The page of a mailing, with answers that were typed and not kept."""
    session = reading()
    draft = mailing.state is MailingState.DRAFT
    content = service.content_to_show(session, mailing)
    snapshot = None if draft else mailing.latest
    found = service.find(session, content) if draft else []
    asked = answers.to_answer(found)
    given = answers.answers(session, mailing)
    shown = answers_form(mailing, found) if form is None else form
    return render_template(
        "mailings/show.html",
        mailing=mailing,
        content=content,
        snapshot=snapshot,
        findings=[each for each in found if answers.stands_in_the_way(each)],
        to_answer=[each for each in asked if shown.asks(each)],
        asked=len(asked),
        more_answers=sum(not shown.asks(each) and each.key not in given for each in asked),
        notes=[each for each in found if each.level is Level.NOTE],
        answers_form=shown,
        **marks(mailing, content, found),
        reached=reached_count(session, mailing),
        remaining=_remaining(mailing),
        sendings=outbox.sendings(session, mailing),
        may_review=service.may_review(session, mailing, actor()),
        act=ActForm(),
        **record_of(session, mailing, snapshot),
        **rows_of(content),
    )


def answers_form(mailing: Mailing, found: list[Finding]) -> AnswersForm:
    """A field for each finding that was answered just now; else for the first that wait for it."""
    given = answers.answers(reading(), mailing)
    asked = answers.to_answer(found)
    chosen = [each for each in asked if PREFIX + each.key in request.form]
    if not chosen:
        chosen = sorted(asked, key=lambda each: each.key in given)[:AT_A_TIME]
    return AnswersForm.of(chosen, {key: each.answer for key, each in given.items()})


@blueprint.post("/mailings/<int:mailing_id>/submit")
@permitted(Action.EDIT_MAILING)
def submit(mailing_id: int) -> ResponseReturnValue:
    """Freeze the draft for the checkers."""
    return submit_now(mailing_id)


def submit_now(mailing_id: int) -> ResponseReturnValue:
    """The same, after what was answered has been kept."""
    # All mails are made and judged before the lock is taken, so that it is held briefly.
    shown = service.get_mailing(reading(), actor(), mailing_id)
    rehearsed = rehearse(reading(), service.current_content(reading(), shown))
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            snapshot = service.submit(session, actor(), mailing, rehearsed)
    except (service.Blocked, service.Unanswered) as error:  # the page lists the findings
        flash(error.message, "error")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    flash(
        said(
            "確認者に提出しました（{count}件）。",
            count=snapshot.recipient_count,
        ),
        "success",
    )
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/withdraw")
@permitted(Action.EDIT_MAILING)
def withdraw(mailing_id: int) -> ResponseReturnValue:
    """Take it back for editing."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        service.withdraw(session, actor(), mailing)
    flash(said("取り下げました。編集して、もう一度提出できます。"), "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/take-up-again")
@permitted(Action.EDIT_MAILING)
def take_up_again(mailing_id: int) -> ResponseReturnValue:
    """A halted mailing becomes a draft again, for those whom it has not reached."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        reached = outbox.take_up_again(session, actor(), mailing)
    flash(
        said(
            "すでに送った{count}件を除いて、作成に戻しました。"
            "止まった理由を直して、もう一度提出してください。",
            count=reached,
        )
        if reached
        else said("作成に戻しました。止まった理由を直して、もう一度提出してください。"),
        "success",
    )
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _remaining(mailing: Mailing) -> int:
    """For how many a halted mailing can go on."""
    if mailing.state is not MailingState.HALTED or mailing.latest is None:
        return 0
    return mailing.latest.recipient_count - len(outbox.reached_by(reading(), mailing.latest))

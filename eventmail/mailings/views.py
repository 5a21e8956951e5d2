"""The pages of a mailing: where it stands, submitting, checking, approving."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.errors import UserError
from eventmail.mailings import service
from eventmail.mailings.forms import ActForm, ApproveForm, CheckForm, ReturnForm
from eventmail.mailings.freezing import press_for, reached_count
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.rendering import new_token
from eventmail.mailings.snapshot import Content, content_of_snapshot
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, reading, services, writing
from eventmail.wire import GateRefusal, Unwritable, parse_mail

blueprint = Blueprint("mailings", __name__)


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
        notes=[each for each in found if not each.blocks],
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


@blueprint.get("/mailings/<int:mailing_id>/check")
@permitted(Action.CHECK)
def check_page(mailing_id: int) -> ResponseReturnValue:
    """What the checker goes through."""
    return _review_page(mailing_id, MailingState.CHECKING, "mailings/check.html", CheckForm())


@blueprint.post("/mailings/<int:mailing_id>/check")
@permitted(Action.CHECK)
def check(mailing_id: int) -> ResponseReturnValue:
    """The checker's yes."""
    form = CheckForm()
    template = "mailings/check.html"
    if not form.validate_on_submit():
        return _review_page(mailing_id, MailingState.CHECKING, template, form, 422)
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.check(session, actor(), mailing, form.digest.data, form.counted.data)
    except UserError as error:
        flash(error.message, "error")
        return _review_page(mailing_id, MailingState.CHECKING, template, form, 409)
    flash("確認を記録し、決裁者に回しました。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.get("/mailings/<int:mailing_id>/approve")
@permitted(Action.APPROVE)
def approve_page(mailing_id: int) -> ResponseReturnValue:
    """What the approver decides on."""
    return _review_page(mailing_id, MailingState.APPROVING, "mailings/approve.html", ApproveForm())


@blueprint.post("/mailings/<int:mailing_id>/approve")
@permitted(Action.APPROVE)
def approve(mailing_id: int) -> ResponseReturnValue:
    """The approver's yes: the deliveries are queued in the same transaction."""
    form = ApproveForm()
    template = "mailings/approve.html"
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            snapshot = service.approve(session, actor(), mailing, form.digest.data or "")
            outbox.start(session, snapshot)
    except UserError as error:
        flash(error.message, "error")
        return _review_page(mailing_id, MailingState.APPROVING, template, form, 409)
    services().outbox.wake(snapshot.id)
    flash(f"決裁しました。{_start_said(snapshot)}", "success")
    return redirect(url_for("outbox.progress", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/return")
@permitted(Action.SEE)
def give_back(mailing_id: int) -> ResponseReturnValue:
    """A reviewer's no. The transition itself asks for the checker's or approver's role."""
    form = ReturnForm()
    shown = service.get_mailing(reading(), actor(), mailing_id)
    checking = shown.state is MailingState.CHECKING
    template = "mailings/check.html" if checking else "mailings/approve.html"
    if not form.validate_on_submit():
        sent = {"return_form": form}
        other = CheckForm(formdata=None) if checking else ApproveForm(formdata=None)
        return _review_page(mailing_id, shown.state, template, other, 422, **sent)
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.give_back(session, actor(), mailing, form.digest.data, form.reason.data)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        other = CheckForm(formdata=None) if checking else ApproveForm(formdata=None)
        return _review_page(mailing_id, shown.state, template, other, 409, return_form=form)
    flash("差し戻しました。起案者の画面に理由が表示されます。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _start_said(snapshot: Snapshot) -> str:
    """What follows the approval, and when."""
    with services().database.reading() as session:  # this request's own began before
        starts_at = outbox.starts_at(session, snapshot)
    count = f"{snapshot.recipient_count}件の送信を"
    return (
        f"{clock.japanese_moment(starts_at)}に{count}始めます。"
        if starts_at
        else f"{count}始めます。"
    )


def _remaining(mailing: Mailing) -> int:
    """For how many a halted mailing can go on."""
    if mailing.state is not MailingState.HALTED or mailing.latest is None:
        return 0
    return mailing.latest.recipient_count - len(outbox.reached_by(reading(), mailing.latest))


def _review_page(
    mailing_id: int,
    state: MailingState,
    template: str,
    form: CheckForm | ApproveForm,
    status: int = 200,
    **more: ReturnForm,
) -> ResponseReturnValue:
    session = reading()
    mailing = service.get_mailing(session, actor(), mailing_id)
    if mailing.state is not state or mailing.latest is None:
        flash("この案件は、いまこの画面の段階にありません。", "info")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    content = content_of_snapshot(mailing.latest)
    return_form = more.get("return_form") or ReturnForm(formdata=None)
    form.digest.data = return_form.digest.data = mailing.latest.digest
    people = [mailing.latest.submitted_by, *(r.staff_id for r in mailing.latest.reviews)]
    page = render_template(
        template,
        mailing=mailing,
        snapshot=mailing.latest,
        content=content,
        form=form,
        return_form=return_form,
        now=clock.now(),
        may_review=service.may_review(session, mailing, actor()),
        names=staff_names(session, people),
        **rendered(content, 0),
    )
    return page, status


def rendered(content: Content, index: int) -> dict[str, object]:
    """One recipient's mail, parsed back from its bytes, and what the gate says to it."""
    recipient = content.recipients[index]
    refusal = ""
    date = clock.now().replace(microsecond=0)
    try:
        press = press_for(reading(), content)
        if content.is_batch:
            composed, batch = press.compose_batch((recipient,), new_token(), date)
            press.clear_batch(composed, batch)
        else:
            composed = press.compose(recipient, new_token(), date)
            press.clear(composed, recipient)
    except Unwritable as error:
        raise UserError(error.message_ja) from error
    except GateRefusal as error:
        refusal = error.message_ja
    return {
        "mail": parse_mail(composed.content),
        "recipient": recipient,
        "refusal": refusal,
        "size": len(composed.content),
    }

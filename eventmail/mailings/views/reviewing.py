"""The pages of the two looks: checking, approving, giving back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.errors import UserError
from eventmail.mailings import service
from eventmail.mailings.forms import ApproveForm, CheckForm, ReturnForm
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.mailings.views.common import blueprint, rendered
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, reading, services, writing


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

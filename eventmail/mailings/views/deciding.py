"""The approver's page, and every no."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.accounts.factors.views import proving
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings import deciding, service
from eventmail.mailings.answers import unseen_materials
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.mailings.review_forms import ApproveForm, RejectForm, ReturnForm
from eventmail.mailings.stored import shown_content
from eventmail.mailings.views import checking
from eventmail.mailings.views.common import blueprint, record_of, rendered, rows_of
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, anew, reading, services, writing


@dataclass(frozen=True, slots=True)
class Forms:
    """The three forms of the approver's page: one was sent, the others are empty."""

    approve: ApproveForm
    give_back: ReturnForm
    reject: RejectForm

    @classmethod
    def of(
        cls,
        approve: ApproveForm | None = None,
        give_back: ReturnForm | None = None,
        reject: RejectForm | None = None,
    ) -> Forms:
        """With what was typed in one of them."""
        return cls(
            approve or ApproveForm(formdata=None),
            give_back or ReturnForm(formdata=None),
            reject or RejectForm(formdata=None),
        )


@blueprint.get("/mailings/<int:mailing_id>/approve")
@permitted(Action.APPROVE)
def approve_page(mailing_id: int) -> ResponseReturnValue:
    """What the approver decides on."""
    return _page(mailing_id, Forms.of())


@blueprint.post("/mailings/<int:mailing_id>/approve")
@permitted(Action.APPROVE)
def approve(mailing_id: int) -> ResponseReturnValue:
    """The approver's yes: the deliveries are queued in the same transaction."""
    form = ApproveForm()
    service.get_mailing(reading(), actor(), mailing_id)
    if not form.validate_on_submit() or not proving.is_himself(form):
        return _page(mailing_id, Forms.of(approve=form), 422)
    lifted = frozenset(form.lifted.data or ())
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            snapshot = service.approve(
                session, actor(), mailing, form.digest.data or "", form.remark.data or "", lifted
            )
            outbox.start(session, snapshot)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(mailing_id, Forms.of(approve=form), 409)
    services().outbox.wake(snapshot.id)
    flash(said("決裁しました。") + _start_said(snapshot), "success")
    return redirect(url_for("outbox.progress", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/return")
@permitted(Action.SEE)
def give_back(mailing_id: int) -> ResponseReturnValue:
    """A reviewer's no. The transition itself asks for the checker's or approver's role."""
    form = ReturnForm()
    service.get_mailing(reading(), actor(), mailing_id)
    if not form.validate_on_submit():
        return _no_page(mailing_id, form, 422)
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.give_back(session, actor(), mailing, form.digest.data or "", form.reason.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _no_page(mailing_id, form, 409)
    flash(said("差し戻しました。起案者の画面に理由が表示されます。"), "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/reject")
@permitted(Action.APPROVE)
def reject(mailing_id: int) -> ResponseReturnValue:
    """The approver's no for good."""
    form = RejectForm()
    service.get_mailing(reading(), actor(), mailing_id)
    if not form.validate_on_submit():
        return _page(mailing_id, Forms.of(reject=form), 422)
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.reject(session, actor(), mailing, form.digest.data or "", form.grounds.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(mailing_id, Forms.of(reject=form), 409)
    flash(said("却下しました。この案件は、もう送信できません。"), "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _no_page(mailing_id: int, form: ReturnForm, status: int) -> ResponseReturnValue:
    """The page on which somebody said no, if it is his."""
    anew()
    state = service.get_mailing(reading(), actor(), mailing_id).state
    if state is MailingState.CHECKING:
        actor().require(Action.CHECK)
        return checking.page(mailing_id, status=status, return_form=form)
    if state is MailingState.APPROVING:
        actor().require(Action.APPROVE)
        return _page(mailing_id, Forms.of(give_back=form), status)
    return checking.elsewhere(mailing_id)


def _start_said(snapshot: Snapshot) -> str:
    """What follows the approval, and when."""
    with services().database.reading() as session:  # this request's own began before
        starts_at = outbox.starts_at(session, snapshot)
    count = snapshot.recipient_count
    return (
        said(
            "{starts_at}に{count}件の送信を始めます。",
            starts_at=clock.japanese_moment(starts_at),
            count=count,
        )
        if starts_at
        else said("{count}件の送信を始めます。", count=count)
    )


def _page(mailing_id: int, forms: Forms, status: int = 200) -> ResponseReturnValue:
    session = anew()  # what is shown is what is there now
    mailing = service.get_mailing(session, actor(), mailing_id)
    snapshot = mailing.latest
    if mailing.state is not MailingState.APPROVING or snapshot is None:
        return checking.elsewhere(mailing_id)
    content = shown_content(session, snapshot)
    unseen = unseen_materials(session, snapshot)
    may_review = service.may_review(session, mailing, actor())
    stands_in = may_review and not actor().holds(Action.APPROVE)
    place = deciding.in_place_of(session, actor(), mailing) if stands_in else None
    record = record_of(session, mailing, snapshot)
    page = render_template(
        "mailings/approve.html",
        mailing=mailing,
        snapshot=snapshot,
        content=content,
        forms=forms,
        unseen=unseen,
        place=place,
        place_name=session.get_one(Staff, place.approver_id).name if place else "",
        now=clock.now(),
        may_review=may_review,
        **proving.shown(),
        **record,
        **rows_of(content),
        **rendered(content, 0, unseen),
    )
    return page, status

"""The page for one mail that waits for a person, and sending chosen mails again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.outbox import decisions, listing, service, words
from eventmail.outbox.forms import DecisionForm
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch, Verdict
from eventmail.outbox.views import live
from eventmail.outbox.views.common import KINDS, blueprint, progress_url, sent, wanted
from eventmail.web.context import actor, reading, services, writing
from eventmail.web.forms import mail_number

SAID = {
    Verdict.ARRIVED: said("届いていたことを記録しました。"),
    Verdict.NOT_ARRIVED: said("届いていないことを記録しました。"),
    Verdict.SEND_AGAIN: said("もう一度送ることを記録しました。"),
}
NONE_CHOSEN = said("もう一度送るメールに印を付けてください。")
NONE_LEFT = said("選んだメールは、もう結果が決まっています。いまの状態を確かめてください。")


@blueprint.get("/deliveries/<mail:delivery_id>/decision")
@permitted(Action.DECIDE_FATE)
def decide_page(delivery_id: int) -> ResponseReturnValue:
    """Whom to ask, what is known, and the three answers."""
    return _page(delivery_id, DecisionForm(formdata=None))


@blueprint.post("/deliveries/<mail:delivery_id>/decision")
@permitted(Action.DECIDE_FATE)
def decide(delivery_id: int) -> ResponseReturnValue:
    """Record the answer; what was typed is never lost."""
    snapshot = decisions.snapshot_of(reading(), actor(), delivery_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(delivery_id, form), 422
    verdict = Verdict(form.verdict.data)
    try:
        with writing() as session:
            decisions.decide(session, actor(), delivery_id, verdict, form.note.data or "")
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(delivery_id, form), 409
    if verdict is Verdict.SEND_AGAIN:
        services().outbox.wake(snapshot.id)
    flash(SAID[verdict], "success")
    return redirect(progress_url(snapshot))


@blueprint.post("/mailings/<int:mailing_id>/send-again")
@permitted(Action.DECIDE_FATE)
def send_again(mailing_id: int) -> ResponseReturnValue:
    """The chosen rows of the list go once more."""
    mailing, snapshot = sent(mailing_id)
    ids = request.form.getlist("delivery", type=mail_number)
    try:
        if not ids:
            raise UserError(NONE_CHOSEN)
        with writing() as session:
            own = session.get_one(Snapshot, snapshot.id)
            count = decisions.send_again(session, actor(), own, ids[: live.MOST_ROWS])
        if not count:
            raise UserError(NONE_LEFT)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return live.page(mailing, snapshot), 409
    services().outbox.wake(snapshot.id)
    flash(said("{count}件をもう一度送ります。", count=count), "success")
    return redirect(progress_url(snapshot, wanted()))


def _page(delivery_id: int, form: DecisionForm) -> str:
    session = reading()
    snapshot = decisions.snapshot_of(session, actor(), delivery_id)
    (line,) = listing.by_ids(session, snapshot, [delivery_id])
    made = decisions.records(session, delivery_id)
    refusal = _refusal(snapshot)
    return render_template(
        "outbox/decide.html",
        mailing=snapshot.mailing,
        snapshot=snapshot,
        line=line,
        attempts=service.attempts(session, session.get_one(Delivery, delivery_id)),
        made=made,
        names=staff_names(session, [each.staff_id for each in made]),
        verdicts=decisions.VERDICTS,
        refusal=refusal,
        stopped=snapshot.mailing.state is MailingState.HALTED,
        is_uncertain=line.state is DeliveryState.UNCERTAIN,
        advice=words.advice(line.state, line.reply),
        kinds=KINDS,
        form=form,
        action=url_for("outbox.decide", delivery_id=delivery_id),
        back=progress_url(snapshot),
    )


def _refusal(snapshot: Snapshot) -> str:
    """Why nothing of this sending may go again; empty if it may."""
    dispatch = reading().get_one(Dispatch, snapshot.id)
    try:
        decisions.require_may_go(reading(), snapshot, snapshot.mailing, dispatch)
    except UserError as error:
        return error.message
    return ""

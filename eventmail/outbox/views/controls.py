"""The buttons of one sending: start now, pause, go on, the copy is right, cancel, connect again."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Action, Actor, Forbidden, permitted
from eventmail.outbox import control, ledger, service
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.views import live
from eventmail.outbox.views.common import blueprint, progress_url, sent
from eventmail.web.context import actor, reading, services, writing

Act = Callable[[Session, Actor, Snapshot], None]


@blueprint.post("/mailings/<int:mailing_id>/start-now")
@permitted(Action.RESUME)
def start_now(mailing_id: int) -> ResponseReturnValue:
    """End the hold, or the wait for the planned time."""
    return _act(mailing_id, control.start_now, said("送信を始めます。"))


@blueprint.post("/mailings/<int:mailing_id>/release")
@permitted(Action.RELEASE)
def release(mailing_id: int) -> ResponseReturnValue:
    """The first copy was seen and is right."""
    return _act(mailing_id, control.release, said("控えを確かめたことを記録し、送信を始めます。"))


@blueprint.post("/mailings/<int:mailing_id>/pause")
@permitted(Action.STOP)
def pause(mailing_id: int) -> ResponseReturnValue:
    """Let this sending wait."""
    return _act(mailing_id, control.pause, "")


@blueprint.post("/mailings/<int:mailing_id>/resume")
@permitted(Action.RESUME)
def resume(mailing_id: int) -> ResponseReturnValue:
    """Let it go on."""
    return _act(mailing_id, control.go_on, said("一時停止を終わりました。"))


@blueprint.get("/mailings/<int:mailing_id>/cancel")
@permitted(Action.CANCEL)
def cancel_page(mailing_id: int) -> ResponseReturnValue:
    """How many have gone, and how many will not."""
    mailing, snapshot = sent(mailing_id)
    found = service.progress(reading(), snapshot)
    if found.finished_at is not None:
        flash(control.NOT_RUNNING, "info")
        return redirect(progress_url(snapshot))
    counts = {state: found.counts.get(state, 0) for state in DeliveryState}
    unsent = sum(counts[state] for state in ledger.OPEN)
    return render_template(
        "outbox/cancel.html",
        mailing=mailing,
        snapshot=snapshot,
        sent=found.accepted,
        unsent=unsent,
        handed=counts[DeliveryState.CLAIMED],
        uncertain=counts[DeliveryState.UNCERTAIN],
        back=progress_url(snapshot),
    )


@blueprint.post("/mailings/<int:mailing_id>/cancel")
@permitted(Action.CANCEL)
def cancel(mailing_id: int) -> ResponseReturnValue:
    """Nothing more of it is sent."""
    return _act(mailing_id, control.cancel, "")


@blueprint.post("/mailings/<int:mailing_id>/connect-again")
@permitted(Action.RESUME)
def connect_again(mailing_id: int) -> ResponseReturnValue:
    """The credentials have been seen to: try the relay again."""

    def act(session: Session, who: Actor, _: Snapshot) -> None:
        place = services().outbox.policy_of(session, who.office.id).place
        control.connect_again(session, who, place)

    answer = _act(mailing_id, act, said("もう一度接続します。"))
    services().outbox.wake_due()
    return answer


def _act(mailing_id: int, act: Act, said: str) -> ResponseReturnValue:
    """Do it, wake the workers, and show the page again; if it came too late, say so there."""
    mailing, snapshot = sent(mailing_id)
    try:
        with writing() as session:
            act(session, actor(), session.get_one(Snapshot, snapshot.id))
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return live.page(mailing, snapshot), 409
    services().outbox.wake(snapshot.id)
    if said:
        flash(said, "success")
    return redirect(progress_url(snapshot))

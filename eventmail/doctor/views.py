"""点検 for the administrator: what is known at once, and all of it when he asks for it."""

from __future__ import annotations

import threading

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.doctor import showing
from eventmail.doctor.checks import Examination
from eventmail.doctor.finding import STATES
from eventmail.doctor.running import Result
from eventmail.files import COMMAND
from eventmail.language import said
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading, services

blueprint = Blueprint("doctor", __name__)
BUSY = said("ほかの人が点検しています。15秒ほど待ってから、もう一度押してください。")
_one_at_a_time = threading.Lock()


@blueprint.get("/administration/doctor")
@permitted(Action.ADMINISTER)
def index() -> ResponseReturnValue:
    """What can be known without asking other machines."""
    return _page(_examination().at_once(), whole=False)


@blueprint.post("/administration/doctor")
@permitted(Action.ADMINISTER)
def examine() -> ResponseReturnValue:
    """All of it, which asks other machines: one examination at a time."""
    if not _one_at_a_time.acquire(blocking=False):
        flash(BUSY, "error")
        return redirect(url_for("doctor.index"))
    try:
        reading().commit()  # nothing is held while other machines are waited for
        return _page(_examination().whole(), whole=True)
    finally:
        _one_at_a_time.release()


def _examination() -> Examination:
    return Examination.of(services().settings, services().database)


def _page(results: list[Result], *, whole: bool) -> str:
    return render_template(
        "doctor/index.html",
        results=results,
        whole=whole,
        counts=showing.counts(results),
        summed=showing.summed(results),
        states=STATES,
        command=COMMAND,
    )

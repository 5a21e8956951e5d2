"""The test mail's page."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.letters import trying
from eventmail.letters.forms import TrialForm
from eventmail.letters.looking import Look, look
from eventmail.letters.views.common import blueprint
from eventmail.mailings import service
from eventmail.mailings.models import Mailing
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.web.context import actor, reading, services, writing
from eventmail.web.forms import row_number
from eventmail.wire import Kind


@blueprint.get("/mailings/<int:mailing_id>/test-mail")
@permitted(Action.EDIT_MAILING)
def test_mail_page(mailing_id: int) -> str:
    """To which of our own mailboxes, and as whom."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    seen = _look(mailing, request.args.get("contact", type=row_number))
    return _page(mailing, seen, _form(mailing, seen))


@blueprint.post("/mailings/<int:mailing_id>/test-mail")
@permitted(Action.EDIT_MAILING)
def send_test_mail(mailing_id: int) -> ResponseReturnValue:
    """Send it, once, while the person waits."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    seen = _look(mailing, request.form.get("contact", type=row_number))
    form = _form(mailing, seen)
    if not form.validate_on_submit():
        return _page(mailing, seen, form), 422
    try:
        kind, sentence = _send(mailing, seen, form.box.data)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(mailing, seen, form), 409
    if kind is not Kind.ACCEPTED:
        flash(sentence, "warning" if kind is Kind.UNCERTAIN else "error")
        return _page(mailing, seen, form), 409
    flash(sentence, "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _send(mailing: Mailing, seen: Look, key: str) -> tuple[Kind, str]:
    """Made and judged first, written down second, sent last: a crash leaves a trace, not a mail."""
    box = trying.box_named(actor(), mailing, key)
    cleared = trying.make(reading(), seen.content, box, seen.recipient)
    with writing() as session:
        blocked = services().outbox.blocked(session, mailing.office_id)
        if blocked:
            raise UserError(blocked)
        relay = services().outbox.relay_of(session, mailing.office_id)
        trying.note(session, actor(), mailing, box, cleared)
    kind, sentence = trying.send(relay, cleared, box)
    with writing() as session:
        trying.settle(session, actor(), mailing, kind)
    return kind, sentence


def _look(mailing: Mailing, contact_id: int | None) -> Look:
    return look(service.current_content(reading(), mailing), contact_id, "")


def _form(mailing: Mailing, seen: Look) -> TrialForm:
    return TrialForm.of(trying.boxes(actor(), mailing), seen.recipient.contact_id)


def _page(mailing: Mailing, seen: Look, form: TrialForm) -> str:
    return render_template("letters/test_mail.html", mailing=mailing, look=seen, form=form)

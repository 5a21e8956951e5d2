"""配信停止: the office's list, and what somebody does by the link in a mail."""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from eventmail.addresses import AddressError, EmailAddress
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.own_page import guarding
from eventmail.roster.views.common import page_number, search_text
from eventmail.sealing import Sealer
from eventmail.suppression import listing, service, tokens
from eventmail.suppression.forms import OFFICE, AddForm, LiftForm
from eventmail.suppression.models import SOURCE_NAMES, WAY_NAMES, Kind, Source
from eventmail.suppression.tokens import Leaver
from eventmail.web.context import actor, reading, services, writing
from eventmail.web.errors import page as error_page
from eventmail.web.throttle import busy

blueprint = Blueprint("suppression", __name__)

ONE_CLICK = "List-Unsubscribe"  # the field that RFC 8058 names
STOPPED = said("配信を停止しました。")
NO_SUCH_LINK = said(
    "このリンクは使えません。すでに情報が消去されたか、リンクが途中で切れています。"
)
VOIDED = said("確認・決裁中だったメール案件は、送信先が変わったため作成中に戻りました。")


@blueprint.get("/suppressions")
@permitted(Action.SEE)
def index() -> str:
    """The list, and a form for one more."""
    return _page(AddForm.of(events.list_events(reading(), actor()), formdata=None))


@blueprint.post("/suppressions")
@permitted(Action.SUPPRESS)
def add() -> ResponseReturnValue:
    """Somebody said so: nothing goes there any more."""
    form = AddForm.of(events.list_events(reading(), actor()))
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        address = EmailAddress.parse(form.address.data)
    except AddressError as error:
        form.address.errors = [error.message]
        return _page(form), 422
    with writing() as session:
        service.suppress(
            session,
            actor().office.id,
            None if form.event_id.data == OFFICE else form.event_id.data,
            address,
            Kind(form.kind.data),
            source=Source(form.source.data),
            reason=form.reason.data or "",
            actor=actor(),
        )
    flash(said("{address}への配信を停止しました。", address=address), "success")
    _refresh(actor().office.id, tell=True)
    return redirect(url_for("suppression.index"))


@blueprint.get("/suppressions/<int:suppression_id>/lift")
@permitted(Action.LIFT_SUPPRESSION)
def lift_page(suppression_id: int) -> str:
    """Who consented, when and how?"""
    return _lift_page(suppression_id, LiftForm(formdata=None))


@blueprint.post("/suppressions/<int:suppression_id>/lift")
@permitted(Action.LIFT_SUPPRESSION)
def lift(suppression_id: int) -> ResponseReturnValue:
    """Mail the address again, for its owner said so."""
    form = LiftForm()
    if not form.validate_on_submit():
        return _lift_page(suppression_id, form), 422
    try:
        with writing() as session:
            service.lift(session, actor(), suppression_id, form.consent)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.told.errors = [error.message]
        return _lift_page(suppression_id, form), 409
    flash(said("配信停止を解除しました。次のメールから、送信先に入ります。"), "success")
    _refresh(actor().office.id, tell=True)
    return redirect(url_for("suppression.index"))


@blueprint.get("/unsubscribe/<token>")
@permitted(Action.ANYBODY)
def stop_page(token: str) -> ResponseReturnValue:
    """What the link does, and a button. Mail scanners follow links: nothing changes by it."""
    leaver = _leaver(token)
    return _guest_page("stop", leaver, token=token) if leaver else _no_such_link()


@blueprint.post("/unsubscribe/<token>")
@permitted(Action.ANYBODY)
def stop(token: str) -> ResponseReturnValue:
    """Stop: by the mail program's button without a word more (RFC 8058), or by the page's."""
    leaver = _leaver(token)
    if leaver is None:
        return _no_such_link()
    if request.form.get(ONE_CLICK) == "One-Click":
        _stop(leaver, None, Source.ONE_CLICK)
        return _plain(STOPPED)
    scope = request.form.get("scope")
    if scope not in ("event", "office"):
        return _guest_page("stop", leaver, 422, token=token, missing=True)
    _stop(leaver, leaver.event.id if scope == "event" else None, Source.PAGE)
    return _guest_page("stopped", leaver, scope=scope)


def attach(app: Flask) -> None:
    """No cookie and no token of a page stands behind a mail program's click; the link is both."""
    app.extensions["csrf"].exempt(stop)


def _stop(leaver: Leaver, event_id: int | None, source: Source) -> None:
    with writing() as session:
        service.suppress(
            session,
            leaver.office.id,
            event_id,
            leaver.address,
            Kind.UNSUBSCRIBED,
            source=source,
        )
    _refresh(leaver.office.id)


def _refresh(office_id: int, tell: bool = False) -> None:
    """What is under review and would go to somebody else now is begun anew."""
    with writing() as session:
        voided = mailings.refresh_office(session, office_id)
    if voided and tell:
        flash(VOIDED, "warning")


def _leaver(token: str) -> Leaver | None:
    """Guesses are counted together with those at the participants' pages."""
    guesses = guarding.guesses()
    if guesses.wait():
        return None
    found = tokens.opened(reading(), Sealer.of(services().settings), token)
    if found is None:
        guesses.note()
    return found


def _no_such_link() -> ResponseReturnValue:
    wait = guarding.guesses().wait()
    return busy(wait) if wait else _private(make_response(error_page(404, NO_SUCH_LINK)))


@blueprint.app_template_filter("masked_address")
def _masked(address: EmailAddress) -> str:
    """So much that its owner knows it, and nobody whom the link was passed on to learns it."""
    return f"{address.local[:2]}…@{address.domain}"


def _plain(sentence: str) -> Response:
    response = make_response(f"{sentence}\n")
    response.mimetype = "text/plain"
    return _private(response)


def _guest_page(name: str, leaver: Leaver, status: int = 200, **values: object) -> Response:
    text = render_template(f"suppression/{name}.html", leaver=leaver, **values)
    return _private(make_response(text, status))


def _private(response: Response) -> Response:
    """The address of the page opens something: no other page is told it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(form: AddForm) -> str:
    session = reading()
    found = listing.listed(session, actor().office.id, search_text(), page_number())
    people = {each.found.staff_id for each in found.entries if each.found.staff_id}
    people |= {each.lift.staff_id for each in found.entries if each.lift}
    return render_template(
        "suppression/index.html",
        form=form,
        listed=found,
        q=search_text(),
        names=staff_names(session, people),
        sources=SOURCE_NAMES,
        ways=WAY_NAMES,
    )


def _lift_page(suppression_id: int, form: LiftForm) -> str:
    found = service.get(reading(), actor(), suppression_id)
    return render_template("suppression/lift.html", form=form, found=found, sources=SOURCE_NAMES)

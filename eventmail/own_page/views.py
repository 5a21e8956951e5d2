"""The participants' pages: /p/…, without a sign-in. GET and HEAD change nothing."""

from __future__ import annotations

import math
from io import BytesIO
from urllib.parse import quote

from flask import Blueprint, Flask, g, make_response, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as PathNotFound

from eventmail.answers import service as answers
from eventmail.answers import words as answer_words
from eventmail.answers.forms import AnswerForm
from eventmail.config import Settings
from eventmail.doorway import Doorway
from eventmail.errors import NotFound, UserError
from eventmail.links import service as links
from eventmail.links.service import Guest
from eventmail.links.tokens import SAMPLE
from eventmail.offices.permissions import Action, permitted
from eventmail.own_page import asking, guarding, service
from eventmail.own_page.calendar import calendar_of
from eventmail.own_page.words import ENGLISH, LANGUAGES, Speech
from eventmail.suppression.tokens import links_of
from eventmail.web.context import anew, reading, services, writing
from eventmail.web.forms import trimmed

blueprint = Blueprint("own_page", __name__, url_prefix="/p")
DONE = ("confirmed", "answered")


class Closed(Exception):
    """No page opens by this link, whyever; one and the same answer."""


class Waits(Exception):
    """Too many links from there did not open."""


def attach(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """The pages, what stands around them, and their own way of saying no.

    Their posts carry no token of a session: there is none, and no cookie that another site could
    make use of. Whoever can post to such an address knows the secret in it.
    """
    guarding.attach(app, settings)
    csrf.exempt(blueprint)
    app.before_request(_nowhere)
    app.register_blueprint(blueprint)


@blueprint.errorhandler(Closed)
@blueprint.errorhandler(NotFound)
def _gone(_error: Exception) -> ResponseReturnValue:
    return _render("gone.html"), 404


@blueprint.errorhandler(Waits)
def _wait(_error: Exception) -> ResponseReturnValue:
    seconds = max(1, math.ceil(guarding.guesses().wait()))
    answer = make_response(_render("busy.html", seconds=seconds), 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


@blueprint.get("/new")
@permitted(Action.ANYBODY)
def new() -> str:
    """Where somebody asks for his link."""
    return _render("new.html", typed="", wrong=False)


@blueprint.post("/new")
@permitted(Action.ANYBODY)
def ask() -> ResponseReturnValue:
    """Have the link mailed, if the address is registered; the answer is the same if not."""
    typed = trimmed(request.form.get("address", ""))[:254]
    if "@" not in typed:
        return _render("new.html", typed=typed, wrong=True), 422
    with writing() as session:
        asking.ask(session, typed)
    return _render("asked.html", title="asked_title", text="asked_text")


@blueprint.get(f"/{SAMPLE}")
@permitted(Action.ANYBODY)
def sample() -> str:
    """What a copy for the office leads to."""
    return _render("asked.html", title="sample_title", text="sample_text")


@blueprint.get("/<token>")
@permitted(Action.ANYBODY)
def page(token: str) -> str:
    """All that concerns one contact."""
    return _page(guest_of(token), token)


@blueprint.post("/<token>/seen")
@permitted(Action.ANYBODY)
def seen(token: str) -> ResponseReturnValue:
    """A person has the page before him: said by the page's script, not by opening the link."""
    guest = guest_of(token)
    with writing() as session:
        answers.note_opened(session, *_who(guest))
    return "", 204


@blueprint.post("/<token>/confirm")
@permitted(Action.ANYBODY)
def confirm(token: str) -> ResponseReturnValue:
    """「受け取りました」."""
    guest = guest_of(token)
    with writing() as session:
        answers.confirm(session, *_who(guest))
    return _back(token, "confirmed")


@blueprint.post("/<token>/answer")
@permitted(Action.ANYBODY)
def answer(token: str) -> ResponseReturnValue:
    """The answers to the organiser's questions."""
    guest = guest_of(token)
    asked = answers.sheet(reading(), *_who(guest))
    if asked.closed:
        return _page(guest, token, problem="too_late"), 409
    form = _form(asked)
    if not form.validate():
        moved = bool(form.form_errors)  # what is wrong with the whole, not with one field
        problem, status = ("changed_meanwhile", 409) if moved else ("not_kept", 422)
        return _page(guest, token, form, problem), status
    try:
        with writing() as session:
            answers.save(session, *_who(guest), form.reply)
    except UserError:
        anew()  # what is shown is what is there now
        guest = guest_of(token)
        now = answers.sheet(reading(), *_who(guest))
        if now.closed:
            return _page(guest, token, problem="too_late"), 409
        again = _form(now)
        again.say(speech()("changed_meanwhile"))
        return _page(guest, token, again, "changed_meanwhile"), 409
    return _back(token, "answered")


@blueprint.get("/<token>/letters/<mail:delivery_id>")
@permitted(Action.ANYBODY)
def letter(token: str, delivery_id: int) -> str:
    """One letter as it was sent to him."""
    guest = guest_of(token)
    try:
        mail = service.letter(reading(), guest, delivery_id)
    except NotFound:
        raise
    except UserError:
        mail = None
    return _render("letter.html", token=token, guest=guest, mail=mail)


@blueprint.get("/<token>/materials/<key>")
@permitted(Action.ANYBODY)
def material(token: str, key: str) -> ResponseReturnValue:
    """A material in its newest released version."""
    found, content = service.material(reading(), guest_of(token), key)
    return send_file(
        BytesIO(content),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.filename,
    )


@blueprint.get("/<token>/calendar.ics")
@permitted(Action.ANYBODY)
def calendar(token: str) -> ResponseReturnValue:
    """The event for his calendar."""
    guest = guest_of(token)
    address = Doorway.of(services().settings).page(token) or request.host_url + f"p/{token}"
    return send_file(
        BytesIO(calendar_of(guest, address)),
        mimetype="text/calendar",
        as_attachment=True,
        download_name="event.ics",
    )


@blueprint.post("/<token>/renew")
@permitted(Action.ANYBODY)
def renew(token: str) -> str:
    """End this link, and mail the next one to the registered address."""
    guest = guest_of(token)
    with writing() as session:
        again = links.opened(session, token)
        if again is None:
            raise Closed
        links.revoke(session, Doorway.of(services().settings).sealer, again.contact)
        asking.queue_next(session, again.contact)
    return _render("asked.html", title="renewed_title", text="renewed", guest=guest)


def _nowhere() -> ResponseReturnValue | None:
    """Whatever else is asked for here: the same answer as to a link that does not open."""
    lost = isinstance(request.routing_exception, PathNotFound)
    if not lost or not request.path.startswith(guarding.PREFIX):
        return None
    try:
        guest_of("")
    except Waits as error:
        return _wait(error)
    except Closed as error:
        return _gone(error)
    return None


def guest_of(token: str) -> Guest:
    """Who comes in by this token; raises :class:`Closed` or :class:`Waits`."""
    guesses = guarding.guesses()
    if guesses.wait():
        raise Waits
    found = links.opened(reading(), token)
    if found is None:
        guesses.note()
        raise Closed
    return found


def _who(guest: Guest) -> tuple[int, int, int]:
    return guest.office_id, guest.participant.id, guest.contact.id


def speech() -> Speech:
    """The language of this request."""
    if "speech" not in g:
        wanted = request.args.get("lang", "")
        accepted = request.accept_languages.best_match(list(LANGUAGES)) or ""
        g.speech = Speech(wanted if wanted in LANGUAGES else accepted)
    found: Speech = g.speech
    return found


def _form(sheet: answers.Sheet) -> AnswerForm:
    english = speech().language == ENGLISH
    words = answer_words.ENGLISH if english else answer_words.JAPANESE
    return AnswerForm.of(sheet, words, meta={"csrf": False})


def _back(token: str, done: str) -> ResponseReturnValue:
    return redirect(f"/p/{quote(token)}?lang={speech().language}&done={done}", 303)


def _page(guest: Guest, token: str, form: AnswerForm | None = None, problem: str = "") -> str:
    session = reading()
    sheet = answers.sheet(session, *_who(guest))
    done = request.args.get("done", "")
    return _render(
        "page.html",
        token=token,
        guest=guest,
        sheet=sheet,
        answer_form=form or _form(sheet),
        problem=problem,
        done=done if done in DONE and not problem else "",
        attending=service.takes_part(guest),
        own_place=service.own_place(guest.contact),
        letters=service.letters(session, guest),
        materials=service.materials(session, guest),
        stop_path=_stop_path(session, guest),
    )


def _stop_path(session: Session, guest: Guest) -> str:
    """Where he stops invitations; the same link as in the mails."""
    links_out = links_of(session, guest.office_id, guest.event.id)
    contact = guest.contact
    if links_out is None:
        return ""
    return links_out.path(contact.participant_id, contact.id, contact.address_key)


def _render(template: str, **values: object) -> str:
    say = speech()
    around = {"say": say, "languages": LANGUAGES, "lang": say.language}
    return render_template(f"own_page/{template}", **{"guest": None, **around, **values})

"""On a participant's own page: he proposes another person or address, and agrees by a code."""

from __future__ import annotations

from urllib.parse import quote

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from eventmail import clock
from eventmail.addresses import AddressError, EmailAddress
from eventmail.corrections import service
from eventmail.corrections.models import State
from eventmail.corrections.service import Answer, Refused, Wanted
from eventmail.corrections.words import Told
from eventmail.links.service import Guest
from eventmail.offices.permissions import Action, permitted
from eventmail.own_page.views import blueprint, guest_of, speech
from eventmail.own_page.words import LANGUAGES
from eventmail.sealing import Sealer
from eventmail.web.context import anew, reading, services, writing
from eventmail.web.forms import trimmed

FIELDS = ("department", "title", "name", "address")
LONGEST = 200
Typed = dict[str, str]


@blueprint.get("/<token>/contact")
@permitted(Action.ANYBODY)
def contact(token: str) -> str:
    """What is registered, what was proposed, and the form."""
    guest = guest_of(token)
    done = "withdrawn" if request.args.get("done") == "withdrawn" else ""
    return _page(guest, token, done=done)


@blueprint.post("/<token>/contact")
@permitted(Action.ANYBODY)
def propose(token: str) -> ResponseReturnValue:
    """Write the proposal down; the code goes to the registered address."""
    guest = guest_of(token)
    typed = {name: trimmed(request.form.get(name, "")) for name in FIELDS}
    try:
        wanted = _wanted(typed, guest)
        with writing() as session:
            service.propose(session, guest, wanted)
    except Refused as refused:
        return _page(guest, token, typed=typed, wrong=refused.reason), 422
    return _back(token)


@blueprint.post("/<token>/contact/confirm")
@permitted(Action.ANYBODY)
def agree(token: str) -> ResponseReturnValue:
    """The code out of the mail to the old address."""
    guest = guest_of(token)
    code = trimmed(request.form.get("code", ""))[:20]
    with writing() as session:
        answer = service.confirm(session, Sealer.of(services().settings), guest, code)
    if answer is Answer.DONE:
        return _render("changed.html", token=token, guest=None)
    if answer is Answer.AGREED:
        return _back(token)
    wrong = {Answer.WRONG: "wrong_code"}.get(answer, "over")
    anew()
    return _page(guest, token, wrong_code=wrong), 422


@blueprint.post("/<token>/contact/withdraw")
@permitted(Action.ANYBODY)
def take_back(token: str) -> ResponseReturnValue:
    """He does not want it any more."""
    guest = guest_of(token)
    with writing() as session:
        service.withdraw(session, guest)
    return _back(token, "withdrawn")


def _wanted(typed: Typed, guest: Guest) -> Wanted:
    """What was typed; without an address the registered one, which the page does not show whole."""
    if any(len(each) > LONGEST for each in typed.values()):
        raise Refused("too_long")
    try:
        email = EmailAddress.parse(typed["address"] or guest.contact.address)
    except AddressError as error:
        raise Refused("bad_address") from error
    return Wanted(typed["department"], typed["title"], typed["name"], email)


def _back(token: str, done: str = "") -> ResponseReturnValue:
    more = f"&done={done}" if done else ""
    return redirect(f"/p/{quote(token)}/contact?lang={speech().language}{more}", 303)


def _page(
    guest: Guest,
    token: str,
    typed: Typed | None = None,
    wrong: str = "",
    wrong_code: str = "",
    done: str = "",
) -> str:
    found = service.own(reading(), guest)
    return _render(
        "contact.html",
        token=token,
        guest=guest,
        found=found,
        agreed=found is not None and found.state is State.AGREED,
        until=clock.in_tokyo(found.expires_at).date() if found else None,
        typed=typed or {name: getattr(guest.contact, name) for name in FIELDS} | {"address": ""},
        wrong=wrong,
        wrong_code=wrong_code,
        done=done,
    )


def _render(template: str, **values: object) -> str:
    say = speech()
    around = {"say": say, "languages": LANGUAGES, "lang": say.language, "tell": Told(say.language)}
    return render_template(f"corrections/{template}", **around, **values)

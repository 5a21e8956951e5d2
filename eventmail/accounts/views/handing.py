"""The page that shows a new link, once, to whoever made it; and its mail, where there is one.

For the pages that make links: ``return handing.page(made)`` after the transaction.
"""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts import posting
from eventmail.accounts.invitations import Made
from eventmail.web.context import anew, services


def page(made: Made) -> ResponseReturnValue:
    """The link, and whether it was mailed to the person as well."""
    link = link_of(made)
    answer = make_response(
        render_template("accounts/link.html", made=made, link=link, mailed=_mail(made, link))
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def link_of(made: Made) -> str:
    """The whole address to open, of the service's own name where that is known."""
    place = services().settings.public_url or request.host_url.rstrip("/")
    return place + url_for("accounts.invitation", token=made.token)


def _mail(made: Made, link: str) -> bool:
    db = anew()  # what is mailed is what was just written
    cleared = posting.mail(db, made, link)
    if cleared is None or made.invitation.office_id is None:
        return False
    relay = services().outbox.open_relay(db, made.invitation.office_id)
    return relay is not None and posting.send(relay, cleared)

"""What the pages of the second factors share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, session
from webauthn.helpers import base64url_to_bytes

from eventmail.accounts.factors.asking import Code, Touch
from eventmail.accounts.factors.means import Means, Site
from eventmail.offices.models import Role
from eventmail.offices.permissions import Action
from eventmail.web.context import actor_if_any, services

blueprint = Blueprint("factors", __name__)
CHALLENGE = "passkey_challenge"  # in the signed cookie


def means() -> Means:
    """The installation's part."""
    return Means.of(services().settings)


def lent() -> list[tuple[int, Role]]:
    """The role that somebody who stands in for an approver has besides his own."""
    found = actor_if_any()
    if found is None or Action.APPROVE not in found.lent:
        return []
    return [(found.office.id, Role.APPROVER)]


def elsewhere(site: Site | None) -> str:
    """The address to open for passkeys, where this page was opened by another one.

    Only words on a page hang on it; what counts is what the browser signs.
    """
    return site.origin if site and request.host_url.rstrip("/") != site.origin else ""


def put_challenge(options: dict[str, Any]) -> dict[str, Any]:
    """Remember in this browser's session which challenge it was given."""
    session[CHALLENGE] = options["challenge"]
    return options


def taken_challenge() -> bytes:
    """The challenge that this browser was given; only once."""
    return base64url_to_bytes(session.pop(CHALLENGE, ""))


def given(code: str | None, passkey: str | None) -> Code | Touch:
    """What was sent: a passkey's answer, or else a code."""
    if passkey:
        return Touch(means(), taken_challenge(), passkey)
    return Code(means(), code or "")

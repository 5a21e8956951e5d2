"""The two things that programs may do, each done once however often it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.api import refusing
from eventmail.api.models import ApiRequest, ApiToken
from eventmail.api.refusing import Refused
from eventmail.api.shapes import NewMailing
from eventmail.database import insert_new
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.letters.forms import BUSINESS, INVITATION, Choices, LetterForm
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience
from eventmail.offices.permissions import Action, Actor, Forbidden
from eventmail.roster import service as roster

KEPT = timedelta(hours=24)
# Where the form's fields are called otherwise here.
POINTERS = {"materials": "material_ids"}


def once(
    session: Session, token: ApiToken, key: str, what: str, deed: Callable[[], int]
) -> tuple[int, bool]:
    """Do it, or find what the same request made before: its id, and whether it was made before.

    The key's row is held until the end of the transaction: of two at once the second waits.
    """
    session.execute(sa.delete(ApiRequest).where(ApiRequest.at < clock.now() - KEPT))
    if not key:
        return deed(), False
    own = {"office_id": token.office_id, "token_id": token.id, "key": key}
    digest = hashlib.sha256(what.encode()).hexdigest()
    insert_new(session, ApiRequest, own | {"digest": digest, "at": clock.now()})
    query = sa.select(ApiRequest).where(ApiRequest.token_id == token.id, ApiRequest.key == key)
    held = session.scalars(query.with_for_update()).one()
    if held.digest != digest:
        raise Refused(409, refusing.OTHER_BODY, "idempotency_key_reused")
    if held.made_id is not None:
        return held.made_id, True
    held.made_id = deed()
    return held.made_id, False


def hand_in(session: Session, actor: Actor, event_id: int, filename: str, content: bytes) -> int:
    """Keep a workbook for staff to look through; one that they are looking through stays."""
    actor.require(Action.IMPORT_ROSTER)
    event = events.get_event(session, actor, event_id)
    events.lock(session, event.id)
    if roster.open_import(session, event) is not None:
        raise Refused(409, refusing.WAITING, "import_waiting")
    try:
        return roster.upload(session, actor, event, filename, content).id
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        raise refusing.invalid([("/file", error.message)]) from error


def draft(session: Session, actor: Actor, event_id: int, wanted: NewMailing) -> int:
    """Begin a mailing by the rules of the letter's own form."""
    actor.require(Action.EDIT_MAILING)
    event = events.get_event(session, actor, event_id)
    form = _form(session, event, wanted)
    if not form.validate():
        faults = [
            (f"/{POINTERS.get(name, name)}", sentence)
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]
        raise refusing.invalid(faults)
    return mailings.add_mailing(session, actor, event, form.draft).id


def told_of(event_id: int, wanted: NewMailing) -> str:
    """What was asked for, as one text."""
    return f"draft {event_id} {msgspec.json.encode(wanted).decode()}"


def told_of_file(event_id: int, filename: str, content: bytes) -> str:
    """The same of a workbook."""
    return f"import {event_id} {hashlib.sha256(content).hexdigest()} {filename}"


def _form(session: Session, event: Event, wanted: NewMailing) -> LetterForm:
    typed = {
        "purpose": [wanted.purpose],
        "subject": [wanted.subject],
        "body": [wanted.body],
        "materials": [str(each) for each in wanted.material_ids],
        "audience": [Audience.ALL.value],
        "since_id": ["0"],
        "stoppable": [INVITATION if wanted.stoppable else BUSINESS],
        "by_link": ["y"] if wanted.by_link else [],
        "html": ["y"] if wanted.html else [],
        "expected_count": [] if wanted.expected_count is None else [str(wanted.expected_count)],
    }
    choices = Choices(event, events.shelf(session, event), typed=typed)
    form = LetterForm.of(choices)
    del form.csrf_token  # of a browser's session; there is none
    return form

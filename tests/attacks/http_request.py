"""Requests that only look like a person's: by link, from other sites, with unoffered numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from flask import request
from itsdangerous import URLSafeTimedSerializer
from wtforms.fields.choices import SelectField, SelectMultipleField

from eventmail.accounts import sessions
from eventmail.events import service as events
from eventmail.mailings import deciding, service
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, permitted
from eventmail.roster import service as roster
from eventmail.web import forms, headers
from eventmail.web.context import actor, writing
from eventmail.web.cookie import SESSION
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.direct_sql_rows import EVENT, MATERIAL
from tests.attacks.http_form import LETTER, OTHER, letter, other_office, posts
from tests.attacks.lowering import cut, instead, silent, without_constraint, without_index
from tests.attacks.service_call import STATE, check, role, save, submit
from tests.attacks.world import World
from tests.mailings.walking import PASSWORDS
from tests.spreadsheet.sheets import HEADER, xlsx

SPY = "spy@evil.example"


def event_form(world: World, **changes: Any) -> dict[str, Any]:
    """The event's form as its page sends it, with changes."""
    columns = ("name", "held_on", "hours", "place", "sender_id", "reply_to_id")
    (found,) = world.rows(f"SELECT {', '.join(columns)} FROM events WHERE id = 1")
    return {name: str(value) for name, value in zip(columns, found, strict=True)} | changes


# Numbers that no list offers


def _foreign_material(world: World) -> bool:
    """A file of another event is ticked."""
    with world.database.reading() as session:
        assert world.event(session).id == 1
    world.ids["event"], world.ids["mailing"] = 1, 1
    world.run(EVENT, MATERIAL)
    world.browser("author").post(LETTER, letter(world, materials="77"))
    return bool(world.value("SELECT count(*) FROM mailing_materials WHERE material_id = 77"))


def _foreign_sender(field: str) -> Callable[[World], bool]:
    """Another office's mailbox is chosen."""

    def strike(world: World) -> bool:
        other_office(world)
        world.browser("author").post("/events/1/edit", event_form(world, **{field: "77"}))
        return bool(world.value(f"SELECT {field} FROM events WHERE id = 1") == 77)

    return strike


def _ticked_error(world: World) -> bool:
    """Both rows with one address for two companies are taken."""
    browser = world.browser("author")
    content = xlsx([HEADER, ("甲社", "", SPY), ("乙社", "", SPY)])
    path = browser.post("/events/1/roster", {"file": (io.BytesIO(content), "a.xlsx")}).location

    def stamp() -> str:
        return str(world.value("SELECT max(stamp) FROM roster_imports WHERE state = 'pending'"))

    browser.post(f"{path}/answers", {"row-2": "take", "row-3": "take", "stamp": stamp()})
    browser.post(path, {"stamp": stamp()})
    return bool(world.value(f"SELECT count(*) FROM contacts WHERE address = '{SPY}'") == 2)


def _foreign_contact(world: World) -> bool:
    """The preview is asked for a contact of another event."""
    world.ids["event"] = 1
    world.run(
        EVENT,
        "INSERT INTO participants (id, office_id, event_id, company, status) "
        "VALUES (9001, {office}, 77, '他社', 'attending')",
        "INSERT INTO roster_imports (id, office_id, event_id, filename, sha256, state, reading, "
        "uploaded_by, uploaded_at) SELECT 77, office_id, 77, filename, sha256, state, reading, "
        "uploaded_by, uploaded_at FROM roster_imports WHERE id = 1",
        "INSERT INTO contacts (id, office_id, event_id, participant_id, department, title, name, "
        "phone, address, address_key, active, import_id, source_row, row_digest) VALUES (9001, "
        "{office}, 77, 9001, '', '', '', '', 'a@other.example', 'a@other.example', TRUE, 77, "
        "1, '')",
    )
    page = world.browser("author").page("/mailings/1/preview?contact=9001")
    return "a@other.example" in page


# Requests that only look like a person's


@contextmanager
def _approve_by_link(world: World) -> Iterator[None]:
    """An approval page that acts when it is opened, as links in mails do."""

    @permitted(Action.APPROVE)
    def by_link(mailing_id: int) -> str:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.approve(session, actor(), mailing, request.args["digest"])
        return "ok"

    functions = world.browser().app.view_functions
    before = functions["mailings.approve_page"]
    functions["mailings.approve_page"] = by_link
    try:
        yield
    finally:
        functions["mailings.approve_page"] = before


def _by_link(world: World) -> bool:
    world.browser("approver").get(f"/mailings/1/approve?digest={world.ids['digest']}")
    return bool(world.value(STATE) == "sending")


@contextmanager
def _no_tokens(world: World) -> Iterator[None]:
    config = world.browser().app.config
    config["WTF_CSRF_ENABLED"] = False
    try:
        yield
    finally:
        config["WTF_CSRF_ENABLED"] = True


def _token(token: str) -> Callable[[World], bool]:
    """Another site's page posts the approval from the approver's own browser."""

    def strike(world: World) -> bool:
        given = {"digest": world.ids["digest"], "csrf_token": token} | PASSWORD
        world.browser("approver").post("/mailings/1/approve", given)
        return bool(world.value(STATE) == "sending")

    return strike


def _anothers_token(world: World) -> bool:
    """A token that is rightly signed, but for another session."""
    browser = world.browser("approver")
    signer = URLSafeTimedSerializer(browser.app.secret_key, salt="wtf-csrf-token")
    given = {"digest": world.ids["digest"], "csrf_token": signer.dumps("1" * 40)}
    given |= PASSWORD
    browser.post("/mailings/1/approve", given)
    return bool(world.value(STATE) == "sending")


def _replayed(world: World) -> bool:
    """The approver's page is open since before the letter was changed and checked anew."""
    shown = world.ids["digest"]
    people = world.people
    for who, call in ((people.author, save), (people.author, submit), (people.checker, check)):
        with world.database.writing() as session:
            call(session, who, world)
    world.browser("approver").post("/mailings/1/approve", {"digest": shown} | PASSWORD)
    return bool(world.value(STATE) == "sending")


def _deactivated(world: World) -> bool:
    """Somebody who left the office still has a session."""
    browser = world.browser("checker")
    world.run("UPDATE staff SET active = FALSE WHERE id = {checker}")
    return world.ids["address"] in browser.page("/mailings/1/check")


def _stored_digest(world: World) -> bool:
    """Somebody has the signing secret and a copy of the database, and takes what lies in it."""
    world.browser("checker")
    stored = world.value("SELECT token_digest FROM staff_sessions WHERE staff_id = {checker}")
    browser = world.browser()
    with browser.client.session_transaction() as cookie:
        cookie[SESSION] = stored
    return world.ids["address"] in browser.page("/mailings/1/check")


def _stolen_cookie(world: World) -> bool:
    """A cookie that somebody copied is used after its owner signed out."""
    owner = world.browser("checker")
    stolen = owner.client.get_cookie("eventmail")
    assert stolen is not None
    owner.post("/sign-out")
    thief = world.browser()
    thief.client.set_cookie("eventmail", stolen.value)
    return world.ids["address"] in thief.page("/mailings/1/check")


def _framed(world: World) -> bool:
    """The approval page stands invisibly in a page of another site."""
    found = world.browser("approver").get("/mailings/1/approve").headers
    policy = found.get("Content-Security-Policy", "")
    return "frame-ancestors 'none'" not in policy and "X-Frame-Options" not in found


def _cached(world: World) -> bool:
    """A shared computer keeps the page with all addresses."""
    found = world.browser("checker").get("/mailings/1/check")
    return world.ids["address"] in found.text and "no-store" not in str(found.cache_control)


PASSWORD = {"password": PASSWORDS["approver"]}
INVENTED = PASSWORD | {"digest": "0" * 64}
DIGEST: Lowering = cut(deciding, "_as_shown", "snapshot.digest != digest or stale", "stale")
ANY_CHOICE: Lowering = silent(SelectField, "pre_validate")
APPROVED = (STATE, "sending")
REQUESTS: dict[str, tuple[Barrier, str, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "an approval by opening a link": (Barrier.FORMS, "checked", _by_link, _approve_by_link, ()),
    "an approval from another site": (Barrier.FORMS, "checked", _token(""), _no_tokens, ()),
    "an approval with an invented token": (
        Barrier.FORMS,
        "checked",
        _token("IjAwMCI.invented"),
        _no_tokens,
        (),
    ),
    "an approval with another session's token": (
        Barrier.FORMS,
        "checked",
        _anothers_token,
        _no_tokens,
        (),
    ),
    "an approval of what was shown before an edit": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _replayed,
        DIGEST,
        (),
    ),
    "an approval of no digest": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        posts("approver", "/mailings/1/approve", lambda _: PASSWORD, *APPROVED),
        DIGEST,
        (),
    ),
    "an approval of an invented digest": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        posts(
            "approver", "/mailings/1/approve", lambda _: {"digest": "0" * 64} | PASSWORD, *APPROVED
        ),
        DIGEST,
        (),
    ),
    "a letter without its version": (
        Barrier.REVIEW_TABLE,
        "meeting",
        posts(
            "author",
            LETTER,
            lambda w: letter(w, subject="別の件名", version=""),
            "SELECT subject FROM mailings",
            "別の件名",
        ),
        cut(service, "begin_edit", "version != mailing.version", "False"),
        (),
    ),
    "a checker's letter": (
        Barrier.PERMISSION_TABLE,
        "meeting",
        posts(
            "checker",
            LETTER,
            lambda w: letter(w, subject="別の件名"),
            "SELECT subject FROM mailings",
            "別の件名",
        ),
        role(Action.EDIT_MAILING),
        (),
    ),
    "an approver's submission": (
        Barrier.PERMISSION_TABLE,
        "meeting",
        posts("approver", "/mailings/1/submit", lambda _: {}, STATE, "checking"),
        role(Action.EDIT_MAILING),
        (),
    ),
    "a line break in the subject": (
        Barrier.FORMS,
        "meeting",
        posts(
            "author",
            LETTER,
            lambda w: letter(w, subject=f"件名\nBcc: {OTHER}"),
            f"SELECT count(*) FROM mailings WHERE subject LIKE '件名\nBcc: {OTHER}'",
            1,
        ),
        instead(forms, "trimmed", lambda value: value),
        (),
    ),
    "a file of another event": (
        Barrier.FORMS,
        "meeting",
        _foreign_material,
        silent(SelectMultipleField, "pre_validate"),
        (
            Also(
                Barrier.OFFICE_WALL,
                cut(service, "_attach", "on_shelf & set(material_ids)", "set(material_ids)"),
            ),
            Also(
                Barrier.SCHEMA,
                without_constraint("mailing_materials", "fk_mailing_materials_material"),
            ),
        ),
    ),
    "another office's mailbox as sender": (
        Barrier.FORMS,
        "meeting",
        _foreign_sender("sender_id"),
        ANY_CHOICE,
        (
            Also(Barrier.OFFICE_WALL, silent(events, "_require_own_mailboxes")),
            Also(Barrier.SCHEMA, without_constraint("events", "fk_events_sender")),
        ),
    ),
    "another office's mailbox for replies": (
        Barrier.FORMS,
        "meeting",
        _foreign_sender("reply_to_id"),
        ANY_CHOICE,
        (
            Also(Barrier.OFFICE_WALL, silent(events, "_require_own_mailboxes")),
            Also(Barrier.SCHEMA, without_constraint("events", "fk_events_reply_to")),
        ),
    ),
    "both rows with one address, taken": (
        Barrier.ROSTER_VERDICT,
        "meeting",
        _ticked_error,
        silent(roster, "obstacles", []),
        (Also(Barrier.SCHEMA, without_index("uq_contacts_active_address")),),
    ),
    "a contact of another event in the preview": (
        Barrier.OFFICE_WALL,
        "meeting",
        _foreign_contact,
        cut(events, "_of_addressees", "Contact.event_id == event.id,\n"),
        (),
    ),
    "a session of somebody who left": (
        Barrier.PAGES,
        "submitted",
        _deactivated,
        cut(sessions, "_over", "not staff.active or "),
        (Also(Barrier.PAGES, instead(Staff, "is_active", True)),),
    ),
    "a session made of what the database stores": (
        Barrier.PAGES,
        "submitted",
        _stored_digest,
        instead(sessions, "digest_of", lambda token: token),
        (),
    ),
    "a stolen cookie after signing out": (
        Barrier.PAGES,
        "submitted",
        _stolen_cookie,
        silent(sessions, "end"),
        (),
    ),
    "the approval in another site's frame": (
        Barrier.PAGES,
        "checked",
        _framed,
        instead(headers, "HEADERS", {}),
        (Also(Barrier.PAGES, instead(headers, "CSP", "default-src 'none'")),),
    ),
    "the recipients in a browser's cache": (
        Barrier.PAGES,
        "submitted",
        _cached,
        instead(headers, "request", SimpleNamespace(endpoint="static", is_secure=False)),
        (),
    ),
}

ATTACKS = tuple(
    Attack(Family.HTTP, barrier, name, strike, lowered, also, level)
    for name, (barrier, level, strike, lowered, also) in REQUESTS.items()
)

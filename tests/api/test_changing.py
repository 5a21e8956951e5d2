"""The two things that programs may do: hand a workbook in, and draft. People do the rest."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from eventmail.api import tokens
from eventmail.api.models import Scope
from eventmail.audit.models import AuditEntry
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, MailingState, SendMode
from eventmail.mailings.service import Draft
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.roster.models import ImportState, RosterImport
from tests.api.conftest import Asked
from tests.api.programs import EVERYTHING, acting, made, workbook
from tests.roster.importer import make_event

LETTER = {"purpose": "資料の送付", "subject": "ご案内", "body": "本文です。"}


def new_event(asked: Asked) -> int:
    return make_event(asked.database, asked.people, "名簿のない会").id


def test_a_workbook_waits_for_a_person(asked: Asked) -> None:
    event_id = new_event(asked)
    answer = asked.whole.hand_in(event_id, "名簿.xlsx", workbook())
    told = answer.json
    assert (answer.status_code, told["state"], told["waits_for_staff"]) == (202, "pending", True)
    assert asked.whole.get(answer.headers["Location"].removeprefix("/api/v1")).json == told
    assert asked.whole.get(f"/events/{event_id}/roster").json["items"] == []
    with asked.database.reading() as session:
        assert session.get_one(RosterImport, told["id"]).uploaded_by == asked.manager.id


def test_one_that_people_look_through_is_not_taken_from_them(asked: Asked) -> None:
    event_id = new_event(asked)
    first = asked.whole.hand_in(event_id, "名簿.xlsx", workbook()).json
    second = asked.whole.hand_in(event_id, "新しい名簿.xlsx", workbook())
    assert (second.status_code, second.json["code"]) == (409, "import_waiting")
    with asked.database.reading() as session:
        assert session.get_one(RosterImport, first["id"]).state is ImportState.PENDING


WORKBOOKS = {
    "no workbook at all": b"x" * 100,
    "one that says it is one": b"PK\x03\x04" + b"x" * 100,
    "nothing": b"",
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_file_that_is_no_roster_is_told_where(asked: Asked, name: str) -> None:
    answer = asked.whole.hand_in(asked.empty_id, "名簿.xlsx", WORKBOOKS[name])
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/file"


def test_a_draft_is_a_draft_by_its_maker_and_by_which_token_is_recorded(asked: Asked) -> None:
    materials = asked.whole.get(f"/events/{asked.event_id}").json["materials"]
    wanted = LETTER | {"material_ids": [materials[0]["id"]], "expected_count": 30}
    answer = asked.whole.post(f"/events/{asked.event_id}/mailings", json=wanted)
    told = answer.json
    assert (answer.status_code, told["state"], told["deliveries"]) == (201, "draft", {})
    assert (told["material_ids"], told["expected_count"]) == ([materials[0]["id"]], 30)
    assert answer.headers["Location"] == f"/api/v1/mailings/{told['id']}"
    with asked.database.reading() as session:
        mailing = session.get_one(Mailing, told["id"])
        assert (mailing.created_by, mailing.mode) == (asked.manager.id, SendMode.INDIVIDUAL)
        subject = AuditEntry.subject == f"mailing:{mailing.id}"
        (entry,) = session.query(AuditEntry).filter(subject)
        assert (entry.action, entry.details["api_token"]) == ("mailing.added", "統計システム")


def test_a_program_submits_nothing_although_its_person_could(asked: Asked) -> None:
    told = asked.whole.post(f"/events/{asked.event_id}/mailings", json=LETTER).json
    program, reader = _by_token(asked, EVERYTHING), _by_token(asked, {Scope.READ})
    with asked.database.writing() as session:
        person = acting(session, asked.manager.id, asked.manager.office.id)
        mailing = mailings.get_mailing(session, person, told["id"], lock=True)
        with pytest.raises(Forbidden, match="職員が画面で"):
            mailings.submit(session, program, mailing)
        assert mailing.state is MailingState.DRAFT
        with pytest.raises(Forbidden):
            mailings.add_mailing(session, reader, mailing.event, draft_of(mailing))


def _by_token(asked: Asked, scopes: Collection[Scope]) -> Actor:
    with asked.database.writing() as session:
        found = tokens.actor_of(session, made(session, asked.manager, scopes)[0])
    assert isinstance(found, Actor)
    return found


def draft_of(mailing: Mailing) -> Draft:
    return Draft(mailing.purpose, mailing.subject, mailing.body, frozenset(), mailing.version)


DRAFTS = {
    "no subject": ({"subject": "  "}, ["/subject"]),
    "two things at once": ({"subject": "x" * 501, "purpose": ""}, ["/purpose", "/subject"]),
    "another event's material": ({"material_ids": [999_999]}, ["/material_ids"]),
    "recipients of its own": ({"recipients": ["a@b.example"]}, ["/recipients"]),
    "a batch": ({"mode": "batch"}, ["/mode"]),
    "words for a number": ({"expected_count": "30"}, ["/expected_count"]),
}


@pytest.mark.parametrize("name", DRAFTS)
def test_what_the_form_would_refuse_is_refused_with_its_place(asked: Asked, name: str) -> None:
    change, pointers = DRAFTS[name]
    answer = asked.whole.post(f"/events/{asked.event_id}/mailings", json=LETTER | change)
    assert answer.status_code == 422
    assert sorted(each["pointer"] for each in answer.json["errors"]) == pointers


BODIES = {
    "no JSON": (b"{", "application/json", 400),
    "a list": (b"[]", "application/json", 422),
    "half a letter of a pair": (b'{"purpose": "\\ud800"}', "application/json", 400),
    "another kind": (b"purpose=x", "application/x-www-form-urlencoded", 415),
    "far too much": (b" " * 1_100_000, "application/json", 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_none_breaks_nothing(asked: Asked, name: str) -> None:
    body, kind, status = BODIES[name]
    path = f"/events/{asked.event_id}/mailings"
    answer = asked.whole.post(path, data=body, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_the_same_key_does_it_once(asked: Asked) -> None:
    path, headers = f"/events/{asked.empty_id}/mailings", {"Idempotency-Key": "k-1"}
    first, again = (asked.whole.post(path, json=LETTER, headers=headers) for _ in range(2))
    assert first.json == again.json
    replayed = [each.headers["Idempotent-Replayed"] for each in (first, again)]
    assert replayed == ["false", "true"]
    other = asked.whole.post(path, json=LETTER | {"subject": "別"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")
    refused = asked.whole.post(path, json={}, headers={"Idempotency-Key": "k-2"})
    mended = asked.whole.post(path, json=LETTER, headers={"Idempotency-Key": "k-2"})
    assert (refused.status_code, mended.status_code) == (422, 201)
    bad = asked.whole.post(path, json=LETTER, headers={"Idempotency-Key": "キー"})
    assert (bad.status_code, bad.json["code"]) == (400, "bad_idempotency_key")
    elsewhere = asked.masked.post(path, json=LETTER, headers=headers)
    assert elsewhere.json["id"] != first.json["id"]

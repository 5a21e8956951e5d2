"""What programs read, and how."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail.audit.models import AuditEntry
from eventmail.events.models import Contact
from tests.api.conftest import Asked


def addresses(asked: Asked) -> list[str]:
    with asked.database.reading() as session:
        return list(session.scalars(sa.select(Contact.address)))


def test_events_come_newest_first_a_part_at_a_time(asked: Asked) -> None:
    first = asked.whole.get("/events?limit=1").json
    assert [each["id"] for each in first["items"]] == [asked.empty_id]
    rest = asked.whole.get(f"/events?limit=1&cursor={first['next_cursor']}").json
    assert [each["id"] for each in rest["items"]] == [asked.event_id]
    assert rest["next_cursor"] is None


def test_an_event_with_its_numbers_and_materials(asked: Asked) -> None:
    found = asked.whole.get(f"/events/{asked.event_id}").json
    assert (found["companies"], len(found["materials"])) == (30, 2)
    assert found["held_on"][:2] == "20"


def test_a_roster_is_read_on_and_on_to_its_end(asked: Asked) -> None:
    path, seen, cursor = f"/events/{asked.event_id}/roster?limit=12", [], ""
    for _ in range(3):
        part = asked.whole.get(path + cursor).json
        seen += [each["company"] for each in part["items"]]
        cursor = f"&cursor={part['next_cursor']}"
    assert part["next_cursor"] is None
    assert len(set(seen)) == 30


def test_addresses_are_whole_only_for_a_token_with_leave_and_that_is_recorded(
    asked: Asked,
) -> None:
    path = f"/events/{asked.event_id}/roster?limit=200"
    whole = asked.whole.get(path).get_data(as_text=True)
    assert all(each in whole for each in addresses(asked))
    with asked.database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "roster.exported")
        entry = session.scalars(query.order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert entry.details == {"kind": "api", "api_token": "統計システム"}
        assert (entry.staff_id, entry.via) == (asked.manager.id, "api")


def test_without_leave_they_are_masked_wherever_they_stand(asked: Asked) -> None:
    answer = asked.masked.get(f"/events/{asked.event_id}/roster?limit=200")
    text = answer.get_data(as_text=True)
    assert not [each for each in addresses(asked) if each in text]
    contact = answer.json["items"][0]["contacts"][0]
    assert "…@" in contact["email"]
    assert contact["phone"] is None


def test_a_mailing_says_who_looked_and_how_its_mails_stand(asked: Asked) -> None:
    (summary,) = asked.whole.get(f"/events/{asked.event_id}/mailings").json["items"]
    found = asked.whole.get(f"/mailings/{summary['id']}").json
    assert (found["state"], found["deliveries"], found["total"]) == ("sending", {"queued": 30}, 30)
    assert all((found["created_by"], found["checked_by"], found["approved_by"]))
    assert found["page"] == f"/mailings/{asked.mailing_id}"


def test_deliveries_are_read_on_and_on_and_by_state(asked: Asked) -> None:
    path = f"/mailings/{asked.mailing_id}/deliveries"
    first = asked.whole.get(f"{path}?limit=20").json
    rest = asked.whole.get(f"{path}?limit=20&cursor={first['next_cursor']}").json
    numbers = {each["contact_id"] for each in first["items"] + rest["items"]}
    assert (len(numbers), rest["next_cursor"]) == (30, None)
    assert asked.whole.get(f"{path}?state=refused").json["items"] == []
    assert "@" not in asked.whole.get(path).get_data(as_text=True)


QUERIES = {
    "too many at once": ("limit=201", "/limit"),
    "no number": ("limit=many", "/limit"),
    "a place that no answer named": ("cursor=x", "/cursor"),
    "what there is not": ("sort=name", "/sort"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_does_not_fit_is_told_where(asked: Asked, name: str) -> None:
    query, pointer = QUERIES[name]
    answer = asked.whole.get(f"/events?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


def test_a_program_is_told_in_english_if_it_asks_for_it(asked: Asked) -> None:
    asked.masked.language = "en"
    found = asked.masked.get("/events/999999").json
    asked.masked.language = "ja"
    assert (found["status"], found["code"]) == (404, "not_found")
    assert found["detail"].isascii()

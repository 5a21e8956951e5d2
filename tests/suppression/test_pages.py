"""The office's list of those it mails no more: found, added by hand, lifted with a consent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.suppression.models import Suppression
from tests.conftest import Meeting
from tests.pages import Pages

SignIn = Callable[[str], Pages]
GOOD = {
    "address": "yameru@yameru.example",
    "kind": "asked_by_phone",
    "source": "phone",
    "event_id": "0",
    "reason": "担当の方が異動したため",
}
CONSENT = {"told": "総務課の田中様から電話があった", "way": "phone", "on": str(clock.today())}


def first(database: Database) -> Contact:
    with database.reading() as session:
        return session.scalars(sa.select(Contact).order_by(Contact.id).limit(1)).one()


def test_whoever_said_no_on_the_phone_is_added_listed_found_and_lifted(
    sign_in: SignIn, meeting: Meeting
) -> None:
    pages = sign_in("author")
    pages.post("/suppressions", GOOD)
    page = pages.get("/suppressions?q=yameru")
    assert "yameru@yameru.example" in page.text
    assert "すべてのメールを断られた" in page.text
    assert "解除する" not in page.text  # not for an author
    assert "当てはまるのは0件" in pages.get("/suppressions?q=nobody").text

    pages = sign_in("approver")
    pages.post("/suppressions/1/lift", CONSENT)
    assert "総務課の田中様から電話があった" in pages.get("/suppressions").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": ""}, "メールアドレスを入力してください"),
        ({"address": "a@b.example、c@d.example"}, "アドレス"),
        ({"event_id": "99"}, "止める範囲"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    sign_in: SignIn, meeting: Meeting, change: dict[str, str], said: str
) -> None:
    answer = sign_in("author").post("/suppressions", GOOD | change, status=422)
    assert said in answer.text
    assert any(
        each.attributes.get("value") == "担当の方が異動したため" for each in answer.all("input")
    )


def test_no_lift_without_a_word_of_whose_consent(sign_in: SignIn, meeting: Meeting) -> None:
    pages = sign_in("approver")
    pages.post("/suppressions", GOOD)
    assert (
        "どのような同意"
        in pages.post("/suppressions/1/lift", CONSENT | {"told": ""}, status=422).text
    )
    assert "解除する" in pages.get("/suppressions").text


def test_the_roster_and_the_draft_say_who_is_left_out_and_why(
    sign_in: SignIn, database: Database, meeting: Meeting
) -> None:
    pages = sign_in("author")
    pages.post("/suppressions", GOOD | {"address": first(database).address})
    assert "配信停止" in pages.get(f"/events/{meeting.event.id}/participants").text
    shown = pages.get(f"/mailings/{meeting.mailing.id}").text
    assert "配信停止のため送らない人（1件）" in shown
    assert "すべてのメールを断られた" in shown
    beyond = pages.get(f"/mailings/{meeting.mailing.id}?left=9").text
    assert "すべてのメールを断られた" in beyond, "a page beyond the last is the last"


def test_a_mailing_under_review_is_begun_anew_when_one_of_its_recipients_stops(
    sign_in: SignIn, database: Database, submitted: Snapshot
) -> None:
    pages = sign_in("author")
    page = pages.post("/suppressions", GOOD | {"address": first(database).address})
    with database.reading() as session:
        assert session.get_one(Mailing, submitted.mailing_id).state is MailingState.DRAFT
        assert session.scalars(sa.select(Suppression)).one().staff_id is not None
    assert page is not None

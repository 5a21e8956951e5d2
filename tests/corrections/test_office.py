"""The office takes a proposal over after a telephone call, or refuses it with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.audit.models import AuditEntry
from eventmail.corrections.models import State
from eventmail.database import Database
from eventmail.mailings.models import Mailing, MailingState
from eventmail.roster.models import Source
from eventmail.sample import People
from tests.conftest import Meeting
from tests.corrections.conftest import Him, contact_of
from tests.corrections.test_own import NEW, WANTED, states
from tests.mailings import journey
from tests.pages import Pages

SignIn = Callable[[str], Pages]


@pytest.fixture
def proposed(pages: Pages, him: Him) -> str:
    pages.post(him.page, WANTED, csrf=False)
    return f"/events/{him.event_id}/corrections"


def test_a_word_on_the_phone_is_written_down_and_changes_the_roster(
    sign_in: SignIn, public: Database, him: Him, proposed: str
) -> None:
    author = sign_in("author")
    assert "変更の申し出が1件" in author.get("/").text
    page = author.get(proposed)
    assert him.address in page.text
    assert NEW in page.text
    wrong = author.post(f"{proposed}/1/accept", {"told": " "}, status=409)
    assert "だれに、いつ電話で" in wrong.text
    author.post(f"{proposed}/1/accept", {"told": "総務課の田中様に15時に電話した"})
    assert contact_of(public, him.id).address == NEW
    assert states(public) == [State.DONE]
    assert "本人の申し出" in author.get(f"/events/{him.event_id}/roster/history").text
    undone = author.get(f"/events/{him.event_id}/roster/history").text
    assert "元に戻す" in undone
    assert "待っている申し出はありません" in author.get(proposed).text


def test_it_is_refused_with_a_reason_and_once(
    sign_in: SignIn, public: Database, him: Him, proposed: str
) -> None:
    author = sign_in("author")
    author.post(f"{proposed}/1/refuse", {"reason": ""}, status=422)
    author.post(f"{proposed}/1/refuse", {"reason": "心当たりがないとのことだった"})
    assert states(public) == [State.REFUSED]
    again = author.post(f"{proposed}/1/accept", {"told": "電話した"}, status=409)
    assert "すでに処理されているか" in again.text
    assert contact_of(public, him.id).address == him.address


@pytest.mark.parametrize(
    ("done", "typed", "action"),
    [
        ("accept", {"told": "田中様に15時に電話した"}, "contact.corrected"),
        ("refuse", {"reason": "心当たりがないとのことだった"}, "contact.refused"),
    ],
)
def test_who_proposed_and_who_decided_is_recorded(
    sign_in: SignIn,
    public: Database,
    people: People,
    proposed: str,
    done: str,
    typed: dict[str, str],
    action: str,
) -> None:
    sign_in("author").post(f"{proposed}/1/{done}", typed)
    with public.reading() as session:
        query = sa.select(AuditEntry.action, AuditEntry.staff_id).order_by(AuditEntry.id)
        acts = session.execute(query.where(AuditEntry.action.startswith("contact."))).all()
    assert acts == [("contact.proposed", None), (action, people.author.id)]


def test_a_mailing_under_review_is_begun_anew(
    sign_in: SignIn, public: Database, people: People, meeting: Meeting, him: Him, pages: Pages
) -> None:
    journey.submit(public, people, meeting.mailing.id)
    pages.post(him.page, WANTED, csrf=False)
    path = f"/events/{him.event_id}/corrections/1/accept"
    sign_in("author").post(path, {"told": "田中様に電話した"})
    with public.reading() as session:
        assert session.get_one(Mailing, meeting.mailing.id).state is MailingState.DRAFT
    assert Source.OWN.value == "own"

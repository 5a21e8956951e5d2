"""The contact list as somebody on the telephone uses it: fast, side by side, and nothing lost."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.incidents.calls import calling, service
from eventmail.incidents.calls.models import IncidentMailing, Outcome, Purpose
from eventmail.incidents.calls.service import Said
from eventmail.incidents.calls.standing import State
from eventmail.incidents.models import Incident
from eventmail.mailings.models import AUDIENCE_NAMES, Audience, Mailing
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.incidents.calls import hands
from tests.mailings import journey
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
REACHED, ABSENT = Outcome.REACHED, Outcome.ABSENT
LIST = "/incidents/1/calls"
FIRST = f"{LIST}/1"


def state(database: Database, party_id: int = 1) -> tuple[State, int]:
    with database.reading() as session:
        found = service.line(session, session.get_one(Incident, 1), party_id)
        return found.state, len(found.calls)


def call(database: Database, people: People, *outcomes: Outcome) -> None:
    """The first companies of the list, by the checker."""
    with database.writing() as session:
        incident = session.get_one(Incident, 1)
        for party_id, outcome in enumerate(outcomes, 1):
            hands.call(session, people.checker, incident, party_id, outcome)


def test_one_press_records_an_absence_and_moves_it_to_the_next_working_day(
    database: Database, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    page = author.get(LIST)
    assert "きょうかける先（30社）" in page.text
    assert "30社のうち0社に、電話での説明が済みました。" in page.text
    page = author.post(FIRST, {"absent": "0"})
    assert "きょうかける先（29社）" in page.text
    assert "不在" in page.text
    assert state(database) == (State.ABSENT, 1)


def test_one_press_opens_the_boxes_and_the_others_see_who_is_calling(
    database: Database, leak: int, sign_in: SignIn
) -> None:
    author, checker = sign_in("author"), sign_in("checker")
    page = author.post(f"{FIRST}/begin", {})
    assert "起きたことを説明した" in page.text
    assert "いま電話中：森下 あかり" in checker.get(LIST).text
    assert "同じ事業所に二度かけないよう" in checker.get(FIRST).text
    assert "いま電話中" not in author.get(LIST).text
    ticks = dict.fromkeys(hands.ALL_SAID, "y")
    page = author.post(FIRST, ticks | {"act": "reached", "version": "0", "wishes": "午後に"})
    assert "30社のうち1社に、電話での説明が済みました。" in page.text
    assert "いま電話中" not in checker.get(LIST).text
    assert state(database) == (State.DONE, 1)


def test_an_older_page_shows_both_and_keeps_what_was_typed(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    author.get(FIRST)
    call(database, people, REACHED)
    typed = {"act": "reached", "version": "0", "wishes": "夕方にもう一度", "unread": "y"}
    page = author.post(FIRST, typed, status=409)
    assert "長谷川 誠さんがこの事業所の記録を書きました" in page.text
    assert "つながった（長谷川 誠）" in page.text
    assert "つながった（まだ記録していません）" in page.text
    assert "夕方にもう一度" in next(each.text for each in page.all("textarea"))
    assert state(database) == (State.DONE, 1)
    (version,) = {
        each.attributes["value"]
        for each in page.all("input")
        if each.attributes.get("name") == "version"
    }
    kept = {
        str(each.attributes["name"]): "y"
        for each in page.all("input")
        if "checked" in each.attributes
    }
    assert set(kept) == {name for name, said in hands.ALL_SAID.items() if said} | {"unread"}
    author.post(FIRST, typed | kept | {"version": version or ""})
    assert state(database) == (State.DONE, 2)


def test_an_absence_after_a_colleague_had_reached_them_is_asked_again(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    call(database, people, REACHED)
    page = author.post(FIRST, {"act": "absent", "version": "0"}, status=409)
    assert "それでも「不在」を記録する" in page.text
    assert state(database) == (State.DONE, 1)


WRONG = {
    "too many words": ({"wishes": "あ" * 1001}, "要望は1000文字までで入力してください。"),
    "a version that is none": ({"version": "x" * 20}, "ほかの職員がこの事業所の記録を書きました"),
}


@pytest.mark.parametrize(("typed", "sentence"), WRONG.values(), ids=WRONG)
def test_bad_input_is_told_and_nothing_is_lost(
    database: Database,
    people: People,
    leak: int,
    sign_in: SignIn,
    typed: dict[str, str],
    sentence: str,
) -> None:
    call(database, people, ABSENT)
    sent = {"act": "reached", "version": "1", "wishes": "伝言", "apologised": "y"} | typed
    answer = sign_in("author").post_raw(FIRST, sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)
    assert re.search(r'<input[^>]*checked[^>]*name="apologised"', text)
    assert sent["wishes"] in text
    assert sentence in text or "長谷川 誠さんがこの事業所の記録を書きました" in text
    assert state(database) == (State.ABSENT, 1)


def test_a_mistake_is_struck_out_with_a_reason(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    call(database, people, ABSENT)
    page = author.post(f"{FIRST}/strike/1", {"why": " "}, status=422)
    assert "なぜ取り消すのかを1文で入力してください。" in page.text
    page = author.post(f"{FIRST}/strike/1", {"why": "別の会社にかけていた"})
    assert "取り消し済み（別の会社にかけていた）" in page.text
    assert state(database)[0] is State.UNTRIED


def test_filters_and_search_narrow_the_list(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    call(database, people, REACHED, ABSENT, ABSENT)
    rows = {
        "": 30,
        "state=absent": 2,
        "state=done": 1,
        "state=untried": 27,
        "state=nonsense": 30,
        "q=06-0000-0102": 1,
        "q=ありません": 0,
    }
    for query, count in rows.items():
        page = author.get(f"{LIST}?{query}")
        found = [each for each in page.all("tr") if each.attributes.get("data-row")]
        assert len(found) == count, query


def _live(page: Page) -> str:
    """Where the page asks for what is new."""
    (found,) = [
        e.attributes["data-poll-url"] for e in page.all("div") if "data-poll-url" in e.attributes
    ]
    return found or ""


def test_the_list_keeps_itself_fresh_and_is_silent_while_nothing_changes(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    live = _live(author.get(LIST))
    first = author.raw(live)
    assert set(first.json["rows"]) == {str(number) for number in range(1, 31)}
    assert first.json["rows"]["1"] == {
        "text": "まだかけていない",
        "kind": "neutral",
        "note": "",
        "advice": "",
    }
    again = author.raw(live, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    with database.writing() as session:
        calling.begin(session, people.checker, session.get_one(Incident, 1), 1)
    call(database, people, ABSENT, REACHED)
    news = author.raw(live, headers={"If-None-Match": first.headers["ETag"]})
    assert news.json["fields"]["count_done"] == 1
    assert news.json["rows"]["1"]["note"] == "いま電話中：長谷川 誠"
    assert news.json["rows"]["1"]["text"] == "不在"


def test_of_the_rows_only_those_on_the_page_are_told(leak: int, sign_in: SignIn) -> None:
    author = sign_in("author")
    path = _live(author.get(f"{LIST}?q=06-0000-0102"))
    told = author.raw(path)
    assert len(told.json["rows"]) == 1
    assert told.json["fields"]["total"] == 30, "the numbers are of all"
    assert author.raw(f"{LIST}.json?rows=x").status_code == 404


def test_the_heartbeat_says_who_else_calls_and_what_version_is_newest(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    author = sign_in("author")
    call(database, people, ABSENT)
    with database.writing() as session:
        calling.begin(session, people.checker, session.get_one(Incident, 1), 1)
    found = author.post_raw(f"{FIRST}/present", {}).json
    assert found == {
        "warning": "いま電話中：長谷川 誠さん。同じ事業所に二度かけないよう、声をかけてください。",
        "version": 1,
    }
    author.post_raw(f"{FIRST}/present", {"left": "1"})
    with database.reading() as session:
        busy = calling.now_calling(session, session.get_one(Incident, 1))
        assert busy == {1: ["長谷川 誠"]}


def test_the_auditor_sees_how_it_stands_and_no_number(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    call(database, people, ABSENT)
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        said = Said(1, None, None, "田中あて new@x.example か 06-0000-0199 へ")
        done = service.save(session, people.checker, incident, 1, said)
        wrong = done.calls[0].id
        service.strike(session, people.checker, incident, 1, wrong, "田中ではなかった")
        hands.call(session, people.checker, incident, 1, ABSENT)
    auditor = sign_in("auditor")
    for path in (LIST, FIRST):
        page = auditor.get(path)
        assert "06-0000" not in page.text
        assert "不在" in page.text
        assert not [e for e in page.all("a") if str(e.attributes.get("href")).startswith("tel:")]
        assert "田中" not in page.text
        assert "new@x.example" not in page.text
    assert "要望：（記録あり）" in auditor.get(LIST).text
    assert "要望：田中あて" in sign_in("manager").get(LIST).text
    # Nor by asking for the digits one after the other.
    found = auditor.get(f"{LIST}?q=06-0000-0101")
    assert [e for e in found.all("tr") if "data-row" in e.attributes] == []
    assert auditor.post_raw(f"{LIST}.xlsx", {}).status_code == 403


def test_the_workbook_is_the_list_and_who_took_it_is_recorded(
    database: Database, people: People, leak: int, sign_in: SignIn
) -> None:
    call(database, people, REACHED, ABSENT)
    answer = sign_in("manager").post_raw(f"{LIST}.xlsx", {})
    sheet = load_workbook(io.BytesIO(answer.data))["電話連絡表"]
    head, first, second, *rest = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head[:4] == ["番号", "事業所名", "電話番号", "状態"]
    assert first[2:4] == ["06-0000-0101", "完了"]
    assert first[6:11] == ["済", "済", "済", "済", None]
    assert second[3] == "不在"
    assert len(rest) == 28
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "incident.calls_exported")
        assert session.scalars(query).one().staff_id == people.manager.id


class TestMails:
    def test_without_an_event_the_page_says_to_choose_one_first(
        self, database: Database, leak: int, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            session.execute(sa.text("UPDATE incident_parties SET event_id = NULL"))
            session.execute(sa.text("UPDATE incidents SET event_id = NULL"))
        author = sign_in("author")
        assert "はじめに、どのイベントの名簿で送るかを選んでください" in author.get(LIST).text
        page = author.post(f"{LIST}/mail", {"purpose": "correction"})
        assert "まだイベントとつながっていません" in page.text

    def test_a_press_begins_a_draft_for_the_absent_and_the_letter_offers_nobody_else(
        self, database: Database, people: People, leak: int, sign_in: SignIn
    ) -> None:
        call(database, people, REACHED, ABSENT, ABSENT)
        with database.writing() as session:
            settling.set_batches(session, people.author.office, True, 50)
        author = sign_in("author")
        text = author.get(LIST).text
        assert "電話がつながらない2社に、取り扱いについてのメールを書く" in text
        assert "説明が済んだ1社に、訂正メールを書く" in text
        page = author.post(f"{LIST}/mail", {"purpose": "handling"})
        assert "下書きを作りました。●●を書きかえ" in page.text
        names = [e.attributes.get("name") for e in page.all("input")]
        assert "mode" not in names
        offered = [
            each.attributes.get("value")
            for each in page.all("input")
            if each.attributes.get("name") == "audience"
        ]
        assert offered == ["absent"]
        with database.reading() as session:
            row = session.scalars(sa.select(IncidentMailing)).one()
            mailing = session.get_one(Mailing, row.mailing_id)
            assert (row.purpose, mailing.audience) == (Purpose.HANDLING, Audience.ABSENT)
            assert mailing.expected_count is None

    def test_an_ordinary_letter_offers_no_audience_by_calls(
        self, database: Database, leak: int, meeting: Meeting, sign_in: SignIn
    ) -> None:
        text = sign_in("author").get(f"/events/{meeting.event.id}/mailings/new").text
        assert AUDIENCE_NAMES[Audience.ALL] in text
        assert AUDIENCE_NAMES[Audience.REACHED] not in text
        assert AUDIENCE_NAMES[Audience.ABSENT] not in text

    def test_the_checker_is_told_who_was_reached_since(
        self, database: Database, people: People, leak: int, sign_in: SignIn
    ) -> None:
        call(database, people, ABSENT, ABSENT)
        with database.writing() as session:
            incident = session.get_one(Incident, 1)
            mailing_id = hands.begin(session, people, incident, Purpose.HANDLING)
        journey.submit(database, people, mailing_id, answering=True)
        call(database, people, REACHED)
        text = sign_in("checker").get(f"/mailings/{mailing_id}/check").text
        assert "提出のあとに、電話がつながった送信先が1件あります" in text
        assert "送るときに自動で見合わせます" in text

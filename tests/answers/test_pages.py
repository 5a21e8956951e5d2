"""The organiser's pages: questions, figures, the list, an answer by telephone, the workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook

from eventmail import clock
from eventmail.answers import asking, service
from eventmail.answers.asking import Wording
from eventmail.answers.models import Answer, Attendance, QuestionKind, Via
from eventmail.answers.service import Call
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact, Event
from eventmail.links import service as links
from eventmail.sample import People
from eventmail.sealing import Sealer
from tests.answers.hands import give, keys
from tests.conftest import Meeting
from tests.counting import statements_of
from tests.pages import Pages

SignIn = Callable[[str], Pages]
HERE = "/events/1/answers"
QUESTION = {"label": "昼食のお弁当は必要ですか。", "kind": "choice", "choices": "必要\n不要\n"}


def test_an_author_asks_and_reads_what_comes(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    page = author.post(f"{HERE}/questions", QUESTION | {"required": "y"})
    assert "質問を加えました。" in page.text
    page = author.post(f"{HERE}/questions/1", QUESTION | {"choices": "要\n不要", "version": "1"})
    assert "質問を保存しました。" in page.text
    assert "要、不要" in page.text
    with database.writing() as session:
        give(session, 3, values={1: "要"}, message="<b>早め</b>に着きます")
        company = session.get_one(Contact, 3).participant.company
    page = author.get(f"{HERE}/questions/1")
    assert "この質問には、もう回答があります" in page.text
    page = author.post(f"{HERE}/questions/1", QUESTION | {"version": "2"}, status=409)
    assert "にはもう回答があるため、質問の内容は変えられません" in page.text
    page = author.get(HERE)
    assert "<b>早め</b>に着きます" in page.text
    assert "昼食のお弁当は必要ですか。：要" in page.text
    plain = page.text.replace(" ", "")
    assert "要1社、不要0社" in plain
    assert "未回答29社" in plain
    page = author.get(f"{HERE}?show=attending&q={company[:3]}")
    assert "当てはまるのは1社です" in page.text.replace(" ", "")
    plain = author.get("/events/1").text.replace(" ", "")
    assert "参加1社（2名）、欠席0社、未回答29社です。" in plain
    assert "質問をやめました。" in author.post(f"{HERE}/questions/1/retire", {}).text


WRONG_QUESTIONS = {
    "no words": ({"label": " "}, "質問の文を入力してください。"),
    "long words": ({"label": "字" * 201}, "質問の文は200文字以内で入力してください。"),
    "no kind": ({"kind": ""}, "回答のしかたを選んでください。"),
    "a kind of one's own": ({"kind": "poem"}, "回答のしかたを選んでください。"),
    "one choice": ({"choices": "必要\n\n"}, "選択肢を2つ以上"),
    "the same choice twice": ({"choices": "必要\n 必要"}, "同じ選択肢「必要」が2回あります"),
    "too many choices": ({"choices": "\n".join(map(str, range(21)))}, "選択肢は20個まで"),
    "a long choice": ({"choices": "字" * 101 + "\n不要"}, "選択肢は1つ100文字以内"),
    "bounds turned round": (
        {"kind": "number", "low": "3", "high": "1"},
        "いちばん小さい数字が、いちばん大きい数字より大きく",
    ),
    "a bound in words": ({"kind": "number", "low": "三"}, "以下の数字で入力してください。"),
}


def test_a_wrong_question_is_one_sentence_and_nothing_is_lost(
    database: Database, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    for case, (typed, sentence) in WRONG_QUESTIONS.items():
        page = author.post(f"{HERE}/questions", QUESTION | typed, status=422)
        assert sentence in page.text, case
    page = author.post(
        f"{HERE}/questions", QUESTION | {"label": "", "choices": "甲\n乙"}, status=422
    )
    assert page.all("textarea")[0].text.strip() == "甲\n乙"
    with database.reading() as session:
        assert service.questions(session, meeting.event) == ()


def test_the_deadline_is_until_the_event_or_earlier(
    database: Database, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    held_on = meeting.event.held_on
    day = held_on - timedelta(days=8)
    page = author.post(f"{HERE}/deadline", {"closes_on": day.isoformat()})
    assert f"{clock.japanese_date(day)}まで回答と変更ができます" in page.text
    late = (held_on + timedelta(days=1)).isoformat()
    page = author.post(f"{HERE}/deadline", {"closes_on": late}, status=422)
    assert "開催日" in page.text
    page = author.post(f"{HERE}/deadline", {"closes_on": "2026-02-30"}, status=422)
    assert "日付を正しく入力してください。" in page.text
    page = author.post(f"{HERE}/deadline", {"closes_on": ""})
    assert f"{clock.japanese_date(held_on)}まで回答と変更ができます" in page.text


def test_an_answer_by_telephone(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    with database.reading() as session:
        contact = session.get_one(Contact, 3)
        company, phone = contact.participant.company, contact.phone
    page = author.get(f"{HERE}/calls/3")
    assert company in page.text
    assert phone in page.text
    said = {"seen": "0", "attendance": "attending", "people": "二人", "note": "森様から"}
    page = author.post(f"{HERE}/calls/3", said, status=422)
    assert "参加する人数を1から999までの数字で入力してください。" in page.text
    assert "森様から" in page.text
    page = author.post(f"{HERE}/calls/3", said | {"people": "2", "note": ""}, status=422)
    assert "電話でどなたから何を聞いたかを入力してください。" in page.text
    page = author.post(f"{HERE}/calls/3", said | {"people": "2名"})
    assert f"「{company}」の回答を保存しました。" in page.text
    assert "森様から" in page.text
    with database.reading() as session:
        found = session.scalars(sa.select(Answer)).one()
        assert (found.via, found.people, found.note) == (Via.PHONE, 2, "森様から")


def test_what_a_participant_sends_from_his_page_is_what_the_organiser_sees(
    database: Database,
    people: People,
    meeting: Meeting,
    sign_in: SignIn,
    settings: Settings,
    app: Flask,
) -> None:
    """And nobody else's page shows it."""
    with database.writing() as session:
        lunch = Wording(QuestionKind.CHOICE, "昼食", True, ("必要", "不要"))
        asking.add(session, people.author, meeting.event, lunch)
        sealer = Sealer.of(settings)
        first, second = (
            links.token_for(session, sealer, session.get_one(Contact, each)) for each in (3, 4)
        )
        company = session.get_one(Contact, 3).participant.company
    guest = app.test_client()
    typed = {"seen": "0", "attendance": "attending", "people": "３名", "q1_1": "不要"}
    sent = guest.post(f"/p/{first}/answer", data=typed | {"message": "正面から入ります"})
    assert sent.status_code == 303
    page = sign_in("checker").get(f"{HERE}?show=attending")
    (row,) = [each.text for each in page.all("tr") if company in each.text]
    plain = "".join(row.split())
    for each in ("参加", "3名", "昼食：不要", "正面から入ります", "確認済み"):
        assert each in plain
    assert "正面から入ります" in guest.get(f"/p/{first}").get_data(as_text=True)
    assert "正面から入ります" not in guest.get(f"/p/{second}").get_data(as_text=True)


def test_what_came_meanwhile_is_shown_and_what_was_typed_is_not_lost(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    with database.writing() as session:
        give(session, 3, Attendance.ABSENT)
    said = {"seen": "0", "attendance": "attending", "people": "7", "note": "森様から"}
    page = author.post(f"{HERE}/calls/3", said, status=409)
    assert "同じ事業所から別の回答が届きました" in page.text
    assert "欠席（" in page.text
    fields = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
    assert (fields["people"], fields["seen"]) == ("7", "1")
    author.post(f"{HERE}/calls/3", said | {"seen": "1"})
    with database.writing() as session:
        asking.add(session, people.author, meeting.event, Wording(QuestionKind.TEXT, "要望", False))
    stale = said | {"seen": "2", "q99_1": "x"}
    assert (
        "開いている間に、質問が変わりました"
        in author.post(f"{HERE}/calls/3", stale, status=422).text
    )


def test_the_workbook_is_what_was_filtered_and_it_is_noted(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        give(session, 3, message="=1+1")
        give(session, 4, Attendance.ABSENT)
    answer = sign_in("checker").post_raw(f"{HERE}.xlsx?show=attending", {})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][2:4] == ("参加", 2)
    with database.reading() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "answers.exported")
        ).one()
        assert (entry.staff_id, entry.details) == (people.checker.id, {"kind": "xlsx", "count": 1})


def test_an_auditor_reads_and_changes_nothing(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        address = session.get_one(Contact, 4).address
        phone = session.get_one(Contact, 3).phone
        give(session, 3, message=f"連絡は{address}へ")
        where = keys(session, 3)[1]
    auditor = sign_in("auditor")
    for path in (HERE, f"{HERE}/questions", f"{HERE}/companies/{where}"):
        page = auditor.get(path)
        assert address not in page.text
        assert phone not in page.text
        forms = [e for e in page.all("form") if "/events/1/answers" in str(e.attributes)]
        assert [
            e.attributes.get("method") for e in forms if e.attributes.get("method") != "get"
        ] == []
    for path in (f"{HERE}/questions", f"{HERE}/deadline", f"{HERE}/calls/3", f"{HERE}.xlsx"):
        assert auditor.post_raw(path, {}).status_code == 403


ODD = ["?show=nonsense&page=-3", "?page=999999", "?q=%00%25_%27&show=absent", f"?q={'字' * 5000}"]


@pytest.mark.parametrize("query", ODD)
def test_odd_questions_break_no_page(meeting: Meeting, sign_in: SignIn, query: str) -> None:
    sign_in("author").get(HERE + query)


def test_a_longer_list_takes_no_more_questions_to_the_database(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    author = sign_in("author")
    with database.writing() as session:
        wish = Wording(QuestionKind.TEXT, "要望", False)
        number = asking.add(session, people.author, meeting.event, wish).id
        give(session, 3, message="よろしく", values={number: "なし"})
    paths = (HERE, f"{HERE}?show=attending", f"{HERE}/companies/1")
    few = [statements_of(lambda path=path: author.get(path)) for path in paths]
    with database.writing() as session:
        for each in range(1, 20):
            give(session, each, message="よろしく", values={number: "なし"})
        for _ in range(5):
            give(session, 1, Attendance.ABSENT, call=Call(people.author, "森様から"))
    many = [statements_of(lambda path=path: author.get(path)) for path in paths]
    assert many[:2] == few[:2]
    assert many[2] <= few[2] + 3  # its history is there now: the answers, who took them, of whom


def test_without_a_roster_the_page_says_what_to_do_first(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        facts = asking.events.EventFacts(
            "別のイベント", event.held_on, "", "会場", event.sender_id, event.reply_to_id
        )
        other = asking.events.add_event(session, people.author, facts)
    page = sign_in("author").get(f"/events/{other.id}/answers")
    assert "回答を待つ事業所がまだありません" in page.text


def test_an_absent_companys_page_says_that_the_roster_is_as_before(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        give(session, 3, Attendance.ABSENT)
        where = keys(session, 3)[1]
    page = sign_in("author").get(f"{HERE}/companies/{where}")
    assert "参加者名簿では参加のままなので" in page.text

"""How the answers stand: figures, filters, search, the workbook."""

from __future__ import annotations

from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.answers import asking, chart, export, listing, service, tally
from eventmail.answers.asking import Wording
from eventmail.answers.listing import Figures, Show
from eventmail.answers.models import Attendance, Question, QuestionKind
from eventmail.answers.service import Call
from eventmail.database import Database
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.sample import People
from tests.answers.hands import give, keys
from tests.answers.test_answering import colleague
from tests.conftest import Meeting

LUNCH = Wording(QuestionKind.CHOICE, "昼食", True, ("必要", "不要"))
CARS = Wording(QuestionKind.NUMBER, "車の台数", False, (), 0, 3)
VISIT = Wording(QuestionKind.DATE, "下見の日", False)
ABSENT = Attendance.ABSENT


def ask(session: Session, people: People, event: Event) -> list[Question]:
    return [asking.add(session, people.author, event, each) for each in (LUNCH, CARS, VISIT)]


def companies(session: Session, event: Event, show: Show, text: str = "") -> list[str]:
    return [e.participant.company for e in listing.page(session, event, show, text, 1).items]


def name(session: Session, contact_id: int) -> str:
    return session.get_one(Contact, contact_id).participant.company


def test_the_figures_count_each_company_once_by_its_newest_answer(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        assert listing.figures(session, event) == Figures(0, 0, 30, 0, 30, 0, 0)
        give(session, 3, people=2)
        give(session, 3, people=4)  # thought better of it
        give(session, 4, people=3)
        give(session, 4, ABSENT)
        give(session, colleague(session, 5), people=1)
        give(session, 6, people=5, call=Call(people.author, "森様から"))
        service.note_opened(session, *keys(session, 7))
        give(session, 8)
        session.get_one(Contact, 8).participant.status = ParticipantStatus.WITHDRAWN
        session.flush()
        assert listing.figures(session, event) == Figures(
            attending=3, absent=1, unanswered=25, people=10, contacts=30, opened=4, confirmed=3
        )


def test_filters_and_search_find_companies(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        wish = asking.add(session, people.author, event, Wording(QuestionKind.TEXT, "要望", False))
        give(session, 3, message="手話通訳を希望します")
        give(session, 4, values={wish.id: "100%の席をください"})
        give(session, 5, message="手話通訳を希望します")
        give(session, 5, ABSENT)
        service.note_opened(session, *keys(session, 6))
        named = {each: name(session, each) for each in (3, 4, 5, 6)}
        assert companies(session, event, Show.ATTENDING) == [named[3], named[4]]
        assert companies(session, event, Show.ABSENT) == [named[5]]
        assert len(companies(session, event, Show.UNANSWERED)) == 27
        assert len(companies(session, event, Show.UNCONFIRMED)) == 27
        assert len(companies(session, event, Show.UNOPENED)) == 26
        # What counts no more is not found; signs of a pattern are signs.
        assert companies(session, event, Show.ALL, "手話通訳") == [named[3]]
        assert companies(session, event, Show.ALL, "100%の") == [named[4]]
        assert companies(session, event, Show.ALL, "1_0") == []
        assert companies(session, event, Show.ABSENT, named[5]) == [named[5]]
        assert companies(session, event, Show.ATTENDING, named[5]) == []
        person = session.get_one(Contact, 6).name
        assert companies(session, event, Show.ALL, person) == [named[6]]


def test_the_list_goes_by_pages(
    database: Database, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 12)
    with database.reading() as session:
        event = session.get_one(Event, meeting.event.id)
        found = [listing.page(session, event, Show.ALL, "", number) for number in (1, 2, 3, 9)]
        assert [len(each.items) for each in found] == [12, 12, 6, 6]
        seen = [line.participant.id for each in found[:3] for line in each.items]
        assert len(set(seen)) == 30


def test_questions_are_counted_for_those_who_come(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        lunch, cars, _ = ask(session, people, event)
        give(session, 3, values={lunch.id: "必要", cars.id: "2"})
        give(session, 4, values={lunch.id: "不要", cars.id: "1"})
        give(session, 5, values={lunch.id: "必要"})
        give(session, 6, ABSENT, values={lunch.id: "必要", cars.id: "3"})
        found = {each.question.label: each for each in tally.tallies(session, event)}
        assert found["昼食"].counts == (("必要", 2), ("不要", 1))
        assert (found["車の台数"].total, found["車の台数"].answered) == (3, 2)
        assert list(found) == ["昼食", "車の台数"]


def test_the_workbook_holds_texts_numbers_and_days_and_no_formula(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        asked = [each.id for each in ask(session, people, event)]
        values = {asked[0]: "必要", asked[1]: "2", asked[2]: "2026-12-01"}
        at = clock.in_tokyo(give(session, 3, message='=HYPERLINK("x")', values=values).at)
        asking.retire(session, people.author, event, asked[1])
        call = Call(people.author, "+81から")
        give(session, 4, ABSENT, call=call)
    with database.reading() as session:
        sheet = load_workbook(export.workbook(session, event, Show.ALL, "")).active
    head = [each.value for each in sheet[1]]
    assert head == [
        *("事業所名", "担当者名", "回答", "参加する人数", "昼食", "下見の日", "車の台数"),
        *("連絡事項", "回答した日時", "回答の方法", "電話のメモ", "ページを開いた日時"),
        "受け取りを確認した日時",
    ]
    rows = {row[0].value: dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    assert len(rows) == 30
    with database.reading() as session:
        first, second, third = (rows[name(session, each)] for each in (3, 4, 5))
    assert (first["回答"].value, first["参加する人数"].value) == ("参加", 2)
    assert (first["車の台数"].value, first["昼食"].value) == (2, "必要")
    assert first["下見の日"].value == datetime(2026, 12, 1)  # noqa: DTZ001 - as a workbook has it
    assert first["回答した日時"].value == at.replace(tzinfo=None, second=0, microsecond=0)
    assert (second["回答"].value, second["回答の方法"].value) == ("欠席", "電話")
    assert (third["回答"].value, third["参加する人数"].value) == ("未回答", None)
    for cell, text in ((first["連絡事項"], '=HYPERLINK("x")'), (second["電話のメモ"], "+81から")):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:M31", "B2")
    assert all(sheet.column_dimensions[cell.column_letter].width >= 10 for cell in sheet[1])


def test_the_workbook_holds_nobodys_address(database: Database, meeting: Meeting) -> None:
    with database.reading() as session:
        event = session.get_one(Event, meeting.event.id)
        book = load_workbook(export.workbook(session, event, Show.ALL, ""))
    cells = [str(each) for row in book.active.iter_rows(values_only=True) for each in row]
    assert not [each for each in cells if "@" in each]


BARS = {
    "all answered": (Figures(10, 5, 5, 0, 20, 20, 10), [(0, 50), (50, 25), (75, 25)]),
    "nobody yet": (Figures(0, 0, 30, 0, 30, 0, 0), [(0, 0), (0, 0), (0, 100)]),
    "nobody at all": (Figures(0, 0, 0, 0, 0, 0, 0), [(0, 0), (0, 0), (0, 0)]),
    "thirds leave no gap": (
        Figures(1, 1, 1, 0, 3, 0, 0),
        [(0, 33.33), (33.33, 33.33), (66.66, 33.33)],
    ),
}


@pytest.mark.parametrize("case", BARS)
def test_a_bar_is_as_wide_as_what_it_counts(case: str) -> None:
    figures, places = BARS[case]
    answers, _ = chart.bars(figures)
    assert [(each.x, each.width) for each in answers.parts] == places
    assert answers.total == figures.companies


def test_the_second_bar_counts_the_contacts() -> None:
    _, marks = chart.bars(Figures(1, 0, 0, 1, 10, 6, 4))
    assert [(each.name, each.count, each.percent) for each in marks.parts] == [
        ("確認済み", 4, 40),
        ("ページを開いただけ", 2, 20),
        ("まだ開いていない", 4, 40),
    ]

"""The chronology in a database: what writes itself, and what people add, correct and leave out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service
from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronicle, chronology
from eventmail.incidents.record.chronicle import Words
from eventmail.incidents.record.chronology import Entry
from eventmail.incidents.record.models import Chronicled
from eventmail.offices.permissions import Forbidden
from eventmail.privacy import erasing
from eventmail.privacy import incidents as privacy
from eventmail.privacy import people as finding
from eventmail.sample import People
from tests.incidents import story
from tests.privacy.test_person import SEALER

BEFORE = story.NOTICED - timedelta(minutes=5)
SEEN = Words(BEFORE, "職員Aが送信済みメールを見て、職員Bと確かめた。")
THURSDAY = story.NOTICED + timedelta(days=1)
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def incident(database: Database, leak: int) -> Callable[[Session], Incident]:
    return lambda session: session.get_one(Incident, leak)


Find = Callable[[Session], Incident]


def shown(database: Database, incident: Find) -> list[Entry]:
    with database.reading() as session:
        return chronology.chronology(session, incident(session))


def everything(database: Database, incident: Find) -> list[Entry]:
    with database.reading() as session:
        return chronology.timeline(session, incident(session))


def of(entries: list[Entry], key: str) -> Entry:
    return next(each for each in entries if each.key == key)


@sqlite_only
class TestWritten:
    def test_it_writes_itself(self, database: Database, incident: Find) -> None:
        found = shown(database, incident)
        assert [each.text for each in found[:2]] == [
            f"メール（2通のうち{n}通目）を、TO欄に15件のアドレスを入れて送信した。" for n in (1, 2)
        ]
        assert [each.key for each in found[2:]] == ["noticed", "opened"]

    def test_somebody_adds_what_was_before(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            key = chronicle.add(session, people.author, incident(session), SEEN)
        found = shown(database, incident)
        assert [each.key for each in found].index(key) == 2, "between sending and noticing"
        entry = of(found, key)
        assert (entry.text, entry.by_hand, entry.corrected) == (SEEN.text, True, False)

    def test_a_line_is_corrected_with_a_note_and_what_it_said_stays(
        self, database: Database, people: People, incident: Find
    ) -> None:
        words = Words(story.NOTICED, "担当の職員が気づいた。")
        with database.writing() as session:
            chronicle.correct(
                session, people.author, incident(session), "noticed", 0, words, "聞き取りのため"
            )
        entry = of(shown(database, incident), "noticed")
        assert (entry.text, entry.original) == (words.text, story.OPENING.noticed_how)
        assert (entry.note, entry.version, entry.overtaken) == ("聞き取りのため", 1, "")

    def test_a_line_that_says_something_else_by_now_is_told_beside_its_correction(
        self, database: Database, people: People, incident: Find
    ) -> None:
        words = Words(story.NOTICED, "担当の職員が気づいた。")
        with database.writing() as session:
            found = incident(session)
            chronicle.correct(session, people.author, found, "noticed", 0, words, "聞き取り")
            found.noticed_how = "事業所からの電話で気づいた。"
        entry = of(shown(database, incident), "noticed")
        assert (entry.text, entry.overtaken) == (words.text, "事業所からの電話で気づいた。")
        with database.writing() as session:
            later = Words(story.NOTICED, "電話で気づいた。")
            chronicle.correct(
                session, people.author, incident(session), "noticed", 1, later, "確認した"
            )
        assert of(shown(database, incident), "noticed").overtaken == ""

    def test_a_line_is_left_out_with_a_reason_and_taken_in_again(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            chronicle.leave_out(
                session, people.manager, incident(session), "opened", 0, "外には関係がない"
            )
        assert "opened" not in [each.key for each in shown(database, incident)]
        left = of(everything(database, incident), "opened")
        assert (left.hidden, left.note) == (True, "外には関係がない")
        with database.writing() as session:
            chronicle.put_back(session, people.manager, incident(session), "opened", 1, "必要")
        assert "opened" in [each.key for each in shown(database, incident)]

    def test_others_read_no_names(self, database: Database, people: People, incident: Find) -> None:
        told = f"{people.author.staff.name}が、株式会社みなと運輸に電話した。"
        with database.writing() as session:
            key = chronicle.add(session, people.author, incident(session), Words(BEFORE, told))
        public = of(shown(database, incident), key).public
        assert people.author.staff.name not in public
        assert "みなと運輸" not in public
        assert public.startswith("職員")
        assert public.endswith("が、事業所Aに電話した。")

    def test_what_is_recorded_names_nobody(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            chronicle.add(session, people.author, incident(session), SEEN)
        with database.reading() as session:
            last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            assert last is not None
            assert (last.action, last.details) == ("incident.chronicle_added", {})

    def test_an_incident_that_is_over_is_written_no_further(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            service.close(session, people.manager, found, "すべて終えた", found.version)
        with database.writing() as session, pytest.raises(UserError, match="対応を終えています"):
            chronicle.add(session, people.author, incident(session), SEEN)
        assert shown(database, incident)[-1].text == "対応を終えた。"

    def test_it_is_found_by_its_office_only(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session, pytest.raises(NotFound):
            chronicle.correct(session, people.author, incident(session), "x", 0, SEEN, "y")


EVERYTHING = dict.fromkeys(("explained", "apologised", "deletion_agreed"), True)


@sqlite_only
def test_the_calls_of_the_two_days_tell_themselves(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        ids = [each.id for each in found.parties]
        days = ((story.NOTICED, ids[:25], ids[25:]), (THURSDAY, ids[25:], []))
        for at, reached, absent in days:
            for party, outcome in (
                *((each, Outcome.REACHED) for each in reached),
                *((each, Outcome.ABSENT) for each in absent),
            ):
                version = calls.line(session, found, party).version
                ticks = EVERYTHING if outcome is Outcome.REACHED else None
                said = calls.Said(version, outcome, ticks)
                calls.save(session, people.author, found, party, said, at)
    told = {each.key: each.text for each in shown(database, incident)}
    assert told["calls:2023-05-31"] == (
        "30社に電話し、25社に説明・謝罪・削除依頼（了承）、5社は不在。"
    )
    assert told["calls:2023-06-01"] == "5社に電話し、5社に説明・謝罪・削除依頼（了承）。"


@sqlite_only
def test_a_call_that_was_a_mistake_is_not_told(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        party = found.parties[0].id
        said = calls.Said(0, Outcome.ABSENT)
        line = calls.save(session, people.author, found, party, said, story.NOTICED)
        calls.strike(session, people.author, found, party, line.calls[0].id, "別の会社だった")
    assert not [each for each in shown(database, incident) if each.key.startswith("calls:")]


@sqlite_only
def test_the_papers_of_a_day_are_told_once_and_details_never(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        for act in ("incident.paper_taken", "incident.paper_taken", "incident.mail_added"):
            service.audit(session, found, act, people.manager)
    told = [each.text for each in shown(database, incident)]
    assert told.count("報告・公表のための書面を作った。") == 1
    assert [each.key for each in shown(database, incident)[2:4]] == ["noticed", "opened"]
    assert len(told) == 5


REFUSED: dict[str, tuple[Words, str, str]] = {
    "no words": (Words(BEFORE, "  "), "直すため", "何があったか"),
    "an address": (Words(BEFORE, "a@b.example に送った"), "直すため", "@"),
    "an address in the note": (Words(BEFORE, "送った"), "a@b.example", "@"),
    "no note": (Words(BEFORE, "送った"), " ", "理由"),
    "the future": (Words(clock.now() + timedelta(days=1), "送った"), "直すため", "先になって"),
    "a company for others": (Words(BEFORE, "送った", "みなと運輸に送った"), "直す", "事業所A"),
    "nothing new": (Words(story.NOTICED, story.OPENING.noticed_how), "直す", "同じです"),
}


@sqlite_only
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_is_told(
    case: str, database: Database, people: People, incident: Find
) -> None:
    words, note, told = REFUSED[case]
    with database.writing() as session, pytest.raises(UserError, match=told):
        chronicle.correct(session, people.author, incident(session), "noticed", 0, words, note)
    assert everything(database, incident)[2].version == 0


@sqlite_only
def test_whoever_only_answers_leaves_nothing_out(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        chronicle.leave_out(session, people.author, incident(session), "opened", 0, "不要")
    with database.writing() as session, pytest.raises(Forbidden):
        chronicle.add(session, people.auditor, incident(session), SEEN)


def test_of_two_at_once_the_second_is_told(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        chronicle.correct(session, people.author, found, "noticed", 0, SEEN, "聞き取り")
    other = Words(BEFORE, "別の職員が見た。")
    with database.writing() as session, pytest.raises(UserError, match="書き直しました"):
        chronicle.correct(session, people.checker, incident(session), "noticed", 0, other, "訂正")
    assert of(shown(database, incident), "noticed").text == SEEN.text


# a change of a line, and whether the database takes it
CHANGES: dict[str, tuple[str, bool]] = {
    "other words": ("text = 'x'", False),
    "another time": ("happened_at = '2023-01-01 00:00:00+00:00'", False),
    "hidden behind its back": ("hidden = TRUE", False),
    "other words for others": ("public = 'x'", False),
    "names taken out": ("public = 'x', text = '', note = ''", True),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_line_stays_as_it_was_written(
    case: str, database: Database, people: People, incident: Find
) -> None:
    change, taken = CHANGES[case]
    with database.writing() as session:
        chronicle.add(session, people.author, incident(session), SEEN)
    statement = sa.text(f"UPDATE incident_chronicle SET {change}")
    if taken:
        with database.writing() as session:
            session.execute(statement)
        return
    with pytest.raises(DBAPIError, match="guard incident_chronicle"), database.writing() as session:
        session.execute(statement)


def test_no_line_goes(database: Database, people: People, incident: Find) -> None:
    with database.writing() as session:
        chronicle.add(session, people.author, incident(session), SEEN)
    with pytest.raises(DBAPIError, match="guard"), database.writing() as session:
        session.execute(sa.delete(Chronicled))


@sqlite_only
def test_when_the_names_go_the_words_for_others_stay(
    database: Database, people: People, incident: Find
) -> None:
    told = Words(BEFORE, "ひかり精工に電話した。")
    with database.writing() as session:
        found = incident(session)
        key = chronicle.add(session, people.author, found, told)
        service.close(session, people.manager, found, "終えた", found.version)
    with database.writing() as session:
        privacy.blank(session, incident(session).id)
    entry = of(shown(database, incident), key)
    assert (entry.text, entry.public) == ("事業所Aに電話した。", "事業所Aに電話した。")
    with database.reading() as session:
        kept = session.scalars(sa.select(Chronicled)).one()
        assert (kept.text, kept.note) == ("", "")


@sqlite_only
def test_whoever_asks_to_be_erased_goes_from_the_chronology_too(
    database: Database, people: People, incident: Find
) -> None:
    him = story.COMPANIES[1].address
    with database.writing() as session:
        found = incident(session)
        own = next(a for each in found.parties for a in each.addresses if a.address == him)
        own.shown_name = "山田 太郎"
        told = Words(BEFORE, "山田 太郎様が電話に出た。")
        key = chronicle.add(session, people.author, found, told)
        other = chronicle.add(session, people.author, found, Words(BEFORE, "ひかり精工は不在。"))
        service.close(session, people.manager, found, "終えた", found.version)
    with database.writing() as session:
        person = finding.find(session, people.manager, him)
        erasing.erase(session, people.manager, SEALER, person, "本人の請求")
    after = shown(database, incident)
    assert of(after, key).text == "担当者様が電話に出た。"
    assert of(after, other).text == "ひかり精工は不在。", "what tells of others stays"

"""The page of the audit: who may see it, what is found, and what is taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from eventmail.audit import listing
from eventmail.audit.listing import Wanted
from eventmail.audit.models import AuditEntry
from eventmail.audit.sentences import SUBJECTS, Kind
from eventmail.audit.service import record
from eventmail.database import Database
from eventmail.sample import People
from tests.pages import Pages

SignIn = Callable[[str], Pages]


@pytest.mark.parametrize(
    ("role", "status"),
    {"author": 403, "checker": 403, "approver": 200, "manager": 200, "auditor": 200}.items(),
)
def test_who_may_see_it(sign_in: SignIn, role: str, status: int) -> None:
    browser = sign_in(role)
    for path in ("/audit", "/audit/1"):
        assert browser.raw(path).status_code == status


def test_the_page_says_in_words_who_did_what(sign_in: SignIn, meeting: object) -> None:
    page = sign_in("auditor").get("/audit")
    assert page.h1 == "監査記録"
    assert "参加者名簿を取り込みました" in page.text
    assert "まだ一度も確かめていません" in page.text
    assert "いまの先頭の符号" in page.text


def test_one_entry_with_what_was_before_and_after(
    sign_in: SignIn, database: Database, people: People
) -> None:
    with database.writing() as session:
        record(
            session, "office.stopped", "office:1",
            office_id=people.author.office.id, staff_id=people.author.id, reason="点検",
            before={"stopped": False}, after={"stopped": True},
        )  # fmt: skip
    with database.reading() as session:
        number = session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    text = sign_in("manager").get(f"/audit/{number}").text
    for each in ("所の送信をすべて止めました", people.author.staff.name, "いいえ", "はい", "点検"):
        assert each in text


def test_another_offices_entry_is_not_there(sign_in: SignIn, database: Database) -> None:
    with database.writing() as session:
        record(session, "event.added", "event:9", office_id=99)
    with database.reading() as session:
        number = session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    browser = sign_in("auditor")
    assert browser.raw(f"/audit/{number}").status_code == 404
    assert browser.raw("/audit/999999").status_code == 404


ASKED = {
    "nonsense for a person": ("staff=zz", "だれが"),
    "a person of no record": ("staff=999", "だれが"),
    "nonsense for a kind": ("kind=zz", "何について"),
    "a subject with a quote": ("subject=a'b", "対象の名前を読めません"),
    "a day that is none": ("first_day=2026-02-31", "いつから"),
    "the first day of all": ("first_day=0001-01-01", "いつから"),
    "the last day of all": ("last_day=9999-12-31", "いつまで"),
}


@pytest.mark.parametrize(("query", "told"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_read_is_told_and_finds_nothing(
    sign_in: SignIn, query: str, told: str
) -> None:
    browser = sign_in("auditor")
    text = browser.get(f"/audit?{query}").text
    assert "入力内容をご確認ください" in text
    assert told in text
    assert "入力の誤りを直すと、記録を表示します" in text


PLACES = (
    "x",
    "~",
    "2026-01-01~1",
    "2026-01-01T00:00:00+00:00~-1",
    "0001-01-01T00:00:00+14:00~1",
    "9999-12-31T23:59:59-14:00~1",
)


@pytest.mark.parametrize("after", PLACES)
def test_a_mistyped_place_is_the_beginning(sign_in: SignIn, after: str) -> None:
    assert "新しい順" in sign_in("auditor").get(f"/audit?{urlencode({'after': after})}").text


def test_every_subject_of_the_list_leads_to_its_records(
    sign_in: SignIn, database: Database, people: People
) -> None:
    office = people.author.office.id
    subjects = [*(f"{kind}:12" for kind in SUBJECTS), "relay", "page:roster.show_import"]
    with database.writing() as session:
        for each in subjects:
            record(session, "event.changed", each, office_id=office)
    browser = sign_in("auditor")
    for each in subjects:
        assert "イベントの内容を変えました" in browser.get(f"/audit?subject={each}").text, each


def test_taking_it_away_is_recorded_and_no_cell_is_a_formula(
    sign_in: SignIn, database: Database, people: People
) -> None:
    with database.writing() as session:
        record(
            session, "event.added", "event:1", office_id=people.author.office.id,
            before={"name": "=1+1"}, after={"name": "=cmd"},
        )  # fmt: skip
        people.author.staff.name = "=HYPERLINK(0)"
        session.merge(people.author.staff)
        record(
            session, "event.added", "event:1", office_id=people.author.office.id,
            staff_id=people.author.id,
        )  # fmt: skip
    browser = sign_in("auditor")
    response = browser.post_raw("/audit.csv?kind=event", {})
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff番号,日時,だれが,")
    assert "イベントを作りました" in text
    assert "サインインしました" not in text, "only what was looked for"
    assert "'=HYPERLINK(0)" in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell[:1] == "="]
    assert "監査記録を書き出しました" in browser.get("/audit").text


class TestTheList:
    """Many entries, some of the same moment."""

    OFFICE = 7
    START = datetime(2026, 4, 1, tzinfo=UTC)

    @pytest.fixture
    def many(self, database: Database) -> Database:
        with database.writing() as session:
            for number in range(130):
                session.add(
                    AuditEntry(
                        at=self.START + timedelta(hours=number // 3),
                        office_id=self.OFFICE if number % 13 else 8,
                        staff_id=1 + number % 2 if number % 5 else None,
                        action="event.changed" if number % 3 else "staff.added",
                        subject=f"event:{number % 4}",
                        details={},
                    )
                )
        return database

    WANTED: ClassVar[dict[str, Wanted]] = {
        "all": Wanted(OFFICE),
        "of a person": Wanted(OFFICE, staff_id=2),
        "of a kind": Wanted(OFFICE, kind=Kind.STAFF),
        "of one thing": Wanted(OFFICE, subject="event:3"),
        "from a day": Wanted(OFFICE, first_day=(START + timedelta(days=1)).date()),
        "to a day": Wanted(OFFICE, last_day=START.date()),
        "all at once": Wanted(OFFICE, 2, Kind.EVENT, "event:1", START.date(), START.date()),
    }

    @pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
    def test_page_by_page_each_wanted_entry_comes_once(
        self, many: Database, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "PAGE", 7)
        seen, after = [], None
        with many.reading() as session:
            while True:
                found = listing.page(session, wanted, after)
                seen += [line.entry for line in found.lines]
                after = found.older
                if after is None:
                    break
            every = list(session.scalars(sa.select(AuditEntry)))
        right = [each for each in every if self._fits(each, wanted)]
        assert [e.id for e in seen] == [
            e.id for e in sorted(right, key=lambda e: (e.at, e.id), reverse=True)
        ]
        assert seen

    def _fits(self, entry: AuditEntry, wanted: Wanted) -> bool:
        day = (entry.at + timedelta(hours=9)).date()
        kinds = {"event.changed": Kind.EVENT, "staff.added": Kind.STAFF}
        return (
            entry.office_id == wanted.office_id
            and wanted.staff_id in (None, entry.staff_id)
            and wanted.kind in (None, kinds.get(entry.action))
            and wanted.subject in ("", entry.subject)
            and (wanted.first_day is None or day >= wanted.first_day)
            and (wanted.last_day is None or day <= wanted.last_day)
        )

    def test_whoever_did_anything_can_be_chosen(self, many: Database) -> None:
        with many.reading() as session:
            assert listing.people(session, self.OFFICE) == [1, 2]

    def test_no_filter_looks_at_the_whole_table(self, many: Database) -> None:
        """Each list is read along an index in its order: nothing is sorted, nothing scanned."""
        if not many.is_sqlite:
            return
        for name, wanted in self.WANTED.items():
            query = listing._walk(wanted, None, 50, None)
            text = str(query.element.compile(many.engine, compile_kwargs={"literal_binds": True}))
            with many.engine.connect() as connection:
                plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
            assert "USING" in plan, name
            assert "TEMP B-TREE" not in plan, name

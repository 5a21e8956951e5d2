"""Any recipient's mail, found among a thousand; and beside an earlier version of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact, Event
from eventmail.letters import comparing
from eventmail.letters.diffing import changes
from eventmail.letters.looking import MOST_FOUND, Look, look
from eventmail.mailings import service
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.snapshot import Content, Recipient, content_of_snapshot
from eventmail.sample import People
from eventmail.wordings import service as wordings
from tests import settling
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.contents import BATCH, CONTENT
from tests.pages import Pages

SignIn = Callable[[str], Pages]
MANY = tuple(
    Recipient(i, i, f"株式会社ひろの{i:04}", "総務部", "", f"山田 {i}郎", f"a{i}@hirono{i}.example")
    for i in range(1, 1201)
)
LONG = replace(CONTENT, recipients=MANY)


def seen(contact_id: int | None = None, q: str = "", content: Content = LONG) -> Look:
    return look(content, contact_id, q)


class TestSearch:
    def test_the_first_of_all_is_shown_before_anybody_is_looked_for(self) -> None:
        found = seen()
        assert (found.index, found.previous, found.next) == (0, None, MANY[1])

    def test_the_ones_beside_are_those_of_the_roster(self) -> None:
        found = seen(600)
        assert (found.previous, found.next) == (MANY[598], MANY[600])
        assert seen(1200).next is None

    @pytest.mark.parametrize(
        ("q", "first", "count"),
        [
            ("ひろの0777", 777, 1),
            ("ﾋﾛﾉ", None, 0),
            ("ひろの０７７７", 777, 1),
            ("山田777郎", 777, 1),
            ("総務部", 1, 1200),
            ("a777@", None, 0),
            ("いない", None, 0),
        ],
        ids=["company", "other kana", "full width", "no blank", "department", "address", "nobody"],
    )
    def test_a_part_of_company_department_or_name_is_enough(
        self, q: str, first: int | None, count: int
    ) -> None:
        found = seen(q=q)
        assert found.found_in_all == count
        assert len(found.found) == min(count, MOST_FOUND)
        assert found.recipient.contact_id == (first or 1)

    def test_whom_one_looks_at_stays_while_one_searches(self) -> None:
        assert seen(5, "総務部").recipient.contact_id == 5

    @pytest.mark.parametrize(
        ("content", "contact_id", "error"),
        [
            (LONG, 9999, NotFound),
            (replace(LONG, recipients=()), None, UserError),
            (replace(LONG, recipients=(replace(MANY[0], address=""),)), None, UserError),
        ],
        ids=["a stranger", "nobody", "erased"],
    )
    def test_there_is_nobody_else_to_look_at(
        self, content: Content, contact_id: int | None, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            seen(contact_id, content=content)


class TestPreviewPage:
    def test_it_is_searched_and_walked(self, sign_in: SignIn, meeting: Meeting) -> None:
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}/preview"
        page = author.get(f"{path}?q=山田")
        assert "「山田」に" in page.text
        (mail,) = [each.text for each in page.all("article")]
        assert "山田" in mail
        hrefs = {each.text: each.attributes["href"] for each in author.get(path).all("a")}
        assert "（2" in author.get(str(hrefs["次の送信先"])).text
        assert "当てはまる送信先はありません" in author.get(f"{path}?q=いない会社").text


def compared(
    database: Database, people: People, mailing_id: int, against: str = "", contact: int = 3
) -> comparing.Comparison:
    with database.reading() as session:
        mailing = service.get_mailing(session, people.author, mailing_id)
        content = service.current_content(session, mailing)
        (recipient,) = [each for each in content.recipients if each.contact_id == contact]
        offers = wordings.offers(session, people.author.office)
        partner = comparing.chosen_partner(comparing.partners(session, mailing, offers), against)
        return comparing.compare(session, content, recipient, partner)


def titles(database: Database, people: People, mailing_id: int) -> list[str]:
    with database.reading() as session:
        mailing = service.get_mailing(session, people.author, mailing_id)
        offers = wordings.offers(session, people.author.office)
        return [each.key for each in comparing.partners(session, mailing, offers)]


def write(database: Database, people: People, mailing_id: int, **changed: object) -> None:
    with database.writing() as session:
        mailing = service.get_mailing(session, people.author, mailing_id, lock=True)
        service.begin_edit(session, people.author, mailing, mailing.version)
        for name, value in changed.items():
            setattr(mailing, name, value)


class TestCompare:
    def test_a_draft_is_compared_with_what_was_submitted_last(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        body = submitted.body.replace("いつも", "平素より")
        write(database, people, submitted.mailing_id, body=body, purpose="別の目的")
        found = compared(database, people, submitted.mailing_id)
        assert found.partner.key == "version-1"
        assert (changes(found.subject), changes(found.body)) == (0, 1)
        assert [(each.name, each.old, each.new) for each in found.facts] == [
            ("目的", submitted.purpose, "別の目的")
        ]

    def test_both_sides_are_the_same_recipients_mail(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        with database.writing() as session:
            contact = session.get_one(Contact, 3)
            contact.name = "新任 花子"
            contact.address = contact.address_key = "mended@aozora.example"
        write(database, people, submitted.mailing_id)
        found = compared(database, people, submitted.mailing_id)
        (row,) = [each for each in found.body if not each.same]
        assert row.new is not None
        assert row.old is not None
        assert "新任 花子" in "".join(piece.text for piece in row.new)
        assert submitted.recipients[2].name in "".join(piece.text for piece in row.old)
        others = compared(database, people, submitted.mailing_id, contact=5)
        assert changes(others.body) == 0

    def test_whoever_is_new_is_read_into_the_earlier_words(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        with database.writing() as session:
            old = session.get_one(Contact, 3)
            owner = {
                name: getattr(old, name)
                for name in ("office_id", "event_id", "participant_id", "import_id")
            }
            new = Contact(
                **owner,
                name="新任 花子",
                address="new@aozora.example",
                address_key="new@aozora.example",
                source_row=99,
                row_digest="0" * 64,
            )
            session.add(new)
            session.flush()
            number = new.id
        write(database, people, submitted.mailing_id)
        found = compared(database, people, submitted.mailing_id, contact=number)
        assert changes(found.body) == 0
        told = {each.name: (each.old, each.new) for each in found.facts}
        assert told["送信先の件数"] == ("30件", "31件")

    def test_what_is_under_review_is_compared_with_the_version_before_it(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        assert not [e for e in titles(database, people, 1) if e.startswith("version")]
        write(database, people, submitted.mailing_id, subject="直した件名")
        journey.submit(database, people, submitted.mailing_id)
        assert titles(database, people, 1)[0] == "version-1"
        found = compared(database, people, submitted.mailing_id)
        assert [each.kind for each in found.subject] == ["removed", "added"]

    def test_a_first_version_is_compared_with_the_events_last_mailing_or_a_wording(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, submitted.event_id)
            words = service.Draft("目的", submitted.subject, submitted.body, frozenset(), 1)
            second = service.add_mailing(session, people.author, event, words)
        keys = titles(database, people, second.id)
        assert keys[:3] == [f"mailing-{submitted.mailing_id}", "wording-announcement",
                            "wording-materials"]  # fmt: skip
        found = compared(database, people, second.id)
        assert (changes(found.subject), changes(found.body)) == (0, 0)
        told = {each.name: each.new for each in found.facts}
        assert told["渡す資料"] == ""
        beside = compared(database, people, second.id, "wording-apology")
        assert changes(beside.body) > 3
        assert beside.facts == []

    def test_a_batch_is_compared_as_it_is_sent(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            settling.set_batches(session, session.merge(people.author.office), True, 10)
        write(database, people, meeting.mailing.id, mode="batch", body=BATCH.body + "{会場}\n")
        journey.submit(database, people, meeting.mailing.id)
        write(database, people, meeting.mailing.id)
        found = compared(database, people, meeting.mailing.id)
        assert (changes(found.subject), changes(found.body), found.facts) == (0, 0, [])

    def test_what_was_erased_can_still_be_read_by_those_of_today(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        with database.reading() as session:
            content = content_of_snapshot(session.get_one(Snapshot, submitted.id))
            snapshot = session.get_one(Snapshot, submitted.id)
            session.expunge(snapshot)
            one = content.recipients[2]
            stranger = replace(one, contact_id=999, address="nobody@elsewhere.example")
            partner = comparing.Partner("version-1", "第1版", snapshot)
            session.add(snapshot)
            found = comparing.compare(session, content, stranger, partner)
        assert changes(found.body) == 0

    def test_nonsense_is_not_found(self, sign_in: SignIn, meeting: Meeting) -> None:
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}/compare"
        for query in ("against=version-9", "against=mailing-77", "contact=9999"):
            author.get(f"{path}?{query}", status=404)

    @pytest.mark.parametrize("role", ["author", "checker", "approver"])
    def test_everybody_of_the_office_sees_it_with_its_marks_said_aloud(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        submitted: Snapshot,
        role: str,
    ) -> None:
        body = submitted.body.replace("いつも", "平素より")
        write(database, people, submitted.mailing_id, body=body)
        page = sign_in(role).get(f"/mailings/{submitted.mailing_id}/compare?contact=3")
        assert "違う行が1行" in page.text
        assert page.all("del")[0].text.startswith("なくなった部分：")
        assert page.all("ins")[0].text.startswith("加わった部分：")
        with database.reading() as session:
            assert session.get_one(Mailing, submitted.mailing_id).state is MailingState.DRAFT

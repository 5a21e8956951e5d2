"""The rehearsal is made before the lock, and counts only for what it was made of."""

from __future__ import annotations

import pytest

from eventmail.audit.service import record
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings import findings
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing
from eventmail.mailings.rehearsal import Rehearsal, rehearse
from eventmail.mailings.service import Blocked
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings.journey import reload


def rehearsed(database: Database, meeting: Meeting) -> Rehearsal:
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        return rehearse(session, mailings.draft_content(session, mailing))


def submit(database: Database, people: People, meeting: Meeting, earlier: Rehearsal) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        mailings.submit(session, people.author, mailing, earlier)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time all the mails are made."""
    seen: list[str] = []
    real = findings.of_rehearsal

    def noting(*arguments: object) -> object:
        seen.append("made")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(findings, "of_rehearsal", noting)
    return seen


def test_what_has_not_changed_since_is_not_made_again_under_the_lock(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    submit(database, people, meeting, rehearsed(database, meeting))
    assert made == ["made"]


def test_an_edit_since_then_is_rehearsed_and_found(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    earlier = rehearsed(database, meeting)
    with database.writing() as session:
        other = session.query(Contact).first()
        assert other is not None
        session.get_one(Mailing, meeting.mailing.id).body += f"\n{other.address}\n"
    with pytest.raises(Blocked, match="ほかの参加事業所のメールアドレス"):
        submit(database, people, meeting, earlier)
    assert made == ["made"]  # what the rules see needs no mail to be made


def test_an_address_that_the_office_has_learnt_since_then_is_found(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    """The draft is the same, and what the gate must know is not."""
    late = "late@newcomer.example"
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).body += f"\n{late}\n"
    earlier = rehearsed(database, meeting)
    assert not [each for each in earlier.findings if each.blocks]
    with database.writing() as session:
        gone = session.query(Contact).order_by(Contact.id.desc()).first()
        assert gone is not None
        gone.address = gone.address_key = late
        gone.participant.status = "withdrawn"  # type: ignore[assignment]
    with pytest.raises(Blocked, match="ほかの参加事業所のメールアドレス"):
        submit(database, people, meeting, earlier)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_act_that_began_before_it_and_ended_after_it_makes_it_count_no_more(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    """Its number among all acts is lower than that of one which was over already."""
    office = meeting.event.office_id
    with database.writing() as slow:
        record(slow, "address.disallowed", f"office:{office}", office_id=office)
        slow.flush()
        with database.writing() as quick:
            record(quick, "address.allowed", f"office:{office}", office_id=office)
        earlier = rehearsed(database, meeting)
    submit(database, people, meeting, earlier)
    assert made == ["made", "made"]


def test_an_act_of_the_same_transaction_makes_it_count_no_more(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    """It is not in the chain before the transaction ends."""
    earlier = rehearsed(database, meeting)
    with database.writing() as session:
        office = meeting.event.office_id
        record(session, "address.disallowed", f"office:{office}", office_id=office)
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        mailings.submit(session, people.author, mailing, earlier)
    assert made == ["made", "made"]


def test_a_draft_with_a_simple_fault_makes_no_mail_at_all(
    database: Database, people: People, meeting: Meeting, made: list[str]
) -> None:
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).subject = ""
    found = rehearsed(database, meeting).findings
    assert [each.code for each in found if each.blocks] == ["no_subject"]
    assert made == []
    assert reload(database, people, meeting.mailing.id).latest is None

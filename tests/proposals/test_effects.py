"""What a confirmed change does to mailings, to an office being set up, and two of them at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import cli_settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Office, Role
from eventmail.offices.permissions import Actor
from eventmail.offices.setting_models import Basis, ProposalDecision, SettingChange, Verdict
from eventmail.outbox import sending as outbox
from eventmail.proposals import history, kinds, mailboxes, roles, sending, service
from eventmail.proposals.kinds import KINDS, Kind, Row
from eventmail.sample import People
from eventmail.wire import Relay, parse_mail
from tests import settling
from tests.mailings.test_races import at_once
from tests.proposals.test_pages import BOX, PASSWORDS, SignIn, answer, propose
from tests.recorder import Recorder

OLD, NEW = "姫里公共職業安定所 学卒部門", "姫里公共職業安定所 若年者部門"
PASSWORD = "a password of fifteen letters"


def test_a_renamed_sender_goes_through_the_reviews_anew(
    database: Database, sign_in: SignIn, checked: Snapshot
) -> None:
    renamed = {"way": "rename", "name": NEW, "reason": "改称のため"}
    propose(sign_in("manager"), f"mailbox?subject={BOX}", renamed)
    yes = {"password": PASSWORDS["approver"]}
    page = answer(database, sign_in("approver"), "confirm", yes)
    assert "案件1件を起案者に戻しました" in page.text
    with database.reading() as session:
        mailing = session.get_one(Mailing, checked.mailing_id)
        assert mailing.state is MailingState.DRAFT
        assert "差出人" in mailing.notice


def test_what_was_approved_leaves_under_the_name_that_was_approved(
    database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    with database.writing() as session:
        settling.settle(session, mailboxes.place_of(approved.office_id, BOX), {"name": NEW})
    outbox.run(database, relay, approved.id)
    senders = {parse_mail(mail.content).header("From").value for mail in recorder.received}
    assert senders == {f"{OLD} <{BOX}>"}


def test_two_say_yes_at_once_and_one_of_them_decides(database: Database, people: People) -> None:
    with database.writing() as session:
        office = session.get_one(Office, people.author.office.id)
        third = Actor(
            settling.add_staff(session, office, "p3", "三人目", PASSWORD, [Role.APPROVER]), office
        )
        place = sending.BATCHES.at(office.id)
        wanted = {"allowed": True, "size": 9}
        made = service.propose(session, people.manager, place, wanted, "x")

    def say(act: Callable[[Session, service.Proposal], object]) -> Callable[[], None]:
        def run() -> None:
            with database.writing() as session:
                act(session, session.get_one(service.Proposal, made.id))

        return run

    refused = at_once(
        say(lambda s, p: service.confirm(s, people.approver, p, p.digest)),
        say(lambda s, p: service.confirm(s, third, p, p.digest)),
        say(lambda s, p: service.withdraw(s, people.manager, p)),
    )
    assert refused == [service.OVER, service.OVER]
    with database.reading() as session:
        verdict = session.get_one(ProposalDecision, made.id).verdict
        count = session.scalar(
            sa.select(sa.func.count()).where(SettingChange.proposal_id == made.id)
        )
        allowed = session.get_one(Office, made.office_id).batches_allowed
    assert (verdict, count, allowed) in (
        (Verdict.CONFIRMED, 1, True),
        (Verdict.WITHDRAWN, 0, False),
    )


def test_the_administrator_decides_alone_until_two_people_could(database: Database) -> None:
    with database.writing() as session:
        office = offices.add_office(session, "ほかの労働局", "ほかの所")
        place = sending.HOLD_MINUTES.at(office.id)
        assert cli_settings.decide(session, place, 5, "x") == ""
        first = offices.add_staff(session, office, "q1", "一人目", PASSWORD, [Role.APPROVER])
        assert cli_settings.decide(session, place, 4, "x") == ""
        offices.add_staff(session, office, "q2", "二人目", PASSWORD, [Role.MANAGER])
        told = cli_settings.decide(session, place, 0, "急ぐため")
        assert "「送信開始までの待ち時間」の変更を提案しました" in told
        assert "一人目、二人目" in told
        assert place.now(session) == 4
        with pytest.raises(UserError, match="ひとりでは変更できません"):
            offices.set_sending(session, office, 0, 0)
        with pytest.raises(UserError, match="ひとりでは変更できません"):
            offices.add_staff(session, office, "q3", "三人目", PASSWORD, [Role.AUTHOR])
        approver = Actor(first, office)
        shown = {each.through for each in history.unseen(session, approver)}
        assert shown == {"設置のときに管理者が決めました"}


def test_somebody_who_left_counts_no_more(database: Database, people: People) -> None:
    """The office is not stuck with one who could confirm: the administrator helps again."""
    with database.writing() as session:
        session.merge(people.manager.staff).active = False
        session.flush()
        place = roles.ROLES.at(people.author.office.id, str(people.checker.id))
        assert cli_settings.decide(session, place, ["checker", "manager"], "x") == ""
        newest = settings.latest(session, place.office_id, "roles", place.subject)
        assert newest is not None
        assert newest.basis is Basis.SETUP


READ, APPLY = kinds.kept(365)
RETENTION = Kind(
    name="tests_only",
    title="試験の設定",
    read=READ,
    apply=APPLY,
    describe=lambda before, after: [Row("日数", str(before), str(after))],
    meaning=lambda _before, _after: "",
)


@pytest.mark.parametrize("whole", [False, True], ids=["of an office", "of the installation"])
def test_a_kind_needs_no_table_of_its_own(
    database: Database, people: People, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setitem(KINDS, RETENTION.name, RETENTION)
    place = RETENTION.at(None if whole else people.manager.office.id)
    for wanted in (30, 90):
        with database.writing() as session:
            made = service.propose(session, people.manager, place, wanted, "x")
            service.confirm(session, people.approver, made, made.digest)
            assert place.now(session) == wanted

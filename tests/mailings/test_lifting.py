"""A file that nobody can look into goes only by the approver's recorded leave for just it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import freezing
from eventmail.mailings import service as mailings
from eventmail.mailings.findings import Finding, Level
from eventmail.mailings.findings.finding import UNSCANNABLE
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.rendering import new_token
from eventmail.mailings.review_models import Lift
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.outbox import exposure, sending
from eventmail.outbox import service as outbox
from eventmail.sample import People
from eventmail.wire import (
    EncodedMaterial,
    GateRefusal,
    Individual,
    Knowledge,
    Material,
    Relay,
    Stamp,
    Wording,
    compose,
    encode_material,
    inspect,
    message_id_for,
)
from tests.conftest import Meeting
from tests.mailings import journey, walking
from tests.mailings.journey import reload
from tests.mailings.test_answers import answer
from tests.pages import Pages
from tests.recorder import Recorder
from tests.wire.files import locked_workbook, locked_zip, zipped
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, MIDORI

SignIn = Callable[[str], Pages]
LOCKED = locked_workbook()
SHA256 = hashlib.sha256(LOCKED).hexdigest()
NAME = "座席表.xlsx"
REASON = "受付用のパスワード付き座席表で、自分で開いて確かめた。"


@pytest.fixture
def locked(database: Database, people: People, meeting: Meeting) -> Finding:
    """The meeting's mailing carries a workbook with a password; the author says why."""
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        events.put_material(session, people.author, event, NAME, LOCKED)
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        files = frozenset(each.id for each in events.shelf(session, event))
        written = (mailing.purpose, mailing.subject, mailing.body, files, mailing.version)
        draft = mailings.Draft(*written, expected_count=mailing.expected_count)
        mailings.save_draft(session, people.author, mailing, draft)
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        found = mailings.find(session, mailings.draft_content(session, mailing))
    (finding,) = [each for each in found if each.blocks]
    return finding


@pytest.fixture
def waiting(database: Database, people: People, meeting: Meeting, locked: Finding) -> Snapshot:
    """Answered, submitted and checked: it waits for the approver."""
    answer(database, people, meeting.mailing.id, {locked.key: "受付で使うためです"})
    snapshot = journey.submit(database, people, meeting.mailing.id)
    journey.check(database, people, meeting.mailing.id)
    return snapshot


def approve(
    database: Database, people: People, snapshot: Snapshot, reason: str, lifted: frozenset[str]
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, snapshot.mailing_id, lock=True)
        stored = mailings.approve(
            session, people.approver, mailing, snapshot.digest, reason, lifted
        )
        outbox.start(session, stored)


def test_it_is_a_finding_with_its_file_and_the_way_out(locked: Finding) -> None:
    assert (locked.code, locked.level) == (UNSCANNABLE, Level.BLOCK)
    assert locked.place is not None
    assert locked.place.material == SHA256
    assert NAME in locked.message


def test_the_author_says_why_before_it_is_submitted(
    database: Database, people: People, meeting: Meeting, locked: Finding
) -> None:
    with pytest.raises(UserError, match="回答していない指摘が1件"):
        journey.submit(database, people, meeting.mailing.id)


REFUSED: dict[str, tuple[str, frozenset[str], str]] = {
    "no leave": (REASON, frozenset(), "中身を調べられない資料が1件あります"),
    "leave for another file": (REASON, frozenset({"0" * 64}), "中身を調べられない資料が1件"),
    "leave for it and another": (
        REASON,
        frozenset({SHA256, "0" * 64}),
        "中身を調べられない資料が1件",
    ),
    "no reason": (" ", frozenset({SHA256}), "そう決めた理由を入力してください"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_without_a_reasoned_leave_for_just_this_file_nothing_is_approved(
    database: Database, people: People, waiting: Snapshot, case: str
) -> None:
    reason, lifted, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence):
        approve(database, people, waiting, reason, lifted)
    assert reload(database, people, waiting.mailing_id).state is MailingState.APPROVING
    with database.reading() as session:
        assert session.scalars(sa.select(Lift)).all() == []


def test_a_leave_for_what_needs_none_is_refused(
    database: Database, people: People, checked: Snapshot
) -> None:
    sha256 = checked.materials[0].sha256
    with pytest.raises(UserError, match="変わっています"):
        approve(database, people, checked, REASON, frozenset({sha256}))


def test_with_it_every_mail_leaves_with_the_file(
    database: Database, people: People, waiting: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    approve(database, people, waiting, REASON, frozenset({SHA256}))
    sending.run(database, relay, waiting.id)
    exposure.make_record(database, waiting.id)
    assert reload(database, people, waiting.mailing_id).state is MailingState.SENT
    assert len(recorder.received) == 31
    with database.reading() as session:
        (lift,) = session.scalars(sa.select(Lift))
        found = exposure.newest_record(session, waiting.id)
    assert (lift.sha256, lift.digest, lift.reason) == (SHA256, waiting.digest, REASON)
    assert lift.staff_id == people.approver.id
    assert found is not None
    assert (found.mails, found.exposing, found.unreadable) == (31, 0, 0)


def test_the_press_of_the_worker_is_refused_by_the_gate_without_the_leave(
    database: Database, people: People, waiting: Snapshot
) -> None:
    """The same bytes, with the leave, without it, and with the leave for another file."""
    approve(database, people, waiting, REASON, frozenset({SHA256}))
    with database.reading() as session:
        stored = session.get_one(Snapshot, waiting.id)
        press = freezing.press_for_snapshot(session, stored)
        own = freezing.office_addresses(session, stored.office_id, stored.event_id)
        recipient = content_of_snapshot(stored).recipients[0]
    mail = press.compose(recipient, new_token(), clock.now().replace(microsecond=0))
    mine = own.by_participant[recipient.participant_id]
    press.clear(mail, recipient, mine)
    for lifted in (frozenset[str](), frozenset({"0" * 64})):
        with pytest.raises(GateRefusal) as refused:
            replace(press, lifted=lifted).clear(mail, recipient, mine)
        assert refused.value.rule == "unsearchable_material"


class TestGate:
    """The bare gate, with the bytes of one mail and one file."""

    def clear(self, content: bytes, knowledge: Knowledge, name: str = "座席表.zip") -> None:
        file: EncodedMaterial = encode_material(Material(name, "application/zip", content))
        stamp = Stamp(message_id_for(IDENTITY, "0" * 32), clock.now().replace(microsecond=0))
        wording = Wording("ご案内", "本文です。")
        mail = compose(IDENTITY, Individual(AOZORA), wording, (file,), stamp)
        inspect(mail.pieces, Individual(AOZORA), IDENTITY, knowledge, (file,))

    def refusal(self, content: bytes, *, lifted: bool, name: str = "座席表.zip") -> str:
        digests = frozenset({hashlib.sha256(content).hexdigest()} if lifted else ())
        try:
            self.clear(content, replace(KNOWLEDGE, lifted=digests), name)
        except GateRefusal as error:
            return error.rule
        return ""

    @pytest.mark.parametrize("content", [locked_zip(), LOCKED, b"Rar!\x1a\x07"])
    def test_what_cannot_be_looked_into_needs_the_leave(self, content: bytes) -> None:
        assert self.refusal(content, lifted=False) == "unsearchable_material"
        assert self.refusal(content, lifted=True) == ""

    def test_the_leave_does_not_cover_an_address_that_was_seen(self) -> None:
        """A readable list beside a locked file in one archive, and a file named after somebody."""
        mixed = zipped(("一覧.txt", str(MIDORI).encode()), ("x.rar", b"Rar!\x1a\x07"))
        assert self.refusal(mixed, lifted=False) == "unsearchable_material"
        assert self.refusal(mixed, lifted=True) == "other_address"
        assert self.refusal(locked_zip(), lifted=True, name=f"{MIDORI}.zip") == "other_address"

    def test_a_list_of_addresses_is_never_lifted(self) -> None:
        listed = "\n".join(f"someone{number}@x{number}.example" for number in range(21_000))
        assert self.refusal(listed.encode(), lifted=True, name="x.txt") == "unsearchable_material"


LIFT = (
    "INSERT INTO lifts (snapshot_id, sha256, digest, staff_id, reason, at) "
    "SELECT id, '{sha256}', digest, {who}, '{reason}', submitted_at FROM snapshots"
)
APPROVAL = (
    "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
    "SELECT id, digest, 'approve', 'passed', {approver}, '', submitted_at FROM snapshots"
)
DISPATCH = (
    "INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, notice, token, round) "
    "SELECT id, office_id, event_id, submitted_at, '', '', 1 FROM snapshots"
)
RAW: dict[str, tuple[tuple[str, ...], str]] = {
    "a lift without an approval": ((LIFT,), "guard lifts unapproved"),
    "a lift by the checker": (
        (APPROVAL, LIFT.replace("{who}", "{checker}")),
        "guard lifts unapproved",
    ),
    "a lift of a file that is no finding": (
        (APPROVAL, LIFT.replace("{sha256}", "0" * 64)),
        "guard lifts unapproved",
    ),
    "a lift without a reason": ((APPROVAL, LIFT.replace("{reason}", " ")), "ck_lifts_reason"),
    "a lift after the sending began": (
        (APPROVAL, LIFT, DISPATCH, LIFT),
        "guard lifts (late|replaced)",
    ),
    "a sending of what was not lifted": ((APPROVAL, DISPATCH), "guard dispatches not_lifted"),
    "a lift that is struck off": ((APPROVAL, LIFT, "DELETE FROM lifts"), "guard lifts delete"),
    "a lift that is turned to another file": (
        (APPROVAL, LIFT, "UPDATE lifts SET sha256 = 'x'"),
        "guard lifts update",
    ),
}


@pytest.mark.parametrize("case", RAW)
def test_no_statement_lifts_or_sends_past_the_approval(
    database: Database, people: People, waiting: Snapshot, case: str
) -> None:
    statements, refusal = RAW[case]
    told = {"sha256": SHA256, "who": people.approver.id, "reason": "x"}
    told |= {"approver": people.approver.id, "checker": people.checker.id}
    with database.writing() as session:
        for each in statements[:-1]:
            session.execute(sa.text(each.format(**told)))
        with pytest.raises(sa.exc.IntegrityError, match=refusal):
            session.execute(sa.text(statements[-1].format(**told)))
        session.rollback()


def test_the_pages_lead_the_three_people_through_it(
    sign_in: SignIn, database: Database, people: People, meeting: Meeting, locked: Finding
) -> None:
    path = f"/mailings/{meeting.mailing.id}"
    author = sign_in("author")
    page = author.get(path)
    assert "決裁者の判断を受けます" in page.text
    typed = {f"answer-{locked.key}": "受付で使うためです", "then": "submit"}
    assert "確認者に提出しました" in author.post(f"{path}/answers", typed).text
    checker = sign_in("checker")
    page = checker.get(f"{path}/check")
    assert "自分のパソコンで開いて、最後まで見てください。" in page.text
    assert "決裁者に回しました" in walking.check(checker, meeting.mailing.id).text
    approver = sign_in("approver")
    page = approver.get(f"{path}/approve")
    assert "受付で使うためです" in page.text
    assert "このままでは送信ゲートが止めます" not in page.text
    refused = approver.post(f"{path}/approve", walking.yes(page, remark=REASON), status=409)
    assert "中身を調べられない資料が1件あります" in refused.text
    assert REASON in refused.text
    page = approver.post(f"{path}/approve", walking.yes(page, remark=REASON, lifted=[SHA256]))
    assert page.h1 == "送信の状況"
    assert REASON in author.get(path).text

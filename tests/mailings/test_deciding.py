"""The approver's password, his no for good, his deputy, and who hears of what befell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import notices
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Decision, MailingState, Review, Snapshot, Step
from eventmail.mailings.review_models import NoticeKind
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Deputy, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.outbox import control
from eventmail.outbox import service as outbox
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import journey, walking
from tests.mailings.journey import reload
from tests.pages import Pages

SignIn = Callable[[str], Pages]
PASSWORD = "a password of fifteen letters"


def staff(database: Database, people: People, login: str, *roles: Role) -> Actor:
    """One more member of the office's staff."""
    with database.writing() as session:
        office = people.author.office
        made = offices.add_staff(session, office, login, f"職員 {login}", PASSWORD, roles)
        return Actor(made, office)


def at_work(database: Database, who: Actor) -> Actor:
    """The person as the pages see him now, with what is lent to him."""
    with database.reading() as session:
        return offices.actor_of(session, session.get_one(Staff, who.id))


def appoint(database: Database, approver: Actor, deputy: Actor, days: int = 7) -> Deputy:
    with database.writing() as session:
        today = clock.today()
        until = today + timedelta(days=days)
        return deputies.appoint(session, approver, deputy.id, today, until, "出張のため")


def decide(database: Database, who: Actor, snapshot: Snapshot, deed: str = "approve") -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, who, snapshot.mailing_id, lock=True)
        if deed == "reject":
            mailings.reject(session, who, mailing, snapshot.digest, "送らないことになりました")
            return
        outbox.start(session, mailings.approve(session, who, mailing, snapshot.digest))


class TestPassword:
    def test_a_wrong_one_changes_nothing_and_nothing_typed_is_lost(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        typed = walking.yes(approver.get(path), password="chigau-aikotoba", remark="書きかけの理由")
        page = approver.post(path, typed, status=422)
        assert "パスワードが違います。" in page.text
        assert "書きかけの理由" in page.text
        assert "chigau-aikotoba" not in approver.response.get_data(as_text=True)
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_none_is_asked_for(self, sign_in: SignIn, checked: Snapshot) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        page = approver.post(path, walking.yes(approver.get(path), password=""), status=422)
        assert "パスワードを入力してください。" in page.text

    def test_guessing_is_slowed_down_like_signing_in(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        right = walking.yes(approver.get(path))
        for _ in range(offices.FAILURES_ALLOWED):
            approver.post(path, right | {"password": "wrong"}, status=422)
        page = approver.post(path, right, status=422)
        assert "15分ほど待ってから" in page.text
        with database.writing() as session:
            login, password = people.approver.staff.login, walking.PASSWORDS["approver"]
            assert offices.sign_in(session, login, password) == offices.TOO_MANY
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_another_persons_will_not_do(self, sign_in: SignIn, checked: Snapshot) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        other = walking.yes(approver.get(path), password=walking.PASSWORDS["checker"])
        assert "パスワードが違います。" in approver.post(path, other, status=422).text


class TestPage:
    def test_it_shows_what_is_decided_on_and_one_mail_with_its_headers(
        self, sign_in: SignIn, checked: Snapshot
    ) -> None:
        page = sign_in("approver").get(f"/mailings/{checked.mailing_id}/approve")
        told = " ".join(page.text.split())
        for words in (
            "送信方法：個別送信",
            "30件の送信先に1通ずつ、別々のメールで送ります",
            checked.purpose,
            checked.sender_address,
            "送信開始の予定決裁のあとすぐ",
            checked.materials[0].sha256[:12],
            "送信先を数えた（30件）",
            "資料「当日スケジュール.pdf」を最後まで見た",
            "Reply-To",
            "Message-ID",
            "Ccの行もBccの行もありません",
        ):
            assert words in told
        headers = next(each for each in page.all("table") if "Message-ID" in each.text)
        assert f"To{checked.recipients[0].address}" in re.sub(r"\s", "", headers.text)


class TestRejection:
    def test_it_ends_the_mailing_and_says_why(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}"
        page = approver.post(f"{path}/reject", {"digest": checked.digest}, status=422)
        assert "却下する理由を入力してください。" in page.text
        page = approver.post(
            f"{path}/reject", {"digest": checked.digest, "grounds": "行事が中止になりました"}
        )
        assert "さんが却下しました：行事が中止になりました" in page.text
        assert reload(database, people, checked.mailing_id).state is MailingState.REJECTED
        for role in ("author", "checker"):
            assert "行事が中止になりました" in sign_in(role).get("/").text
        author = sign_in("author").get(path)
        assert "確認者に提出する" not in author.text
        assert "本文を編集する" not in author.text

    STATEMENTS = (
        ("UPDATE mailings SET state = 'approving'", "guard mailings rejected"),
        ("UPDATE mailings SET subject = 'x'", "guard mailings rejected"),
        (
            "INSERT INTO snapshots (office_id, event_id, mailing_id, revision, digest, purpose, "
            "mode, sender_name, sender_address, reply_to, subject, body, event_name, event_date, "
            "event_hours, event_place, recipient_count, submitted_by, submitted_at) SELECT "
            "office_id, event_id, mailing_id, 9, 'x', purpose, mode, sender_name, sender_address, "
            "reply_to, subject, body, event_name, event_date, event_hours, event_place, 1, "
            "submitted_by, submitted_at FROM snapshots",
            "guard snapshots rejected",
        ),
        (
            "INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, notice, token, "
            "round) SELECT id, office_id, event_id, submitted_at, '', '', 1 FROM snapshots",
            "guard dispatches unapproved",
        ),
    )

    @pytest.mark.parametrize(("statement", "refusal"), STATEMENTS)
    def test_no_statement_brings_it_back(
        self, database: Database, people: People, checked: Snapshot, statement: str, refusal: str
    ) -> None:
        decide(database, people.approver, checked, "reject")
        with (
            pytest.raises(sa.exc.IntegrityError, match=refusal),
            database.writing() as session,
        ):
            session.execute(sa.text(statement))

    def test_no_statement_rejects_without_the_approver(
        self, database: Database, checked: Snapshot
    ) -> None:
        with (
            pytest.raises(sa.exc.IntegrityError, match="guard mailings not_rejected"),
            database.writing() as session,
        ):
            session.execute(sa.text("UPDATE mailings SET state = 'rejected'"))


WRONG: dict[str, tuple[Callable[[People], int], int, int, str, str]] = {
    "oneself": (lambda p: p.approver.id, 0, 1, "出張", "自分を代理にすることはできません"),
    "a stranger": (lambda p: 999, 0, 1, "出張", "この所の職員から選んでください"),
    "no reason": (lambda p: p.checker.id, 0, 1, " ", "代理を置く理由"),
    "days in the wrong order": (lambda p: p.checker.id, 3, 1, "出張", "終わりの日は"),
    "days that are over": (lambda p: p.checker.id, -5, -1, "出張", "終わりの日は"),
    "for ever": (lambda p: p.checker.id, 0, 500, "出張", "92日以内"),
}


class TestDeputy:
    @pytest.fixture
    def second(self, database: Database, people: People) -> Actor:
        """Somebody of the office who has no hand in the mailing and may not approve by himself."""
        return staff(database, people, "hosa", Role.CHECKER)

    def test_he_approves_and_the_record_says_in_whose_place(
        self,
        pages: Pages,
        sign_in: SignIn,
        database: Database,
        people: People,
        checked: Snapshot,
        second: Actor,
    ) -> None:
        path = f"/mailings/{checked.mailing_id}"
        pages.sign_in("hosa", PASSWORD)
        pages.get(f"{path}/approve", status=403)
        appoint(database, people.approver, second)
        assert "決裁する" in pages.get("/").text
        page = pages.get(f"{path}/approve")
        assert "大河内 由紀子さんの代理として決裁します" in page.text
        assert "出張のため" in page.text
        pages.post(f"{path}/approve", walking.yes(page, password=PASSWORD))
        assert reload(database, people, checked.mailing_id).state is MailingState.SENDING
        with database.reading() as session:
            review = session.scalars(sa.select(Review).where(Review.step == Step.APPROVE)).one()
        assert (review.staff_id, review.deputy_id) == (second.id, 1)
        assert "職員 hosaさんが大河内 由紀子さんの代理で決裁しました" in pages.get(path).text

    def test_approving_is_all_that_is_lent(
        self, database: Database, people: People, second: Actor
    ) -> None:
        appoint(database, people.approver, second)
        lent = at_work(database, second)
        with database.writing() as session, pytest.raises(Forbidden):
            control.resume_office(session, lent)
        today = clock.today()
        with database.writing() as session, pytest.raises(Forbidden):
            deputies.appoint(session, lent, people.author.id, today, today, "また代理")

    def test_he_is_held_to_the_same_rules(
        self, database: Database, people: People, checked: Snapshot
    ) -> None:
        for who, sentence in (
            (people.author, "作成に関わった人は"),
            (people.checker, "確認した人が決裁する"),
        ):
            appoint(database, people.approver, who)
            with pytest.raises(UserError, match=sentence):
                decide(database, at_work(database, who), checked)
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_nobody_has_his_own_mailing_approved_by_a_deputy_of_his(
        self, database: Database, people: People, checked: Snapshot, second: Actor
    ) -> None:
        both = staff(database, people, "kachou", Role.AUTHOR, Role.APPROVER)
        with database.writing() as session:
            event = session.get_one(Event, checked.event_id)
            events.put_material(session, both, event, "別の資料.txt", b"x")
            mailing = mailings.get_mailing(session, both, checked.mailing_id, lock=True)
            mailings.withdraw(session, people.author, mailing)
        snapshot = journey.submit(database, people, checked.mailing_id)
        journey.check(database, people, checked.mailing_id)
        appoint(database, both, second)
        with pytest.raises(UserError, match="代理を頼んだ決裁者がこの案件の作成か確認に関わって"):
            decide(database, at_work(database, second), snapshot)

    def test_before_after_and_when_it_was_taken_back_he_is_nobody(
        self, database: Database, people: People, checked: Snapshot, second: Actor
    ) -> None:
        made = appoint(database, people.approver, second, days=2)
        lent = at_work(database, second)
        with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
            with pytest.raises(UserError, match="代理の期間が終わったか、取り消された"):
                decide(database, lent, checked)
            with pytest.raises(Forbidden):
                decide(database, at_work(database, second), checked)
        with database.writing() as session:
            deputies.revoke(session, people.approver, made.id)
        with pytest.raises(UserError, match="代理の期間が終わったか、取り消された"):
            decide(database, lent, checked)
        with database.writing() as session, pytest.raises(UserError, match="もう終わって"):
            deputies.revoke(session, people.approver, made.id)

    RAW = (
        ("{second}", "NULL", "no_role"),
        ("{second}", "99", "(no_role|false_deputy)"),
        ("{approver}", "{made}", "false_deputy"),
    )

    @pytest.mark.parametrize(("who", "by", "refusal"), RAW)
    def test_no_statement_makes_a_deputy_of_anybody(
        self,
        database: Database,
        people: People,
        checked: Snapshot,
        second: Actor,
        who: str,
        by: str,
        refusal: str,
    ) -> None:
        made = appoint(database, people.approver, second)
        names = {"second": second.id, "approver": people.approver.id, "made": made.id}
        statement = (
            "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, "
            f"deputy_id, at) SELECT id, digest, 'approve', 'passed', {who}, '', {by}, :now "
            "FROM snapshots"
        ).format(**names)
        bound = sa.text(statement).bindparams(
            sa.bindparam("now", clock.now(), sa.DateTime(timezone=True))
        )
        with (
            pytest.raises(sa.exc.IntegrityError, match=f"guard reviews {refusal}"),
            database.writing() as session,
        ):
            session.execute(bound)

    @pytest.mark.parametrize("case", WRONG)
    def test_an_appointment_names_a_colleague_days_and_a_reason(
        self, database: Database, people: People, case: str
    ) -> None:
        who, first, last, reason, sentence = WRONG[case]
        begins, ends = (clock.today() + timedelta(days=each) for each in (first, last))
        with database.writing() as session, pytest.raises(UserError, match=sentence):
            deputies.appoint(session, people.approver, who(people), begins, ends, reason)

    def test_the_page_appoints_shows_and_takes_back(
        self, sign_in: SignIn, people: People, second: Actor
    ) -> None:
        approver = sign_in("approver")
        today = clock.today().isoformat()
        typed = {"deputy": second.id, "first": today, "last": today, "reason": "休暇のため"}
        page = approver.post("/deputies", typed | {"last": ""}, status=422)
        assert "日付を入力してください。" in page.text
        assert "休暇のため" in approver.response.get_data(as_text=True)
        page = approver.post("/deputies", typed)
        assert "職員 hosa" in page.text
        assert "代理中" in page.text
        other = sign_in("checker")
        assert "休暇のため" in other.get("/deputies").text
        other.post("/deputies/1/revoke", status=403)
        assert "取り消し" in approver.post("/deputies/1/revoke").text
        approver.post("/deputies/1/revoke", status=409)
        approver.post("/deputies/99/revoke", status=404)

    def test_another_office_appoints_and_takes_back_nothing_here(
        self, database: Database, people: People, second: Actor
    ) -> None:
        made = appoint(database, people.approver, second)
        with database.writing() as session:
            office = offices.add_office(session, "みどり野労働局", "となりの所")
            other = offices.add_staff(session, office, "tonari", "隣野", PASSWORD, [Role.APPROVER])
            stranger = Actor(other, office)
            with pytest.raises(NotFound):
                deputies.revoke(session, stranger, made.id)
            day = date(2030, 1, 1)
            with pytest.raises(UserError, match="この所の職員から"):
                deputies.appoint(session, stranger, second.id, day, day, "x")


BEFALLING: dict[str, tuple[str, NoticeKind, str]] = {
    "the shelf changed": ("checked", NoticeKind.VOIDED, "提出後に資料が変わったため"),
    "the author edited": ("checked", NoticeKind.EDITED, "森下 あかりさんが編集したため"),
    "the author withdrew": ("checked", NoticeKind.WITHDRAWN, "森下 あかりさんが取り下げました"),
    "the approver gave it back": ("checked", NoticeKind.RETURNED, "差し戻しました：日付"),
    "it grew too old": ("approved", NoticeKind.EXPIRED, "承認から7日たっても"),
}


def _befall(database: Database, people: People, mailing_id: int, kind: NoticeKind) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id, lock=True)
        assert mailing.latest is not None
        if kind is NoticeKind.VOIDED:
            event = session.get_one(Event, mailing.event_id)
            name = mailing.latest.materials[0].filename
            events.put_material(session, people.author, event, name, b"%PDF-1.4 new")
            mailings.refresh(session, event)
        elif kind is NoticeKind.EDITED:
            draft = mailings.Draft("目的", "件名", "本文", frozenset(), mailing.version)
            mailings.save_draft(session, people.author, mailing, draft)
        elif kind is NoticeKind.WITHDRAWN:
            mailings.withdraw(session, people.author, mailing)
        elif kind is NoticeKind.RETURNED:
            mailings.give_back(session, people.approver, mailing, mailing.latest.digest, "日付")
    if kind is NoticeKind.EXPIRED:
        with (
            time_machine.travel(clock.now() + timedelta(days=8), tick=False),
            database.writing() as session,
        ):
            control.expire(session)


@pytest.mark.parametrize("case", BEFALLING)
def test_everybody_who_had_it_in_hand_sees_why_it_is_back(
    database: Database, people: People, meeting: Meeting, case: str
) -> None:
    level, kind, sentence = BEFALLING[case]
    journey.submit(database, people, meeting.mailing.id)
    journey.check(database, people, meeting.mailing.id)
    if level == "approved":
        journey.approve(database, people, meeting.mailing.id)
    _befall(database, people, meeting.mailing.id, kind)
    mailing = reload(database, people, meeting.mailing.id)
    with database.reading() as session:
        told = [(each.kind, each.sentence) for each in notices.history(session, mailing)]
        heard = [each.sentence for _, each in notices.concerning(session, people.checker)]
    assert [each for each, _ in told] == [kind]
    assert sentence in told[0][1]
    assert heard == [told[0][1]]


def test_the_earlier_ones_stay_when_another_follows(
    database: Database, people: People, checked: Snapshot
) -> None:
    _befall(database, people, checked.mailing_id, NoticeKind.RETURNED)
    journey.submit(database, people, checked.mailing_id)
    _befall(database, people, checked.mailing_id, NoticeKind.WITHDRAWN)
    mailing = reload(database, people, checked.mailing_id)
    with database.reading() as session:
        kinds = [each.kind for each in notices.history(session, mailing)]
    assert kinds == [NoticeKind.RETURNED, NoticeKind.WITHDRAWN]


def test_who_had_nothing_to_do_with_it_hears_nothing(
    database: Database, people: People, checked: Snapshot
) -> None:
    _befall(database, people, checked.mailing_id, NoticeKind.WITHDRAWN)
    with database.reading() as session:
        assert notices.concerning(session, people.approver) == []
        assert notices.concerning(session, people.author) == [], "he did it himself"


@pytest.mark.parametrize(
    "verb", ["UPDATE mailing_notices SET sentence = ''", "DELETE FROM mailing_notices"]
)
def test_what_befell_is_never_rewritten(
    database: Database, people: People, checked: Snapshot, verb: str
) -> None:
    _befall(database, people, checked.mailing_id, NoticeKind.WITHDRAWN)
    with (
        pytest.raises(sa.exc.IntegrityError, match="guard mailing_notices"),
        database.writing() as session,
    ):
        session.execute(sa.text(verb))


def test_a_rejection_is_a_review_like_the_others(
    database: Database, people: People, checked: Snapshot
) -> None:
    decide(database, people.approver, checked, "reject")
    with database.reading() as session:
        review = session.scalars(sa.select(Review).where(Review.step == Step.APPROVE)).one()
    assert (review.decision, review.digest) == (Decision.REJECTED, checked.digest)
    assert review.reason == "送らないことになりました"

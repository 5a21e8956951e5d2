"""Everybody who had a mailing in hand sees why it is back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import notices
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Decision, Review, Snapshot, Step
from eventmail.mailings.review_models import NoticeKind
from eventmail.outbox import control
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.deputies import decide
from tests.mailings.journey import reload

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

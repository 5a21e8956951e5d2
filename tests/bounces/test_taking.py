"""A mail that came in: kept once, matched with its delivery, and done what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Bounce, BounceMail, Match, Source
from eventmail.bounces.reading import Class, Kind
from eventmail.bounces.service import REPLY_ALERT
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.returns import Returns
from eventmail.suppression.models import Kind as Why
from eventmail.suppression.models import Suppression
from tests.bounces import mails
from tests.bounces.conftest import BOX, came_back

Take = Callable[[bytes], bool]
First = tuple[Delivery, str]


def state_of(database: Database, delivery: Delivery) -> DeliveryState:
    with database.reading() as session:
        return session.get_one(Delivery, delivery.id).state


def suppressed(database: Database) -> list[tuple[str, Why]]:
    with database.reading() as session:
        return [(each.address_key, each.kind) for each in session.scalars(sa.select(Suppression))]


def the_mail(database: Database) -> BounceMail:
    with database.reading() as session:
        return session.scalars(sa.select(BounceMail)).one()


def bounces(database: Database) -> list[Bounce]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Bounce)))


def test_a_hard_one_marks_its_delivery_and_nothing_more_goes_to_the_address(
    database: Database, first: First, returns: Returns, take: Take
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_delivery(delivery.id)), address))
    assert state_of(database, delivery) is DeliveryState.BOUNCED
    assert suppressed(database) == [(address.casefold(), Why.BOUNCED)]
    assert the_mail(database).match is Match.RETURN_ADDRESS
    with database.reading() as session:
        others = session.scalars(sa.select(Delivery.state).where(Delivery.id != delivery.id))
        assert set(others) == {DeliveryState.ACCEPTED}
        assert "存在しない" in session.get_one(Delivery, delivery.id).reply


HARMLESS = {
    "soft": ("5.2.2", "Over quota", Class.SOFT),
    "policy": ("5.7.1", "blocked as spam", Class.POLICY),
    "unknown": ("5.0.0", "no", Class.UNKNOWN),
}


@pytest.mark.parametrize(("code", "words", "kind"), HARMLESS.values(), ids=HARMLESS)
def test_any_other_is_counted_and_changes_nothing(
    database: Database,
    first: First,
    returns: Returns,
    take: Take,
    code: str,
    words: str,
    kind: Class,
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_delivery(delivery.id)), address, code, words))
    assert state_of(database, delivery) is DeliveryState.ACCEPTED
    assert suppressed(database) == []
    assert [(each.delivery_id, each.hardness) for each in bounces(database)] == [
        (delivery.id, kind)
    ]


def forged(database: Database, first: First, returns: Returns, take: Take) -> BounceMail:
    """A bounce with a signature that is none of ours, and all else right."""
    delivery, address = first
    right = str(returns.of_delivery(delivery.id))
    wrong = right.replace("-", "-" + ("a" if "-b" in right else "b"), 1)
    wrong = wrong[: wrong.index("@") - 1] + wrong[wrong.index("@") :]
    raw = came_back(wrong, address).replace(
        mails.RETURNED.encode(), f"{delivery.token}@himesato-anteisho.example".encode()
    )
    take(raw)
    return the_mail(database)


def test_a_forged_one_is_only_noted(
    database: Database, first: First, returns: Returns, take: Take
) -> None:
    found = forged(database, first, returns, take)
    assert (found.forged, found.match, found.office_id) == (True, Match.NONE, None)
    assert bounces(database) == []
    assert state_of(database, first[0]) is DeliveryState.ACCEPTED
    assert suppressed(database) == []


def test_the_returned_message_id_serves_where_no_signed_address_came_along(
    database: Database, first: First, take: Take
) -> None:
    delivery, address = first
    raw = came_back(BOX, address).replace(
        mails.RETURNED.encode(), f"{delivery.token}@himesato-anteisho.example".encode()
    )
    take(raw)
    assert the_mail(database).match is Match.MESSAGE_ID
    assert state_of(database, delivery) is DeliveryState.BOUNCED


def test_an_address_alone_proves_nothing_where_all_that_leaves_is_signed(
    database: Database, first: First, take: Take
) -> None:
    delivery, address = first
    take(came_back(BOX, address))
    assert the_mail(database).match is Match.ADDRESS
    assert [each.sure for each in bounces(database)] == [False]
    assert state_of(database, delivery) is DeliveryState.ACCEPTED
    assert suppressed(database) == []


def test_an_address_alone_serves_where_nothing_is_signed(database: Database, first: First) -> None:
    delivery, address = first
    Intake(database, None).take(came_back(BOX, address.upper()), Source.PIPE)
    assert state_of(database, delivery) is DeliveryState.BOUNCED
    assert suppressed(database) == [(address.casefold(), Why.BOUNCED)]


def test_an_address_that_got_nothing_lately_is_no_match(database: Database, first: First) -> None:
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        Intake(database, None).take(came_back(BOX, first[1]), Source.PIPE)
    assert (the_mail(database).match, bounces(database)) == (Match.NONE, [])


def test_a_stranger_is_no_match(database: Database, sent: Snapshot, take: Take) -> None:
    take(came_back(BOX, "nobody@nowhere.example"))
    assert (the_mail(database).match, the_mail(database).office_id) == (Match.NONE, None)


def test_the_same_mail_twice_is_one_also_on_another_way(
    database: Database, first: First, returns: Returns, intake: Intake
) -> None:
    delivery, address = first
    raw = came_back(str(returns.of_delivery(delivery.id)), address, "5.2.2", "Over quota")
    named = raw.replace(b"Subject:", b"Message-ID: <1@mx.example>\nSubject:", 1)
    assert intake.take(named, Source.PIPE)
    assert not intake.take(b"Received: by another way\n" + named, Source.IMAP)
    assert intake.take(raw, Source.PIPE)
    assert not intake.take(raw, Source.MAILDIR)
    assert len(bounces(database)) == 2


def test_behind_a_forwarding_the_delivery_is_known_by_its_signature(
    database: Database, first: First, returns: Returns, take: Take
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_delivery(delivery.id)), "tanaka@partner.example"))
    assert state_of(database, delivery) is DeliveryState.BOUNCED
    assert suppressed(database) == [(address.casefold(), Why.BOUNCED)]


def test_of_a_batch_it_is_the_one_whom_the_report_names(
    database: Database, first: First, sent: Snapshot, returns: Returns, take: Take
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_batch(sent.id)), address))
    assert [each.delivery_id for each in bounces(database)] == [delivery.id]
    assert state_of(database, delivery) is DeliveryState.BOUNCED


def test_the_offices_own_copy_is_not_marked(
    database: Database, sent: Snapshot, returns: Returns, take: Take
) -> None:
    with database.reading() as session:
        copy = session.scalars(sa.select(Delivery).where(Delivery.first_copy)).one()
    take(came_back(str(returns.of_delivery(copy.id)), "gakusotsu@himesato-anteisho.example"))
    assert state_of(database, copy) is DeliveryState.ACCEPTED
    assert suppressed(database) == []


def answered(box: str, *, more: str = "", subject: str = "Re: ご案内") -> bytes:
    raw = mails.mail("届きました。\n", sender="saiyo@x.example", subject=subject, more=more)
    return raw.replace(mails.BOX.encode(), box.encode()).replace(b"Return-Path: <>\n", b"")


def alerts(database: Database) -> list[str]:
    with database.reading() as session:
        query = sa.select(Alert.sentence).where(Alert.kind == REPLY_ALERT)
        return list(session.scalars(query))


def test_a_programs_answer_changes_nothing_and_tells_nobody(
    database: Database, first: First, returns: Returns, take: Take
) -> None:
    delivery, _ = first
    take(answered(str(returns.of_delivery(delivery.id)), more="Auto-Submitted: auto-replied\n"))
    assert the_mail(database).kind is Kind.AUTO_REPLY
    assert (bounces(database), suppressed(database), alerts(database)) == ([], [], [])


def test_a_persons_answer_is_told_to_the_office_once_and_without_a_word_of_it(
    database: Database, first: First, returns: Returns, take: Take
) -> None:
    box = str(returns.of_delivery(first[0].id))
    take(answered(box))
    take(answered(box, subject="Re: もう一度"))
    (told,) = alerts(database)
    assert "返信が" in told
    assert "届きました" not in told
    assert "@" not in told
    assert (bounces(database), suppressed(database)) == ([], [])


def test_what_comes_back_before_it_is_settled_is_marked_afterwards(
    database: Database, first: First, returns: Returns, intake: Intake
) -> None:
    delivery, address = first
    with database.writing() as session:
        session.execute(sa.text("DROP TRIGGER guard_deliveries_settled" + _on(session)))
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id == delivery.id)
            .values(state=DeliveryState.CLAIMED, claimed_by="w")
        )
    intake.take(came_back(str(returns.of_delivery(delivery.id)), address), Source.PIPE)
    assert state_of(database, delivery) is DeliveryState.CLAIMED
    with database.writing() as session:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id == delivery.id)
            .values(state=DeliveryState.ACCEPTED, claimed_by=None)
        )
    intake.mark_due()
    assert state_of(database, delivery) is DeliveryState.BOUNCED


def _on(session: sa.orm.Session) -> str:
    return "" if session.get_bind().dialect.name == "sqlite" else " ON deliveries"


FORBIDDEN = {
    "bounced without a mail that says so": "UPDATE deliveries SET state = 'bounced' "
    "WHERE id = {other}",
    "what came back is delivered after all": "UPDATE deliveries SET state = 'accepted' "
    "WHERE id = {marked}",
    "what came back goes again": "UPDATE deliveries SET state = 'queued' WHERE id = {marked}",
    "another class": "UPDATE bounces SET hardness = 'soft'",
    "forgotten": "DELETE FROM bounces",
    "the mail forgotten": "DELETE FROM bounce_mails",
    "said of another office's delivery": "INSERT INTO bounces SELECT m.id, {other}, 'hard', "
    "'failed', '', 'x', TRUE FROM bounce_mails m WHERE m.office_id IS NULL",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_database_refuses(
    database: Database, first: First, returns: Returns, take: Take, statement: str
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_delivery(delivery.id)), address))
    take(came_back(BOX, "nobody@nowhere.example"))
    with database.reading() as session:
        other = session.scalar(
            sa.select(sa.func.max(Delivery.id)).where(Delivery.id != delivery.id)
        )
    with pytest.raises(DBAPIError, match="guard"), database.writing() as session:
        session.execute(sa.text(statement.format(marked=delivery.id, other=other)))

"""The envelope sender of each delivery (VERP): signed, one for all attempts, one for a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail.audit.keys import ChainKeys
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import limits, sending
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.returns import BATCH, DELIVERY, Named, Returns
from eventmail.wire import Relay
from tests.outbox import hands
from tests.outbox.test_batches import batch
from tests.recorder import Recorder

assert batch  # a fixture of that room

BOX = "bounce@himesato-anteisho.example"
OLD, NEW = b"o" * 32, b"n" * 32


def returns(*keys: bytes) -> Returns:
    found = Returns.of(BOX, ChainKeys(keys or (NEW,)))
    assert found is not None
    return found


def test_an_address_names_its_delivery_or_its_batch() -> None:
    assert returns().named(str(returns().of_delivery(12))) == Named(DELIVERY, 12, True)
    assert returns().named(str(returns().of_batch(7)).upper()) == Named(BATCH, 7, True)


def test_another_delivery_has_another_signature_and_the_same_one_the_same() -> None:
    first, again, other = (str(returns().of_delivery(each)) for each in (12, 12, 13))
    assert first == again
    assert first.partition("-")[2] != other.partition("-")[2]


@pytest.mark.parametrize(
    ("old", "new"), [("+d12-", "+d13-"), ("+d12-", "+b12-")], ids=["number", "kind"]
)
def test_a_changed_one_is_told_to_be_forged(old: str, new: str) -> None:
    found = returns().named(str(returns().of_delivery(12)).replace(old, new))
    assert found is not None
    assert not found.genuine


def test_one_that_another_installation_signed_is_forged() -> None:
    found = returns().named(str(returns(b"x" * 32).of_delivery(12)))
    assert found == Named(DELIVERY, 12, False)


def test_what_was_signed_before_the_keys_changed_still_counts() -> None:
    assert returns(NEW, OLD).named(str(returns(OLD).of_delivery(12))) == Named(DELIVERY, 12, True)


def test_other_addresses_are_no_return_addresses() -> None:
    assert returns().named(BOX) is None
    assert returns().named("saiyo@minato.example") is None
    assert Returns.of("", ChainKeys((NEW,))) is None


def policy(relay: Relay) -> Policy:
    return Policy(limits.place_of(relay), lanes=1, returns=returns())


def test_each_mail_leaves_with_an_envelope_sender_of_its_own(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    sending.run(database, relay, snapshot.id, policy(relay))
    with database.reading() as session:
        ids = set(session.scalars(sa.select(Delivery.id)))
    senders = [mail.mail_from for mail in recorder.received]
    named = [returns().named(each) for each in senders]
    assert all(each and each.genuine and each.kind == DELIVERY for each in named)
    assert {each.number for each in named if each} == ids
    assert len(set(senders)) == len(senders)
    assert all(b"bounce+" not in mail.content for mail in recorder.received)


def test_without_a_mailbox_the_envelope_sender_is_the_offices(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    sending.run(database, relay, snapshot.id, replace(policy(relay), returns=None))
    assert {mail.mail_from for mail in recorder.received} == {snapshot.sender_address}


def test_a_batch_has_one_for_all(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch(20)
    sending.run(database, relay, snapshot.id, policy(relay))  # the copy
    with database.writing() as session:
        hands.let_go(session, snapshot.id)
    sending.run(database, relay, snapshot.id, policy(relay))
    copy, *mails = recorder.received
    assert len(mails) == 2
    assert {mail.mail_from for mail in mails} == {str(returns().of_batch(snapshot.id))}
    with database.reading() as session:
        states = set(session.scalars(sa.select(Delivery.state)))
    assert states == {DeliveryState.ACCEPTED}
    assert copy.mail_from != mails[0].mail_from

"""The meeting's mailing, sent to all 30, and mails that come back of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.audit.keys import ChainKeys
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.outbox import ledger, service
from eventmail.outbox.ledger import Leaving, Settlement
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.returns import Returns
from eventmail.wire import Kind
from tests.bounces import mails
from tests.outbox import hands

BOX = "bounce@himesato-anteisho.example"


@pytest.fixture
def returns(settings: Settings) -> Returns:
    found = Returns.of(BOX, ChainKeys.of(settings))
    assert found is not None
    return found


@pytest.fixture
def sent(database: Database, approved: Snapshot) -> Snapshot:
    """All 31 mails were taken by the relay; how they leave, other rooms try."""
    with database.writing() as session:
        hands.let_go(session, approved.id)
        copies = ledger.claim(session, approved.id, "w", 1, first_copy=True)
        ids = [*copies, *ledger.claim(session, approved.id, "w", 100, first_copy=False)]
        ledger.hand_over_all(session, "w", [Leaving((each,), "0" * 64, b"head") for each in ids])
        accepted = (DeliveryState.ACCEPTED, Kind.ACCEPTED.value, 250, "Ok")
        ledger.settle_all(session, [Settlement(each, 1, *accepted) for each in ids])
        assert service.finish_if_done(session, session.get_one(Snapshot, approved.id))
    return approved


@pytest.fixture
def intake(database: Database, returns: Returns) -> Intake:
    return Intake(database, returns)


@pytest.fixture
def first(database: Database, sent: Snapshot) -> tuple[Delivery, str]:
    """The first company's delivery, and the address that it went to."""
    same = sa.and_(
        SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
        SnapshotRecipient.contact_id == Delivery.contact_id,
    )
    query = sa.select(Delivery, SnapshotRecipient.address).join(SnapshotRecipient, same)
    with database.reading() as session:
        found = session.execute(query.order_by(SnapshotRecipient.position).limit(1)).one()
    delivery, address = found
    return delivery, address


@pytest.fixture
def take(intake: Intake) -> Callable[..., bool]:
    """Take a mail as if it had come in by a pipe."""
    return lambda raw: intake.take(raw, Source.PIPE)


def came_back(box: str, address: str, code: str = "5.1.1", words: str = "User unknown") -> bytes:
    """A report to ``box`` about the mail to ``address``."""
    raw = mails.report(mails.block(code, f"550 {code} {words}", to=address))
    return raw.replace(mails.BOX.encode(), box.encode())

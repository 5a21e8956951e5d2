"""A worker's claims go on behind the last one, and find what has come back in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import ledger
from eventmail.outbox.models import Delivery, DeliveryState
from tests.outbox import hands

READ = sa.text(
    "SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes "
    "WHERE indexrelname = 'ix_deliveries_due'"
)


@pytest.fixture
def passed() -> ledger.Passed:
    return {}


def _claim(database: Database, approved: Snapshot, count: int, passed: ledger.Passed) -> list[int]:
    with database.writing() as session:
        hands.let_go(session, approved.id)
        return ledger.claim(session, approved.id, "w", count, first_copy=False, passed=passed)


def _give_back(database: Database) -> None:
    with database.writing() as session:
        ledger.give_back(session, "w")


def test_one_after_another_each_is_taken_once_and_in_order(
    database: Database, approved: Snapshot, passed: ledger.Passed
) -> None:
    taken = [_claim(database, approved, 7, passed) for _ in range(6)]
    assert [len(each) for each in taken] == [7, 7, 7, 7, 2, 0]
    numbers = [number for each in taken for number in each]
    assert numbers == sorted(set(numbers))


def test_what_has_come_back_in_front_is_taken_when_there_is_too_little_behind(
    database: Database, approved: Snapshot, passed: ledger.Passed
) -> None:
    first = _claim(database, approved, 25, passed)
    _give_back(database)
    rest = _claim(database, approved, 10, passed)
    assert len(rest) == 10
    assert len(set(rest) - set(first)) == 5, "those behind, and five of the others"
    others = _claim(database, approved, 100, passed)
    assert sorted([*rest, *others]) == sorted({*first, *rest}), "nobody is left, nobody is twice"


def test_what_is_to_be_tried_again_has_a_place_of_its_own(
    database: Database, approved: Snapshot, passed: ledger.Passed
) -> None:
    later, *_ = _claim(database, approved, 30, passed)
    with database.writing() as session:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id == later)
            .values(
                state=DeliveryState.DEFERRED,
                claimed_by=None,
                lease_until=None,
                due_at=clock.now() - timedelta(hours=1),
            )
        )
    assert _claim(database, approved, 5, passed) == [later]


class TestWhileABackupLooks:
    """PostgreSQL keeps in the index what has left, while somebody looks at an earlier state."""

    pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

    @pytest.fixture
    def looking(self, database: Database) -> Iterator[None]:
        engine = sa.create_engine(database.engine.url, isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT count(*) FROM deliveries"))
            yield
        engine.dispose()

    def test_a_claim_does_not_pass_by_all_that_has_left(
        self, database: Database, approved: Snapshot, looking: None, passed: ledger.Passed
    ) -> None:
        with database.engine.begin() as connection:
            name = connection.execute(sa.text("SELECT current_database()")).scalar_one()
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
        before = self._read(database)
        taken = [_claim(database, approved, 1, passed) for _ in range(30)]
        assert all(taken)
        assert self._read(database) - before < 4 * len(taken), "not 1 + 2 + … + 30"

    @staticmethod
    def _read(database: Database) -> int:
        database.dispose()  # a connection that ends says what it has read
        with database.engine.connect() as connection:
            return int(connection.execute(READ).scalar_one())

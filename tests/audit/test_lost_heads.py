"""A head that was lost is put back, if nothing else is wrong."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail.audit import verifying
from eventmail.audit.models import AuditEntry
from eventmail.audit.verifying import Report
from eventmail.database import Database
from eventmail.errors import UserError
from tests.audit.test_chain import OFFICE, act, checked, run
from tests.guards import drop_guard


def _lose_head(database: Database) -> Report:
    for _ in range(3):
        with database.writing() as session:
            act(session)
    whole = checked(database)
    drop_guard(database, "audit_heads", "delete")
    run(database, "DELETE FROM audit_heads WHERE chain = 7")
    return whole


def _rebuilt(database: Database, office: int = OFFICE) -> Report:
    with database.writing() as session:
        verifying.begin(session)
        return verifying.rebuild_head(session, office)


def test_a_lost_head_is_put_back_at_the_last_link_and_that_is_recorded(database: Database) -> None:
    whole = _lose_head(database)
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        act(session)
    assert _rebuilt(database).code == whole.code
    with database.writing() as session:
        act(session)
    report = checked(database)
    assert (report.number, report.fault) == (5, None)
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "audit.head_rebuilt")
        assert session.scalars(query).one().details == {"head": whole.code}


BACK = (
    "INSERT INTO audit_heads (chain, number, mac, older) "
    "SELECT chain, number, mac, 0 FROM audit_links WHERE chain = 7 AND number = {}"
)


@pytest.mark.parametrize("number", [1, 2])
def test_the_database_takes_a_head_back_at_the_last_link_alone(
    database: Database, number: int
) -> None:
    """Set back by only one link, the last act could be taken out of the chain."""
    _lose_head(database)
    with pytest.raises(sa.exc.DBAPIError, match="guard audit_heads begun"):
        run(database, BACK.format(number))
    run(database, BACK.format(3))


WORSE = {
    "the last link is gone too": "DELETE FROM audit_links WHERE chain = 7 AND number = 3",
    "a link in the middle is gone too": "DELETE FROM audit_links WHERE chain = 7 AND number = 2",
    "a rewritten entry": "UPDATE audit_entries SET staff_id = 2 WHERE office_id = 7",
}


@pytest.mark.parametrize("statement", WORSE.values(), ids=WORSE)
def test_no_head_is_put_back_where_more_is_wrong(database: Database, statement: str) -> None:
    _lose_head(database)
    drop_guard(database, "audit_links", "delete")
    drop_guard(database, "audit_entries", "update")
    run(database, statement)
    with pytest.raises(UserError, match="失われたのは先頭だけではない"):
        _rebuilt(database)


def test_a_head_that_is_there_or_was_never_there_is_not_put_back(database: Database) -> None:
    for chain_number in (1, OFFICE):
        with pytest.raises(UserError, match="失われていません"):
            _rebuilt(database, chain_number)


def test_a_chain_that_was_taken_away_whole_is_missed(database: Database) -> None:
    """By what an earlier verification has seen, though nothing of it is left."""
    whole = _lose_head(database)
    with database.writing() as session:
        verifying.note(session, whole)
    for table in ("audit_links", "audit_entries"):
        drop_guard(database, table, "delete")
    run(
        database,
        "DELETE FROM audit_links WHERE chain = 7",
        "DELETE FROM audit_entries WHERE office_id = 7",
    )
    with database.reading() as session:
        assert OFFICE in verifying.chains(session)
    fault = checked(database).fault
    assert fault is not None
    assert fault.text == verifying.CUT.format(head=3)

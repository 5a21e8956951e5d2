"""Every entry hangs in its office's chain, and what is broken is named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit import chain, origin, verifying
from eventmail.audit.keys import ChainKeys, Unkeyed
from eventmail.audit.models import AuditEntry, AuditHead, AuditLink
from eventmail.audit.service import address_digest, record
from eventmail.audit.verifying import Noted, Report
from eventmail.config import Settings
from eventmail.database import Database, table_of
from tests.conftest import SECRET, Templates, opened
from tests.guards import drop_guard

OFFICE = 7  # of which nothing is recorded yet


def act(
    session: Session, subject: str = "event:1", office: int | None = OFFICE, **details: object
) -> None:
    record(session, "event.changed", subject, office_id=office, staff_id=1, **details)


def checked(database: Database, office: int = OFFICE, known: Noted | None = None) -> Report:
    with database.reading() as session:
        verifying.begin(session)
        return verifying.verify(session, office, known)


def numbers(database: Database, office: int = OFFICE) -> list[int]:
    with database.reading() as session:
        query = sa.select(AuditLink.number).where(AuditLink.chain == office)
        return list(session.scalars(query.order_by(AuditLink.number)))


def run(database: Database, *statements: str) -> None:
    with database.writing() as session:
        for each in statements:
            session.execute(sa.text(each))


def test_each_act_is_one_link_and_every_office_has_a_chain_of_its_own(database: Database) -> None:
    with database.writing() as session:
        act(session)
        act(session, office=8)
        act(session, counts={"b": 0.1, "a": 1e100, "ｱ": [True, None, (1, 2)]}, text="髙﨑①㈱")
        act(session, office=None)
    with database.writing() as session:
        act(session)
    assert numbers(database) == [1, 2, 3]
    assert numbers(database, 8) == [1]
    with database.reading() as session:
        assert {0, 1, 7, 8} <= set(verifying.chains(session))
    for each in (0, 1, 7, 8):
        assert checked(database, each).fault is None
    assert checked(database).number == 3


def test_what_is_rolled_back_is_not_in_the_chain(database: Database) -> None:
    with database.writing() as session:
        act(session, "event:1")
        savepoint = session.begin_nested()
        act(session, "event:2")
        session.flush()
        savepoint.rollback()
        with session.begin_nested():
            act(session, "event:3")
    with suppress(ZeroDivisionError), database.writing() as session:
        act(session, "event:4")
        session.flush()
        raise ZeroDivisionError
    with database.reading() as session:
        query = sa.select(AuditEntry.subject).where(AuditEntry.office_id == OFFICE)
        assert list(session.scalars(query.order_by(AuditEntry.id))) == ["event:1", "event:3"]
    assert numbers(database) == [1, 2]
    assert checked(database).fault is None


def _beside_each_other(database: Database, office: int, acts: int) -> None:
    """Two write entries; both have written before either reaches the end of its transaction."""
    both, failed = threading.Barrier(2), []

    def write() -> None:
        try:
            for _ in range(acts):
                with database.writing() as session:
                    act(session, office=office)
                    session.flush()
                    if not database.is_sqlite:  # which has one writer at a time
                        both.wait(30)
        except (sa.exc.SQLAlchemyError, threading.BrokenBarrierError) as error:
            failed.append(error)
            both.abort()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []


def test_writers_beside_each_other_make_one_unbroken_chain(database: Database) -> None:
    _beside_each_other(database, OFFICE, acts=5)
    assert numbers(database) == list(range(1, 11))
    assert checked(database).fault is None


def test_two_who_begin_a_chain_at_once_both_get_into_it(database: Database) -> None:
    """Whoever finds no head inserts one, though the other's may be there by then."""
    for office in range(100, 101 if database.is_sqlite else 125):
        _beside_each_other(database, office, acts=1)
        assert (numbers(database, office), checked(database, office).fault) == ([1, 2], None)


def test_without_a_key_nothing_is_kept(database: Database) -> None:
    bare = Database(database.url.render_as_string(hide_password=False))
    with pytest.raises(Unkeyed), bare.writing() as session:
        act(session)
    bare.dispose()
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.office_id == OFFICE)) == 0


LINK, ENTRY = ("audit_links", "update", "delete"), ("audit_entries", "update", "delete")
OF_THIRD = "(SELECT entry_id FROM audit_links WHERE chain = 7 AND number = 3)"
BROKEN: dict[str, tuple[tuple[str, ...], int, str]] = {
    "an entry rewritten": (
        (f"UPDATE audit_entries SET staff_id = 2 WHERE id = {OF_THIRD}",),
        3,
        verifying.FORGED,
    ),
    "what was before rewritten": (
        (f"UPDATE audit_entries SET before = '{{\"a\": 1}}' WHERE id = {OF_THIRD}",),
        3,
        verifying.FORGED,
    ),
    "a link taken out": (
        ("DELETE FROM audit_links WHERE chain = 7 AND number = 3",),
        3,
        verifying.GAP,
    ),
    "links renumbered over a gap": (
        (
            "DELETE FROM audit_links WHERE chain = 7 AND number = 3",
            "UPDATE audit_links SET number = number - 1 WHERE chain = 7 AND number = 4",
        ),
        3,
        verifying.FORGED,
    ),
    "the tail cut": (
        ("DELETE FROM audit_links WHERE chain = 7 AND number > 3",),
        4,
        verifying.CUT.format(head=5),
    ),
    "an entry dated back": (
        (f"UPDATE audit_entries SET at = '2020-01-01 00:00:00+00:00' WHERE id = {OF_THIRD}",),
        3,
        verifying.FORGED,
    ),
}


@pytest.mark.parametrize(("statements", "number", "text"), BROKEN.values(), ids=BROKEN)
def test_the_first_broken_link_is_named(
    database: Database, statements: tuple[str, ...], number: int, text: str
) -> None:
    """Whoever may drop the guards still leaves a trace."""
    for _ in range(5):
        with database.writing() as session:
            act(session)
    for table, *verbs in (LINK, ENTRY):
        for verb in verbs:
            drop_guard(database, table, verb)
    run(database, *statements)
    fault = checked(database).fault
    assert fault is not None
    assert (fault.number, fault.text) == (number, text)


def test_an_entry_past_the_services_hangs_in_no_chain_and_is_named(database: Database) -> None:
    with database.writing() as session:
        act(session)
    run(
        database,
        "INSERT INTO audit_entries (at, office_id, action, subject, details) "
        "VALUES ('2026-11-23 00:00:00+00:00', 7, 'x', 'x', '{}')",
    )
    fault = checked(database).fault
    assert fault is not None
    assert fault.number == 0
    assert "鎖に入っていない" in fault.text


def test_a_tail_cut_with_its_head_is_noticed_by_what_was_noted(database: Database) -> None:
    """Also by what an earlier verification has seen."""
    for _ in range(3):
        with database.writing() as session:
            act(session)
    seen = checked(database)
    known = verifying.noted(seen.code)
    assert known is not None
    run(database, *_cut(database))
    assert checked(database).fault is None
    fault = checked(database, known=known).fault
    assert fault is not None
    assert fault.text == verifying.CUT.format(head=3)
    with database.writing() as session:
        verifying.note(session, seen)
    assert checked(database).fault == fault


def _cut(database: Database) -> tuple[str, ...]:
    for table, name in (
        ("audit_links", "delete"),
        ("audit_entries", "delete"),
        ("audit_heads", "back"),
        ("audit_heads", "unlinked"),
    ):
        drop_guard(database, table, name)
    return (
        "DELETE FROM audit_links WHERE chain = 7 AND number = 3",
        "DELETE FROM audit_entries WHERE office_id = 7 "
        "AND id NOT IN (SELECT entry_id FROM audit_links)",
        "UPDATE audit_heads SET number = 2, mac = "
        "(SELECT mac FROM audit_links WHERE chain = 7 AND number = 2) WHERE chain = 7",
    )


def test_after_a_cut_the_office_works_on_and_the_gap_stays(database: Database) -> None:
    for _ in range(3):
        with database.writing() as session:
            act(session)
    drop_guard(database, "audit_links", "delete")
    run(database, "DELETE FROM audit_links WHERE chain = 7 AND number = 3")
    with database.writing() as session:
        act(session)
    assert numbers(database) == [1, 2, 4]
    fault = checked(database).fault
    assert fault is not None
    assert (fault.number, fault.text) == (3, verifying.GAP)


def test_the_entries_before_there_were_chains_are_the_first_links(database: Database) -> None:
    run(database, "DELETE FROM audit_heads WHERE chain = 7")
    old = (
        "INSERT INTO audit_entries (at, office_id, action, subject, details) "
        "VALUES ('2026-11-23 00:00:00.123456+00:00', 7, 'event.added', 'event:1', '{\"a\": 1.50}')"
    )
    drop_guard(database, "audit_heads", "begun")
    run(database, old, old, "INSERT INTO audit_heads VALUES (7, 0, '', 2)")
    waiting = checked(database)
    assert (waiting.unsealed, waiting.older, waiting.fault) == (True, 2, None)
    with database.writing() as session:
        act(session)
    chain.seal_older(database)
    after = checked(database)
    assert (after.unsealed, after.older, after.number, after.fault) == (False, 2, 3, None)


def test_a_key_may_be_changed_as_long_as_the_former_one_is_kept(database: Database) -> None:
    with database.writing() as session:
        act(session)
    url = database.url.render_as_string(hide_password=False)
    changed = Database(url, {"audit keys": _keys("n" * 40, SECRET)})
    with changed.writing() as session:
        act(session)
    assert checked(changed).fault is None
    changed.dispose()
    alone = Database(url, {"audit keys": _keys("n" * 40)})
    fault = checked(alone).fault
    alone.dispose()
    assert fault is not None
    assert (fault.number, fault.text[:4]) == (1, verifying.NO_KEY[:4])


def _keys(*keys: str) -> ChainKeys:
    return ChainKeys.of(Settings(secret_key="x" * 40, sealing_keys=keys))


def test_moved_to_the_other_database_the_chain_still_holds(
    database: Database, templates: Templates
) -> None:
    with database.writing() as session:
        act(session, counts={"ｱ": 0.1, "a": 1e100, "big": 2**60}, at=1.0)
    other = opened(templates.copy("postgresql" if database.is_sqlite else "sqlite"))
    with database.reading() as source, other.writing() as target:
        for model in (AuditEntry, AuditLink):
            table = table_of(model)
            place = table.c.chain if model is AuditLink else table.c.office_id
            found = source.execute(sa.select(table).where(place == OFFICE))
            rows = [dict(each) for each in found.mappings()]
            if model is AuditLink:
                target.add(AuditHead(chain=OFFICE, number=0, mac="", older=0))
                target.flush()
            target.execute(sa.insert(table), rows)
    report = checked(other)
    other.dispose()
    assert (report.number, report.fault) == (1, None)


def test_who_from_where_what_before_and_after(database: Database) -> None:
    before = {"name": "春", "address": "", "place": "みなと会館"}
    here = origin.Origin(origin.PAGE, "192.0.2.9", "mark")
    with origin.coming_from(here), database.writing() as session:
        after = before | {"name": "秋", "address": address_digest(session, "A@example.jp")}
        act(session, before=before, after=after)
        again = address_digest(session, "a@example.jp")
    with database.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.office_id == OFFICE)).one()
    assert (entry.via, entry.client, entry.session_mark) == ("page", "192.0.2.9", "mark")
    assert entry.before == {"name": "春", "address": ""}
    assert entry.after == {"name": "秋", "address": again}
    assert "example" not in again


CODES: dict[str, tuple[str, Callable[[Noted | None], bool]]] = {
    "as shown": ("3:0123-4567-89ab-cdef", lambda found: found == Noted(3, "0123456789abcdef")),
    "as typed": (" 3:0123456789ABCDEF", lambda found: found == Noted(3, "0123456789abcdef")),
    "too short": ("3:0123", lambda found: found is None),
    "without number": ("0123456789abcdef", lambda found: found is None),
}


@pytest.mark.parametrize(("code", "right"), CODES.values(), ids=CODES)
def test_a_noted_head(code: str, right: Callable[[Noted | None], bool]) -> None:
    assert right(verifying.noted(code))

"""Hangs every entry in its chain, at the very end of the transaction that wrote it.

Each office has a chain, and the installation has one, so that no office waits for another. The
head of a chain is the last lock that a transaction takes: whoever waits for it holds up nobody
who could in turn wait for him. An entry that reaches the session in any way is linked, and one of
a savepoint that was rolled back is gone from the session and so from the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.canonical import content_of
from eventmail.audit.keys import ChainKeys, keys_of
from eventmail.audit.models import AuditEntry, AuditHead, AuditLink
from eventmail.database import Database, insert_new, table_of

WAITING = "audit entries without a link"
AT_ONCE = 1000


def attach() -> None:
    """Have every session link what was recorded in it."""
    if not sa.event.contains(Session, "before_commit", _link):
        sa.event.listen(Session, "pending_to_persistent", _note)
        sa.event.listen(Session, "before_commit", _link)


def seal_older(database: Database) -> None:
    """Link the entries that are older than the chains. Doing it again does nothing."""
    with database.reading() as session:
        waiting = sa.select(AuditHead.chain).where(AuditHead.number == 0, AuditHead.older > 0)
        chains = sorted(session.scalars(waiting))
    for chain in chains:
        with database.writing() as session:
            _append(session, chain, ())


def _note(session: Session, instance: Any) -> None:
    if isinstance(instance, AuditEntry):
        session.info.setdefault(WAITING, []).append(instance)


def _link(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint's end is not the transaction's
        return
    session.flush()
    noted = session.info.pop(WAITING, [])
    waiting = sorted((each for each in noted if each in session), key=lambda e: (e.chain, e.id))
    for chain, entries in groupby(waiting, key=lambda each: each.chain):
        _append(session, chain, entries)


def _append(session: Session, chain: int, entries: Iterable[AuditEntry]) -> None:
    """Link them behind the head, which goes along by itself (a trigger of the database)."""
    keys = keys_of(session)
    head = _hold(session, chain)
    end = (head.number, head.mac)
    if head.number == 0 and head.older:
        end = _write(session, keys, _older(session, chain, head.older), *end)
    _write(session, keys, entries, *end)


def _hold(session: Session, chain: int) -> Any:
    heads = table_of(AuditHead)
    query = sa.select(heads).where(heads.c.chain == chain).with_for_update()
    found = session.execute(query).one_or_none()
    if found is None:
        insert_new(session, AuditHead, {"chain": chain, "number": 0, "mac": "", "older": 0})
        found = session.execute(query).one()
    return found


def _older(session: Session, chain: int, count: int) -> Iterator[AuditEntry]:
    """The entries from before there were chains: the migration has counted them."""
    office = sa.func.coalesce(AuditEntry.office_id, 0) == chain
    unlinked = ~sa.exists().where(AuditLink.entry_id == AuditEntry.id)
    last = 0
    while count > 0:
        query = sa.select(AuditEntry).where(office, unlinked, AuditEntry.id > last)
        found = list(session.scalars(query.order_by(AuditEntry.id).limit(min(AT_ONCE, count))))
        if not found:
            return
        yield from found
        last, count = found[-1].id, count - len(found)


def _write(
    session: Session, keys: ChainKeys, entries: Iterable[AuditEntry], number: int, mac: str
) -> tuple[int, str]:
    """Append links to a chain whose end is (``number``, ``mac``); returns its new end."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        number, previous = number + 1, mac
        content = content_of(entry, number, previous, keys.newest)
        mac = keys.mac(content, keys.newest) or ""
        rows.append(
            {
                "chain": entry.chain,
                "number": number,
                "entry_id": entry.id,
                "previous": previous,
                "mac": mac,
                "key_id": keys.newest,
            }
        )
        if len(rows) == AT_ONCE:
            session.execute(sa.insert(table_of(AuditLink)), rows)
            rows = []
    if rows:
        session.execute(sa.insert(table_of(AuditLink)), rows)
    return number, mac

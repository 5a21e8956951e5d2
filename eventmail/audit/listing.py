"""The office's entries, newest first, a page at a time: each filter is one walk along an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditEntry, AuditLink
from eventmail.audit.sentences import Kind, actions_of
from eventmail.clock import TOKYO

PAGE = 50
AT_ONCE = 1000
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of an office: of a person, a kind, one subject, from a day to another."""

    office_id: int
    staff_id: int | None = None
    kind: Kind | None = None
    subject: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its number in the chain; None where it hangs in none."""

    entry: AuditEntry
    number: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page, and the place after which the older ones begin."""

    lines: list[Line]
    older: Place | None


def page(session: Session, wanted: Wanted, after: Place | None = None) -> Listed:
    """The newest entries, or those older than ``after``."""
    ids = list(session.scalars(_ids(wanted, after, PAGE + 1)))
    found = {line.entry.id: line for line in _lines(session, ids[:PAGE])}
    lines = [found[each] for each in ids[:PAGE]]
    more = len(ids) > PAGE
    return Listed(lines, (lines[-1].entry.at, lines[-1].entry.id) if more else None)


def one(session: Session, office_id: int, entry_id: int) -> Line | None:
    """One entry of the office."""
    found = list(_lines(session, [entry_id]))
    return found[0] if found and found[0].entry.office_id == office_id else None


def every(session: Session, wanted: Wanted) -> Iterator[Line]:
    """All wanted entries, newest first, a thousand at a time."""
    after: Place | None = None
    while True:
        ids = list(session.scalars(_ids(wanted, after, AT_ONCE)))
        found = {line.entry.id: line for line in _lines(session, ids)}
        for each in ids:
            yield found[each]
        if len(ids) < AT_ONCE:
            return
        after = (found[ids[-1]].entry.at, ids[-1])
        for each in ids:
            session.expunge(found[each].entry)


def people(session: Session, office_id: int) -> list[int]:
    """Whoever has an entry in this office: one step along the index for each of them."""
    staff = AuditEntry.staff_id
    of_office = sa.select(sa.func.min(staff).label("id")).where(AuditEntry.office_id == office_id)
    steps = of_office.cte("steps", recursive=True)
    above = (
        sa.select(sa.func.min(staff))
        .where(AuditEntry.office_id == office_id, staff > steps.c.id)
        .correlate(steps)
        .scalar_subquery()
    )
    steps = steps.union_all(sa.select(above).where(steps.c.id.is_not(None)))
    return list(session.scalars(sa.select(steps.c.id).where(steps.c.id.is_not(None))))


def _lines(session: Session, ids: list[int]) -> Iterator[Line]:
    query = (
        sa.select(AuditEntry, AuditLink.number)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditEntry.id.in_(ids))
    )
    for entry, number in session.execute(query):
        yield Line(entry, number)


def _ids(wanted: Wanted, after: Place | None, most: int) -> sa.Select[Any]:
    """One walk; for a kind one along each of its acts, of which only the newest are taken."""
    if wanted.kind is None:
        both = _walk(wanted, after, most, None)
    else:
        walks = [_walk(wanted, after, most, action) for action in actions_of(wanted.kind)]
        both = sa.union_all(*(sa.select(each) for each in walks)).subquery()
    return sa.select(both.c.id).order_by(both.c.at.desc(), both.c.id.desc()).limit(most)


def _walk(wanted: Wanted, after: Place | None, most: int, action: str | None) -> sa.Subquery:
    columns = (AuditEntry.at, AuditEntry.id)
    query = sa.select(*columns).where(*_conditions(replace(wanted, kind=None)))
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if after is not None:
        query = query.where(sa.tuple_(*columns) < after)
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most).subquery()


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [AuditEntry.office_id == wanted.office_id]
    if wanted.staff_id is not None:
        found.append(AuditEntry.staff_id == wanted.staff_id)
    if wanted.subject:
        found.append(AuditEntry.subject == wanted.subject)
    if wanted.first_day is not None:
        found.append(AuditEntry.at >= _midnight(wanted.first_day))
    if wanted.last_day is not None:
        found.append(AuditEntry.at < _midnight(wanted.last_day + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO)

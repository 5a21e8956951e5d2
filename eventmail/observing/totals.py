"""Counters over tables with millions of rows, right for any number of workers.

What is counted is what the workers have written down. The sweep adds the newest rows to the
totals and moves a mark; a scrape adds what stands behind the mark. So nothing is counted twice,
nothing is lost with a process, and nobody reads more than the last minutes' rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.observing.models import RunningTotal, TotalMark
from eventmail.outbox.models import Attempt
from eventmail.wire import Kind

ATTEMPTS, AUDIT = "attempts", "audit"  # the marks
MAILS, REPLIES, SECONDS, ACTS = "mails", "replies", "seconds", "acts"
SUM = "sum"
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
BEYOND, NO_ANSWER = "+Inf", "none"
WATCHED = (
    "dispatch.halted",
    "access.refused",
    "staff.sign_in_refused",
    "staff.second_step_refused",
    "staff.confirmation_refused",
)
# A row may become visible after one with a higher id: what is younger than that stays behind the
# mark. No transaction that writes one of these takes nearly so long.
SETTLES = timedelta(seconds=30)
# So long a mail that was handed over is waited for. Then its worker has died, and what a person
# decides of it is no answer of the relay's.
ANSWERS = timedelta(hours=1)
OPEN = Attempt.settled_at.is_(None)
Totals = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is counted. ``count``: the totals of its rows between two ids.

    ``open``: which of them wait for an answer.
    """

    name: str
    table: Any
    at: Any
    count: Callable[[Session, sa.ColumnElement[bool]], Totals]
    open: sa.ColumnElement[bool] | None = None


def read(session: Session) -> Totals:
    """Everything so far. The session must be one look (``audit.verifying.begin``)."""
    kept = session.execute(sa.select(RunningTotal.series, RunningTotal.part, RunningTotal.value))
    found: Totals = Counter({(series, part): value for series, part, value in kept})
    for source in SOURCES:
        found.update(source.count(session, source.table.id > _mark(session, source)))
    return found


def add_up(database: Database) -> None:
    """Add the rows that have settled to the totals."""
    for source in SOURCES:
        with database.writing() as session:
            _add_up(session, source)


def _add_up(session: Session, source: Source) -> None:
    mark = session.get_one(TotalMark, source.name, with_for_update=True)
    upto = _upto(session, source, mark.last_id)
    if upto is None:
        return
    rows = sa.and_(source.table.id > mark.last_id, source.table.id <= upto)
    for (series, part), value in source.count(session, rows).items():
        kept = session.get(RunningTotal, (series, part))
        if kept is None:
            session.add(RunningTotal(series=series, part=part, value=value))
        else:
            kept.value += value
    mark.last_id = upto


def _upto(session: Session, source: Source, mark: int) -> int | None:
    """The last row before any that is too young, or not settled yet."""
    table = source.table
    now = clock.now()
    young = source.at > now - SETTLES
    if source.open is not None:
        young = sa.or_(young, sa.and_(source.open, source.at > now - ANSWERS))
    first = sa.select(sa.func.min(table.id)).where(table.id > mark, young)
    last = sa.select(sa.func.max(table.id)).where(table.id > mark)
    before = session.scalar(first)
    found = session.scalar(last) if before is None else before - 1
    return found if found is not None and found > mark else None


def _mark(session: Session, source: Source) -> int:
    query = sa.select(TotalMark.last_id).where(TotalMark.source == source.name)
    return session.scalars(query).one()


def _attempts(session: Session, rows: sa.ColumnElement[bool]) -> Totals:
    took, answered = _seconds(session), sa.func.coalesce(Attempt.reply_code, 0) > 0
    upper = ((took <= each, str(each)) for each in BUCKETS)
    bucket = sa.case((~answered, NO_ANSWER), *upper, else_=BEYOND)
    outcome = sa.case((OPEN, Kind.UNCERTAIN.value), else_=Attempt.outcome)
    kind_of = Attempt.reply_code // 100
    given_up = Attempt.handed_over_at <= clock.now() - ANSWERS
    query = (
        sa.select(outcome, kind_of, bucket, sa.func.count())
        .add_columns(sa.func.sum(took))
        .where(rows, sa.or_(~OPEN, given_up))
        .group_by(sa.literal_column("1"), sa.literal_column("2"), sa.literal_column("3"))
    )
    found: Totals = Counter()
    for outcome, kind, upto, count, seconds in session.execute(query):
        found[MAILS, outcome] += count
        found[REPLIES, f"{kind}xx" if kind else "none"] += count
        if upto != NO_ANSWER:
            found[SECONDS, upto] += count
            found[SECONDS, SUM] += seconds
    return found


def _seconds(session: Session) -> sa.ColumnElement[float]:
    """From handing over to the answer; two clocks may differ by a little, but no time is less."""
    begun, ended = Attempt.handed_over_at, Attempt.settled_at
    if session.get_bind().dialect.name == "sqlite":
        took = (sa.func.julianday(ended) - sa.func.julianday(begun)) * 86400.0
        return sa.func.max(took, 0.0)
    took = sa.cast(sa.extract("epoch", ended) - sa.extract("epoch", begun), sa.Float)
    return sa.func.greatest(took, 0.0)


def _acts(session: Session, rows: sa.ColumnElement[bool]) -> Totals:
    rule = AuditEntry.details["rule"].as_string()
    query = sa.select(AuditEntry.action, rule).where(rows, AuditEntry.action.in_(WATCHED))
    return Counter((ACTS, part) for part in _parts(session.execute(query)))


def _parts(rows: Iterable[Any]) -> Iterator[str]:
    for action, rule in rows:
        yield f"{action} {rule or ''}".strip()[:80]


SOURCES = (
    Source(ATTEMPTS, Attempt, Attempt.handed_over_at, _attempts, OPEN),
    Source(AUDIT, AuditEntry, AuditEntry.at, _acts),
)

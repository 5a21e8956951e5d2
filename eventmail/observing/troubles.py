"""What goes wrong and goes on: people are told once when it begins, and once when it is over.

The sweep compares what there is with what is written down. Of one kind an office (or, for the
installation, its administrators) hears at most once an hour; what is over by then is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import service as alerts
from eventmail.alerts.wording import AUDIT, RELAY_DOWN, UNCERTAIN, WEBHOOK_OFF
from eventmail.audit.models import INSTALLATION, AuditCheck
from eventmail.config import Settings
from eventmail.database import Database, insert_new
from eventmail.language import said
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.observing import backups, totals
from eventmail.observing.figures import is_down, is_uncertain, newest_checks
from eventmail.observing.models import TotalMark, Trouble, TroubleMail
from eventmail.observing.wording import BACKUP, HALTED, KINDS
from eventmail.offices.models import Mailbox, Membership, Office, Role, Staff
from eventmail.outbox import limits
from eventmail.outbox.models import Attempt, Delivery, Dispatch, RelayPace
from eventmail.relays import service as relays
from eventmail.relays.service import NoRoute
from eventmail.staffmail.models import fresh
from eventmail.webhooks.models import OffWhy, Webhook

__all__ = ["KINDS", "Found", "note"]

QUIET = timedelta(hours=1)
DOWN = timedelta(minutes=5)
MAKES = timedelta(hours=1)  # a backup's time is when it was begun: the failure may be noted later
LATELY = timedelta(days=1)  # what was there long before somebody watched is no news
# The office's pages and its mailbox learn of these from here, of the others from their own rooms.
ON_PAGES = (RELAY_DOWN, UNCERTAIN, WEBHOOK_OFF)

NO_RELAY = said(
    "送信サーバーに5分以上つながりません。送れなかったメールは、つながりしだい送ります。"
)
NOT_KNOWN = said("送信結果が分からないメールが{count}通あります（メール案件 番号{mailing}）。")
STOPPED = said("送信を止めました（メール案件 番号{mailing}）。")
NOT_CALLED = {
    OffWhy.GONE: said("Webhook「{name}」は、相手のシステムに断られたため止めました。"),
    OffWhy.FAILED: said(
        "Webhook「{name}」は、3日のあいだ呼び出し直しても受け取られなかったため止めました。"
    ),
}
NO_BACKUP = said("バックアップを作れませんでした。")
CHAIN = said("監査記録の鎖が切れています。記録が書き換えられたおそれがあります。")


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is wrong now; ``office_id`` is None for the installation."""

    kind: str
    office_id: int | None
    subject: str
    sentence: str
    since: datetime


def note(database: Database, settings: Settings) -> None:
    """Write down what has begun and what is over, and queue the mails."""
    with database.reading() as session:
        found = any(True for _ in _all(session, settings))
        known = session.scalars(sa.select(Trouble.id).limit(1)).first()
    if not found and known is None:
        return
    with database.writing() as session:
        # One sweep at a time, and each looks anew: an older look would end what has begun since.
        session.get_one(TotalMark, totals.ATTEMPTS, with_for_update=True)
        _note(session, settings)


def _note(session: Session, settings: Settings) -> None:
    found = list(_all(session, settings))
    _begin(session, found, {_key(each) for each in session.scalars(_going_on())})
    now = {(each.kind, each.subject) for each in found}
    for trouble in session.scalars(_going_on().with_for_update()).all():
        if _key(trouble) not in now:
            if _is_over(settings, trouble):
                _end(session, trouble)
        elif trouble.told_at is None and _may_tell(session, trouble):
            _tell(session, trouble)


def _is_over(settings: Settings, trouble: Trouble) -> bool:
    """Backups are known on the machine that makes them: only a good one made since is the end."""
    if trouble.kind != BACKUP:
        return True
    known = backups.look(settings)
    good_at = known.good_at if known is not None else None
    return good_at is not None and good_at > trouble.begun_at - MAKES


def _key(trouble: Trouble) -> tuple[str, str]:
    return trouble.kind, trouble.subject


def _going_on() -> sa.Select[Trouble]:
    return sa.select(Trouble).where(Trouble.over_at.is_(None)).order_by(Trouble.id)


def _begin(session: Session, found: Iterable[Found], known: set[tuple[str, str]]) -> None:
    news = clock.now() - LATELY
    for each in found:
        if (each.kind, each.subject) not in known and each.since > news:
            values = {
                "kind": each.kind,
                "office_id": each.office_id,
                "subject": each.subject,
                "sentence": each.sentence[:500],
                "begun_at": each.since,
            }
            insert_new(session, Trouble, values)


def _may_tell(session: Session, trouble: Trouble) -> bool:
    """Whether the last of its kind was told long enough ago."""
    same = Trouble.office_id.is_not_distinct_from(trouble.office_id)
    query = sa.select(sa.func.max(Trouble.told_at)).where(Trouble.kind == trouble.kind, same)
    last: datetime | None = session.scalar(query)
    return last is None or last <= clock.now() - QUIET


def _tell(session: Session, trouble: Trouble) -> None:
    trouble.told_at = clock.now()
    _queue(session, trouble, over=False)
    if trouble.kind in ON_PAGES and trouble.office_id is not None:
        box = _mailbox(session, trouble)
        if box is not None:
            alerts.raise_alert(session, box, trouble.kind, _about(trouble), trouble.sentence)


def _about(trouble: Trouble) -> str:
    """What the page leads to: the mailing or webhook, where it is about one."""
    is_there = trouble.subject.startswith(("mailing:", "webhook:"))
    return trouble.subject if is_there else f"office:{trouble.office_id}"


def _mailbox(session: Session, trouble: Trouble) -> Mailbox | None:
    """The one that answers for the mailing, as with its other alerts; else the office's first."""
    kind, _, number = trouble.subject.partition(":")
    if kind == "mailing":
        return session.get_one(Mailing, int(number)).event.reply_to
    query = sa.select(Mailbox).where(Mailbox.office_id == trouble.office_id)
    return session.scalars(query.order_by(Mailbox.id).limit(1)).first()


def _end(session: Session, trouble: Trouble) -> None:
    """Whoever was told that it began is told that it is over."""
    trouble.over_at = clock.now()
    if trouble.told_at is not None:
        _queue(session, trouble, over=True)


def _queue(session: Session, trouble: Trouble, *, over: bool) -> None:
    """A mail to each of those concerned, from a mailbox of the office or of any."""
    writes = {staff_id: office_id for office_id, staff_id in session.execute(_concerned(trouble))}
    for staff_id, office_id in sorted(writes.items()):
        values = fresh(office_id, staff_id) | {"trouble_id": trouble.id, "over": over}
        insert_new(session, TroubleMail, values)


def _concerned(trouble: Trouble) -> sa.Select[int, int]:
    """The office that writes, and to whom: the office's managers, or all administrators."""
    reached = (Staff.active, Staff.notices, Staff.address.is_not(None))
    if trouble.office_id is not None:
        return (
            sa.select(Membership.office_id, Staff.id)
            .join(Staff, Staff.id == Membership.staff_id)
            .where(Membership.office_id == trouble.office_id, Membership.role == Role.MANAGER)
            .where(sa.exists().where(Mailbox.office_id == Membership.office_id), *reached)
        )
    free = sa.select(Office.id).where(
        Office.stopped_at.is_(None)
    )  # nothing of a stopped one leaves
    own = (
        sa.select(sa.func.min(Membership.office_id))
        .join(Mailbox, Mailbox.office_id == Membership.office_id)
        .where(Membership.staff_id == Staff.id, Mailbox.office_id.in_(free))
        .scalar_subquery()
    )
    any_office = sa.select(sa.func.min(Mailbox.office_id)).where(Mailbox.office_id.in_(free))
    writer = sa.func.coalesce(own, any_office.scalar_subquery())
    return sa.select(writer, Staff.id).where(Staff.administrator, writer.is_not(None), *reached)


def _all(session: Session, settings: Settings) -> Iterator[Found]:
    yield from _halted(session)
    yield from _uncertain(session)
    yield from _relays(session, settings)
    yield from _webhooks(session)
    yield from _audit(session)
    yield from _backup(settings)


def _halted(session: Session) -> Iterator[Found]:
    """Sendings that the gate, or another doubt, has halted, until somebody takes them up again."""
    query = (
        sa.select(Mailing.id, Mailing.office_id, Dispatch.notice, Dispatch.finished_at)
        .join(Snapshot, Snapshot.mailing_id == Mailing.id)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .where(Mailing.state == MailingState.HALTED)
        .order_by(Snapshot.id.desc())  # a mailing that is halted again: for the newest reason
    )
    now = clock.now()
    for key, office_id, notice, finished in session.execute(query):
        sentence = STOPPED.format(mailing=key) + str(notice)
        yield Found(HALTED, office_id, f"mailing:{key}", sentence, finished or now)


def _uncertain(session: Session) -> Iterator[Found]:
    """Sendings of which somebody has to say whether a mail has come."""
    last = (
        sa.select(sa.func.max(Attempt.handed_over_at))
        .where(Attempt.delivery_id == Delivery.id)
        .scalar_subquery()
    )
    query = (
        sa.select(Delivery.office_id, Snapshot.mailing_id, sa.func.count(), sa.func.max(last))
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .where(is_uncertain())
        .group_by(Delivery.office_id, Snapshot.mailing_id)
    )
    for office_id, key, count, since in session.execute(query):
        sentence = NOT_KNOWN.format(count=count, mailing=key)
        yield Found(UNCERTAIN, office_id, f"mailing:{key}", sentence, since or clock.now())


def _relays(session: Session, settings: Settings) -> Iterator[Found]:
    """Each relay that is away for long: its administrators, and the offices that wait for it."""
    long = RelayPace.down_since <= clock.now() - DOWN
    query = sa.select(RelayPace).where(is_down(), long)
    down = {pace.place: pace.down_since for pace in session.scalars(query) if pace.down_since}
    if not down:
        return
    ours = _place(settings, relays.default_route(settings))
    if ours in down:
        yield Found(RELAY_DOWN, None, "relay", NO_RELAY, down[ours])
    waiting = sa.select(Dispatch.office_id).where(Dispatch.finished_at.is_(None)).distinct()
    for office_id in session.scalars(sa.select(Office.id).where(Office.id.in_(waiting))):
        try:
            place = _place(settings, relays.route_of(session, settings, office_id))
        except NoRoute:  # the office's page says why
            continue
        if place in down:
            yield Found(RELAY_DOWN, office_id, f"relay:{office_id}", NO_RELAY, down[place])


def _webhooks(session: Session) -> Iterator[Found]:
    """Webhooks that the service itself has switched off, until a manager acts."""
    query = sa.select(Webhook).where(
        Webhook.off_why.in_((OffWhy.GONE, OffWhy.FAILED)), Webhook.ended_at.is_(None)
    )
    for webhook in session.scalars(query):
        why = webhook.off_why or OffWhy.FAILED
        sentence = NOT_CALLED[why].format(name=webhook.name)
        since = webhook.off_at or clock.now()
        yield Found(WEBHOOK_OFF, webhook.office_id, f"webhook:{webhook.id}", sentence, since)


def _place(settings: Settings, route: relays.Route) -> str:
    return limits.place_of(route.relay, settings.secret_key)


def _audit(session: Session) -> Iterator[Found]:
    """Chains whose newest check has found a fault."""
    query = sa.select(AuditCheck).where(AuditCheck.id.in_(newest_checks()), AuditCheck.fault != "")
    for check in session.scalars(query):
        office_id = None if check.chain == INSTALLATION else check.chain
        yield Found(AUDIT, office_id, f"audit:{check.chain}", CHAIN, check.at)


def _backup(settings: Settings) -> Iterator[Found]:
    known = backups.look(settings)
    if known is not None and known.failed_since:
        yield Found(BACKUP, None, "backup", NO_BACKUP, clock.now())

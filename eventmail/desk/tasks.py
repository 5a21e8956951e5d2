"""One thing that waits for a person, how pressing it is, and the words for it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from eventmail import clock
from eventmail.clock import TOKYO
from eventmail.language import said
from eventmail.mailings.models import SendMode


class Kind(enum.StrEnum):
    """What is to be done, the most pressing first."""

    INCIDENT = "incident"
    RELAY = "relay"
    HALTED = "halted"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    FIRST_COPY = "first_copy"
    APPROVE = "approve"
    CHECK = "check"
    RETURNED = "returned"
    IMPORT = "import"
    SETTING = "setting"
    TRAINING = "training"
    OVERDUE = "overdue"
    RESULTS = "results"
    REPORT = "report"
    REPORT_LATE = "report_late"
    MEASURE = "measure"
    MEASURE_LATE = "measure_late"
    NOTICE = "notice"
    UNREAD = "unread"  # a notice whose last day is over
    TOLD = "told"  # nothing to do, but good to know: what the person had in hand went another way


# What is on fire comes before whatever has a date; of the rest the nearest date comes first.
RANKS = {
    Kind.INCIDENT: -1,
    Kind.RELAY: 0,
    Kind.HALTED: 1,
    Kind.UNCERTAIN: 2,
    Kind.BOUNCED: 2,
    Kind.FIRST_COPY: 2,
    Kind.REPORT: 2,
    Kind.REPORT_LATE: 1,
    Kind.TOLD: 4,
}
OTHERS = 3
NEVER = datetime.max.replace(tzinfo=UTC)
FOR_DAYS = said("{count}日前から待っています")
FOR_HOURS = said("{count}時間前から待っています")
FOR_MINUTES = said("{count}分前から待っています")


@dataclass(frozen=True, slots=True)
class Task:
    """``since``: for how long it has waited. ``note``: why it came back, or what is wrong.

    A proposed change of a setting has no event, but a moment ``until`` which it waits; a
    self-inspection and a notice of the bureau have a last day, ``due_on``.
    ``occasion`` names what the person is told of by mail, once; empty if that is nothing.
    """

    kind: Kind
    event_id: int | None = None
    event: str = ""
    held_on: date | None = None
    since: datetime | None = None
    mailing_id: int | None = None
    revision: int | None = None
    import_id: int | None = None
    proposal_id: int | None = None
    training_id: int | None = None
    incident_id: int | None = None
    number: int | None = None
    notice_id: int | None = None
    due_on: date | None = None
    until: datetime | None = None
    subject: str = ""
    mode: SendMode | None = None
    count: int | None = None
    send_at: datetime | None = None
    note: str = ""
    occasion: str = ""

    @property
    def waits(self) -> bool:
        """Whether there is anything to do."""
        return self.kind is not Kind.TOLD

    @property
    def deadline(self) -> datetime:
        """When it is too late: the planned start, the expiry, or the morning of the event."""
        morning = _midnight(self.held_on) if self.held_on else NEVER
        evening = _midnight(self.due_on + timedelta(days=1)) if self.due_on else NEVER
        return self.send_at or self.until or min(morning, evening)

    @property
    def is_late(self) -> bool:
        """Whether the planned time has gone by."""
        return self.send_at is not None and self.send_at < clock.now()

    @property
    def urgency(self) -> tuple[int, datetime, datetime]:
        """Sorts the most pressing first."""
        return RANKS.get(self.kind, OTHERS), self.deadline, self.since or NEVER


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, TOKYO)


def by_urgency(tasks: Iterable[Task]) -> list[Task]:
    """The most pressing first; of two alike the one that has waited longer."""
    return sorted(tasks, key=lambda each: each.urgency)


def age(since: datetime) -> str:
    """``3日前から待っています``: for how long, in the largest fitting unit."""
    gone = clock.now() - since
    if gone < timedelta(minutes=1):
        return said("いま届きました")
    minutes = int(gone.total_seconds()) // 60
    units = ((minutes // 1440, FOR_DAYS), (minutes // 60, FOR_HOURS), (minutes, FOR_MINUTES))
    count, sentence = next(each for each in units if each[0])
    return sentence.format(count=count)


def nearness(held_on: date) -> str:
    """How near an event is: ``開催まで13日``."""
    days = (held_on - clock.today()).days
    if days > 0:
        return said("開催まで{days}日", days=days)
    return said("今日開催") if days == 0 else said("開催済み")

"""When mails came back, for the picture of a sending: each lost one once, by its first word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine

from eventmail import clock
from eventmail.bounces import course
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Delivery
from eventmail.outbox.returns import Returns
from tests.bounces.conftest import came_back

Take = Callable[[bytes], bool]


def counted(database: Database, snapshot: Snapshot) -> list[tuple[int, str, int]]:
    with database.reading() as session:
        return course.came_back(session, snapshot, 60)


def test_a_lost_mail_is_counted_once_in_its_minute(
    database: Database, sent: Snapshot, first: tuple[Delivery, str], returns: Returns, take: Take
) -> None:
    delivery, address = first
    box = str(returns.of_delivery(delivery.id))
    assert counted(database, sent) == []
    minute = (clock.now() + timedelta(hours=2)).replace(second=0, microsecond=0)
    with time_machine.travel(minute + timedelta(seconds=17), tick=False):
        take(came_back(box, address))
    with time_machine.travel(minute + timedelta(days=1), tick=False):
        take(came_back(box, address, words="User unknown, once more"))
    assert counted(database, sent) == [(int(minute.timestamp()), "bounced", 1)]


def test_what_may_still_arrive_is_not_counted(
    database: Database, sent: Snapshot, first: tuple[Delivery, str], returns: Returns, take: Take
) -> None:
    delivery, address = first
    take(came_back(str(returns.of_delivery(delivery.id)), address, "4.2.2", "Mailbox full"))
    assert counted(database, sent) == []

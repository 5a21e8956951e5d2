"""Two web servers and two workers on machines of their own do the main job, also cut off."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from eventmail import sample
from eventmail.audit.keys import open_database
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.pace import WIDTH
from eventmail.outbox.worker import Outbox
from tests.judge import judge
from tests.machines import deeds, watching
from tests.machines.deeds import COUNT, Staff
from tests.machines.handling import frozen, holding
from tests.machines.installation import (
    MACHINES,
    WEBS,
    WORKERS,
    Installation,
    installation,
)
from tests.machines.network import Apart, network

OFFICE = "gakusotsu@himesato-anteisho.example"
CUT, LEFT = WORKERS  # the worker that is cut off, and the one that is left
GONE, THERE = WEBS
SETTLED = {DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN}
OWN = {"EVENTMAIL_HOST", "EVENTMAIL_DATA_DIR"}  # the folders are apart on one disk


@pytest.fixture
def made() -> Iterator[Installation]:
    """``MACHINES=loopback`` has it as it is where namespaces are not permitted."""
    apart = os.environ.get("MACHINES") != "loopback"
    with network(MACHINES, apart=apart) as net, installation(net) as found:
        print(net.words)  # pytest shows it with a failure, and with -s
        yield found


@pytest.fixture
def looking_on(made: Installation) -> Iterator[Database]:
    """What somebody sees who looks on from the proxy's machine."""
    found = open_database(made.here)
    with found.writing() as session:
        sample.load_office(session)
    yield found
    found.dispose()


def copy_seen(made: Installation, database: Database, staff: Staff, mailing: str) -> int:
    """The office's own copy comes first; the approver has the page before him that asks for it."""
    snapshot_id = watching.snapshot_of(database, mailing)
    made.until(lambda: len(watching.mails_of(made, database, snapshot_id)) == 1)
    made.until(
        lambda: "送信控えを確かめてください" in staff.approver.get(f"{mailing}/progress").text
    )
    return snapshot_id


def expect_everybody(
    made: Installation, database: Database, snapshot_id: int, *, again: bool = False
) -> None:
    """Each got one mail, each mail is what the rows say to the byte, and shows nobody else.

    ``again``: a person has had some sent once more, of whom nobody knew whether they had one.
    """
    made.until(lambda: len(watching.mails_of(made, database, snapshot_id)) >= COUNT + 1)
    mails = watching.mails_of(made, database, snapshot_id)
    found = watching.judged(database, snapshot_id, mails)
    wrong = [each for each in found.wrong if not (again and "was tried again" in each)]
    assert (found.lost, found.doubled, wrong, found.uncertain) == ((), (), [], 0)
    with database.reading() as session:
        wanted = Counter(session.scalars(sa.select(Contact.address)))
    assert len(wanted) == COUNT
    assert Counter(to for each in mails for to in each.rcpt_to) == wanted + Counter([OFFICE])
    assert judge(mails) == []


def one_sending(made: Installation, database: Database, staff: Staff, event: str) -> None:
    mailing = deeds.bring(staff, event, "当日資料の送付")
    snapshot_id = copy_seen(made, database, staff, mailing)
    staff.approver.fill(f"{mailing}/release")
    made.until(lambda: watching.is_over(database, snapshot_id))
    expect_everybody(made, database, snapshot_id)
    assert set(made.proxy.answered) == set(WEBS), "every session was taken up by both"


def one_that_is_cut(made: Installation, database: Database, staff: Staff, event: str) -> str:
    """A worker's and a web server's machine vanish in the middle; all else goes on without them."""
    with holding(made, CUT) as holder:
        mailing = deeds.bring(staff, event, "会場の変更の連絡")
        copy_seen(made, database, staff, mailing)
        slow = made.net.machines[CUT].address  # so that it is in the middle when it is cut off
        made.postfix.configure(made.relaying(slow_for=slow))
        made.postfix.reload()
        with frozen(made, LEFT):
            staff.approver.fill(f"{mailing}/release")
            made.until(lambda: watching.handed_over(database) > 0)
            holder.hold()
            for machine in (CUT, GONE):
                made.net.machines[machine].cut()
        _goes_on(made, database, staff, mailing)
    return mailing


def _goes_on(made: Installation, database: Database, staff: Staff, mailing: str) -> None:
    snapshot_id = watching.snapshot_of(database, mailing)
    outbox = Outbox(made.here, database)
    before = Counter(made.proxy.answered), made.handed_over_by(LEFT)

    def is_settled() -> bool:
        outbox.wake_due()  # as each worker does every minute
        staff.approver.get(f"{mailing}/progress")
        return set(watching.states(database, snapshot_id).values()) <= SETTLED

    made.until(is_settled, pause=0.5)
    outbox.huey.storage.close()
    uncertain = watching.uncertain(database, snapshot_id)
    # What the one had in hand, and no more; nobody else has touched that.
    assert 1 <= len(uncertain) <= WIDTH
    assert made.handed_over_by(LEFT) - before[1] == COUNT - len(uncertain)
    assert made.proxy.answered[GONE] == before[0][GONE]
    assert made.proxy.answered[THERE] > before[0][THERE], "with the sessions that there were"


def they_come_back(made: Installation, database: Database, staff: Staff, mailing: str) -> None:
    """What had left arrives late, and once; the rest waits for a person, and goes at his word."""
    snapshot_id = watching.snapshot_of(database, mailing)
    for machine in (CUT, GONE):
        made.net.machines[machine].join()
    made.until(lambda: made.is_silent(CUT))
    answered = made.proxy.answered[GONE]

    def serves_again() -> bool:
        staff.approver.get(f"{mailing}/progress")
        return made.proxy.answered[GONE] > answered

    made.until(serves_again, pause=0.5)
    found = watching.judged(database, snapshot_id, watching.mails_of(made, database, snapshot_id))
    assert found.clean, found
    made.postfix.configure(made.relaying())
    made.postfix.reload()
    with frozen(made, LEFT):  # it is for the one that was away to send them
        for delivery_id in watching.uncertain(database, snapshot_id):
            has_it = watching.has_arrived(made, database, delivery_id)
            deeds.decide(staff.approver, delivery_id, arrived=has_it)
        made.until(lambda: not watching.unsettled(database, snapshot_id))
    expect_everybody(made, database, snapshot_id, again=True)


def test_what_is_cut_off_holds_up_nobody_and_nobody_gets_two(
    made: Installation, looking_on: Database
) -> None:
    if isinstance(made.net, Apart):  # over cables each machine has addresses of its own
        told = [{k: v for k, v in each.items() if k not in OWN} for each in made.settings.values()]
        assert all(each == told[0] for each in told), "the same settings everywhere"
    staff = deeds.signed_in(made.proxy)
    event = deeds.make_event(staff.author)
    one_sending(made, looking_on, staff, event)
    mailing = one_that_is_cut(made, looking_on, staff, event)
    they_come_back(made, looking_on, staff, mailing)

"""Whom an office knows is read once for many looks at drafts, and anew once anybody else may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings import acquainted
from eventmail.mailings.acquainted import Acquaintances, Acquainted, Seen, acquaintances
from eventmail.mailings.findings.directory import People, Person
from eventmail.mailings.freezing import office_addresses
from eventmail.mailings.known import KnownKeys
from eventmail.offices.models import Office
from tests.conftest import Meeting
from tests.counting import heard

NEW = "atarashii@aozora.example"
SEEN = Seen(links=10, older=3)


@pytest.fixture
def kept() -> Acquainted:
    return Acquainted()


@pytest.fixture
def office(meeting: Meeting) -> int:
    return meeting.event.office_id


@pytest.fixture
def looking(database: Database, kept: Acquainted) -> Callable[[], object]:
    """A look by a process that remembers."""

    @contextmanager
    def look() -> Iterator[Session]:
        with database.reading() as session:
            session.info[acquainted.CARRIED] = kept
            yield session

    return look


def _address(session: Session, office: int, address: str = NEW) -> None:
    """Somebody's address is another one now."""
    first = sa.select(sa.func.min(Contact.id)).where(Contact.office_id == office)
    values = {"address": address, "address_key": address}
    session.execute(sa.update(Contact).where(Contact.id.in_(first)).values(values))


def _act(session: Session, office: int, action: str) -> None:
    record(session, action, f"office:{office}", office_id=office)


def _known(size: int) -> Acquaintances:
    people = People(Person("会社", f"名前{number}", "", "") for number in range(size))
    return Acquaintances(KnownKeys(), people)


def _reads(statements: list[str]) -> bool:
    return any("FROM contacts" in each for each in statements)


@pytest.mark.parametrize(
    "action",
    [
        *("mailing.edited", "recipients.printed", "roster.exported", "staff.signed_in"),
        *("dispatch.started", "notice.read"),
    ],
)
def test_is_read_once_while_only_such_things_are_done_as_change_nobody(
    database: Database, looking: Callable[..., object], office: int, action: str
) -> None:
    with looking() as session:
        first = acquaintances(session, office)
    with database.writing() as session:
        _act(session, office, action)
    with heard() as statements, looking() as session:
        assert acquaintances(session, office) is first
    assert not _reads(statements)


@pytest.mark.parametrize(
    "action",
    [
        *("roster.imported", "roster.by_hand", "roster.undone", "contact.corrected"),
        *("event.erased", "person.erased", "snapshot.erased", "anything.new"),
    ],
)
def test_is_read_anew_after_any_other_act(
    database: Database, looking: Callable[..., object], office: int, action: str
) -> None:
    with looking() as session:
        before = acquaintances(session, office)
    with database.writing() as session:
        _address(session, office)
        _act(session, office, action)
    with looking() as session:
        after = acquaintances(session, office)
    assert NEW not in before.keys
    assert NEW in after.keys
    assert NEW in {each.address for each in after.people}
    assert before.keys.digest != after.keys.digest


def test_what_is_not_over_yet_is_seen_by_whoever_does_it_and_not_kept(
    database: Database, kept: Acquainted, looking: Callable[..., object], office: int
) -> None:
    class GivenUpError(Exception):
        pass

    with looking() as session:
        before = acquaintances(session, office)

    def change_and_give_up() -> None:
        with database.writing() as session:
            session.info[acquainted.CARRIED] = kept
            _address(session, office)
            assert NEW in acquaintances(session, office).keys
            raise GivenUpError

    with pytest.raises(GivenUpError):
        change_and_give_up()
    with looking() as session:
        assert acquaintances(session, office) is before


def test_another_offices_acts_do_not_count(
    database: Database, looking: Callable[..., object], office: int
) -> None:
    with database.writing() as session:
        other = Office(bureau_id=1, name="ほかの所")
        session.add(other)
        session.flush()
        elsewhere = other.id
    with looking() as session:
        first = acquaintances(session, office)
    with database.writing() as session:
        _act(session, elsewhere, "roster.imported")
    with looking() as session:
        assert acquaintances(session, office) is first
        assert not acquaintances(session, elsewhere).keys


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_act_that_began_earlier_and_ended_later_is_seen(
    database: Database, looking: Callable[..., object], office: int
) -> None:
    """Its number among all acts is lower than that of one which is over already."""
    with database.writing() as slow:
        _address(slow, office)
        _act(slow, office, "roster.imported")
        slow.flush()
        with database.writing() as quick:
            _act(quick, office, "roster.by_hand")
        with looking() as session:
            assert NEW not in acquaintances(session, office).keys
    with looking() as session:
        assert NEW in acquaintances(session, office).keys


def test_a_mail_that_leaves_is_judged_by_what_is_read(
    database: Database, looking: Callable[..., object], meeting: Meeting
) -> None:
    """Even if somebody changed the roster past every record."""
    place = meeting.event.office_id, meeting.event.id
    with looking() as session:
        acquaintances(session, place[0])
    with database.writing() as session:
        _address(session, place[0])
    with looking() as session:
        assert NEW not in acquaintances(session, place[0]).keys
        assert NEW in office_addresses(session, *place).known


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        pytest.param([4, 4], [0, 1], id="as many people as it may"),
        pytest.param([4, 4, 1], [1, 2], id="who was asked for longest ago goes"),
        pytest.param([4, 20], [1], id="one office however large"),
        pytest.param([20, 4], [1], id="and not beside another"),
    ],
)
def test_keeps_so_many_people_of_the_offices_asked_for_last(
    sizes: list[int], kept: list[int]
) -> None:
    memory = Acquainted(most=8)
    for office, size in enumerate(sizes):
        memory.of(office, SEEN, lambda size=size: _known(size), lambda _links: False)
    assert memory.offices == kept


@pytest.mark.parametrize(
    ("now", "changed", "asked", "again"),
    [
        pytest.param(SEEN, True, [], False, id="no act since"),
        pytest.param(Seen(12, 3), False, [10], False, id="acts that change nobody"),
        pytest.param(Seen(12, 3), True, [10], True, id="one that may change somebody"),
        pytest.param(Seen(9, 3), False, [], True, id="fewer acts: another chain"),
        pytest.param(Seen(12, 4), False, [], True, id="another beginning: another chain"),
    ],
)
def test_is_good_until_somebody_may_have_been_changed(
    now: Seen, changed: bool, asked: list[int], again: bool
) -> None:
    memory, questions = Acquainted(), list[int]()
    first = memory.of(1, SEEN, lambda: _known(1), lambda _links: True)

    def changed_since(links: int) -> bool:
        questions.append(links)
        return changed

    found = memory.of(1, now, lambda: _known(1), changed_since)
    assert (found is not first) == again
    assert questions == asked
    _ = memory.of(1, now, lambda: _known(1), changed_since)
    assert questions == asked, "what was looked through once is not looked through again"


def test_a_command_remembers_nothing(database: Database, office: int) -> None:
    with database.reading() as session:
        first = acquaintances(session, office)
        _ = acquaintances(session, office)
        assert acquaintances(session, office) is not first

"""What left the service between a backup and its restore comes back to nobody else.

The rows of that time are lost. A bounce and a link name theirs by its number, and are genuine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from eventmail import migrate, numbering
from eventmail.addresses import EmailAddress
from eventmail.audit.keys import ChainKeys
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Bounce, BounceMail, Match, Source
from eventmail.config import Settings
from eventmail.database import Database, many
from eventmail.events.models import Contact, Event
from eventmail.keeping import making, restoring, shape, unlocking
from eventmail.links import service as links
from eventmail.mailings.models import Snapshot
from eventmail.numbering import LARGEST, ROOM, numbered
from eventmail.offices.models import Bureau
from eventmail.outbox.models import Delivery
from eventmail.outbox.returns import Returns
from eventmail.roster import hand
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.suppression import tokens
from eventmail.tables import metadata
from tests.bounces.conftest import came_back
from tests.keeping.conftest import Elsewhere
from tests.kinds import DATABASES
from tests.mailings.journey import approve

BOX = "bounce@himesato-anteisho.example"
Restored = Callable[[], Database]


@pytest.fixture
def backup(settings: Settings, people: People, folder: Path) -> Path:
    """Of the moment before something happens that will be lost."""
    made = making.backup(settings, folder)
    assert made.is_good, made.told
    return Path(made.path)


@pytest.fixture
def restored(
    backup: Path,
    database: Database,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> Restored:
    """The copy on a database of the same kind, unlocked."""

    def restore() -> Database:
        there = elsewhere("sqlite" if database.is_sqlite else "postgresql")
        restoring.restore(there, backup)
        copy = reopened(there)
        with copy.writing() as session:
            unlocking.unlock(session, "故障のため", restoring.where(there), nothing_sent_since=True)
        return copy

    return restore


def numbers(database: Database) -> set[int]:
    with database.reading() as session:
        return set(session.scalars(sa.select(Delivery.id)))


def test_a_bounce_of_a_lost_mail_is_of_no_other(
    settings: Settings,
    database: Database,
    checked: Snapshot,
    people: People,
    restored: Restored,
) -> None:
    approve(database, people, checked.mailing_id)
    lost = numbers(database)
    copy = restored()
    approve(copy, people, checked.mailing_id)
    assert len(numbers(copy)) == len(lost) == 31
    returns = Returns.of(BOX, ChainKeys.of(settings))
    assert returns is not None
    for number in sorted(lost)[:3]:
        box = str(returns.of_delivery(number))
        assert Intake(copy, returns).take(came_back(box, "lost@kure.example"), Source.PIPE)
    box = str(returns.of_batch(checked.id + 1))  # a batch that was frozen and sent
    assert Intake(copy, returns).take(came_back(box, "lost@hikari.example"), Source.PIPE)
    with copy.reading() as session:
        assert set(session.scalars(sa.select(BounceMail.match))) == {Match.NONE}
        assert not any(session.scalars(sa.select(BounceMail.forged)))
        assert session.scalars(sa.select(Bounce)).all() == []


def _comes(session: Session, people: People, company: str, address: str) -> Contact:
    event = session.scalars(sa.select(Event)).one()
    typed = hand.Typed(company, EmailAddress.parse(address))
    return hand.add(session, people.author, event, typed)


def _stop_link(sealer: Sealer, contact: Contact) -> str:
    place = links.place_of(contact)
    return tokens.token_of(sealer.keys[0], tokens.Place(*place, contact.address_key))


def test_a_lost_companys_links_open_no_others_page(
    settings: Settings, database: Database, checked: Snapshot, people: People, restored: Restored
) -> None:
    sealer = Sealer.of(settings)
    with database.writing() as session:
        lost = _comes(session, people, "株式会社なくなる", "a@lost.example")
        page, stop = links.token_for(session, sealer, lost), _stop_link(sealer, lost)
        assert links.opened(session, page) is not None
        assert tokens.opened(session, sealer, stop) is not None
    copy = restored()
    with copy.writing() as session:
        other = _comes(session, people, "株式会社あとから", "b@later.example")
        own = links.token_for(session, sealer, other)
        guest = links.opened(session, own)
        assert guest is not None
        assert guest.contact.id == other.id != lost.id
        assert links.opened(session, page) is None
        assert tokens.opened(session, sealer, stop) is None


@pytest.mark.parametrize("kind", DATABASES)
def test_every_table_goes_on_well_above_whatever_it_had(
    kept: Path, elsewhere: Elsewhere, reopened: Callable[[Settings], Database], kind: str
) -> None:
    there = elsewhere(kind)
    restoring.restore(there, kept)
    with reopened(there).engine.connect() as connection:
        tables = [each for each in metadata.sorted_tables if numbered(each) is not None]
        assert {"contacts", "deliveries", "events", "mailings", "snapshots"} <= {
            each.name for each in tables
        }
        for each in tables:
            assert _last(connection, each) >= ROOM, each.name


def _last(connection: sa.Connection, table: sa.Table) -> int:
    """The highest number that the database takes for given."""
    if connection.dialect.name == "sqlite":
        return numbering.given(connection).get(table.name, 0)
    query = f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) - 1"
    return int(connection.exec_driver_sql(query).scalar() or 0)


def test_a_lost_link_of_a_contact_that_is_still_there_opens_nothing(
    settings: Settings,
    database: Database,
    checked: Snapshot,
    folder: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    """It may have gone to an address that was mistyped, and mended after that."""
    sealer = Sealer.of(settings)
    with database.writing() as session:
        before = links.token_for(session, sealer, _first(session))
    made = making.backup(settings, folder)
    with database.writing() as session:
        lost = links.revoke(session, sealer, _first(session))
    there = elsewhere("sqlite" if database.is_sqlite else "postgresql")
    restoring.restore(there, Path(made.path))
    with reopened(there).writing() as session:
        assert links.token_for(session, sealer, _first(session)) == before
        own = links.revoke(session, sealer, _first(session))
        assert len({before, lost, own}) == 3
        assert links.opened(session, own) is not None
        assert links.opened(session, lost) is None


def _first(session: Session) -> Contact:
    return session.scalars(sa.select(Contact).order_by(Contact.id).limit(1)).one()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_restores_of_one_backup_on_one_day_go_on_apart(
    database: Database, checked: Snapshot, people: People, restored: Restored
) -> None:
    found = []
    for hour in (9, 10, 23):
        with time_machine.travel(datetime(2026, 11, 27, hour, 40, tzinfo=UTC)):
            copy = restored()
        with copy.writing() as session:
            found.append(_comes(session, people, "株式会社あとから", "b@later.example").id)
    assert [number // ROOM for number in found] == [20, 22, 48]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_update_of_the_program_forgets_no_room(
    database: Database,
    kept: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    """SQLite writes a table anew for some changes: 0027 that of the mailings, with no new row."""
    there = elsewhere("sqlite")
    restoring.restore(there, kept)
    copy = reopened(there)
    with copy.engine.connect() as connection:
        before = numbering.given(connection)
    migrate.downgrade(copy, "0026")
    migrate.upgrade(copy)
    older = {each.name for each in shape.forms("0026")}
    with copy.engine.connect() as connection:
        after = numbering.given(connection)
    assert "mailings" in older
    assert [k for k, v in before.items() if k in older and after.get(k, 0) < v] == []


def test_a_number_is_given_once_also_of_a_row_that_goes(database: Database) -> None:
    found = []
    for _ in range(2):
        with database.writing() as session:
            bureau = Bureau(name="仮の労働局")
            session.add(bureau)
            session.flush()
            found.append(bureau.id)
            session.delete(bureau)
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("kind", "last", "then"),
    [
        pytest.param(sa.Integer(), 1, ROOM + 1, id="room"),
        pytest.param(sa.Integer(), 50 * ROOM, 55 * ROOM, id="more where more are given"),
        pytest.param(
            sa.Integer(), LARGEST - ROOM - 1, LARGEST - ROOM, id="not beyond what a column holds"
        ),
        pytest.param(sa.Integer(), LARGEST - 5, LARGEST - 5, id="none left"),
        pytest.param(many(), 10 * LARGEST, 11 * LARGEST, id="of what grows with every mail"),
    ],
)
def test_there_is_room_as_long_as_there_are_numbers(
    kind: sa.types.TypeEngine[int], last: int, then: int
) -> None:
    table = sa.Table("kept", sa.MetaData(), sa.Column("id", kind, primary_key=True))
    with sa.create_engine("sqlite://").begin() as connection:
        table.create(connection)
        connection.execute(sa.insert(table), [{"id": last}])
        numbering.leave_room(connection, [table], datetime(2026, 11, 27, tzinfo=UTC))
        assert numbering.given(connection) == {"kept": then}

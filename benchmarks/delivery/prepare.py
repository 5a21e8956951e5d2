"""A mailing that waits for its approval, in a database of its own, kept under var/bench.

Office, event, letter, submission and check go through the services, so the digest is true and two
people say yes. Only the roster is written in bulk, as an import that has been applied leaves it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from benchmarks.delivery import letter
from benchmarks.delivery.stores import Store
from eventmail import clock, migrate, sample
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.database import Database, learn
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.mailings import service as mailings
from eventmail.mailings.freezing import press_for_one
from eventmail.mailings.models import Mailing, MailingState, SendMode, Snapshot
from eventmail.mailings.rendering import new_token
from eventmail.mailings.service import Draft
from eventmail.mailings.snapshot import FORMAT, content_of_snapshot
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import service as outbox
from eventmail.outbox.worker import SEARCHED
from eventmail.roster.models import ImportState, RosterImport
from eventmail.wire import remember_in, search
from tests import settling

AT_ONCE = 5_000
SECRET = "the benchmark's own: nothing is signed with this elsewhere"


@dataclass(frozen=True)
class Wanted:
    """The mailing that a run needs."""

    recipients: int
    file: bool = False
    batch: int = 0  # recipients in one transaction; 0 for individual mails

    @property
    def name(self) -> str:
        """Changes with whatever the rows depend on, so that nothing old is ever used."""
        head = ScriptDirectory.from_config(migrate.configuration()).get_current_head()
        text = letter.BATCH_BODY if self.batch else letter.BODY
        told = (head, FORMAT, clock.today().isoformat(), text, self)
        return f"m{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}"


def opened(url: str) -> Database:
    """A database with a key for its audit that counts for nothing."""
    return open_database(Settings(mode=Mode.TEST, secret_key="x" * 32, database_url=url))


def copied(store: Store, wanted: Wanted, folder: Path) -> str:
    """The URL of a fresh copy of that mailing's database; made first where it is not there."""
    if wanted.file:
        look_into(folder)
    name = wanted.name
    if not store.has(name):
        made = opened(store.new(name))
        make(made, wanted, folder)
        made.dispose()
        store.keep(name)
    return store.copy(name)


@functools.cache
def look_into(folder: Path) -> None:
    """Keep what is found in the file, as submitting a draft does long before it is approved."""
    remember_in(folder / SEARCHED, SECRET)
    search(letter.leaflet_in(folder).read_bytes())


def make(database: Database, wanted: Wanted, folder: Path) -> None:
    """Everything up to the checker's yes."""
    migrate.upgrade(database)
    with database.writing() as session:
        people = sample.load_office(session)
        settling.set_sending(session, people.author.office, 0, 0)  # nobody looks at the first copy
        if wanted.batch:
            settling.set_batches(session, people.author.office, True, wanted.batch)
        event = sample.make_empty_event(session, people.author)
        _write_roster(session, event, wanted.recipients)
        if wanted.file:
            content = letter.leaflet_in(folder).read_bytes()
            events.put_material(session, people.author, event, letter.FILE_NAME, content)
        mailing = mailings.add_mailing(
            session, people.author, event, _draft(session, event, wanted)
        )
        sample.answer_warnings(session, people.author, mailing)
        mailings.submit(session, people.author, mailing)
        sample.look_through(session, people.checker, mailing)


def approve(database: Database) -> int:
    """The approver's yes, which queues the deliveries. Returns the snapshot's number."""
    with database.writing() as session:
        actor = _approver(session)
        waiting = sa.select(Mailing.id).where(Mailing.state == MailingState.APPROVING)
        mailing_id = session.scalars(waiting).one()
        mailing = mailings.get_mailing(session, actor, mailing_id, lock=True)
        assert mailing.latest is not None
        snapshot = mailings.approve(session, actor, mailing, mailing.latest.digest)
        outbox.start(session, snapshot)
        return snapshot.id


def write_sample(database: Database, path: Path) -> None:
    """One of our mails as it leaves, for the program that measures the wire's limit."""
    with database.reading() as session:
        content = content_of_snapshot(session.scalars(sa.select(Snapshot)).one())
        to = content.recipients[0]
        press = press_for_one(session, content, to)
        composed = press.compose(to, new_token(), clock.now().replace(microsecond=0))
        path.write_bytes(composed.content)


def _draft(session: Session, event: Event, wanted: Wanted) -> Draft:
    return Draft(
        purpose="開催の案内",
        subject=letter.SUBJECT,
        body=letter.BATCH_BODY if wanted.batch else letter.BODY,
        material_ids=frozenset(each.id for each in events.shelf(session, event)),
        version=1,
        mode=SendMode.BATCH if wanted.batch else SendMode.INDIVIDUAL,
        expected_count=wanted.recipients,
    )


def _write_roster(session: Session, event: Event, count: int) -> None:
    owner = {"office_id": event.office_id, "event_id": event.id}
    upload = _import(session, event, owner)
    for some in _slices(count):
        session.execute(
            sa.insert(Participant),
            [
                {
                    **owner,
                    "id": n,
                    "company": letter.company(n),
                    "status": ParticipantStatus.ATTENDING,
                }
                for n in some
            ],
        )
        session.execute(sa.insert(Contact), [_contact(n, owner, upload) for n in some])
    learn(session, Contact, Participant)  # as after every import


def _import(session: Session, event: Event, owner: dict[str, int]) -> int:
    content = b"made by the benchmark"
    upload = RosterImport(
        **owner,
        filename="roster.csv",
        sha256=events.keep_blob(session, event.office_id, content),
        state=ImportState.APPLIED,
        reading={},
        uploaded_by=event.created_by,
        uploaded_at=clock.now(),
        applied_at=clock.now(),
    )
    session.add(upload)
    session.flush()
    return upload.id


def _contact(number: int, owner: dict[str, int], upload: int) -> dict[str, object]:
    address = letter.address(number)
    return {
        **owner,
        "id": number,
        "participant_id": number,
        "department": "採用ご担当者",
        "address": address,
        "address_key": address,
        "import_id": upload,
        "source_row": number + 1,
        "row_digest": hashlib.sha256(address.encode()).hexdigest(),
    }


def _slices(count: int) -> Iterator[range]:
    for start in range(1, count + 1, AT_ONCE):
        yield range(start, min(start + AT_ONCE, count + 1))


def _approver(session: Session) -> Actor:
    office = session.scalars(sa.select(Office).order_by(Office.id).limit(1)).one()
    for staff in session.scalars(sa.select(Staff)):
        if Role.APPROVER in staff.roles_in(office.id):
            return Actor(staff, office)
    raise SystemExit("nobody can approve")

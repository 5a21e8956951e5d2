"""The world an attack is struck in: made lazily, so that an attack on bytes needs no database."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from eventmail import create_app
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import sending
from eventmail.outbox.limits import Policy
from eventmail.sample import People
from eventmail.web.context import Services
from eventmail.wire import Connection, EncodedMaterial, Individual, Relay, gate
from tests.attacks.browser import Browser
from tests.conftest import SECRET, Templates, opened
from tests.recorder import Recorder
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE


class Arena:
    """What all worlds of one test run share: the web application, whose pages compile slowly."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._app: Flask | None = None

    def app(self, database: Database) -> Flask:
        """The application on this database; its queue is nobody."""
        url = database.url.render_as_string(hide_password=False)
        settings = Settings(
            mode=Mode.TEST,
            secret_key=SECRET,
            data_dir=self._folder,
            database_url=url,
            mail_sink=True,
        )
        if self._app is None:
            self._app = create_app(settings)
            first = self._app.extensions["eventmail"]
            first.outbox.huey.storage.close()
            first.database.dispose()
        nobody: Any = SimpleNamespace(
            wake=lambda _snapshot_id: None,
            wake_due=lambda: None,
            policy_of=lambda _session, _office_id: Policy("relay"),
            blocked=lambda _session, _office_id: "",
        )
        self._app.extensions["eventmail"] = Services(settings, database, nobody)
        return self._app


class World:
    """One attack's recorder, relay, and (at a level) a database of its own."""

    def __init__(self, request: pytest.FixtureRequest, arena: Arena, kind: str, level: str) -> None:
        self._request = request
        self._arena = arena
        self._kind, self._level = kind, level
        self._database: Database | None = None
        self.recorder: Recorder = request.getfixturevalue("recorder")
        self.relay: Relay = request.getfixturevalue("relay")

    def close(self) -> None:
        """Forget the mails that a lowered strike let out, and close the database."""
        self.recorder.clear()
        if self._database is not None:
            self._database.dispose()
            self._templates.drop(self._database)
            self._database = None

    @property
    def folder(self) -> Path:
        """A folder of this test's own."""
        found: Path = self._request.getfixturevalue("tmp_path")
        return found

    @property
    def _templates(self) -> Templates:
        found: Templates = self._request.getfixturevalue("templates")
        return found

    # the bytes

    def sends(
        self,
        content: bytes,
        materials: Sequence[EncodedMaterial] = (),
        *,
        envelope: Any = None,
        identity: Any = IDENTITY,
        knowledge: Any = KNOWLEDGE,
    ) -> bytes:
        """Pass a mail through the gate and hand it to the relay: the bytes that were received."""
        cleared = gate.inspect(
            content, envelope or Individual(AOZORA), identity, knowledge, materials
        )
        self.hands_over(cleared)
        return self.recorder.seen[-1].content

    def hands_over(self, cleared: Any) -> None:
        """Give something to the transport."""
        with Connection(self.relay) as connection:
            connection.send(cleared)

    # the rows

    @property
    def database(self) -> Database:
        """A copy of the sample office's database, made at the first use."""
        if self._database is None:
            assert self._level, "this attack has no level, so it has no database"
            self._database = opened(self._templates.lend(self._kind, self._level))
        return self._database

    def run(self, *statements: str) -> list[int]:
        """Raw statements in one transaction; returns how many rows each of them touched."""
        with self.database.engine.execution_options(eventmail_writes=True).begin() as connection:
            made = (sa.text(each.format(**self.ids)) for each in statements)
            return [connection.execute(each).rowcount for each in made]

    def rows(self, query: str) -> list[Any]:
        """What a raw query finds."""
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.text(query)).all())

    def value(self, query: str) -> Any:
        """The one value that a raw query finds, or None."""
        found = self.rows(query.format(**self.ids))
        return found[0][0] if found else None

    @cached_property
    def ids(self) -> dict[str, Any]:
        """Names for the ids that raw statements use."""
        found: dict[str, Any] = {
            "now": "'2026-11-23 00:00:00+00:00'",
            "author": self.people.author.id,
            "checker": self.people.checker.id,
            "approver": self.people.approver.id,
            "office": self.people.author.office.id,
        }
        with self.database.reading() as session:
            snapshot = session.scalars(sa.select(Snapshot)).first()
            if snapshot is not None:
                first, other = snapshot.recipients[:2]
                found |= {
                    "snapshot": snapshot.id,
                    "digest": snapshot.digest,
                    "event": snapshot.event_id,
                    "mailing": snapshot.mailing_id,
                    "contact": first.contact_id,
                    "participant": first.participant_id,
                    "address": first.address,
                    "other_contact": other.contact_id,
                    "other_participant": other.participant_id,
                    "other_address": other.address,
                }
        return found

    # the people and what they made

    @cached_property
    def people(self) -> People:
        """The three people of the sample office."""
        with self.database.reading() as session:
            office = session.scalars(sa.select(Office)).first()
            assert office is not None
            staff = {
                m.role: each
                for each in session.scalars(sa.select(Staff).order_by(Staff.id))
                for m in each.memberships
            }
            return People(*(Actor(staff[role], office) for role in Role))

    def mailing(self, session: Session) -> Mailing:
        """The sample mailing, in this session."""
        return session.scalars(sa.select(Mailing).order_by(Mailing.id)).first()  # type: ignore[return-value]

    def event(self, session: Session) -> Event:
        """The sample event, in this session."""
        return session.scalars(sa.select(Event).order_by(Event.id)).first()  # type: ignore[return-value]

    def snapshot(self, session: Session) -> Snapshot:
        """The newest snapshot, in this session."""
        return session.scalars(sa.select(Snapshot).order_by(Snapshot.id.desc())).first()  # type: ignore[return-value]

    # what the pages and the worker do

    def browser(self, role: str = "", *, staff_id: int | None = None) -> Browser:
        """Somebody at the pages: that role of the sample office, somebody else, or nobody."""
        app = self._arena.app(self.database)
        return Browser(app, getattr(self.people, role).id if role else staff_id)

    def works(self, *, mails: int = 2) -> list[str]:
        """Let the worker send the approved mailing, shortened to the first ``mails`` of it.

        Returns what can be read in the mails that the relay received, with their envelopes.
        """
        self.run(
            "UPDATE deliveries SET state = 'withheld' WHERE NOT first_copy AND id NOT IN "
            f"(SELECT id FROM deliveries WHERE NOT first_copy ORDER BY id LIMIT {mails})"
        )
        sending.run(self.database, self.relay, self.value("SELECT max(id) FROM snapshots"))
        return self.received

    @property
    def received(self) -> list[str]:
        """What can be read in the received mails, each after its envelope's recipients."""
        from tests.attacks.reading import readable

        return [f"{' '.join(m.rcpt_to)}\n{readable(m.content)}" for m in self.recorder.seen]

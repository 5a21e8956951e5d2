"""The hostile office, made once for all crawls of a process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from eventmail import create_app
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.mailings.findings import timing
from eventmail.outbox.limits import Policy
from eventmail.sample import People
from eventmail.web.context import Services
from eventmail.wire import Relay
from tests.attacks.crawler import Crawler
from tests.attacks.seeded import seed
from tests.conftest import SECRET, Templates, _people, _settle, opened
from tests.recorder import Recorder


@dataclass
class Place:
    """The application on a copy of the hostile office."""

    app: Flask
    folder: Path
    people: People
    settings: Settings
    relay: Relay

    def anew(self) -> None:
        """Back to how it was."""
        self.database.dispose()
        copy = self.folder / "crawled.sqlite3"
        for tail in ("-wal", "-shm"):
            copy.with_name(copy.name + tail).unlink(missing_ok=True)
        shutil.copy(self.folder / "seeded.sqlite3", copy)
        self.use(opened(f"sqlite:///{copy}"))

    def use(self, database: Database) -> None:
        """Let the application work on this database; its queue is nobody."""
        nobody: Any = SimpleNamespace(
            wake=lambda _snapshot_id: None,
            wake_due=lambda: None,
            wake_import=lambda *_: None,
            relay_of=lambda _session, _office_id: self.relay,
            policy_of=lambda _session, _office_id: Policy("relay"),
            blocked=lambda _session, _office_id: "",
        )
        self.app.extensions["eventmail"] = Services(self.settings, database, nobody)

    @property
    def database(self) -> Database:
        """The copy in use."""
        found: Database = self.app.extensions["eventmail"].database
        return found

    def crawler(self, role: str, **options: Any) -> Crawler:
        """Somebody of that role, or nobody."""
        return Crawler(self.app, getattr(self.people, role).id if role else None, **options)


@pytest.fixture(scope="session")
def _hostile(
    templates: Templates, tmp_path_factory: pytest.TempPathFactory, _recording: Recorder
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("crawl")
    with pytest.MonkeyPatch.context() as patch:  # a start is in no hurry, whenever the suite runs
        patch.setattr(timing, "_reason", lambda _moment: "")
        database = opened(templates.copy("sqlite", "approved"))
    path = Path(str(database.url.database))
    # On TLS, so that what only holds there is looked at too.
    settings = Settings(
        mode=Mode.TEST, secret_key=SECRET, data_dir=folder, https=True, mail_sink=True
    )
    app = create_app(settings)
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    relay = Relay(host="127.0.0.1", port=_recording.port, sink=True, ehlo_name="test.example")
    place = Place(app, folder, _people(database), settings, relay)
    place.use(database)
    seed(app, database, place.people, relay, _recording)
    _settle(database)
    shutil.move(path, folder / "seeded.sqlite3")
    yield place
    place.database.dispose()


@pytest.fixture
def hostile(_hostile: Place) -> Place:
    """The hostile office as it was seeded."""
    _hostile.anew()
    return _hostile

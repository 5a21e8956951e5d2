"""A running installation, and browsers for the people who use it.

Web server and worker run within the process of the test, so that its clock is theirs and nothing
is loaded twice; ``test_meeting`` has them as processes of their own, as they are at work.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from eventmail import garbage, processes, sample
from eventmail.accounts.origin import Origin
from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.outbox.worker import Outbox
from eventmail.web.cookie import SESSION
from tests import pages
from tests.journeys.looking import Watch
from tests.journeys.people import Person
from tests.recorder import allow_port
from tests.serving import served

SCREENS: dict[str, ViewportSize] = {
    "sqlite": {"width": 1280, "height": 900},
    "postgresql": {"width": 375, "height": 760},
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=ja"]
PATIENCE = 90_000  # milliseconds: many tests may share the machine
Enter = Callable[[str], Person]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def commands() -> tuple[str, ...]:
    """The parts of the installation."""
    return ("web", "worker")


@pytest.fixture
def address(
    settings: Settings, commands: tuple[str, ...], request: pytest.FixtureRequest
) -> Iterator[str]:
    """A running installation within this process."""
    with ExitStack() as running:
        # Asked for here, for a test that names the app runs on one database only.
        port = running.enter_context(served(request.getfixturevalue("app"), threads=4))
        if "worker" in commands:
            running.enter_context(working(settings))
        yield f"http://127.0.0.1:{port}"


@contextmanager
def working(settings: Settings) -> Iterator[Outbox]:
    """A worker's own connections, queue and threads."""
    with opened(settings) as database, pytest.MonkeyPatch.context() as patch:
        # What is there now is the suite's, and does not stay for good.
        patch.setattr(garbage, "keep_what_is_loaded", lambda: None)
        outbox = Outbox(settings, database)
        consumer: Any = outbox.consumer()
        before = {each: signal.getsignal(each) for each in consumer._signal_actions}
        consumer.start()
        for number, handler in before.items():
            signal.signal(number, handler)
        yield outbox
        outbox.ending.set()
        consumer.stop(graceful=True)
        outbox.huey.storage.close()


@contextmanager
def as_processes(settings: Settings, commands: tuple[str, ...]) -> Iterator[str]:
    """Web server and worker as processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    webs = 2 if "worker" in commands else 1  # as in service, where a whole story is told
    live = replace(settings, port=port, web_processes=webs)
    children = [processes.start(live, [command]) for command in commands]
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        children[0].poll()
        assert children[0].returncode is None, "the web server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    processes.end(children)


@pytest.fixture
def screen(database: Database) -> ViewportSize:
    """A wide one over SQLite, a telephone over PostgreSQL."""
    return SCREENS["sqlite" if database.is_sqlite else "postgresql"]


@pytest.fixture
def window(
    chromium: Browser, address: str, screen: ViewportSize, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Person]]:
    """Opens a browser for somebody; when all is over, says what was wrong on any page in it."""
    folder = request.config.getoption("--pictures")
    people: list[Person] = []

    def open_one(who: str, hidden: Callable[[], list[str]], **options: Any) -> Person:
        given = {"viewport": screen, "locale": "ja-JP", "reduced_motion": "reduce"} | options
        context = chromium.new_context(**given)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch = Watch(page, address, who, hidden)
        people.append(Person(page, address, Path(folder) if folder else None, watch))
        return people[-1]

    yield open_one
    faults = [fault for each in people if each.watch for fault in each.watch.end()]
    for each in people:
        each.page.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def person(
    window: Callable[..., Person], address: str, settings: Settings, database: Database
) -> Enter:
    """Somebody at a browser of his own, signed in: ``person("author")``, or by his login.

    The form to sign in has journeys of its own and takes its time.
    """
    told = sample.story()
    logins = {each.get("role") or each["standing"]: each["login"] for each in _accounts(told)}

    def enter(who: str) -> Person:
        login = logins.get(who, who)
        mine = sa.select(Staff.id).where(Staff.login == login)

        def hidden() -> list[str]:
            with database.reading() as session:
                return pages.hidden_from(session, mine)

        token = pages.token_for(database, login, Origin("127.0.0.1", "Chromium"))
        assert token, f"{login} must sign in by the form"
        found = window(who, hidden)
        kept = {"name": settings.cookie("eventmail"), "value": _cookie(settings, token)}
        found.page.context.add_cookies([{**kept, "url": address}])  # type: ignore[typeddict-item]
        found.see("/")
        return found

    return enter


def _accounts(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [*told["staff"], *told["outside"]]


def _cookie(settings: Settings, token: str) -> str:
    """What the web server would have the browser keep after the form."""
    app = Flask(__name__)
    app.secret_key = settings.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_permanent": True, SESSION: token}))

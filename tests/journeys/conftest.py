"""A running installation, and browsers for the people who use it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from eventmail import processes, sample
from eventmail.config import Settings
from eventmail.database import Database
from tests.journeys.people import Person
from tests.recorder import allow_port

SCREENS = {"sqlite": {"width": 1280, "height": 900}, "postgresql": {"width": 375, "height": 760}}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=ja"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def commands() -> tuple[str, ...]:
    """The processes of the installation."""
    return ("web", "worker")


@pytest.fixture
def address(settings: Settings, commands: tuple[str, ...]) -> Iterator[str]:
    """A running installation: web server and worker as processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    live = replace(settings, port=port)
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
def person(
    chromium: Browser, address: str, database: Database, request: pytest.FixtureRequest
) -> Iterator[type]:
    accounts = {each["role"]: each for each in sample.story()["staff"]}
    screen = SCREENS["sqlite" if database.is_sqlite else "postgresql"]
    folder = request.config.getoption("--pictures")
    contexts = []
    complaints: list[str] = []

    def enter(role: str) -> Person:
        context = chromium.new_context(viewport=screen, locale="ja-JP", accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        found = Person(page, address, Path(folder) if folder else None)
        found.see("/sign-in")
        page.get_by_label("ユーザー名").fill(accounts[role]["login"])
        page.get_by_label("パスワード").fill(accounts[role]["password"])
        found.press("サインインする")
        found.heading("ホーム")
        return found

    yield enter  # type: ignore[misc]
    for context in contexts:
        context.close()
    unexpected = [each for each in complaints if not re.search("status of (409|422)", each)]
    assert not unexpected, unexpected

"""The real web server, and what it and its PostgreSQL have used of the processor."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import sqlalchemy as sa
from flask import Flask

from benchmarks.pages.keeping import Server
from benchmarks.pages.paths import LOGINS
from eventmail import clock, processes, sample
from eventmail.accounts import sessions
from eventmail.accounts.origin import Origin
from eventmail.api import tokens
from eventmail.api.models import ApiToken
from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.offices.models import Staff
from eventmail.web.cookie import SESSION

PATIENCE_SECONDS = 300
LONGEST_SECONDS = 30  # nobody waits longer for a page
NO_ANSWER = 0


@dataclass(frozen=True)
class Site:
    """The running server: where it is, and who has signed in."""

    port: int
    pid: int
    database: Server
    cookies: dict[str, str]
    token: str  # of the one program

    def get(self, who: str, path: str) -> tuple[int, int]:
        """Status and length of one page."""
        with contextlib.suppress(OSError):
            return _ask(self.port, path, self.cookies[who], self.token if who == "program" else "")
        return NO_ANSWER, 0

    @property
    def processes(self) -> int:
        """How many processes serve."""
        return max(1, len(_children(self.pid)) - 1)

    def processor(self) -> tuple[float, dict[int, float]]:
        """Seconds that the web server's processes have used since they started, and each of
        PostgreSQL's.
        """
        web = sum(map(_seconds, _children(self.pid)))
        return web, {each: _seconds(each) for each in _children(self.database.postmaster)}

    def queries(self) -> int:
        """How many statements PostgreSQL has run."""
        dsn = self.database.url.replace("postgresql+psycopg:", "postgresql:")
        with psycopg.connect(dsn, autocommit=True) as connection:
            found = connection.execute(
                "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements "
                "WHERE query !~* '^(BEGIN|ROLLBACK|COMMIT|SAVEPOINT|SET|SHOW)' "
                "AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE 'CREATE%'"
            ).fetchone()
        return int(found[0]) if found else 0


@contextlib.contextmanager
def site(app: Flask, settings: Settings, database: Server) -> Iterator[Site]:
    """Start ``app.py web`` and sign everybody in; ``app`` has its settings, so it signs alike."""
    child = processes.start(settings, ["web"])
    try:
        _wait(settings.port)
        cookies = {"visitor": "", "program": ""} | _cookies(app, settings)
        yield Site(settings.port, child.pid, database, cookies, _token(settings))
    finally:
        processes.end([child])


def _cookies(app: Flask, settings: Settings) -> dict[str, str]:
    """A session for each person, as the sign-in opens it."""
    signer = app.session_interface.get_signing_serializer(app)
    names = {each["role"]: each["login"] for each in sample.story()["staff"]}
    names |= {each["standing"]: each["login"] for each in sample.story()["outside"]}
    found: dict[str, str] = {}
    kept = open_database(settings)
    with kept.writing() as session:
        for who in LOGINS:
            staff = session.scalars(sa.select(Staff).where(Staff.login == names[who])).one()
            token = sessions.open_one(session, staff, Origin("127.0.0.1", "benchmark"))
            name = app.config["SESSION_COOKIE_NAME"]
            found[who] = f"{name}={signer.dumps({SESSION: token, '_permanent': True})}"
    kept.dispose()
    return found


def _token(settings: Settings) -> str:
    """What the API's one program shows: the author's, who may read all that it reads."""
    secret = tokens.PREFIX + "x" * 43
    names = {each["role"]: each["login"] for each in sample.story()["staff"]}
    kept = open_database(settings)
    with kept.writing() as session:
        there = sa.select(ApiToken.id).where(ApiToken.digest == tokens.digest_of(secret))
        if session.scalar(there) is None:  # else of an earlier run
            staff = session.scalars(sa.select(Staff).where(Staff.login == names["author"])).one()
            session.add(_program(staff, secret))
    kept.dispose()
    return secret


def _program(staff: Staff, secret: str) -> ApiToken:
    return ApiToken(
        office_id=next(each.office_id for each in staff.memberships),
        staff_id=staff.id,
        name="benchmark",
        digest=tokens.digest_of(secret),
        hint=secret[: tokens.HINT],
        **dict.fromkeys(("reads", "imports", "drafts", "contacts"), True),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )


def _wait(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _ask(port, "/sign-in", "")
            return
        time.sleep(0.2)
    raise SystemExit("the web server did not start")


def _ask(port: int, path: str, cookie: str, token: str = "") -> tuple[int, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    try:
        headers = {"Cookie": cookie, "Accept-Language": "ja"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, len(answer.read())
    finally:
        connection.close()


def _children(parent: int) -> list[int]:
    told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [parent, *map(int, told.split())]


def _seconds(pid: int) -> float:
    """Of all its threads, those that are over included as far as the system tells."""
    total = 0
    with contextlib.suppress(OSError):  # or it has ended
        for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(each.read_text().split()[0])
    return total / 1e9

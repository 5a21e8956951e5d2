"""Databases for the faults: SQLite files, and a PostgreSQL that is killed and started again.

Unlike the suite's own PostgreSQL this one writes to the disk before it says that it has.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import psycopg

from benchmarks.delivery import prepare
from benchmarks.delivery.prepare import Wanted
from eventmail.database import Database
from tests import postgres

TRUSTING = "host all all samenet trust\n"


class Postgres:
    """A cluster of its own: ``with Postgres() as server``.

    ``here``: it listens at that address as well, for whom ``rules`` (of ``pg_hba.conf``) say.
    ``prefix``: what to put before its command, to have it run on a machine of its own; by root.
    """

    def __init__(
        self,
        here: str = "",
        port: int = 5432,
        options: Sequence[str] = (),
        rules: str = TRUSTING,
        prefix: Sequence[str] = (),
    ) -> None:
        self._here, self._port, self._more = here, port, options
        self._rules, self._prefix = rules, prefix

    def __enter__(self) -> Self:
        self._user = postgres.ACCOUNT if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="em-faults-", dir="/tmp"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._name = self._user or postgres._own_name()
        self._data = self._folder / "data"
        self._run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", self._name)
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write(self._rules)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once, without a checkpoint
        self._process.wait(60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """On the same data as before, however it ended; it answers when this returns."""
        # A child of ours: nobody else would take note of its death, and its name would stay taken.
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self._before,
                    postgres._binaries() / "postgres",
                    "-D",
                    self._data,
                    *self._options,
                ],
                user=None if self._prefix else self._user,
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    @property
    def _before(self) -> Sequence[str]:
        if not self._prefix or not self._user:
            return self._prefix
        as_user = ("setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--init-groups")
        return (*self._prefix, *as_user)

    @property
    def _options(self) -> list[str]:
        place = ["-c", f"listen_addresses={self._here}", "-c", f"port={self._port}"]
        return [*place, "-k", str(self._folder), *self._more]

    def _answers(self) -> bool:
        try:
            self.sql("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """``kill -9`` to the postmaster and to all its children at once."""
        family = [self._process.pid, *_children(self._process.pid)]
        for each in family:
            _kill(each)
        self._process.wait(30)
        deadline = time.monotonic() + 30
        while any(lives(each) for each in family):
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not die")
            time.sleep(0.02)

    def sql(self, statement: str) -> None:
        """One administrative statement."""
        place = {"host": str(self._folder), "port": self._port, "user": self._name}
        with psycopg.connect(dbname="postgres", autocommit=True, **place) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        """Of one of its databases."""
        if self._here:
            at = f"{self._here}:{self._port}"
            return f"postgresql+psycopg://{self._name}@{at}/{name}?connect_timeout=10"
        return f"postgresql+psycopg://{self._name}@/{name}?host={self._folder}"

    @property
    def postmaster(self) -> int:
        """The process that all others of it descend from."""
        return self._process.pid

    def _run(self, program: str, *words: str) -> None:
        command = [str(postgres._binaries() / program), "-D", str(self._data), *words]
        subprocess.run(
            command, check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL
        )


class Prepared:
    """Mailings that wait for the approver, made once for each kind and size, then copied."""

    def __init__(self, folder: Path, server: Postgres | None) -> None:
        self._folder, self._server = folder, server
        self._made: set[str] = set()

    def copy(self, kind: str, wanted: Wanted, into: Path) -> str:
        """The URL of a fresh copy; an SQLite file lies in ``into``."""
        name = f"{wanted.name}_{kind}"
        if name not in self._made:
            database = prepare.opened(self._new(kind, name))
            prepare.make(database, wanted, self._folder)
            _close(database)
            self._made.add(name)
        if kind == "sqlite":
            shutil.copy(self._folder / name, into / "eventmail.sqlite3")
            return f"sqlite:///{into / 'eventmail.sqlite3'}"
        assert self._server is not None
        fresh = f"f{uuid.uuid4().hex}"
        self._server.sql(f"CREATE DATABASE {fresh} TEMPLATE {name}")
        return self._server.url(fresh)

    def _new(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}"
        assert self._server is not None
        self._server.sql(f"CREATE DATABASE {name}")
        return self._server.url(name)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 64 MB mounted on ``folder``, where we may do that; whether we may."""
    if os.geteuid() != 0:
        yield False
        return
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _close(database: Database) -> None:
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def _children(parent: int) -> list[int]:
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == parent:
            found.append(int(each.parent.name))
    return found


def lives(pid: int) -> bool:
    """Whether a process has not ended yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return

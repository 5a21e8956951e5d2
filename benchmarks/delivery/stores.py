"""Where ours keeps its rows: SQLite files, or a PostgreSQL of the benchmark's own.

Both as they are in service: every commit is on the disk before it returns.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psycopg
import sqlalchemy as sa

KEPT = 24 * 3600.0
ACCOUNT = "postgres"  # PostgreSQL refuses to run as root


class Store(Protocol):
    """Prepared databases by name, and fresh copies of them."""

    def has(self, name: str) -> bool:
        """Whether a prepared database of that name is there."""

    def new(self, name: str) -> str:
        """The URL of an empty database that will be kept under that name."""

    def keep(self, name: str) -> None:
        """Call it prepared."""

    def copy(self, name: str) -> str:
        """The URL of a fresh copy; the one before is gone then."""


class Files:
    """SQLite: a file for each, and a folder for the copy and its queue."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "prepared"
        self.folder.mkdir(parents=True, exist_ok=True)

    def has(self, name: str) -> bool:
        """See :class:`Store`."""
        return (self.folder / f"{name}.sqlite3").exists()

    def new(self, name: str) -> str:
        """See :class:`Store`."""
        for ending in ("", "-wal", "-shm"):
            (self.folder / f"{name}.part{ending}").unlink(missing_ok=True)
        return f"sqlite:///{self.folder / name}.part"

    def keep(self, name: str) -> None:
        """The last connection that closed has brought all of it into the one file."""
        part = self.folder / f"{name}.part"
        engine = sa.create_engine(f"sqlite:///{part}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        part.rename(self.folder / f"{name}.sqlite3")
        self._forget()

    def _forget(self) -> None:
        """What an earlier day or an earlier schema prepared is of no use any more."""
        long_ago = time.time() - KEPT
        for each in self.folder.glob("*.sqlite3"):
            if each.stat().st_mtime < long_ago:
                each.unlink()

    def copy(self, name: str) -> str:
        """See :class:`Store`."""
        into = self.folder / "run"
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        shutil.copy(self.folder / f"{name}.sqlite3", into / "eventmail.sqlite3")
        return f"sqlite:///{into / 'eventmail.sqlite3'}"


class Cluster:
    """PostgreSQL: a template database for each; all of them go with the cluster."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._ready: set[str] = set()

    def has(self, name: str) -> bool:
        """See :class:`Store`."""
        return name in self._ready

    def new(self, name: str) -> str:
        """See :class:`Store`."""
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def keep(self, name: str) -> None:
        """See :class:`Store`."""
        self._ready.add(name)

    def copy(self, name: str) -> str:
        """See :class:`Store`."""
        run = f"run_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {run} TEMPLATE {name}")
        self._run("CHECKPOINT")
        return self._url(run)

    def _run(self, statement: str) -> None:
        dsn = self._server.replace("postgresql+psycopg:", "postgresql:")
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?")


@contextlib.contextmanager
def store(kind: str, folder: Path) -> Iterator[Store]:
    """The prepared databases of that kind: ``sqlite`` or ``postgresql``."""
    if kind == "sqlite":
        yield Files(folder)
        return
    with cluster() as server:
        yield Cluster(server)


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL on a socket of its own with the settings it comes with."""
    user = ACCOUNT if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    if user:
        shutil.chown(place, user)
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data = str(place / "data")

    def run(program: str, *words: str) -> None:
        command = [str(binaries / program), "-D", data, *words]
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=place)

    run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", ACCOUNT)
    options = f"-c listen_addresses='' -k {place}"
    run("pg_ctl", "-w", "-l", str(place / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://{ACCOUNT}@/postgres?host={place}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)

"""The installation that is measured: a PostgreSQL, prepared mailings, and processes in places."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.delivery import ours, prepare
from benchmarks.delivery.ours import Knobs
from benchmarks.delivery.stores import Cluster
from benchmarks.delivery.wire import free_port
from benchmarks.scale.ground import Ground, Place
from eventmail.config import Settings, to_environment
from eventmail.files import ENTRY
from tests.faults.servers import Postgres

LANES = 4  # connections of one worker, as they come
MOST_CONNECTIONS = 64  # what EVENTMAIL_MAIL_CONNECTIONS allows
NEEDED = ("shared_preload_libraries=pg_stat_statements", "max_connections=200")


@dataclass(frozen=True)
class Town:
    """Everything that runs of one measurement have in common."""

    ground: Ground
    server: Postgres
    store: Cluster
    folder: Path

    def settings(self, url: str, port: int, workers: int, **chosen: Any) -> Settings:
        """An installation whose relay is the sink; each worker may open all of its lanes."""
        connections = min(MOST_CONNECTIONS, LANES * workers)
        made = ours.settings(url, port, self.folder, Knobs(workers, connections))
        # A sink at another address than loopback's is one for domains that are allowed.
        apart = {"mail_sink": False, "mail_allowed_domains": ("example",)}
        return replace(made, mail_server=self.ground.here, mail_lanes=LANES, **apart | chosen)

    def start(self, made: Settings, command: str, place: Place) -> subprocess.Popen[bytes]:
        """``app.py COMMAND`` in its place, with a data folder of its own, as on its own machine."""
        data = self.folder / "places" / f"{command}-{place.address}"
        data.mkdir(parents=True, exist_ok=True)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        environment |= to_environment(replace(made, data_dir=data))
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*place.prefix, sys.executable, str(ENTRY), command],
                env=environment, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def log(self) -> Path:
        """What all processes have complained of."""
        return self.folder / "log"

    def ask(self, statement: str, *values: object) -> Any:
        """One figure of the server, of whatever database."""
        dsn = self.server.url("postgres").replace("postgresql+psycopg:", "postgresql:")
        with psycopg.connect(dsn, autocommit=True) as connection:
            row = connection.execute(statement, values).fetchone()
        return row[0] if row else None


@contextmanager
def town(ground: Ground, folder: Path, chosen: Sequence[str] = ()) -> Iterator[Town]:
    """Start the PostgreSQL: every commit is on the disk, and it has the settings it comes with.

    ``chosen`` are others, ``name=value``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log").unlink(missing_ok=True)
    options = [word for each in (*NEEDED, *chosen) for word in ("-c", each)]
    with Postgres(ground.here, free_port(), options) as server:
        server.sql("CREATE EXTENSION pg_stat_statements")
        yield Town(ground, server, Cluster(server.url("postgres")), folder)


def copied(found: Town, mails: int) -> str:
    """The URL of a database with an individual mailing to so many, which waits for its approval."""
    return prepare.copied(found.store, prepare.Wanted(mails), found.folder)

"""The benchmark's own PostgreSQL. Its data stays, so that a second run starts at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.delivery.stores import ACCOUNT

# What a machine with a few GB gives its database. Nothing of the pages depends on fsync.
SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",  # a table made and filled at one go, and an index, need no log
    "max_wal_senders": "0",
    "autovacuum": "off",  # it took a core of the filling, which vacuums at its end
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "top",
    "random_page_cost": "1.1",  # a disk without a head to move
}


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    url: str
    postmaster: int


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start the PostgreSQL whose data lies in this folder, made if it is not there yet."""
    user = ACCOUNT if os.geteuid() == 0 else None
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data = folder / "data"
    socket = Path(tempfile.mkdtemp(prefix="bench-pages-"))
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
        shutil.chown(socket, user)

    def run(program: str, *words: str) -> None:
        command = [str(binaries / program), "-D", str(data), *words]
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=socket)

    if not (data / "PG_VERSION").exists():
        run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-U", ACCOUNT)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    run(
        "pg_ctl",
        "-w",
        "-t",
        "300",
        "-l",
        str(socket / "log"),
        "-o",
        f"{options} -k {socket}",
        "start",
    )
    try:
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        yield Server(f"postgresql+psycopg://{ACCOUNT}@/postgres?host={socket}", postmaster)
    finally:
        run("pg_ctl", "-m", "fast", "-t", "300", "stop")
        shutil.rmtree(socket, ignore_errors=True)

"""A real PostgreSQL of the test run's own: made, started and removed by the suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"  # PostgreSQL refuses to run as root


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("the tests need Debian's package postgresql; run: make test")
    return found[-1].parent


@contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster on a socket of its own; yields the URL of its first database."""
    user = ACCOUNT if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="em-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    name = user or _own_name()
    binaries = _binaries()
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)

    run(
        str(binaries / "initdb"),
        *("-D", str(data), "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-U", name),
    )
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off"
    control = str(binaries / "pg_ctl")
    run(control, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://{name}@/postgres?host={folder}"
    finally:
        run(control, "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name

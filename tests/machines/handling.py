"""What is done to a machine's processes: one is frozen, one is in the middle of a transaction."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from eventmail.files import ROOT
from tests.machines.installation import Installation

# As a worker that takes a connection to the relay, for which it locks the relay's row.
HOLD = """
import sys, time
import sqlalchemy as sa
from dotenv import dotenv_values
from eventmail.database import Database
database = Database(dotenv_values(".env")["EVENTMAIL_DATABASE_URL"])
sys.stdin.readline()
with database.writing() as session:
    held = session.execute(sa.text("SELECT place FROM relay_paces FOR UPDATE")).all()
    print("held" if held else "nothing", flush=True)
    time.sleep(600)
"""


@dataclass(frozen=True)
class Holder:
    """A process in the middle of a transaction, once it is told to."""

    process: subprocess.Popen[str]

    def hold(self) -> None:
        """Lock the relay's rows: over cables each machine knows it by another address."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "held\n"


@contextmanager
def holding(made: Installation, machine: str) -> Iterator[Holder]:
    """Such a process on a machine."""
    child = subprocess.Popen(
        [*made.net.machines[machine].prefix, sys.executable, "-c", HOLD],
        cwd=made.folder / machine / "lib", env={**made.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with child:
        try:
            yield Holder(child)
        finally:
            child.kill()


@contextmanager
def frozen(made: Installation, machine: str) -> Iterator[None]:
    """Its process does nothing for a while."""
    made.running[machine].send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        made.running[machine].send_signal(signal.SIGCONT)

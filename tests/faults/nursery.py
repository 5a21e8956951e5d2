"""Starts Eventmail's processes fast: it has loaded the program, and each process is a fork of it.

``python -m tests.faults.nursery`` reads commands, one line of JSON each, and answers with a number:
``{"start": ["worker"], "environment": {…}, "log": FILE, "clock": FILE}`` gives the new process's
id, ``{"reap": ID}`` waits for its end and gives the status. A fork runs ``app.py``'s own command
line with that environment, so ``kill -9`` meets it as it would meet any worker. When the standard
input ends, all of them do.

With ``clock`` the process's clock is off by the seconds in that file, whenever it is looked at.
The command ``sweeps`` is a scheduler of its own: it sweeps every moment, in place of every minute.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from eventmail import cli, cli_ready, clock
from eventmail.audit.keys import open_database
from eventmail.outbox.worker import Outbox

EVERY = 0.4
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def sweeps() -> None:
    """Sweep until killed; a database that is away is waited for."""
    settings = cli_ready.settings_here()
    outbox = Outbox(settings, open_database(settings))
    while True:
        with contextlib.suppress(Exception):
            outbox.sweep()
        time.sleep(EVERY)


def shift(path: Path) -> None:
    """From now on this process's clock is off by what the file says."""
    right = clock.now

    def wrong() -> datetime:
        return right() + timedelta(seconds=float(path.read_text() or 0))

    clock.now = wrong


def _run(told: dict[str, Any]) -> None:
    """In the child: be the process that was asked for."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    log = os.open(told["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
    for number in (1, 2):
        os.dup2(log, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for name in [each for each in os.environ if each.startswith("EVENTMAIL_")]:
        del os.environ[name]
    os.environ.update(told["environment"])
    if "clock" in told:
        shift(Path(told["clock"]))
    sys.argv = ["app.py", *told["start"]]
    if told["start"] == ["sweeps"]:
        sweeps()
    cli.main()


def _start(told: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _run(told)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001 - whatever it is goes to the log
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def main() -> None:
    """Until the input ends; the children die with this process."""
    for line in sys.stdin:
        told = json.loads(line)
        answer = _start(told) if "start" in told else os.waitpid(told["reap"], 0)[1]
        print(answer, flush=True)


if __name__ == "__main__":
    main()

"""One run of another sender: started, told to go when it is ready, its costs taken when it is done.

The sender prints ``ready`` when all is prepared, sends when it reads a line, prints ``done`` when
the last mail has its reply, and ends when its input is closed.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.delivery import cases, letter
from benchmarks.delivery.cases import Case
from benchmarks.delivery.costs import begin, spent

PEERS = Path(__file__).parent / "peers"
COMMANDS = {
    cases.NODEMAILER: ["node", str(PEERS / "nodemailer.cjs")],
    cases.FLASK_MAIL: ["flaskmail/bin/python", str(PEERS / "with_flask_mail.py")],
    cases.POST_OFFICE: ["postoffice/bin/python", str(PEERS / "with_post_office.py")],
    cases.MAILMAN: ["mailman/bin/python", str(PEERS / "with_mailman.py")],
}


@dataclass(frozen=True)
class Run:
    """What one run took. ``begun`` is how much of it went by before the first mail left.

    ``largest`` is the highest memory of a single process, ``afterwards`` the same when the look at
    all mails that follows the sending is over as well (only where it was waited for).
    """

    mails: int
    seconds: float
    cpu: float
    memory: float
    largest: float
    begun: float = 0.0
    afterwards: float = 0.0


def other(sender: str, case: Case, port: int, folder: Path) -> Run:
    """Let another sender, or the wire limit, send its mails of this case."""
    mails = case.mails_of(sender)
    if sender in (cases.LIMIT, cases.LIMIT_ONE):
        connections = 8 if sender == cases.LIMIT else 1
        mail = folder / ("with-file.eml" if case.file else "text.eml")
        numbers = [str(each) for each in (port, connections, mails, case.recipients)]
        return _timed([str(folder / "wire_limit"), *numbers, str(mail)], mails, folder)
    task = json.dumps(_task(case, mails, port, folder))
    return _timed([*COMMANDS[sender], task], mails, folder)


def _task(case: Case, mails: int, port: int, folder: Path) -> dict[str, Any]:
    return {
        "port": port,
        "connections": 8,
        "mails": mails,
        "recipients": case.recipients,
        "file": str(letter.leaflet_in(folder)) if case.file else "",
        "subject": letter.SUBJECT,
        "body": letter.BODY if case.recipients == 1 else letter.BATCH_BODY,
        "salutation": letter.SALUTATION,
        "office": "gakusotsu@hirono.example",
        "office_name": "ひろ野公共職業安定所 学卒部門",
    }


def _timed(command: list[str], mails: int, folder: Path) -> Run:
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(folder / "node/node_modules")}
    with subprocess.Popen(
        command, cwd=folder, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        try:
            return _driven(child, mails)
        finally:
            child.kill()


def _driven(child: subprocess.Popen[str], mails: int) -> Run:
    assert child.stdin is not None
    _expect(child, "ready")
    before = begin([child.pid])
    start = time.perf_counter()
    child.stdin.write("go\n")
    child.stdin.flush()
    _expect(child, "done")
    seconds = time.perf_counter() - start
    after = spent([child.pid])
    child.stdin.close()
    return Run(mails, seconds, after.cpu - before.cpu, after.memory, after.largest)


def _expect(child: subprocess.Popen[str], word: str) -> None:
    assert child.stdout is not None
    said = child.stdout.readline().strip()
    if said != word:
        raise SystemExit(f"{child.args[:2]!r} said {said!r} and not {word!r}")

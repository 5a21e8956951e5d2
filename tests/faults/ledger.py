"""The sink's own book: every mail that it has taken, recipient by recipient, before it says so.

One line of JSON each, written at once to the end of the file: whoever is killed, it stands there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.judge import judge

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
STRANGERS = 30  # so many earlier recipients may not stand in a mail: all would take too long


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail for one recipient."""

    recipient: str
    message_id: str
    sha256: str
    at: float
    connection: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """As :mod:`tests.judge` reads it."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    content: bytes


class Book:
    """Writes the lines, and judges each mail on its bytes on the way."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
        self._before: deque[str] = deque(maxlen=STRANGERS)
        self.mails = 0

    def take(self, mail: Mail, connection: int) -> None:
        """Responsibility for a mail: it is in the file when this returns."""
        found = _MESSAGE_ID.search(mail.content)
        message_id = found[1].decode("ascii", "replace") if found else ""
        digest = hashlib.sha256(mail.content).hexdigest()
        faults = self._faults(mail)
        rows = [
            Taken(each, message_id, digest, time.time(), connection, faults)
            for each in mail.rcpt_to
        ]
        text = "".join(json.dumps(asdict(row)) + "\n" for row in rows)
        os.write(self._file, text.encode())
        self.mails += 1
        self._before.extend(mail.rcpt_to)

    def _faults(self, mail: Mail) -> tuple[str, ...]:
        earlier = Mail(mail.mail_from, tuple(set(self._before) - set(mail.rcpt_to)), b"")
        found = judge([mail, earlier] if earlier.rcpt_to else [mail])
        return tuple(each for each in found if each.startswith("mail 1:"))


def read(path: Path) -> list[Taken]:
    """All lines so far."""
    if not path.exists():
        return []
    whole = path.read_text(encoding="utf-8").split("\n")[:-1]
    rows = [json.loads(line) for line in whole]
    return [Taken(**row | {"faults": tuple(row["faults"])}) for row in rows]

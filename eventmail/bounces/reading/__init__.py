"""From the bytes of a mail that came in to a :class:`Report`: pure and bounded, without SQL.

:func:`read` asks a child process with limits (``eventmail/confined.py``), for a mail from outside
may be made to hang or to crash whatever reads it.
"""

from __future__ import annotations

from typing import Any

from eventmail import confined
from eventmail.bounces.reading import reader
from eventmail.bounces.reading.parsing import LARGEST
from eventmail.bounces.reading.report import Class, Kind, Recipient, Report, Told

__all__ = ["LARGEST", "Class", "Kind", "Recipient", "Report", "Told", "read"]

SECONDS, MEGABYTES = 20.0, 768
UNREADABLE = Report(Kind.OTHER, readable=False)


def read(raw: bytes) -> Report:
    """What this mail says. Whatever cannot be read within the limits is ``other``."""
    try:
        answer: dict[str, Any] = confined.call(
            "eventmail.bounces.reading.reader:in_child",
            raw[:LARGEST],
            seconds=SECONDS,
            megabytes=MEGABYTES,
        )
    except confined.ConfinedError:
        return UNREADABLE
    return reader.from_child(answer)

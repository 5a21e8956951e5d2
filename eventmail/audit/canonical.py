"""An entry as bytes: the same on both databases, after a dump, and after moving between them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from eventmail.audit.models import AuditEntry

FORM = "eventmail audit 1"


def content_of(entry: AuditEntry, number: int, previous: str, key_id: str) -> bytes:
    """What a link's keyed digest is taken of: its place in the chain and the whole entry."""
    fields = [
        FORM,
        entry.chain,
        number,
        previous,
        key_id,
        entry.id,
        _moment(entry.at),
        entry.office_id,
        entry.staff_id,
        entry.action,
        entry.subject,
        entry.via,
        entry.client,
        entry.session_mark,
        _stored(entry.details),
        _stored(entry.before),
        _stored(entry.after),
    ]
    return _text(fields).encode("ascii")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _stored(value: Any) -> Any:
    """As the database gives it back: no tuples, no enums, no keys that are not text."""
    return json.loads(json.dumps(value, allow_nan=False))


def _text(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )

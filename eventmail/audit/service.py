"""Writes the audit, in the same transaction as the act itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    office_id: int | None = None,
    staff_id: int | None = None,
    **details: Any,
) -> None:
    """Note that a person (or, without ``staff_id``, the service) did ``action`` to ``subject``.

    ``subject`` names the thing as ``kind:id``. Details are for counts, digests and reasons.
    """
    session.add(
        AuditEntry(
            at=clock.now(),
            office_id=office_id,
            staff_id=staff_id,
            action=action,
            subject=subject,
            details=details,
        )
    )

"""Writes the audit, in the same transaction as the act itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit import chain, origin
from eventmail.audit.keys import keys_of
from eventmail.audit.models import AuditEntry

chain.attach()


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    office_id: int | None = None,
    staff_id: int | None = None,
    before: Any = None,
    after: Any = None,
    **details: Any,
) -> None:
    """Note that a person (or, without ``staff_id``, the service) did ``action`` to ``subject``.

    ``subject`` names the thing as ``kind:id``. Details are for counts, digests and reasons. Of
    ``before`` and ``after`` (by name, or one value) only what differs is kept. A participant's
    address is in none of them; :func:`address_digest` stands for it.
    """
    old, new = _changed(_named(before), _named(after))
    whence = origin.current()
    session.add(
        AuditEntry(
            at=clock.now(),
            office_id=office_id,
            staff_id=staff_id,
            action=action,
            subject=subject,
            details=details | ({"api_token": whence.token} if whence.token else {}),
            before=old,
            after=new,
            via=whence.via,
            client=whence.client,
            session_mark=whence.session_mark,
        )
    )


def address_digest(session: Session, address: str) -> str:
    """Stands for an address in ``before`` and ``after``: whether it changed can be seen."""
    return f"指紋:{keys_of(session).digest(address.casefold())}" if address else ""


def text_digest(session: Session, text: str) -> str:
    """The same for a text in which anybody's address may stand; its length helps to place it."""
    return f"{len(text)}文字（指紋:{keys_of(session).digest(text)}）" if text else ""


def _named(value: Any) -> Mapping[str, Any] | None:
    return value if value is None or isinstance(value, Mapping) else {"value": value}


def _changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is None or after is None:
        return (dict(before) if before else None), (dict(after) if after else None)
    names = [each for each in {**before, **after} if before.get(each) != after.get(each)]
    return {n: before.get(n) for n in names}, {n: after.get(n) for n in names}

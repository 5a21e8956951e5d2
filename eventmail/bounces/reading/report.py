"""What a mail that came back says: of what kind it is, and for each address what became of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """What sort of mail came to the bounce mailbox."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


class Class(enum.StrEnum):
    """How much a failed delivery says of the address itself. Only ``hard`` condemns it."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail says of one address, in the words of the servers and not yet judged."""

    address: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of the mail to one address; ``reason`` is a Japanese sentence."""

    address: str
    action: str
    status: str
    kind: Class
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """One mail, read. ``sent_to`` and ``returned_ids`` serve to find the mail that it is about,
    ``message_id`` to know it again.

    ``readable`` is False where reading ran into a limit or died.
    """

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    sent_to: tuple[str, ...] = ()
    returned_ids: tuple[str, ...] = ()
    readable: bool = True
    message_id: str = ""

    def as_json(self) -> dict[str, Any]:
        """Its form is a contract with other programs."""
        return {
            "kind": self.kind.value,
            "recipients": [
                {
                    "address": each.address,
                    "action": each.action,
                    "status": each.status,
                    "class": each.kind.value,
                    "reason": each.reason,
                }
                for each in self.recipients
            ],
        }

"""Where participants come in: the address of their pages, and the keys of their links.

Carried by every session like the audit's keys, so that whoever renders a letter has it at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.config import Settings
from eventmail.sealing import Sealer

CARRIED = "doorway"


@dataclass(frozen=True, slots=True)
class Doorway:
    """``public_url``: under which address people reach the pages; empty if nobody said."""

    public_url: str
    sealer: Sealer

    @classmethod
    def of(cls, settings: Settings) -> Doorway:
        """Of this installation."""
        return cls(settings.public_url, Sealer.of(settings))

    def page(self, token: str) -> str:
        """The absolute address of a participant's page; empty where none can be written."""
        return f"{self.public_url}/p/{token}" if self.public_url else ""


def doorway_of(session: Session) -> Doorway | None:
    """The doorway that this session carries, if it was opened with the installation's settings."""
    found = session.info.get(CARRIED)
    return found if isinstance(found, Doorway) else None

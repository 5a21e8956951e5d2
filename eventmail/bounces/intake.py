"""The one door for mails that come in: read in the limited child, then taken in one transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from eventmail.audit.keys import ChainKeys
from eventmail.bounces import reading, service
from eventmail.bounces.models import Source
from eventmail.bounces.reading import LARGEST
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.outbox.returns import Returns

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes mails into one installation's database."""

    database: Database
    returns: Returns | None

    @classmethod
    def of(cls, settings: Settings, database: Database) -> Intake:
        """With the installation's mailbox and keys."""
        return cls(database, Returns.of(settings.bounce_address, ChainKeys.of(settings)))

    def take(self, raw: bytes, source: Source) -> bool:
        """Take one mail, complete or with its end cut off; False if it came in before.

        It is kept for good when this returns. Nothing of it is ever written to a log.
        """
        report = reading.read(raw)
        digest = service.digest_of(raw[:LARGEST], report.message_id)
        try:
            with self.database.writing() as session:
                mail = service.take(session, report, digest, source, self.returns)
        except IntegrityError:
            if self._is_taken(digest):  # by another process, at the same moment
                return False
            raise
        if mail is not None:
            log.info("took a mail: %s, found by %s", mail.kind, mail.match)
        return mail is not None

    def mark_due(self) -> None:
        """Mark what came back before its own sending was written down."""
        with self.database.writing() as session:
            service.mark_due(session)

    def _is_taken(self, digest: str) -> bool:
        with self.database.reading() as session:
            return service.is_taken(session, digest)

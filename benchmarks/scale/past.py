"""Rows of what was sent before the sending that is measured, as the years leave them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.observing import totals
from eventmail.outbox.models import Delivery

WRITTEN = Path(__file__).with_name("past.sql")


def fill(database: Database, mails: int, before: int) -> int:
    """Beside the one prepared mailing of ``mails``, at least ``before`` deliveries of others.

    Returns how many there are now.

    Guards rest meanwhile; the statistics are those that autovacuum would have gathered, and what
    the sweep adds up of them is added up.
    """
    dsn = database.url.render_as_string(hide_password=False)
    with psycopg.connect(
        dsn.replace("postgresql+psycopg:", "postgresql:"),
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
    ) as connection:
        connection.execute(WRITTEN.read_text(), {"copies": -(-before // mails)})  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE")
    totals.add_up(database)
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Delivery)) or 0

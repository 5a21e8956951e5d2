"""What the schema has no place for, and that the ordinary way goes through all its guards."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import service as outbox


def test_a_visible_list_has_no_place(database: Database) -> None:
    """No table has a column for cc, bcc or a list of recipients."""
    words = ("cc", "bcc", "recipients", "to_list", "headers")
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)
        columns = [
            f"{table}.{column['name']}"
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
        ]
    assert len(columns) > 100
    assert not [each for each in columns if each.split(".")[1] in words]


def test_the_ordinary_way_is_not_refused(database: Database, approved: Snapshot) -> None:
    with database.reading() as session:
        assert outbox.progress(session, approved).total == 30

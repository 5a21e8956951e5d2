"""Looks for personal data wherever an installation keeps anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Contact

FORMS = ("utf-8", "utf-16-le", "ascii")


def words(database: Database) -> frozenset[str]:
    """Every company, person, address and telephone number of the roster."""
    with database.reading() as session:
        people = list(session.scalars(sa.select(Contact)))
        found = {
            text
            for each in people
            for text in (each.address, each.name, each.phone, each.participant.company)
        }
    assert len(found) > 80
    return frozenset(found - {""})


def in_rows(database: Database, wanted: Iterable[str]) -> list[str]:
    """Where any of them stands in any column of any table, as ``table.column: word``."""
    wanted = list(wanted)
    found = []
    with database.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f"SELECT * FROM {table}")).mappings():
                for column, value in row.items():
                    text = "\n".join(_readable(value))
                    found += [f"{table}.{column}: {each}" for each in wanted if each in text]
    return found


def in_files(folder: Path, wanted: Iterable[str]) -> list[str]:
    """In which files any of them stands, whatever the file's kind."""
    wanted = list(wanted)
    return [
        f"{path.name}: {each}"
        for path in folder.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for each in wanted
        if any(each.encode(form, "ignore") in content for form in FORMS[:2])
        or each.encode("unicode_escape") in content
    ]


def _readable(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if "\\u" in value:  # JSON keeps Japanese in escapes
            yield value.encode("ascii", "backslashreplace").decode("unicode_escape")
    elif isinstance(value, dict | list):
        yield from _readable(str(value))
    elif isinstance(value, bytes | memoryview):
        content = bytes(value)
        yield content.decode("utf-8", "ignore")
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (
                    archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()
                )

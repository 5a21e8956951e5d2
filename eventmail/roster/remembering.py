"""What an office once said about a header counts in its next workbook."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.offices.permissions import Actor
from eventmail.roster.models import ColumnChoice
from eventmail.spreadsheet.columns import Field, fold
from eventmail.spreadsheet.reading import Reading

LONGEST = 100


def remembered(session: Session, office_id: int) -> dict[str, str]:
    """Folded header to the field's name, or to "" for a column that is not used."""
    query = sa.select(ColumnChoice.header, ColumnChoice.field).where(
        ColumnChoice.office_id == office_id
    )
    return dict(session.execute(query).all())


def remember(
    session: Session, actor: Actor, reading: Reading, mapping: Mapping[Field, str]
) -> None:
    """Keep what a person changed: the columns that were read otherwise than the person says."""
    before = {letters: field.value for field, letters in reading.mapping.items()}
    after = {letters: field.value for field, letters in mapping.items()}
    for column in reading.columns:
        header = fold(column.header)[:LONGEST]
        if header and before.get(column.letter, "") != after.get(column.letter, ""):
            session.merge(
                ColumnChoice(
                    office_id=actor.office.id,
                    header=header,
                    field=after.get(column.letter, ""),
                    chosen_by=actor.id,
                    chosen_at=clock.now(),
                )
            )

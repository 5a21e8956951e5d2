"""What an office said about a header counts in its next workbook, and in no other office's."""

from __future__ import annotations

import pytest

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.roster.remembering import remembered
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.columns import fold as folded
from tests.roster.importer import Importer

HEADER = ("ご参加先", "窓口", "送り先", "控え")
ROW = ("株式会社甲", "甲野 一", "a@kou.example", "b@kou.example")


def columns(bring: Importer) -> dict[str, str]:
    return dict(bring.current().reading["mapping"])


def test_a_choice_of_columns_is_used_for_the_next_file(bring: Importer) -> None:
    bring.open(ROW, header=HEADER)
    bring.choose("名簿", company="A", contact="B", email="D")
    assert [row.data["email"] for row in bring.rows()] == ["b@kou.example"]

    bring.open(ROW, header=(HEADER[3], *HEADER[:3]))  # the same headers in other places
    found = columns(bring)
    assert (found["email"], found["company"], found["contact"]) == ("A", "B", "C")


def test_a_column_that_is_not_used_is_remembered_too(bring: Importer) -> None:
    header = ("会社名", "氏名", "メール", "備考")
    row = ("株式会社甲", "甲野 一", "a@kou.example", "内部の覚え書き")
    bring.open(row, header=header)
    bring.choose("名簿", company="A", contact="B", email="C")
    bring.open(row, header=header)
    assert Field.NOTES.value not in columns(bring)


def test_the_last_choice_counts(bring: Importer) -> None:
    for email in ("D", "C"):
        bring.open(ROW, header=HEADER)
        bring.choose("名簿", company="A", contact="B", email=email)
    bring.open(ROW, header=HEADER)
    assert columns(bring)["email"] == "C"


def test_what_was_found_right_is_not_stored(bring: Importer, database: Database) -> None:
    header = ("会社名", "氏名", "メール")
    bring.open(ROW[:3], header=header)
    bring.choose("名簿", company="A", contact="B", email="C")
    with database.reading() as session:
        assert remembered(session, bring.event.office_id) == {}


def test_an_office_knows_only_its_own_choices(bring: Importer, database: Database) -> None:
    bring.open(ROW, header=HEADER)
    bring.choose("名簿", company="A", contact="B", email="D")
    with database.reading() as session:
        assert remembered(session, bring.event.office_id)[folded("控え")] == "email"
        assert remembered(session, bring.event.office_id + 1) == {}


def test_a_sheet_that_is_not_there_is_refused(bring: Importer) -> None:
    bring.open(ROW, header=HEADER)
    with pytest.raises(UserError, match="そのシートはファイルにありません"):
        bring.choose("ない", company="A")

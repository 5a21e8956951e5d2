"""What a person must confirm about a file as a whole, before any of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eventmail.language import said
from eventmail.spreadsheet.choosing import Candidate
from eventmail.spreadsheet.columns import FIELD_NAMES, Field, fold, letter
from eventmail.spreadsheet.contents import has_address, share
from eventmail.spreadsheet.headers import field_of
from eventmail.spreadsheet.heading import texts_of
from eventmail.spreadsheet.layout import Table
from eventmail.spreadsheet.reasons import short

SECOND_ADDRESSES = 0.2  # the share of a column's values from which it is a column of addresses


@dataclass(frozen=True, slots=True)
class Question:
    """Something about the whole file that a person must confirm. Each ``code`` stands once."""

    code: str
    message: str


def of_sheets(chosen: Candidate, others: Sequence[Candidate], by_hand: bool) -> Iterator[Question]:
    """Other sheets that could be the roster; hidden ones are told apart."""
    likely = [each for each in others if each.is_likely]
    name = chosen.sheet.name
    if chosen.sheet.hidden:
        yield Question(
            f"hidden_sheet:{name}",
            said("シート「{name}」は非表示のシートです。使ってよいか確かめてください。", name=name),
        )
    visible = [each.sheet.name for each in likely if not each.sheet.hidden]
    if visible and not by_hand:
        listed = "".join(f"「{each}」" for each in visible)
        yield Question(
            "several_sheets",
            said(
                "シート{listed}にも名簿のような表があります。"
                "読み取ったのはシート「{name}」だけです。これでよいか確かめてください。",
                listed=listed,
                name=name,
            ),
        )
    for each in likely:
        if each.sheet.hidden:
            yield Question(
                f"hidden_sheet:{each.sheet.name}",
                said(
                    "非表示のシート「{name}」にも名簿のような表があります。"
                    "読み取っていません。これでよいか確かめてください。",
                    name=each.sheet.name,
                ),
            )


def of_table(
    table: Table, mapping: Mapping[Field, int], known: Collection[str] | None
) -> Iterator[Question]:
    """What is unclear about the table, its header and its columns.

    ``known`` are the folded headers that the office once confirmed; None: a person chose the
    columns just now.
    """
    yield from _of_header(table)
    if known is not None:
        yield from _guessed(table, mapping, known)
    yield from _of_columns(table, mapping)
    for number in sorted(set(table.strange.values())):
        yield Question(
            f"second_table:{number}",
            said(
                "シート「{name}」{number}行目に、列の並びが違う2つ目の見出しがあります。"
                "その下の行が正しく読み取れているか確かめるか、1つの表にまとめてください。",
                name=table.sheet.name,
                number=number,
            ),
        )


def _of_header(table: Table) -> Iterator[Question]:
    sheet = table.sheet.name
    if not table.header_rows:
        yield Question(
            "no_header",
            said(
                "シート「{sheet}」に見出しの行が見つからないため、列を中身から判断しました。"
                "列の読み取り方を確かめてください。",
                sheet=sheet,
            ),
        )
    for row in table.above:
        texts = [text for text in texts_of(row) if has_address(text)]
        if texts:
            yield Question(
                f"address_above:{row.number}",
                said(
                    "シート「{sheet}」の見出しより上の{number}行目に「{text}」があります。"
                    "参加事業所としては読み取っていません。これでよいか確かめてください。",
                    sheet=sheet,
                    number=row.number,
                    text=short(texts[0]),
                ),
            )


def _guessed(
    table: Table, mapping: Mapping[Field, int], known: Collection[str]
) -> Iterator[Question]:
    """Columns of names and addresses whose header does not say what they hold."""
    for field in (Field.COMPANY, Field.CONTACT, Field.EMAIL):
        column = mapping.get(field, -1)
        header = table.headers[column] if column >= 0 else ""
        if header and field_of(header) is not field and fold(header) not in known:
            yield Question(
                f"guessed_column:{letter(column)}",
                said(
                    "シート「{name}」{column}列の見出し「{header}」では"
                    "わからないため、中身から「{field_said}」と判断しました。"
                    "これでよいか確かめてください。",
                    name=table.sheet.name,
                    column=letter(column),
                    header=short(header),
                    field_said=FIELD_NAMES[field],
                ),
            )


def _of_columns(table: Table, mapping: Mapping[Field, int]) -> Iterator[Question]:
    sheet = table.sheet
    for field, column in mapping.items():
        if column in sheet.hidden_columns:
            yield Question(
                f"hidden_column:{letter(column)}",
                said(
                    "シート「{name}」の非表示の{column}列を"
                    "「{field_said}」として読み取りました。これでよいか確かめてください。",
                    name=sheet.name,
                    column=letter(column),
                    field_said=FIELD_NAMES[field],
                ),
            )
    beside = _table_beside(table)
    if beside >= 0:
        yield Question(
            f"side_by_side:{letter(beside)}",
            said(
                "シート「{name}」の{beside}列から右に、もう1つの表があります。"
                "右の表の事業所は読み取っていません。左の表の下に移してから選び直してください。",
                name=sheet.name,
                beside=letter(beside),
            ),
        )
    used = mapping.get(Field.EMAIL, -1)
    asked_by_row = {mapping.get(each) for each in (Field.COMPANY, Field.CONTACT)}
    for column, header in enumerate(table.headers):
        if column in asked_by_row or column == used or (0 <= beside <= column):
            continue
        values = table.values(column)
        addresses = share(values, has_address)
        if addresses >= SECOND_ADDRESSES or (addresses and field_of(header) is Field.EMAIL):
            named = f"（{short(header)}）" if header else ""
            yield Question(
                f"second_address_column:{letter(column)}",
                said(
                    "シート「{name}」の{column}列{named}にもメールアドレスがあります。"
                    "読み取ったのは{used}列だけです。これでよいか確かめてください。",
                    name=sheet.name,
                    column=letter(column),
                    named=named,
                    used=letter(used),
                ),
            )


def _table_beside(table: Table) -> int:
    """Where a second table starts to the right: company and address are named once more; or -1."""
    fields = [field_of(header) for header in table.headers]
    companies = [c for c, each in enumerate(fields) if each is Field.COMPANY]
    addresses = [c for c, each in enumerate(fields) if each is Field.EMAIL]
    for start in companies[1:]:
        ended = any(companies[0] < c < start for c in addresses)
        if ended and any(c > start for c in addresses) and table.values(start, 1):
            before = [c for c in range(start) if not table.headers[c] and not table.values(c, 1)]
            return before[-1] + 1 if before and before[-1] > addresses[0] else start
    return -1

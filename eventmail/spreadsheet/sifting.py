"""Takes apart what stands below a header: participants, and rows that are none, each with why.

A row that has an address is never put aside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from eventmail.language import said
from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.contents import has_address, is_company
from eventmail.spreadsheet.headers import field_of
from eventmail.spreadsheet.heading import is_header_row, texts_of
from eventmail.spreadsheet.layout import Skipped, Table

WIDE_MERGE = 3  # columns; a text over that many is a heading of a group
_DIVIDER = re.compile(r"[■□◆◇●○◎★☆▼▲▽△【《〈<＜＝=‐―-]\s*[^\s]")
_NUMBERED = re.compile(
    r"(第?\d{1,2}[.、)部章]|[(]\d{1,2}[)]|[IVX]{1,4}[.、) ]|[ア-ンa-z][.、)])\s*\S.*|"
    r"\d{1,2}\s+\D{1,12}業"
)
_GROUP = re.compile(
    r".{1,20}(関係|の部|地区|エリア|ブロック)|"
    r"((製造|建設|小売|卸売|卸・小売|運輸|運送|情報通信|金融|保険|不動産|飲食|宿泊|農|林|漁|水産|サービス|"
    r"その他|警備)業?|医療|介護|福祉|教育|公務|学校|企業)([・、](製造|小売|福祉|保険|飲食|サービス|林)業?)*"
)
_NOTE = re.compile(r"※|\*|注[):意\d]|\(注|\[注|備考:|以上(\d+[社校名件])?[。]?$|以下余白")
_TOTAL = re.compile(
    r"(.{0,12}\s)?(合\s*計|総\s*計|小\s*計|累\s*計|計)(\s*[:(\d].*|\s+\d.*)?|(小計|合計|計)[(].*"
)
_QUANTITY = re.compile(r"[\d\s.,%]*(社|校|名|人|件|所|団体|行)?|=.*")
# What a participant's row says of him; without any of these it is nobody.
_TELLING = (
    Field.COMPANY,
    Field.CONTACT,
    Field.EMAIL,
    Field.PHONE,
    Field.FAMILY_NAME,
    Field.GIVEN_NAME,
    Field.CORPORATE_NUMBER,
)


def sift(table: Table, mapping: Mapping[Field, int]) -> Table:
    """The table with its participants only, and the other rows as ``skipped``."""
    sieve = _Sieve(table, mapping)
    rows: list[SheetRow] = []
    skipped: list[Skipped] = []
    for row in table.rows:
        why = sieve.why_nobody(row)
        if why:
            skipped.append(Skipped(row.number, why))
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows), skipped=tuple(skipped), strange=sieve.strange)


class _Sieve:
    """Looks at one row after another, and remembers under which header it is."""

    def __init__(self, table: Table, mapping: Mapping[Field, int]) -> None:
        self.strange: dict[int, int] = {}
        self._mapping = mapping
        self._email = mapping.get(Field.EMAIL, -1)
        self._company = mapping.get(Field.COMPANY, -1)
        self._telling = [mapping[each] for each in _TELLING if each in mapping]
        self._headers = table.headers
        self._named = {header for header in table.headers if header}
        self._words = [{header, *header.split()} for header in table.headers]
        self._second = 0  # the number of a second header with its columns in another order
        self._wide = {
            (top, left)
            for top, left, bottom, right in table.sheet.merged
            if right - left >= WIDE_MERGE - 1
        }

    def why_nobody(self, row: SheetRow) -> str:
        """Why a row is no participant; empty if it is one."""
        why = "" if self._has_address(row) else self._why(row)
        if not why and self._second:
            self.strange[row.number] = self._second
        return why

    def _has_address(self, row: SheetRow) -> bool:
        if self._email >= 0 and "@" in row.text(self._email):
            return True
        return any(has_address(cell.text) for cell in row.cells)

    def _why(self, row: SheetRow) -> str:
        texts = texts_of(row)
        if not texts:
            return ""  # a cell's fault and nothing else
        first = unicodedata.normalize("NFKC", texts[0])
        if _NOTE.match(first) and self._told(row) < 2:
            return said("注記の行です（{text}）。", text=texts[0][:20])
        if _TOTAL.fullmatch(first) and all(map(_is_quantity, texts[1:])):
            return said("合計の行です（{text}）。", text=texts[0][:20])
        header = self._why_header(row, texts)
        return header or self._why_alone(row, texts, first) or self._why_silent(row, texts)

    def _why_header(self, row: SheetRow, texts: list[str]) -> str:
        if _is_numbering(texts):
            return said("列の番号の行です。")
        if len(self._named) > 1 and self._repeats(row):
            self._second = 0
            return said("見出しの繰り返しです。")
        if not is_header_row(row):
            return ""
        again = zip(row.cells, self._headers, strict=False)
        fields = [(field_of(cell.text), field_of(header)) for cell, header in again]
        moved = any(own and own is not first for own, first in fields)
        self._second = row.number if moved else 0
        return said("並びの違う見出しです。") if moved else said("見出しの繰り返しです。")

    def _repeats(self, row: SheetRow) -> bool:
        """Whether each cell says what the header says of its column."""
        cells = zip(row.cells, self._words, strict=False)
        plain = [(" ".join(cell.text.split()), words) for cell, words in cells]
        return all(text in words for text, words in plain if text)

    def _why_alone(self, row: SheetRow, texts: list[str], first: str) -> str:
        if len(texts) > 1 or len(self._named) < 3:
            return ""
        column = next(c for c, cell in enumerate(row.cells) if cell.text.strip())
        told = texts[0][:20]
        if (
            (row.number, column) in self._wide
            or _DIVIDER.match(texts[0])
            or (_NUMBERED.fullmatch(first) and not is_company(first))
            or _GROUP.fullmatch(first)
        ):
            return said("区切りの行です（{text}）。", text=told)
        if column == self._mapping.get(Field.NUMBER) or first.isdecimal():
            return said("番号だけの行です（{text}）。", text=told)
        return "" if column in self._telling else said("1つの欄だけの行です（{text}）。", text=told)

    def _told(self, row: SheetRow) -> int:
        return sum(bool(row.text(c).strip() or row.fault(c)) for c in self._telling)

    def _why_silent(self, row: SheetRow, texts: list[str]) -> str:
        """Rows that name nobody: numbered beforehand, or a line of signatures."""
        if self._told(row):
            return ""
        listed = "、".join(text[:12] for text in texts[:3])
        return said("事業所名も担当者名も連絡先もない行です（{texts}）。", texts=listed)


def _is_quantity(text: str) -> bool:
    return _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text)) is not None


def _is_numbering(texts: list[str]) -> bool:
    """(1) (2) (3) … or 1 2 3 … over the columns."""
    plain = [unicodedata.normalize("NFKC", text).strip("() ") for text in texts]
    return len(plain) >= 3 and plain == [str(n) for n in range(1, len(plain) + 1)]

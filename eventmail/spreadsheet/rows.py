"""Judges every data row: ok, question or error, each reason one sentence with row and column."""

from __future__ import annotations

import enum
import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from eventmail.addresses import AddressError, EmailAddress
from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.columns import FIELD_NAMES, Field, letter
from eventmail.spreadsheet.layout import Table

ATTENDING, WITHDRAWN = "attending", "withdrawn"
_WITHDRAWN = re.compile(
    r"辞退|欠席|不参加|取消|取り消し|キャンセル|中止|[×✕✖]|^(?:no|ng|absent|withdrawn|cancel)", re.I
)
_ATTENDING = re.compile(r"^(?:$|参加|出席|[○◯〇◎✓✔]|可|yes|ok|attend)", re.I)
LONGEST = {Field.PHONE: 60, Field.NOTES: 1000}
LONGEST_TEXT = 200


class Verdict(enum.StrEnum):
    """What to do with a row."""

    OK = "ok"
    QUESTION = "question"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. ``column`` is Excel's letter, or empty for the whole row.

    ``suggestion`` is the likely right value of ``field``, where there is one.
    """

    code: str
    column: str
    message: str
    field: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One participant's contact as the sheet has it.

    ``part`` counts from 1 over the contacts that a row was split into. ``person``: whether the
    address itself names a person.
    """

    number: int
    company: str
    department: str
    title: str
    contact: str
    email: str
    raw_email: str
    phone: str
    status: str
    notes: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    digest: str
    corporate_number: str = ""
    person: bool = False
    part: int = 1

    @property
    def key(self) -> str:
        """The row's name in its reading: ``7``, or ``7-2`` for its second contact."""
        return str(self.number) if self.part == 1 else f"{self.number}-{self.part}"

    @property
    def can_be_taken(self) -> bool:
        """Whether a person may take it as it is: it has a company and exactly one address."""
        return self.verdict is not Verdict.ERROR and bool(self.email and self.company)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Row:
        """What :meth:`to_json` wrote."""
        reasons = tuple(Reason(**each) for each in told["reasons"])
        return cls(**{**told, "verdict": Verdict(told["verdict"]), "reasons": reasons})


ERRORS = frozenset(
    (
        "no_company",
        "no_address",
        "bad_address",
        "two_addresses",
        "formula",
        "error_value",
        "too_long",
        "same_twice",
        "shared_address",
    )
)
NOTES_ONLY = frozenset(("normalised",))


def judge(
    table: Table,
    mapping: Mapping[Field, int],
    corrections: Mapping[str, Mapping[Field, str]] = MappingProxyType({}),
    split: frozenset[str] = frozenset(),
) -> list[Row]:
    """Every data row with its verdict; addresses that stand twice are found over all rows."""
    rows = [_judge_row(table, row, mapping) for row in table.rows]
    return _judge_duplicates(rows, table.sheet.name, letter(mapping.get(Field.EMAIL, 0)))


def company_key(name: str) -> str:
    """A company's name for comparing: width and blanks folded, ㈱ as 株式会社."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(folded.replace("(株)", "株式会社").replace("(有)", "有限会社").split())


def row_digest(row: SheetRow) -> str:
    """SHA-256 over the row's raw cells: its identity in the file."""
    text = json.dumps([cell.text for cell in row.cells], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _judge_row(table: Table, row: SheetRow, mapping: Mapping[Field, int]) -> Row:
    values = {field: _value(row, mapping, field) for field in Field}
    email, address_reasons = _address(table, row, mapping, values[Field.EMAIL])
    status, status_reasons = _status(table, row, mapping, values[Field.STATUS])
    reasons = (
        *_cell_faults(table, row, mapping),
        *_company(table, row, mapping, values[Field.COMPANY]),
        *address_reasons,
        *status_reasons,
        *_lengths(table, row, mapping, values),
        *_visibility(table, row),
    )
    return Row(
        number=row.number,
        company=values[Field.COMPANY],
        department=values[Field.DEPARTMENT],
        title=values[Field.TITLE],
        contact=values[Field.CONTACT],
        email=email,
        raw_email=values[Field.EMAIL],
        phone=unicodedata.normalize("NFKC", values[Field.PHONE]),
        status=status,
        notes=values[Field.NOTES],
        verdict=_verdict(reasons),
        reasons=reasons,
        digest=row_digest(row),
    )


def _verdict(reasons: tuple[Reason, ...]) -> Verdict:
    codes = {reason.code for reason in reasons}
    if codes & ERRORS:
        return Verdict.ERROR
    return Verdict.QUESTION if codes - NOTES_ONLY else Verdict.OK


def _value(row: SheetRow, mapping: Mapping[Field, int], field: Field) -> str:
    """A name keeps its characters as they are (髙 stays 髙); only the blanks around it go."""
    if field not in mapping:
        return ""
    return " ".join(_printable(row.text(mapping[field])).split("\n")).strip()


def _printable(text: str) -> str:
    # A cell's control characters (a pasted vertical tab, say) would break a mail's header.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Zl", "Zp", "Cs")
    )


def _place(table: Table, row: SheetRow, column: str = "") -> str:
    return f"シート「{table.sheet.name}」{row.number}行目" + (f"{column}列" if column else "")


def _address(
    table: Table, row: SheetRow, mapping: Mapping[Field, int], raw: str
) -> tuple[str, tuple[Reason, ...]]:
    column = letter(mapping[Field.EMAIL]) if Field.EMAIL in mapping else ""
    place = _place(table, row, column)
    if Field.EMAIL in mapping and row.fault(mapping[Field.EMAIL]):
        return "", ()  # said already, and better, as the cell's own fault
    if not raw:
        message = f"{place}：メールアドレスがありません。入力するか、行ごと消してください。"
        return "", (Reason("no_address", column, message),)
    try:
        email = str(EmailAddress.parse(raw))
    except AddressError as error:
        message = f"{place}「{_short(raw)}」：{error.message}"
        code = "two_addresses" if error.code == "several" else "bad_address"
        return "", (Reason(code, column, message),)
    if email == raw:
        return email, ()
    message = f"全角文字などを半角に直して読み取りました（{email}）。"
    return email, (Reason("normalised", column, message),)


def _company(
    table: Table, row: SheetRow, mapping: Mapping[Field, int], company: str
) -> Iterator[Reason]:
    if not company:
        column = letter(mapping[Field.COMPANY]) if Field.COMPANY in mapping else ""
        message = f"{_place(table, row, column)}：事業所名がありません。入力してください。"
        yield Reason("no_company", column, message)


def _status(
    table: Table, row: SheetRow, mapping: Mapping[Field, int], text: str
) -> tuple[str, tuple[Reason, ...]]:
    plain = unicodedata.normalize("NFKC", text).strip()
    if _WITHDRAWN.search(plain):
        return WITHDRAWN, ()
    if _ATTENDING.match(plain):
        return ATTENDING, ()
    column = letter(mapping[Field.STATUS])
    message = (
        f"{_place(table, row, column)}「{_short(text)}」：参加か辞退かわかりません。"
        "参加として取り込んでよければ印を付けてください。"
    )
    return ATTENDING, (Reason("unknown_status", column, message),)


def _cell_faults(table: Table, row: SheetRow, mapping: Mapping[Field, int]) -> Iterator[Reason]:
    sentences = {
        "formula": "数式の結果が保存されていません。Excelで開いて保存し直してください。",
        "error": "Excelのエラー値です。正しい値に直してください。",
    }
    for field, column in mapping.items():
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is not None and cell.fault:
            place = _place(table, row, letter(column))
            code = "formula" if cell.fault == "formula" else "error_value"
            message = (
                f"{place}（{FIELD_NAMES[field]}「{_short(cell.text)}」）：{sentences[cell.fault]}"
            )
            yield Reason(code, letter(column), message)


def _lengths(
    table: Table, row: SheetRow, mapping: Mapping[Field, int], values: Mapping[Field, str]
) -> Iterator[Reason]:
    for field, value in values.items():
        most = LONGEST.get(field, LONGEST_TEXT)
        if field is not Field.EMAIL and len(value) > most:
            column = letter(mapping[field])
            message = (
                f"{_place(table, row, column)}：{FIELD_NAMES[field]}が{most}文字を超えています。"
                "短くしてください。"
            )
            yield Reason("too_long", column, message)


def _visibility(table: Table, row: SheetRow) -> Iterator[Reason]:
    place = _place(table, row)
    if row.hidden:
        yield Reason(
            "hidden_row", "", f"{place}：非表示の行です。送信先に含めるか確かめてください。"
        )
    if row.struck:
        yield Reason(
            "struck_row",
            "",
            f"{place}：取り消し線の引かれた行です。送信先に含めるか確かめてください。",
        )


def _judge_duplicates(rows: list[Row], sheet: str, column: str) -> list[Row]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.email:
            groups[row.email.casefold()].append(row)
    twice = {row.number: group for group in groups.values() if len(group) > 1 for row in group}
    return [
        _with_duplicate(row, twice[row.number], sheet, column) if row.number in twice else row
        for row in rows
    ]


def _with_duplicate(row: Row, group: list[Row], sheet: str, column: str) -> Row:
    others = "・".join(f"{each.number}行目" for each in group if each.number != row.number)
    same = len({company_key(each.company) for each in group}) == 1
    code = "same_twice" if same else "shared_address"
    sentence = (
        f"{others}と同じメールアドレスです。1行だけ残してください。"
        if same
        else f"別の事業所の{others}と同じメールアドレスです。どちらが正しいか確かめてください。"
    )
    message = f"シート「{sheet}」{row.number}行目{column}列「{_short(row.raw_email)}」：{sentence}"
    reasons = (*row.reasons, Reason(code, column, message))
    return replace(row, reasons=reasons, verdict=_verdict(reasons))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

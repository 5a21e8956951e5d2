"""What is looked at in every row. Each check adds its reasons and gives the value it has read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from eventmail.language import said
from eventmail.spreadsheet.address_cell import read_cell
from eventmail.spreadsheet.address_reasons import LEVELS, Level
from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.columns import FIELD_NAMES, Field
from eventmail.spreadsheet.contents import has_address
from eventmail.spreadsheet.parting import Part
from eventmail.spreadsheet.reasons import EXCEL_ERROR, NEVER_CALCULATED, Finder, short
from eventmail.spreadsheet.rows import Verdict
from eventmail.spreadsheet.values import (
    DITTO,
    Doubt,
    corporate_number_of,
    doubts_of_name,
    phone_of,
    status_of,
)

_VERDICTS = {
    Level.ACCEPT: Verdict.OK,
    Level.QUESTION: Verdict.QUESTION,
    Level.REJECT: Verdict.ERROR,
}
LONGEST_PHONE = 60
LONGEST = {Field.PHONE: LONGEST_PHONE, Field.NOTES: 1000}
LONGEST_TEXT = 200
_EXAMPLE = re.compile(
    r"^[(（【]?(記入)?例[)）】:：]|^[(（【]?(記入)?例$|^記入例|^サンプル$|[○〇◯]{2}|△△|□□|××"
)


@dataclass(slots=True)
class Seen:
    """One contact's row while it is looked at. ``above`` is the row over it, as it was read."""

    row: SheetRow
    part: Part
    mapping: Mapping[Field, int]
    above: Mapping[str, str] = field(default_factory=dict)
    merged_address: bool = False

    def column(self, of: Field) -> int:
        """The column of a field counted from 0, or -1."""
        return self.mapping.get(of, -1)

    @property
    def is_aside(self) -> bool:
        """A single text with an address in it that is not in the address column: a note."""
        texts = [c for c, cell in enumerate(self.row.cells) if cell.text.strip()]
        return (
            len(texts) == 1
            and texts[0] != self.column(Field.EMAIL)
            and not self.part.before
            and has_address(self.row.text(texts[0]))
        )


def faults(seen: Seen, found: Finder) -> None:
    """Cells that hold a formula without a result, or one of Excel's error values."""
    for each, column in seen.mapping.items():
        fault = seen.row.fault(column)
        if fault and each is not Field.NUMBER and each not in seen.part.before:
            code, sentence = (
                ("formula", NEVER_CALCULATED)
                if fault == "formula"
                else ("error_value", EXCEL_ERROR)
            )
            text = seen.row.text(column)
            told = sentence.format(field_said=FIELD_NAMES[each])
            found.add(code, told, column=column, value=text, field=each)


def company(seen: Seen, found: Finder) -> str:
    """The company's name as it stands; empty, with the one above as suggestion, if it has none."""
    text, column = seen.part.values["company"], seen.column(Field.COMPANY)
    if text and text not in DITTO:
        for doubt in doubts_of_name("company", text):
            _doubt(found, doubt, column, text, Field.COMPANY)
        return text
    if seen.row.fault(column) and not text:
        return ""
    above = seen.above.get("company", "")
    values = seen.part.values
    if above and (values["contact"] or values["email"] or values["phone"]):
        sentence = said(
            "事業所名がありません。すぐ上の行と同じ「{above}」でよいか確かめてください。",
            above=short(above),
        )
        found.add("company_above", sentence, column=column, field=Field.COMPANY, suggestion=above)
    else:
        found.add(
            "no_company",
            said("事業所名がありません。入力してください。"),
            column=column,
            field=Field.COMPANY,
        )
    return ""


def contact(seen: Seen, found: Finder) -> str:
    """The contact's name as it stands."""
    values = seen.part.values
    text = values["contact"]
    if text:
        column = seen.mapping.get(Field.CONTACT, seen.mapping.get(Field.FAMILY_NAME, -1))
        for doubt in doubts_of_name("contact", text):
            _doubt(found, doubt, column, text, Field.CONTACT)
    if not seen.part.all_named:
        sentence = said(
            "アドレスの数と担当者名の数が合わないため、担当者名を分けられません。"
            "この連絡先の担当者名を確かめてください。"
        )
        found.add(
            "split_name",
            sentence,
            column=seen.column(Field.CONTACT),
            value=text,
            field=Field.CONTACT,
        )
    return text


def ditto(seen: Seen, found: Finder) -> None:
    """〃 and 同上 are no values: the value above is suggested, never taken silently."""
    values = seen.part.values
    for each in (Field.CONTACT, Field.DEPARTMENT, Field.TITLE, Field.PHONE, Field.STATUS):
        text = values[each.value]
        if text in DITTO:
            above = seen.above.get(each.value, "")
            sentence = said(
                "{field_said}を上の行と同じ「{above}」としてよいか確かめてください。",
                field_said=FIELD_NAMES[each],
                above=short(above),
            )
            if not above:
                sentence = said(
                    "{field_said}が省かれています。正しい値を入力してください。",
                    field_said=FIELD_NAMES[each],
                )
            found.add(
                "ditto",
                sentence,
                column=seen.column(each),
                value=text,
                field=each,
                suggestion=above,
            )
            values[each.value] = ""


def address(seen: Seen, found: Finder) -> tuple[str, bool]:
    """The one address of the row, and whether it names a person; empty if there is not just one."""
    column = seen.column(Field.EMAIL)
    if seen.row.fault(column) and Field.EMAIL not in seen.part.before:
        return "", False  # said already, and better, as the cell's own fault
    text = seen.part.address
    if not text.strip():
        _no_address(seen, found)
        return "", False
    read = read_cell(text)
    for each in read.reasons:
        found.add(
            each.code,
            each.message,
            column=column,
            value=seen.part.values["email"],
            field=Field.EMAIL,
            suggestion=each.suggestion,
            level=_VERDICTS[LEVELS[each.code]],
        )
    return read.address, read.person


def phone(seen: Seen, found: Finder) -> str:
    """The phone number."""
    text = seen.part.values["phone"]
    number, doubt = phone_of(text)
    if doubt:
        _doubt(found, doubt, seen.column(Field.PHONE), text, Field.PHONE)
    return number


def status(seen: Seen, found: Finder) -> str:
    """Whether the company takes part."""
    text = seen.part.values["status"]
    told, is_known = status_of(text)
    if not is_known:
        sentence = said(
            "参加か辞退かわかりません。参加として取り込んでよければ印を付けてください。"
        )
        found.add(
            "unknown_status",
            sentence,
            column=seen.column(Field.STATUS),
            value=text,
            field=Field.STATUS,
        )
    return told


def corporate_number(seen: Seen, found: Finder) -> str:
    """The 法人番号, if it is one."""
    text = seen.part.values["corporate_number"]
    if not text:
        return ""
    number, doubt = corporate_number_of(text)
    if doubt:
        _doubt(found, doubt, seen.column(Field.CORPORATE_NUMBER), text, Field.CORPORATE_NUMBER)
    return number


def lengths(seen: Seen, found: Finder) -> None:
    """Values that are longer than what can be kept."""
    for each in Field:
        most = LONGEST.get(each, LONGEST_TEXT)
        if each is not Field.EMAIL and len(seen.part.values[each.value]) > most:
            sentence = said(
                "{field_said}が{most}文字を超えています。短くしてください。",
                field_said=FIELD_NAMES[each],
                most=most,
            )
            found.add("too_long", sentence, column=seen.column(each), field=each)


def visibility(seen: Seen, found: Finder) -> None:
    """Hidden, filtered and struck rows, and struck cells."""
    row = seen.row
    sure = said("送信先に含めるか確かめてください。")
    if row.hidden or row.filtered:
        code, what = (
            ("filtered_row", said("フィルターで隠れている行です"))
            if row.filtered
            else ("hidden_row", said("非表示の行です"))
        )
        found.add(code, f"{what}。{sure}")
    if row.struck:
        found.add("struck_row", said("取り消し線の引かれた行です。") + sure)
        return
    for each in (Field.COMPANY, Field.CONTACT, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.EMAIL):
        column = seen.column(each)
        if column >= 0 and row.cell(column).struck:
            sentence = (
                said(
                    "{field_said}に取り消し線が引かれています。",
                    field_said=FIELD_NAMES[each],
                )
                + sure
            )
            found.add("struck_cell", sentence, column=column, value=row.text(column), field=each)


def example(seen: Seen, found: Finder) -> None:
    """A row that shows how the list is to be filled in."""
    company_name = seen.part.values["company"]
    first = next((text for cell in seen.row.cells if (text := cell.text.strip())), "")
    if _EXAMPLE.search(company_name) or _EXAMPLE.search(first):
        sentence = said(
            "記入例のような行です。参加事業所でなければ、そのままで構いません（取り込みません）。"
        )
        found.add("example_row", sentence)


def strange(header: int, found: Finder) -> None:
    """A row below a second header whose columns stand in another order."""
    sentence = said(
        "{header}行目に、並びの違う2つ目の見出しがあります。この行はその下にあるため、"
        "値が正しい列から読まれていないかもしれません。確かめてください。",
        header=header,
    )
    found.add("second_table", sentence)


def corrections(seen: Seen, found: Finder) -> None:
    """What a person corrected: a note with the old value and the new."""
    for each, old in seen.part.before.items():
        new = seen.part.values[each.value]
        sentence = said(
            "{field_said}を「{old}」から「{new}」に直しました。",
            field_said=FIELD_NAMES[each],
            old=short(old),
            new=short(new),
        )
        found.add("corrected", sentence, column=seen.column(each), field=each)


def aside(found: Finder) -> None:
    """A note below the table that holds an address: nobody is made of it without being asked."""
    sentence = said(
        "注記のような行にメールアドレスがあります。参加事業所でなければ、そのままで構いません"
        "（取り込みません）。参加事業所なら、列に合わせて入力し直してください。"
    )
    found.add("note_row", sentence)


def _no_address(seen: Seen, found: Finder) -> None:
    column = seen.column(Field.EMAIL)
    elsewhere = [cell.text.strip() for cell in seen.row.cells if has_address(cell.text)]
    sentence = said("メールアドレスがありません。入力するか、行ごと消してください。")
    if seen.merged_address:
        sentence = said(
            "メールアドレスのセルが上の行と結合されています。同じアドレスは写しません。"
            "この担当者のアドレスを入力するか、行ごと消してください。"
        )
    suggestion = ""
    if len(elsewhere) == 1:
        suggestion = read_cell(elsewhere[0]).address
        sentence = said(
            "メールアドレスの列が空で、ほかの列に「{elsewhere}」があります。"
            "正しい列に入力し直してください。",
            elsewhere=short(elsewhere[0]),
        )
    found.add("no_address", sentence, column=column, field=Field.EMAIL, suggestion=suggestion)


def _doubt(found: Finder, doubt: Doubt, column: int, value: str, of: Field) -> None:
    found.add(
        doubt.code,
        doubt.sentence,
        column=column,
        value=value,
        field=of,
        suggestion=doubt.suggestion,
    )

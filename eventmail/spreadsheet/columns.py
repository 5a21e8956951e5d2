"""What each column holds: found by the header's words, and for addresses by the content."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Sequence


class Field(enum.StrEnum):
    """What a roster can tell of a participant."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TITLE = "title"
    CONTACT = "contact"
    EMAIL = "email"
    PHONE = "phone"
    STATUS = "status"
    NOTES = "notes"
    NUMBER = "number"
    CORPORATE_NUMBER = "corporate_number"


FIELD_NAMES = {
    Field.COMPANY: "事業所名",
    Field.DEPARTMENT: "部署",
    Field.TITLE: "役職",
    Field.CONTACT: "担当者名",
    Field.EMAIL: "メールアドレス",
    Field.PHONE: "電話番号",
    Field.STATUS: "参加・辞退",
    Field.NOTES: "備考",
    Field.NUMBER: "番号",
    Field.CORPORATE_NUMBER: "法人番号",
}
# Whole headers, folded by fold(). The order within a field is the order of preference.
KNOWN: dict[Field, tuple[str, ...]] = {
    Field.COMPANY: (
        "事業所名",
        "事業所名称",
        "会社名",
        "企業名",
        "企業名称",
        "法人名",
        "学校名",
        "団体名",
        "参加企業名",
        "参加企業",
        "参加校",
        "参加校名",
        "求人者名",
        "貴社名",
        "御社名",
        "社名",
        "事業所",
        "会社",
        "企業",
        "学校",
        "法人",
        "団体",
        "名称",
        "company",
        "companyname",
        "organization",
        "organisation",
        "school",
        "employer",
    ),
    Field.DEPARTMENT: (
        "部署",
        "部署名",
        "所属",
        "所属部署",
        "担当部署",
        "部課名",
        "課名",
        "分掌",
        "所属部署名",
        "department",
        "dept",
        "division",
        "section",
    ),
    Field.TITLE: ("役職", "役職名", "職名", "肩書", "肩書き", "title", "jobtitle", "position"),
    Field.CONTACT: (
        "担当者名",
        "担当者氏名",
        "担当者",
        "ご担当者名",
        "ご担当者",
        "ご担当者様",
        "御担当者",
        "採用担当者",
        "採用担当者名",
        "担当者様",
        "担当",
        "氏名",
        "名前",
        "お名前",
        "連絡担当者",
        "担当教諭",
        "進路指導担当",
        "contact",
        "contactname",
        "contactperson",
        "name",
        "person",
    ),
    Field.EMAIL: (
        "メールアドレス",
        "メール",
        "eメール",
        "eメールアドレス",
        "電子メール",
        "電子メールアドレス",
        "連絡先メール",
        "連絡先メールアドレス",
        "担当者メールアドレス",
        "担当者メール",
        "アドレス",
        "email",
        "emailaddress",
        "mail",
        "mailaddress",
        "e-mail",
        "e-mailaddress",
        "e-mailアドレス",
        "mailアドレス",
        "emailアドレス",
    ),
    Field.PHONE: (
        "電話番号",
        "電話",
        "連絡先電話番号",
        "連絡先電話",
        "連絡先",
        "tel",
        "telephone",
        "phone",
        "phonenumber",
        "電話番号（代表）",
        "代表電話",
        "tel番号",
    ),
    Field.STATUS: (
        "参加",
        "参加区分",
        "参加可否",
        "出欠",
        "参加状況",
        "参加・辞退",
        "参加/辞退",
        "参加辞退",
        "出席",
        "状況",
        "status",
        "attendance",
    ),
    Field.NOTES: ("備考", "摘要", "メモ", "特記事項", "その他", "notes", "remarks", "note", "memo"),
    Field.NUMBER: ("no", "№", "番号", "連番", "整理番号", "通番", "number"),
    Field.CORPORATE_NUMBER: ("法人番号", "corporatenumber"),
}
# Header words that show a header row although no field of ours takes them.
OTHER_WORDS = frozenset(
    (
        "所在地",
        "住所",
        "業種",
        "fax",
        "fax番号",
        "郵便番号",
        "フリガナ",
        "ふりがな",
        "求人数",
        "ブース",
        "ブース番号",
        "代表者",
        "人数",
    )
)
_FIELD_OF = {word: field for field, words in KNOWN.items() for word in words}
_DECORATION = re.compile(r"[\s　:：*＊※()（）【】\[\]「」]|必須|任意")


def fold(header: str) -> str:
    """A header for comparing: width, case, blanks, line breaks and brackets folded away."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return _DECORATION.sub("", folded).replace(".", "").replace("_", "")


_FOLDED = {fold(word): field for word, field in _FIELD_OF.items()}
_OTHER = {fold(word) for word in OTHER_WORDS}


def field_of(header: str) -> Field | None:
    """The field that a header names, if it is one of those we know."""
    return _FOLDED.get(fold(header))


def is_header_word(header: str) -> bool:
    """Whether a cell reads like a column's header."""
    folded = fold(header)
    return folded in _FOLDED or folded in _OTHER


def guess(headers: Sequence[str], samples: Sequence[Sequence[str]]) -> dict[Field, int]:
    """Field to column, counted from 0. Where two columns fit, the preferred word or the first wins.

    Without a known header for the address, the column in which most samples have an ``@`` is it.
    """
    found: dict[Field, int] = {}
    for field, words in KNOWN.items():
        folded = [fold(word) for word in words]
        fitting = [
            (folded.index(fold(header)), column)
            for column, header in enumerate(headers)
            if field_of(header) is field
        ]
        if fitting:
            found[field] = min(fitting)[1]
    if Field.EMAIL not in found:
        column = address_column(samples)
        if column is not None:
            found[Field.EMAIL] = column
    return found


def address_column(samples: Sequence[Sequence[str]]) -> int | None:
    """The column whose values mostly hold an ``@``, if there is one."""
    shares = [
        (sum("@" in unicodedata.normalize("NFKC", v) for v in values) / len(values), -column)
        for column, values in enumerate(samples)
        if values
    ]
    best = max(shares, default=(0.0, 0))
    return -best[1] if best[0] >= 0.5 else None


def letter(column: int) -> str:
    """Excel's letters of a column counted from 0: A, B, …, Z, AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_of(letters: str) -> int | None:
    """The column, counted from 0, of Excel's letters; None if they are none."""
    if not re.fullmatch("[A-Z]{1,3}", letters):
        return None
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number - 1

"""What a roster's columns can hold, and how Excel and we name them."""

from __future__ import annotations

import enum
import re
import unicodedata
from functools import lru_cache

from eventmail.language import said


class Field(enum.StrEnum):
    """What a roster can tell of a participant.

    A family name and a given name in two columns together are the contact.
    """

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
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"


FIELD_NAMES = {
    Field.COMPANY: said("事業所名"),
    Field.DEPARTMENT: said("部署"),
    Field.TITLE: said("役職"),
    Field.CONTACT: said("担当者名"),
    Field.EMAIL: said("メールアドレス"),
    Field.PHONE: said("電話番号"),
    Field.STATUS: said("参加・辞退"),
    Field.NOTES: said("備考"),
    Field.NUMBER: said("番号"),
    Field.CORPORATE_NUMBER: said("法人番号"),
    Field.FAMILY_NAME: said("担当者の姓"),
    Field.GIVEN_NAME: said("担当者の名"),
}
_DECORATION = re.compile(r"[\s:*※()【】\[\]「」〔〕<>._]|必須|任意")


@lru_cache(maxsize=4096)
def fold(header: str) -> str:
    """A header for comparing: width, case, blanks, line breaks and brackets folded away."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", header).casefold())


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

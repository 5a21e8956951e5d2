"""What a column holds, by its values: for headers that say nothing, or are not there at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from eventmail.spreadsheet.columns import Field

AT_SIGNS = re.compile("[@＠﹫]")
_COMPANY = re.compile(
    r"(株式|有限|合同|合資|合名)会社|[(（][株有同資名学医福][)）]|[㈱㈲]|法人|組合$|協会$|機構$|"
    r".{2,}(学校|学院|学園|高校|大学|病院|医院|クリニック|事務所|工業|製作所|商店|商会|工務店|建設|"
    r"センター|ホーム|ホテル|旅館|保育園|幼稚園|支店|営業所|銀行|信用金庫|農協)$"
)
_PERSON = re.compile(
    r"[々〆ヶ\u3400-\u9fff\uf900-\ufaff]{1,4}[ \u3000]"
    r"[々ヶぁ-ゖァ-ヺー\u3400-\u9fff\uf900-\ufaff]{1,5}"
)
_PHONE = re.compile(r"\+?[0-9()\- ー‐−.]{9,20}")
_STATUS = re.compile(r"参加|不参加|辞退|出席|欠席|[○◯〇×✕✖✓]|キャンセル|取消")
_KANA = re.compile(r"[ァ-ヺー・ \u3000ぁ-ゖ]+")


def has_address(text: str) -> bool:
    """Whether there is an at sign of any width in it."""
    return AT_SIGNS.search(text) is not None


def is_company(text: str) -> bool:
    """Whether it reads like the name of a company or a school."""
    return _COMPANY.search(text) is not None


def is_person(text: str) -> bool:
    """Whether it is a family name and a given name with a blank between."""
    return _PERSON.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether it is a Japanese phone number, possibly without its leading zero."""
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = sum(c.isdigit() for c in plain)
    return 9 <= digits <= 13 and _PHONE.fullmatch(plain) is not None and not is_long_number(plain)


def is_long_number(text: str) -> bool:
    """Whether it is thirteen digits and nothing else, as a corporate number is."""
    return re.fullmatch("[0-9]{13}", unicodedata.normalize("NFKC", text).strip()) is not None


def is_status(text: str) -> bool:
    """Whether it is one of the words for taking part or not."""
    return _STATUS.fullmatch(text) is not None


def is_reading(text: str) -> bool:
    """Whether it is all kana: a phonetic guide."""
    return _KANA.fullmatch(unicodedata.normalize("NFKC", text)) is not None


def looks_like_data(text: str) -> bool:
    """Whether a cell holds somebody's data and so is no header."""
    return has_address(text) or is_company(text) or is_phone(text) or is_long_number(text)


# In this order: a number of thirteen digits is no phone, a company is no person.
BY_CONTENT: dict[Field, tuple[Callable[[str], bool], float]] = {
    Field.CORPORATE_NUMBER: (is_long_number, 0.7),
    Field.PHONE: (is_phone, 0.7),
    Field.COMPANY: (is_company, 0.5),
    Field.CONTACT: (is_person, 0.6),
    Field.STATUS: (is_status, 0.8),
}


def share(values: Sequence[str], kind: Callable[[str], bool]) -> float:
    """How many of the values are of a kind, from 0 to 1."""
    return sum(map(kind, values)) / len(values) if values else 0.0

"""Reads single values: a cell's text, a name, a phone number, a corporate number, a status.

Names are never tidied: what is doubtful about one is said, and it stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from eventmail.language import said
from eventmail.spreadsheet.contents import has_address, is_phone
from eventmail.spreadsheet.rows import ATTENDING, WITHDRAWN

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WITHDRAWN = re.compile(
    r"辞退|欠席|不参加|取消|取り消し|取りやめ|キャンセル|中止|見送|見合わせ|断り|不可|ません|しない|できない|"
    r"[×✕✖]|^いいえ|^(?:no|ng|absent|withdrawn|cancel|declin)",
    re.I,
)
_ATTENDING = re.compile(
    r"(?:ご?(?:参加|出席)(?:します|いたします|致します|する|予定|希望|可|確定|可能|済み?)?|[○◯〇◎✓✔]|可|はい|"
    r"yes|ok|attend(?:ing|s)?|true)?[。 ]*(?:[(・、 ].*|\d+名?)?",
    re.I,
)
_ODD_NAME = re.compile(r"[@＠﹫]|[0-9０-９]{3}|^[0-9０-９]+$|(?:様|さま|殿|先生|御中)\s*$")
_HONORIFIC = {
    "contact": re.compile(r"\s*(様|さま|殿|先生|御中)\s*$"),
    "company": re.compile(r"\s*(様|さま|御中)\s*$"),
}
_PHONE_WITHIN = re.compile(r"0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|0\d{9,10}")
_WITHOUT_ZERO = re.compile(r"[1-9]\d{8,9}")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.I)
DITTO = frozenset(("〃", "同上", "同じ", "々", '"', "”", "″", "ゞ", "〻", "仝"))
NAMES = {"contact": said("担当者名"), "company": said("事業所名")}


class Doubt(NamedTuple):
    """What is to be said about a value, and the likely right one."""

    code: str
    sentence: str
    suggestion: str = ""


def clean(text: str) -> str:
    """A cell's text on one line. A name keeps its characters as they are (髙 stays 髙)."""
    if not text.isprintable() and _UNPRINTABLE.search(text):
        # A control character (a pasted vertical tab, say) would break a mail's header.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNPRINTABLE.sub("", text.replace("\t", " ").replace("\n", " "))
    return text.strip()


@lru_cache(maxsize=1024)
def status_of(text: str) -> tuple[str, bool]:
    """Whether somebody takes part, and whether the text really says so; nothing says yes."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _WITHDRAWN.search(plain):
        return WITHDRAWN, True
    return ATTENDING, _ATTENDING.fullmatch(plain) is not None


def phone_of(text: str) -> tuple[str, Doubt | None]:
    """A phone number in half width; a zero that Excel dropped is put back."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if not _WITHOUT_ZERO.fullmatch(plain):
        return plain, None
    sentence = said("先頭の0が落ちているため、「0{plain}」と読み取りました。", plain=plain)
    return f"0{plain}", Doubt("lost_zero", sentence)


def corporate_number_of(text: str) -> tuple[str, Doubt | None]:
    """A 法人番号 of thirteen digits whose check digit is right; empty if it is not."""
    plain = re.sub(r"[\s‐−ー-]", "", unicodedata.normalize("NFKC", text))
    plain = plain.removesuffix(".0").removeprefix("T").removeprefix("t")
    if not plain:
        return "", None
    if _SCIENTIFIC.fullmatch(plain) or (plain.isdecimal() and len(plain) > 15):
        sentence = said(
            "法人番号の桁が失われています。Excelで列の表示形式を「文字列」にして、"
            "13桁を入れ直してください。このままなら法人番号なしで取り込みます。"
        )
        return "", Doubt("lost_digits", sentence)
    if is_corporate_number(plain):
        return plain, None
    why = (
        said("先頭の数字（検査用数字）が合いません")
        if re.fullmatch(r"\d{13}", plain)
        else said("法人番号は数字13桁です")
    )
    sentence = said(
        "{why_said}。正しい番号に直してください。このままなら法人番号なしで取り込みます。",
        why_said=why,
    )
    return "", Doubt("bad_corporate_number", sentence)


def is_corporate_number(text: str) -> bool:
    """Whether it is a 法人番号.

    By the 法人番号の指定等に関する省令 the first digit is 9 less the remainder, by 9, of the sum
    of the twelve others, counted from the last, those at even places twice.
    """
    if not re.fullmatch("[0-9]{13}", text):
        return False
    total = sum(
        int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(text[:0:-1], start=1)
    )
    return int(text[0]) == 9 - total % 9


def doubts_of_name(field: str, text: str) -> list[Doubt]:
    """What is odd about a contact's or a company's name; ``field`` is one of the two."""
    if not _ODD_NAME.search(text):
        return []
    if has_address(text):
        return [_shifted(field, said("メールアドレス"))]
    plain = unicodedata.normalize("NFKC", text)
    if is_phone(text) or (field == "contact" and _PHONE_WITHIN.search(plain)):
        return [_shifted(field, said("電話番号"))]
    if plain.isdecimal():
        return [_shifted(field, said("数字だけの値"))]
    found = _HONORIFIC[field].search(text)
    if found is None:
        return []
    sentence = said(
        "{field_said}に「{honorific}」が付いています。メールの敬称と重なるため、"
        "取るかどうか確かめてください。",
        field_said=NAMES[field],
        honorific=found[1],
    )
    return [Doubt("honorific", sentence, text[: found.start()])]


def _shifted(field: str, what: str) -> Doubt:
    sentence = said(
        "{field_said}の列に{what_said}が入っています。この行の値が左右にずれていないか確かめてください。",
        field_said=NAMES[field],
        what_said=what,
    )
    return Doubt("shifted_row", sentence)

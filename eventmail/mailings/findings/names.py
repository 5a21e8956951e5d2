"""What in a roster is a person's full name, and how it can be found again in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from eventmail.mailings.findings.reading import HIRAGANA, KANJI, KATAKANA, fold

HONORIFIC = r"(?:様|さま|殿|氏|先生|さん)"
_HONORIFIC_END = re.compile(rf"{HONORIFIC}$")
_PARTS = re.compile(r"[\s・=＝]+")
# A desk, a role or a remark in the column of names.
_NO_PERSON = re.compile(
    r"担当|採用|人事|総務|事務|窓口|受付|責任|係|御中|各位|グループ|チーム|センター|未定|不明"
    r"|同上|[部課係所社店園校院次室局]長|主任|代表|経理|経営|営業|管理|看護|教務|進路|学生|庶務|企画"
    r"|広報|労務|本部|支店|工場|製造|技術|会社|法人|[0-9@()/、,]|^なし$"
)
_JAPANESE = re.compile(rf"[{KANJI}{KATAKANA}{HIRAGANA}]+")
_LATIN = re.compile(r"[a-z'-]+")
LONGEST = 10
# What may stand right behind a name in Chinese characters, and is no part of it.
_BEHIND = "様殿氏先課部係社所主次校園院店室会取代専常理教監"
# What may stand right before it: the end of a title or a desk.
_BEFORE = "長任当役者員師係課部室店官"


@lru_cache(maxsize=65536)
def full_name(name: str) -> str:
    """A person's full name without blanks; empty for a surname alone, a desk or a role."""
    parts = _parts(name)
    joined = "".join(parts)
    if _NO_PERSON.search(joined) or not 2 <= len(joined) <= LONGEST * 2:
        return ""
    if all(map(_LATIN.fullmatch, parts)):
        return joined if len(parts) > 1 and len(joined) >= 6 else ""
    if not _JAPANESE.fullmatch(joined) or len(joined) > LONGEST:
        return ""
    return joined if len(parts) > 1 or 3 <= len(joined) <= 6 else ""


@lru_cache(maxsize=65536)
def surname(name: str) -> str:
    """The surname, where blanks tell which part it is, or where nothing else was written."""
    parts = _parts(name)
    first = parts[0] if parts else ""
    is_name = _JAPANESE.fullmatch(first) and not _NO_PERSON.search("".join(parts))
    return first if is_name and (len(parts) > 1 or len(first) <= 2) else ""


@lru_cache(maxsize=1024)
def pattern(name: str) -> re.Pattern[str]:
    """Finds a full name as a whole, with blanks or a line break between its letters."""
    spaced = r"[\s・=＝]{0,3}".join(map(re.escape, name))
    if len(name) == 2:  # 林 進 is a forest's advance to any other eye
        return re.compile(rf"{_not_after(name, strict=True)}{spaced}\s{{0,3}}(?={HONORIFIC})")
    return re.compile(f"{_not_after(name, strict=len(name) == 3)}{spaced}{_not_before(name)}")


def _not_after(name: str, *, strict: bool) -> str:
    if re.match(f"[{KANJI}]", name):
        return rf"(?:(?<![{KANJI}])|(?<=[{_BEFORE}]))" if strict else ""
    return f"(?<![{_same(name[0])}])"


def _not_before(name: str) -> str:
    if re.match(f"[{KANJI}]", name[-1]):
        return f"(?!(?![{_BEHIND}])[{KANJI}])"
    return "" if re.match(f"[{HIRAGANA}]", name[-1]) else f"(?![{_same(name[-1])}])"


def _same(letter: str) -> str:
    kinds = (KATAKANA, HIRAGANA, "a-z")
    return next((kind for kind in kinds if re.match(f"[{kind}]", letter)), KANJI)


def _parts(name: str) -> list[str]:
    plain = fold(name).strip()
    return [each for each in _PARTS.split(_HONORIFIC_END.sub("", plain).strip()) if each]

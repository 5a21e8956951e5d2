"""Characters outside JIS X 0208 are told of, and changed by nobody."""

from __future__ import annotations

import pytest

from eventmail.mailings.charset import outside_jis

ORDINARY = {
    "kanji and kana": "株式会社ひめさと電機　採用ご担当者様",
    "signs": "（）「」・、。〜―…％＆＃＊※→〒々ヶ",
    "signs as Windows types them": "～－￥",
    "full-width letters": "ＡＢＣ１２３ａｂｃ＠",
    "Greek and Cyrillic": "αβγДЖ",
    "ASCII": "Tel: 03-1234-5678 <a@b.example>\r\n\t",
    "second level": "弌彁熙",
}
RARE = {
    "髙": "髙橋",
    "﨑": "山﨑",
    "①": "①会場",
    "㈱": "㈱青空",
    "Ⅳ": "第Ⅳ回",
    "ｱ": "ｱオゾラ",
    "😀": "ようこそ😀",
    "é": "Café",
    "𠮷": "𠮷野",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_what_every_phone_shows(text: str) -> None:
    assert outside_jis([text]) == []


@pytest.mark.parametrize(("char", "text"), RARE.items(), ids=RARE)
def test_what_some_do_not(char: str, text: str) -> None:
    assert outside_jis([text]) == [char]


def test_each_is_named_once_in_order_over_all_texts() -> None:
    assert outside_jis(["①髙①", "㈱髙"]) == ["①", "髙", "㈱"]

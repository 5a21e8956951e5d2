"""Letters that pass for ours: of another script, or ours in another dress."""

from __future__ import annotations

import pytest

from eventmail.wire.views import views
from tests.wire.test_views import TARO

ALIKE = {
    "Cyrillic": ("tаrо@кurе.example", TARO),
    "Cyrillic capitals": ("TАRО@КURЕ.example", "TaRo@kURe.example"),
    "Greek": ("τaρο@kυρe.example", "tapo@kupe.example"),
    "Greek capitals": ("ΤΑRΟ@KΥRΕ.example", "taRo@KyRe.example"),
    "Greek capitals whose small letters are not alike": ("ΒΖΗΜΝΥ", "bzhmny"),
    "small capitals": ("ᴛᴀʀᴏ@ᴋᴜʀᴇ.example", "TARO@KURE.example"),
    "flags": ("🇹🇦🇷🇴@kure.example", "TARO@kure.example"),
    "black circles": ("🅣🅐🅡🅞@kure.example", "TARO@kure.example"),
    "black squares": ("🆃🅰🆁🅾@kure.example", "TARO@kure.example"),
}
OWN = {
    "capitals with accents": "École Ångström",
    "Japanese": "ご案内",
    "Cyrillic that is not alike": "Жд",
    "Greek that is not alike": "Δ",
    "a small capital of two letters": "ᴁ",
    "a small capital upside down": "ʁ",
    "a character without a name": "\ue000",
}


@pytest.mark.parametrize(("text", "view"), ALIKE.values(), ids=ALIKE)
def test_letters_that_look_like_ours_are_read_as_ours(text: str, view: str) -> None:
    assert view in views(text)


@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_letters_that_only_others_have_stay(text: str) -> None:
    assert views(text) == [text]

"""Which passwords are taken, and with which sentence the others are not."""

from __future__ import annotations

import pytest

from eventmail import password_rules as rules
from eventmail import passwords

ABOUT = ("kian", "森下 あかり", "姫里公共職業安定所", "himesato")
REFUSED = {
    "short": ("Tn4#kw9!xQz2mP", "15文字以上"),
    "short only in full-width signs' bytes": ("長いことば", "15文字以上"),
    "one sign": ("a" * 20, rules.REPEATED),
    "a word over and over": ("neko3neko3neko3neko3", rules.REPEATED),
    "common": ("passwordpassword", rules.COMMON),
    "common and a number": ("Password12345678", rules.COMMON),
    "common in disguise": ("P@ssw0rd12345678", rules.COMMON),
    "common in full-width letters": ("ｐａｓｓｗｏｒｄ１２３４５６７８", rules.COMMON),
    "a run of keys": ("qwertyuiopasdfghjkl", rules.COMMON),
    "keys up and down": ("1qaz2wsx3edc4rfv", rules.COMMON),
    "kana in order": ("あいうえおかきくけこさしすせそ", rules.COMMON),
    "the year": ("sunshinesunshine2026", rules.COMMON),
    "login and year": ("himesatokian2026", rules.OWN_WORDS),
    "name and office": ("森下あかり姫里公共職業安定所", rules.TOO_SHORT[:5]),
    "name, office and a sign": ("森下あかり！姫里公共職業安定所", rules.OWN_WORDS),
    "the service": ("イベントメールパスワード2026", rules.OWN_WORDS),
    "too long": ("言葉" * 200, rules.TOO_LONG),
}
TAKEN = (
    "correct horse battery staple",
    "demo-kian-no-pass",
    "夜明けの港で猫が三匹あくびした",
    "tn4#kw9!xqz2mpq",
    "ひとつふたつ山の向こうの赤い屋根",
    "🍊🚲🐈 みかんと自転車とねこ、あと本",
)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_guessed_soon_is_refused(case: str) -> None:
    password, sentence = REFUSED[case]
    assert sentence in rules.fault(password, ABOUT)


@pytest.mark.parametrize("password", TAKEN)
def test_length_is_enough_without_kinds_of_characters(password: str) -> None:
    assert rules.fault(password, ABOUT) == ""


def test_every_password_of_the_longest_kind_can_be_set_and_used() -> None:
    longest = "言" * passwords.LONGEST
    assert passwords.verifies(passwords.hashed(longest), longest)
    assert not passwords.verifies(passwords.hashed(longest), longest + "言")


@pytest.mark.parametrize(
    ("set_as", "typed"), [("ｐａｓｓ", "pass"), ("が", "か\u3099"), ("pass", "ｐａｓｓ")]
)
def test_the_same_signs_from_another_keyboard_are_the_same(set_as: str, typed: str) -> None:
    assert passwords.verifies(passwords.hashed(set_as), typed)


def test_a_hash_from_before_the_one_form_is_still_right_and_is_renewed() -> None:
    old = passwords.HASHER.hash("ｐａｓｓ")
    assert passwords.verifies(old, "ｐａｓｓ")
    assert passwords.is_old(old, "ｐａｓｓ")
    assert not passwords.is_old(passwords.hashed("ｐａｓｓ"), "ｐａｓｓ")


@pytest.mark.parametrize("password", ["", passwords.UNUSABLE, "nobody has this password"])
@pytest.mark.parametrize("stored", [None, "", passwords.UNUSABLE, "no hash at all"])
def test_nothing_opens_an_account_without_a_password(stored: str | None, password: str) -> None:
    assert not passwords.verifies(stored, password)

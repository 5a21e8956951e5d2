"""Whatever looks like an address is a digest in the log, and so are secret links."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.observing.masking import Masker
from tests.observing.lines import KEY

MASK = Masker(KEY)
SAME = MASK.digest("taro@office.example")
TOKEN = "q9v3hJ2kLx7Pz0TnB4cWdA"


@pytest.mark.parametrize(
    "text",
    [
        "taro@office.example",
        "<taro@office.example>",
        "to=taro@office.example",
        "('taro@office.example',)",
        "RCPT TO:<TARO@Office.Example> 550 no such user",
        "アドレス「taro@office.example」を登録できません。",
        "宛先taro@office.exampleに送れません。",
        "ｔａｒｏ＠ｏｆｆｉｃｅ．ｅｘａｍｐｌｅ",
        "/p/new?address=taro%40office.example",
        "taro=40office.example",
        "taro&#64;office.example",
        r"taro\u0040office.example",
        "/sign-in?next=taro%2540office.example",
        "<b>taro&#64office.example</b>",
        "<b>taro&#x40office.example</b>",
        repr("taro＠office.example".encode()),
        ascii("taro＠office.example"),
        quote("taro＠office.example"),
        repr(EmailAddress.parse("taro@office.example")),
        repr([EmailAddress.parse("taro@office.example")]),
    ],
)
def test_one_address_is_one_digest_however_it_is_written(text: str) -> None:
    masked = MASK(text)
    assert f"[address {SAME}]" in masked
    assert "taro" not in masked.lower()
    assert "office" not in masked.lower()


@pytest.mark.parametrize(
    "text",
    [
        '"taro yamada"@office.example',
        "taro@[192.0.2.1]",
        "太郎@例え.jp",
        "taro@localhost",
        "a.b+c/d=e@office.example",
        "first@office.example,second@other.example;third@x.example",
    ],
)
def test_unusual_ones_go_as_well(text: str) -> None:
    assert re.fullmatch(r'(\[address [0-9a-f]{12}\][,;"]?)+', MASK(text))


@pytest.mark.parametrize(
    "text",
    ["status=404 width=400", "@property", "a @ b", "100%40", "送信を止めました。", "x@ y"],
)
def test_what_is_no_address_stays(text: str) -> None:
    assert MASK(text) == text


@pytest.mark.parametrize(
    "path",
    [
        f"/p/{TOKEN}",
        f"GET /p/{TOKEN}/seen?x=1",
        f"'/stop/{TOKEN}'",
        f"/p/{TOKEN}。",
        f"「https://office.example/p/{TOKEN}」を開けません。",
        f"/p/{TOKEN}を開けません。",
        f"/p/{TOKEN}. It broke.",
        f"/p/{TOKEN}.It broke.",
        f"/p/{TOKEN}&x=1",
        f"/p/{TOKEN}: gone",
        f"/p/{TOKEN}\\n",
        f"/sign-in?next=%2Fp%2F{TOKEN}",
        f"/sign-in?next=%2fp%2f{TOKEN}%3Fx",
        f"/sign-in?next=%252Fp%252F{TOKEN}",
    ],
)
def test_the_secret_of_a_link_goes(path: str) -> None:
    assert TOKEN not in MASK(path)


@pytest.mark.parametrize(
    "path",
    [
        'File "/srv/eventmail/mailings/a_long_name_of_a_module.py", line 7',
        "/srv/eventmail/a_long_name_of_a_library.so: not found",
        "/mailings/7/approve",
    ],
)
def test_a_files_name_is_no_secret(path: str) -> None:
    assert MASK(path) == path


ROW = "Failing row contains (7, 所沢 春子,\n\n春子 様, null)."


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "\nHINT:  See server log.",
        "\nCONTEXT:  COPY staff, line 3",
        "\n[SQL: INSERT INTO staff]",
        "\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (…",
        "\n  | \n  | During handling of the above exception",
    ],
)
@pytest.mark.parametrize("written", [str, ascii], ids=["as it is", "in a representation"])
def test_the_values_of_a_row_are_hidden(written: Callable[[str], str], behind: str) -> None:
    front = "violates check constraint\n"
    shown = written(f"{front}DETAIL:  {ROW}{behind}")
    assert MASK(shown).strip("'") == written(f"{front}DETAIL: [hidden]{behind}").strip("'")


def test_a_word_in_capitals_is_no_row() -> None:
    assert MASK("DETAIL: none") == "DETAIL: [hidden]"
    assert MASK("in DETAIL of MORE_DETAIL:x") == "in DETAIL of MORE_DETAIL:x"


def test_the_digest_needs_the_key() -> None:
    assert Masker("another key").digest("taro@office.example") != SAME
    assert re.fullmatch("[0-9a-f]{12}", SAME)


LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}", fullmatch=True)
DOMAIN = st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}(\.[a-z]{2,5}){1,2}", fullmatch=True)


@given(st.text(max_size=40), LOCAL, DOMAIN, st.text(max_size=40))
@example("", "0", "0.aa", "@")
@example("0@", "0", "0.aa", "")
def test_no_address_is_left_in_any_text(before: str, local: str, domain: str, behind: str) -> None:
    masked = MASK(f"{before}{local}@{domain}{behind}")
    assert f"{local}@{domain}" not in masked
    assert f"@{domain}" not in masked


def test_a_long_text_takes_no_long_time() -> None:
    assert "@" not in MASK("a@b " * 5_000 + "x" * 100_000)

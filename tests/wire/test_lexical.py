"""The alphabet of the parser: lines, headers, encoded words and base64, each at its edges."""

from __future__ import annotations

import base64

import pytest

from eventmail.wire import Malformed
from eventmail.wire.lexical import check_lines, decode_base64, decode_words, read_headers

WORD = "=?UTF-8?B?{}?=".format
NAMES = {"A", "B", "!09;Z^az~"}
LINES = {
    "nothing": (b"", "trailing"),
    "no line break": (b"abc", "trailing"),
    "something after the last line break": (b"abc\r\ndef", "trailing"),
    "999 characters": (b"x" * 999 + b"\r\n", "long_line"),
    "999 characters further on": (b"x\r\n" + b"x" * 999 + b"\r\n", "long_line"),
    "only a line feed": (b"a\n", "bare_newline"),
    "only a carriage return": (b"a\r", "bare_newline"),
    "a carriage return too many": (b"a\r\r\n", "bare_newline"),
    "a line feed too many": (b"a\r\n\n", "bare_newline"),
    "turned round": (b"a\n\r", "bare_newline"),
    "NUL": (b"a\0\r\n", "nul"),
    "eighth bit": (b"a\x80\r\n", "eight_bit"),
}


@pytest.mark.parametrize(("content", "reason"), LINES.values(), ids=LINES)
def test_lines_are_refused_for(content: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_lines(content)
    assert caught.value.reason == reason


def test_lines_of_998_characters_pass_one_after_another() -> None:
    check_lines((b"x" * 998 + b"\r\n") * 3)


HEADERS = {
    "one": (b"A: b\r\n", {"A": "b"}),
    "two, in their order": (b"B: 1\r\nA: 2\r\n", {"B": "1", "A": "2"}),
    "all characters a name may have": (b"!09;Z^az~: x\r\n", {"!09;Z^az~": "x"}),
    "all characters a value may have": (b"A: ! ~~\r\n", {"A": "! ~~"}),
    "a value that begins with the last": (b"A: ~\r\n", {"A": "~"}),
    "folded": (b"A: b\r\n c\r\n ~d\r\n", {"A": "b c ~d"}),
    "folded at a sign": (b"A: b\r\n !c\r\n", {"A": "b !c"}),
}
NO_HEADERS = {
    "no name": (b": b\r\n", "header_syntax"),
    "no space": (b"A:b\r\n", "header_syntax"),
    "no value": (b"A: \r\n", "header_syntax"),
    "a value that begins with two spaces": (b"A:  b\r\n", "header_syntax"),
    "a delete character": (b"A: b\x7f\r\n", "header_syntax"),
    "folded by two spaces": (b"A: b\r\n  c\r\n", "header_syntax"),
    "folded into nothing": (b"A: b\r\n \r\n", "header_syntax"),
    "twice": (b"A: b\r\nA: b\r\n", "duplicate_header"),
    "unknown": (b"C: b\r\n", "unknown_header"),
    "an empty line among them": (b"A: b\r\n\r\nB: c\r\n", "header_syntax"),
}  # fmt: skip


@pytest.mark.parametrize(("block", "found"), HEADERS.values(), ids=HEADERS)
def test_headers_are_read(block: bytes, found: dict[str, str]) -> None:
    assert list(read_headers(block, NAMES).items()) == list(found.items())


@pytest.mark.parametrize(("block", "reason"), NO_HEADERS.values(), ids=NO_HEADERS)
def test_headers_are_refused(block: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_headers(block, NAMES)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "name",
    [
        "Cc", "Bcc", "BCC", "cc", "Resent-To", "Resent-Bcc", "resent-", "Apparently-To",
        "X-Original-To", "Delivered-To",
    ],
)  # fmt: skip
def test_a_header_that_shows_others_is_forbidden_even_if_it_were_known(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_headers(f"{name}: a@b.example\r\n".encode(), {name})
    assert caught.value.reason == "forbidden_header"


@pytest.mark.parametrize("name", ["Cc-Count", "X-Cc", "Delivered-Today", "X-Resent-To"])
def test_a_name_that_only_contains_such_a_one_is_as_unknown_as_any(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_headers(f"{name}: 1\r\n".encode(), {"To"})
    assert caught.value.reason == "unknown_header"


DECODED = {
    "no word": ("plain text", "plain text"),
    "one word": (WORD("44GC"), "あ"),
    "two words": (f"{WORD('44GC')} {WORD('44GE')}", "あい"),
    "a word and text": (f"a {WORD('44GC')} b", "a あ b"),
    "words apart": (f"{WORD('44GC')} - {WORD('44GE')}", "あ - い"),
    "with padding": (f"{WORD('YQ==')} {WORD('YWI=')}", "aab"),
    "all signs of base64": (WORD("8J+YgOOBvw=="), "😀み"),
}
NOT_DECODED = {
    "an empty word": WORD(""),
    "three signs of padding": WORD("YQ==="),
    "too little padding": WORD("YQ="),
    "half a character": WORD("44E="),
    "a control character": WORD("YQpi"),
    "another charset": "=?UTF-7?B?YQ==?=",
    "another encoding": "=?UTF-8?Q?a?=",
    "never closed": "=?UTF-8?B?YQ==",
    "a second one never closed": f"{WORD('YQ==')} =?",
    "one that appears when another is taken out": f"={WORD('YQ==')}?",
}


@pytest.mark.parametrize(("value", "text"), DECODED.values(), ids=DECODED)
def test_words_are_decoded(value: str, text: str) -> None:
    assert decode_words(value) == text


@pytest.mark.parametrize("value", NOT_DECODED.values(), ids=NOT_DECODED)
def test_words_are_refused_for(value: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_words(value)
    assert caught.value.reason == "header_syntax"


@pytest.mark.parametrize("length", [0, 1, 2, 3, 55, 56, 57, 58, 113, 114, 115, 1000])
def test_base64_lines_give_their_bytes(length: int) -> None:
    content = bytes(range(256)) * 4
    lines = base64.encodebytes(content[:length]).replace(b"\n", b"\r\n")
    assert decode_base64(lines) == content[:length]


LINE = b"QUJD" * 19 + b"\r\n"
NOT_BASE64 = {
    "a line of 80 characters": b"QUJD" * 20 + b"\r\n",
    "a short line that is not the last": b"QUJD\r\n" + LINE,
    "padding that is not at the end": b"YQ==\r\n" + LINE,
    "another character": b"QU-D\r\n",
    "bits left over": b"YR==\r\n",
    "no padding": b"YWI\r\n",
    "too much padding": b"QUJD====\r\n",
    "an empty line": LINE + b"\r\n",
    "two letters": b"YQ\r\n",
}


@pytest.mark.parametrize("body", NOT_BASE64.values(), ids=NOT_BASE64)
def test_base64_is_refused_for(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        decode_base64(body)
    assert caught.value.reason == "base64"


def test_a_body_with_broken_lines_says_so() -> None:
    with pytest.raises(Malformed) as caught:
        decode_base64(b"QUJD\n")
    assert caught.value.reason == "bare_newline"

"""Japanese in headers: short lines, no character cut, nothing but 7-bit ASCII."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from eventmail.wire.lexical import decode_words
from eventmail.wire.words import encoded_words, file_name_parameter

TEXTS = {
    "one letter": "a",
    "one character": "髙",
    "exactly a word": "x" * 36,
    "one more than a word": "x" * 37,
    "three words": "x" * 108,
    "characters of three bytes": "御" * 50,
    "a character of four bytes over the edge": "x" * 35 + "😀",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_encoded_words_say_the_text_again(text: str) -> None:
    assert decode_words(encoded_words(text).replace("\r\n ", " ")) == text


@pytest.mark.parametrize(("length", "words"), [(1, 1), (36, 1), (37, 2), (72, 2), (73, 3)])
def test_a_word_holds_36_bytes_and_is_filled(length: int, words: int) -> None:
    lines = encoded_words("x" * length).split("\r\n ")
    assert len(lines) == words
    assert all(len(line) <= 60 for line in lines)


def test_each_word_is_whole_by_itself() -> None:
    for line in encoded_words("ごあんない😀" * 20).split("\r\n "):
        assert decode_words(line)


def test_a_short_file_name_stands_in_one_parameter() -> None:
    assert file_name_parameter("図 1.pdf") == "\r\n filename*=UTF-8''%E5%9B%B3%201.pdf"


def test_a_long_file_name_goes_over_numbered_lines_of_up_to_75_characters() -> None:
    text = "a" * 54 * 3 + "b"
    lines = file_name_parameter(text).removeprefix("\r\n ").split(";\r\n ")
    assert lines == [
        f"filename*0*=UTF-8''{'a' * 54}", f"filename*1*={'a' * 54}",
        f"filename*2*={'a' * 54}", "filename*3*=b",
    ]  # fmt: skip


def test_no_character_of_a_file_name_is_cut() -> None:
    text = "会場図と当日の流れ😀/" * 9
    sections = re.findall(r"filename\*\d+\*=(?:UTF-8'')?([^;]+)", file_name_parameter(text))
    assert len(sections) > 2
    assert "".join(unquote(each, errors="strict") for each in sections) == text
    assert max(map(len, sections)) <= 54


def test_what_is_encoded_counts_as_long_as_it_is_written() -> None:
    sections = re.findall(r"filename\*\d+\*=(?:UTF-8'')?([^;]+)", file_name_parameter("/" * 30))
    assert sections == ["%2F" * 18, "%2F" * 12]


@pytest.mark.parametrize("sign", list("/\\;\"'()<>@,:[]?=* %"))
def test_every_sign_that_means_something_in_a_header_is_encoded(sign: str) -> None:
    assert file_name_parameter(f"a{sign}b").endswith(f"''a%{ord(sign):02X}b")

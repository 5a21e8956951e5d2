"""The strings of a binary file: what counts as one, in one byte or two, packed or as it stands."""

from __future__ import annotations

import zlib

import pytest

from eventmail.wire import strings as room
from eventmail.wire.strings import is_text, packed_and_plain, plain_addresses, strings

OTHER = "jinji@kure.example"


def in_ascii(content: bytes) -> str:
    return next(strings(content))


@pytest.mark.parametrize("gap", "\t\n\r ~!", ids=repr)
def test_a_run_goes_on_over(gap: str) -> None:
    text = f"jin{gap}ji@kure.example"
    assert list(strings(b"\0" + text.encode() + b"\x01")) == [text, text]


@pytest.mark.parametrize("end", [b"\0", b"\x08", b"\x0b", b"\x1f", b"\x7f"], ids=repr)
def test_a_run_ends_at(end: bytes) -> None:
    assert in_ascii(b"abcdef" + end + b"ghijkl") == "abcdef\0ghijkl"


def test_six_characters_are_a_run_and_five_are_not() -> None:
    assert in_ascii(b"\0a@b.co\0") == "a@b.co"
    assert list(strings(b"\0a@b.c\0")) == [""]


def test_letters_beyond_ascii_belong_to_a_run_of_their_own_kind() -> None:
    assert list(strings(b"\0\x80\xffa@b.\0")) == ["", "\x80\xffa@b."]
    assert list(strings(b"\0\x80\xff@b.\0")) == [""]
    assert list(strings(b"\0\x80\xffabcd\0")) == [""]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_runs_in_two_bytes(encoding: str) -> None:
    assert OTHER in "".join(strings(b"\xff\xfe\xff" + OTHER.encode(encoding) + b"\xff\xff"))
    assert OTHER in "".join(strings(b"\xff\xfe" + OTHER.encode(encoding) + b"\xff\xff"))


SIGNS = "!#$%&'*+/=?^`{|}~-._aZ09"


@pytest.mark.parametrize("sign", SIGNS)
def test_in_pixels_a_plain_address_may_hold(sign: str) -> None:
    address = f"x{sign}x@kure-1.example"
    assert list(plain_addresses(b"\0\xff" + address.encode() + b"\xff\0")) == [address]


EDGES = {
    "64 characters before the sign": ("x" * 64 + "@b.example", "x" * 64 + "@b.example"),
    "no more than 64": ("x" * 65 + "@b.example", "x" * 64 + "@b.example"),
    "one character": ("a@b.example", "a@b.example"),
    "none": ("@b.example", ""),
    "three behind the sign": ("a@b.c", "a@b.c"),
    "two": ("a@bc", ""),
    "253 behind the sign": ("a@" + "b" * 253, "a@" + "b" * 253),
    "no more than 253": ("a@" + "b" * 254, "a@" + "b" * 253),
    "two addresses": ("a@b.example,c@d.example", "a@b.example\0c@d.example"),
}


@pytest.mark.parametrize(("text", "read"), EDGES.values(), ids=EDGES)
def test_in_pixels_is_read(text: str, read: str) -> None:
    assert list(plain_addresses(text.encode())) == [read]


@pytest.mark.parametrize("code", range(256))
def test_which_bytes_are_printable(code: int) -> None:
    assert is_text(bytes([code])) is (code in (9, 10, 12, 13) or 32 <= code <= 126)


def test_three_quarters_printable_are_a_text() -> None:
    assert is_text(b"abc\0")
    assert not is_text(b"abcde\0\0")
    assert is_text(b"")


@pytest.mark.parametrize("level", [0, 1, 2, 6, 9])
def test_what_is_packed_inside_is_read(level: int) -> None:
    packed = zlib.compress(OTHER.encode() * 20, level)
    assert OTHER in next(packed_and_plain(b"\xff\0" + packed + b"\xff"))


def test_packed_pixels_are_read_for_plain_addresses_only() -> None:
    pixels = bytes(range(128, 256)) * 8
    found = list(packed_and_plain(zlib.compress(pixels + b"%40 " + OTHER.encode() + pixels)))
    assert found[0] == OTHER


def test_a_packed_text_is_read_with_its_covers() -> None:
    text = "jinji%40kure.example"
    assert text in next(packed_and_plain(b"\xff" + zlib.compress(text.encode() * 9)))


def test_a_packed_stream_far_behind_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_LARGEST_STREAM", 60)
    content = b"\xff" * 100 + zlib.compress(OTHER.encode())
    assert OTHER in next(packed_and_plain(content))


def test_a_broken_beginning_hides_nothing() -> None:
    content = b"\x78\x9cno stream at all" + zlib.compress(OTHER.encode() * 9)
    assert any(OTHER in text for text in packed_and_plain(content))


def test_a_packed_stream_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_LARGEST_STREAM", 30)
    packed = zlib.compress(b"x" * 12 + OTHER.encode() + b"y" * 9)
    assert next(packed_and_plain(packed)).endswith("x" * 12 + OTHER)

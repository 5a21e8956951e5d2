"""One attachment as the gate reads it: exactly as we write it, or refused."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from eventmail.wire import Malformed, Material, encode_material, parts
from eventmail.wire.parts import ParsedPart, parse_attachment, parse_shared
from tests.wire.test_material import SIGNS, TYPES

HEAD = (
    'Content-Type: {type}; name="{name}"\r\n'
    "Content-Transfer-Encoding: {encoding}\r\n"
    "Content-Disposition: {disposition}\r\n"
    "\r\n"
    "{body}"
).format_map
GOOD = {
    "type": "text/plain",
    "name": "a.txt",
    "encoding": "base64",
    "disposition": "attachment; filename*=UTF-8''a.txt",
    "body": "eA==\r\n",
}


def part(**other: str) -> bytes:
    return HEAD(GOOD | other).encode()


def named(name: str, disposition: str) -> bytes:
    return part(name=name, disposition=disposition)


def reason(raw: bytes) -> str:
    with pytest.raises(Malformed) as caught:
        parse_attachment(raw)
    return caught.value.reason


def test_a_part_is_read() -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    assert parse_attachment(part()) == ParsedPart("text/plain", "a.txt", b"x", digest)


@pytest.mark.parametrize("media_type", TYPES.values(), ids=TYPES)
def test_every_type_that_we_write_is_read(media_type: str) -> None:
    assert parse_attachment(part(type=media_type)).media_type == media_type


NAMES = {
    "Japanese": "会場図（1階）.pdf",
    "all that stands for itself": "azAZ09_.~-",
    "what is encoded": "a b'(c)%;=*?",
    "eleven sections and more": "御案内" * 66,
    "a star": "★",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_name_that_we_write_is_read(name: str) -> None:
    assert parse_attachment(encode_material(Material(name, "a/b", b"x")).part).filename == name


@pytest.mark.parametrize("sign", SIGNS)
def test_a_type_begins_with_a_letter_or_digit(sign: str) -> None:
    if not sign.isalnum():
        assert reason(part(type=f"{sign}a/b")) == reason(part(type=f"a/{sign}b")) == "mime"


ATTACHED = "attachment; filename"
REFUSED = {
    "no name": (named("", "attachment; "), "mime"),
    "a quote in the name": (named('a"b', f"{ATTACHED}*=UTF-8''a%22b"), "mime"),
    "a backslash in the name": (named("a\\b", f"{ATTACHED}*=UTF-8''a%5Cb"), "mime"),
    "two different names": (named("b.txt", f"{ATTACHED}*=UTF-8''a.txt"), "mime"),
    "something behind the type": (part(name='a.txt"; x="y'), "mime"),
    "something before the type": (part(type="x text/plain"), "mime"),
    "a mail": (part(type="message/rfc822"), "mime"),
    "many parts": (part(type="multipart/mixed"), "mime"),
    "a capital in the type": (part(type="Text/plain"), "mime"),
    "a capital behind": (part(type="text/Plain"), "mime"),
    "no type": (part(type="/plain"), "mime"),
    "no subtype": (part(type="text/"), "mime"),
    "inline": (part(disposition="inline; filename*=UTF-8''a.txt"), "mime"),
    "words before the disposition": (part(disposition="x attachment; filename*=UTF-8''a"), "mime"),
    "no file name": (part(disposition="attachment; size=1"), "mime"),
    "a plain file name": (part(disposition='attachment; filename="a.txt"'), "mime"),
    "small letters in a percent sign": (
        named("=?UTF-8?B?5Zuz?=", f"{ATTACHED}*=UTF-8''%e5%9b%b3"), "mime",
    ),
    "half a percent sign": (named("a%4", f"{ATTACHED}*=UTF-8''a%4"), "mime"),
    "a sign that must be encoded": (named("a b", f"{ATTACHED}*=UTF-8''a b"), "mime"),
    "a name that is empty": (named("", f"{ATTACHED}*=UTF-8''"), "mime"),
    "no charset": (named("a", f"{ATTACHED}*=a"), "mime"),
    "another charset": (named("a", f"{ATTACHED}*=UTF-16''a"), "mime"),
    "two whole names": (named("ab", f"{ATTACHED}*=UTF-8''a; filename*=b"), "mime"),
    "a name and a section": (named("ab", f"{ATTACHED}*=UTF-8''a; filename*1*=b"), "mime"),
    "sections from one on": (named("ab", f"{ATTACHED}*1*=UTF-8''a; filename*2*=b"), "mime"),
    "one section only": (named("a", f"{ATTACHED}*0*=UTF-8''a"), "mime"),
    "a section left out": (named("ab", f"{ATTACHED}*0*=UTF-8''a; filename*2*=b"), "mime"),
    "sections in another order": (named("ab", f"{ATTACHED}*1*=b; filename*0*=UTF-8''a"), "mime"),
    "a charset in a later section": (
        named("ab", f"{ATTACHED}*0*=UTF-8''a; filename*1*=UTF-8''b"), "mime",
    ),
    "a charset only in a later section": (
        named("ab", f"{ATTACHED}*0*=a; filename*1*=UTF-8''b"), "mime",
    ),
    "something between sections": (
        named("ab", f"{ATTACHED}*0*=UTF-8''a; x=y; filename*1*=b"), "mime",
    ),
    "something behind the sections": (named("a", f"{ATTACHED}*=UTF-8''a; size=1"), "mime"),
    "a name that is not UTF-8": (named("a", f"{ATTACHED}*=UTF-8''%E5"), "mime"),
    "a line break in the name": (
        named("=?UTF-8?B?YQpi?=", f"{ATTACHED}*=UTF-8''a%0Ab"), "header_syntax",
    ),
    "a control character in a plain name": (named("a", f"{ATTACHED}*=UTF-8''a%01"), "mime"),
    "a transfer encoding of another kind": (part(encoding="7bit"), "encoding"),
    "an empty line in the body": (part(body="eA==\r\n\r\n"), "base64"),
    "no empty line": (part().replace(b"\r\n\r\n", b"\r\n"), "header_syntax"),
    "no empty line and a bare line feed": (b"a\nb", "bare_newline"),
    "nothing before the empty line": (b"\r\n\r\neA==\r\n", "header_syntax"),
    "no disposition": (
        b'Content-Type: a/b; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
        "missing_header",
    ),
    "a fourth header": (b"Content-ID: x\r\n" + part(), "unknown_header"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "why"), REFUSED.values(), ids=REFUSED)
def test_a_part_is_refused_for(raw: bytes, why: str) -> None:
    assert reason(raw) == why


def test_it_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse_attachment(part()).content = b"y"  # type: ignore[misc]


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, ParsedPart]:
    shared: dict[bytes, ParsedPart] = {}
    monkeypatch.setattr(parts, "_shared", shared)
    monkeypatch.setattr(parts, "MOST_SHARED_BYTES", 3 * len(part()))
    return shared


def test_the_same_bytes_are_read_once(remembered: dict[bytes, ParsedPart]) -> None:
    first = parse_shared(part())
    assert parse_shared(part()) is first
    assert list(remembered) == [part()]


def test_what_fits_is_remembered_and_the_oldest_goes_first(
    remembered: dict[bytes, ParsedPart],
) -> None:
    raw = [part(body=f"{each}\r\n") for each in ("eA==", "eQ==", "eg==", "ew==")]
    for each in raw:
        parse_shared(each)
    assert list(remembered) == raw[1:]


def test_a_part_too_large_for_all_others_is_remembered_until_the_next(
    remembered: dict[bytes, ParsedPart],
) -> None:
    large = part(body=("QUJD" * 19 + "\r\n") * 20)
    first = parse_shared(large)
    assert first.content == b"ABC" * 19 * 20
    assert parse_shared(large) is first
    assert parse_shared(part()).content == b"x"
    assert list(remembered) == [part()]


def test_a_bad_part_is_refused_each_time(remembered: dict[bytes, ParsedPart]) -> None:
    for _ in range(2):
        with pytest.raises(Malformed):
            parse_shared(part(encoding="7bit"))
    assert remembered == {}

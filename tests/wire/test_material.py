"""What goes along: the name, the type and the bytes of a file, and how its part is written."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from eventmail.wire import Material, Unwritable, encode_material
from eventmail.wire.material import base64_lines

SIGNS = "az09!#$&^_.+-"
TYPES = {
    "a PDF": "application/pdf",
    "a workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "the shortest": "a/b",
    "digits first": "0x/9y",
    "other digits first": "9x/0y",
    "the last letter first": "z/z",
    "all signs a type may have": f"a{SIGNS}/a{SIGNS}",
    "the longest": f"{'a' * 64}/{'b' * 100}",
}
NO_TYPES = {
    "no slash": "pdf",
    "nothing before it": "/pdf",
    "nothing behind it": "application/",
    "two slashes": "a/b/c",
    "a capital": "Application/pdf",
    "another capital": "application/PDF",
    "a sign first": "-a/b",
    "a sign first behind": "a/.b",
    "a parameter": "text/plain; charset=x",
    "a line break behind": "text/plain\n",
    "one too long before": f"{'a' * 65}/b",
    "one too long behind": f"a/{'b' * 101}",
    "a mail": "message/rfc822",
    "a mail with parts": "multipart/mixed",
}


@pytest.mark.parametrize("media_type", TYPES.values(), ids=TYPES)
def test_a_media_type_is_taken(media_type: str) -> None:
    assert encode_material(Material("a", media_type, b"x")).media_type == media_type


@pytest.mark.parametrize("media_type", NO_TYPES.values(), ids=NO_TYPES)
def test_a_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(Unwritable, match="種類"):
        Material("a", media_type, b"x")


@pytest.mark.parametrize("name", ["あ" * 200, "a", ".a", " a.", "名簿 (1).xlsx"])
def test_a_name_is_taken(name: str) -> None:
    assert Material(name, "text/plain", b"x").filename == name


@pytest.mark.parametrize("name", ["", " ", ".", " . ", "あ" * 201, "a/b", "a\\b", 'a"b', "a\nb"])
def test_a_name_is_refused(name: str) -> None:
    with pytest.raises(Unwritable, match="ファイル名"):
        Material(name, "text/plain", b"x")


def test_a_part_is_written_so() -> None:
    encoded = encode_material(Material("図.txt", "text/plain", b"x" * 58))
    assert encoded.filename == "図.txt"
    assert encoded.digest == hashlib.sha256(b"x" * 58).hexdigest()
    assert encoded.part.split(b"\r\n") == [
        b"Content-Type: text/plain;",
        b' name="=?UTF-8?B?5ZuzLnR4dA==?="',
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment;",
        b" filename*=UTF-8''%E5%9B%B3.txt",
        b"",
        b"eHh4" * 19,
        b"eA==",
        b"",
    ]


def test_base64_is_written_in_lines_of_76() -> None:
    assert base64_lines(b"") == b""
    assert base64_lines(b"x" * 57) == b"eHh4" * 19 + b"\r\n"


def test_neither_it_nor_its_part_can_be_changed_afterwards() -> None:
    material = Material("a", "a/b", b"x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        material.filename = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        encode_material(material).filename = "b"  # type: ignore[misc]

"""A mail to the byte, and the edges of what one may be made of."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime  # noqa: TID251
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.clock import TOKYO
from eventmail.wire import (
    Identity,
    Individual,
    Material,
    Stamp,
    Unwritable,
    Wording,
    compose,
    encode_material,
    message_id_for,
    parse_mail,
    reassemble,
)
from tests.wire.samples import AOZORA, IDENTITY, OFFICE, REPLIES, STAMP, WORDING, mail, material

WHOLE = """\
From: =?UTF-8?B?6IG35a6J?=
 <gakusotsu@hirono.example>
To: saiyo@aozora.example
Reply-To: henshin@hirono.example
Subject: =?UTF-8?B?44GU5qGI5YaF?=
Date: Mon, 23 Nov 2026 10:00:00 +0900
Message-ID: <d41d8cd98f00b204@hirono.example>
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="=_7df32dfe30849c4e24acc003dc0fcf02"

--=_7df32dfe30849c4e24acc003dc0fcf02
Content-Type: multipart/alternative;
 boundary="=_1e81b2707b3d7dc1d18dbd4777a7667e"

--=_1e81b2707b3d7dc1d18dbd4777a7667e
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

5aSn44Ob44O844Or
--=_1e81b2707b3d7dc1d18dbd4777a7667e
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PCFET0NUWVBFIGh0bWw+DQo8aHRtbCBsYW5nPSJqYSI+DQo8aGVhZD48bWV0YSBjaGFyc2V0PSJ1
dGYtOCI+PC9oZWFkPg0KPGJvZHkgc3R5bGU9ImxpbmUtaGVpZ2h0OjEuNyI+DQrlpKfjg5vjg7zj
g6s8YnI+DQo8L2JvZHk+DQo8L2h0bWw+DQo=
--=_1e81b2707b3d7dc1d18dbd4777a7667e--
--=_7df32dfe30849c4e24acc003dc0fcf02
Content-Type: text/plain;
 name="=?UTF-8?B?5ZuzLnR4dA==?="
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*=UTF-8''%E5%9B%B3.txt

eA==
--=_7df32dfe30849c4e24acc003dc0fcf02--
"""


def test_a_mail_with_everything_is_these_bytes() -> None:
    files = (encode_material(Material("図.txt", "text/plain", b"x")),)
    identity, wording = Identity("職安", OFFICE, REPLIES), Wording("ご案内", "大ホール", html=True)
    content = compose(identity, Individual(AOZORA), wording, files, STAMP).content
    assert content.decode().split("\r\n") == WHOLE.split("\n")


MOMENTS = [
    *(datetime(2026, month, 1, 9, 5, 3, tzinfo=TOKYO) for month in range(1, 13)),
    *(datetime(2026, 11, day, 23, 59, 59, tzinfo=TOKYO) for day in range(2, 9)),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_date_is_written_as_the_standard_library_writes_it(moment: datetime) -> None:
    stamp = Stamp(STAMP.message_id, moment)
    content = compose(IDENTITY, Individual(AOZORA), WORDING, (), stamp).content
    assert parse_mail(content).value("Date") == format_datetime(moment)


TOKENS = [*"AZaz09", *(f"x{c}" for c in "AZaz09_-"), *(f"x.{c}" for c in "AZaz09_-"), "x" * 127]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_names_a_mail(token: str) -> None:
    identity = Identity("職安", EmailAddress.parse("a@z0-9y.example"), REPLIES)
    name = message_id_for(identity, token)
    assert Stamp(name, STAMP.date).message_id == f"<{token}@z0-9y.example>"


@pytest.mark.parametrize("token", ["x" * 128, "_a", "-a", "a.", "a b", "a+b"])
def test_no_token_is(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        message_id_for(IDENTITY, token)


@pytest.mark.parametrize("name", ["<@b.example>", "<a@>", "<a@b.example> x", "x <a@b.example>"])
def test_no_name_of_a_mail_is(name: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        Stamp(name, STAMP.date)


def test_a_subject_has_up_to_five_hundred_characters() -> None:
    assert parse_mail(mail(subject="あ" * 500).content).value("Subject") == "あ" * 500
    with pytest.raises(Unwritable, match="件名が長すぎます"):
        mail(subject="あ" * 501)


def test_a_wording_is_plain_unless_it_asks_for_more() -> None:
    parsed = parse_mail(mail().content)
    assert parsed.html is None
    assert not parsed.has("Auto-Submitted")


@pytest.mark.parametrize("envelope", [None, AOZORA, (AOZORA,)])
def test_only_the_two_envelopes_are_addressed(envelope: Any) -> None:
    with pytest.raises(TypeError, match="envelope"):
        compose(IDENTITY, envelope, WORDING, (), STAMP)


LOOKS_LIKE_A_HEADER = b'x\r\nContent-Type: multipart/mixed;\r\n boundary="x"\r\n\r\nx\r\n'


def test_only_the_header_of_a_head_says_whether_materials_belong_to_it() -> None:
    head = mail().head + LOOKS_LIKE_A_HEADER
    assert reassemble(head, ()) == head


def test_a_head_without_a_boundary_takes_no_materials() -> None:
    files = (material("図"),)
    head = mail(materials=files).head
    with pytest.raises(ValueError, match="belong"):
        reassemble(head.replace(head.partition(b'"')[2].partition(b'"')[0], b""), files)

"""The office, its participants and a good mail, as the tests of this room use them."""

from __future__ import annotations

from datetime import UTC, datetime

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    Cleared,
    Composed,
    EncodedMaterial,
    Envelope,
    Identity,
    Individual,
    Knowledge,
    Material,
    Stamp,
    Wording,
    compose,
    encode_material,
    inspect,
    message_id_for,
)

OFFICE = EmailAddress.parse("gakusotsu@hirono.example")
REPLIES = EmailAddress.parse("henshin@hirono.example")
AOZORA = EmailAddress.parse("saiyo@aozora.example")
AOZORA_TOO = EmailAddress.parse("sato.ken@aozora.example")
MIDORI = EmailAddress.parse("tanaka.hanako@midori.example")
KURE = EmailAddress.parse("jinji@kure-seiki.example")

IDENTITY = Identity("ひろ野公共職業安定所 学卒部門（髙﨑・①㈱担当）", OFFICE, REPLIES)
KNOWN = frozenset(each.key for each in (AOZORA, AOZORA_TOO, MIDORI, KURE))
KNOWLEDGE = Knowledge(
    ours=frozenset((OFFICE, REPLIES)), own=frozenset((AOZORA, AOZORA_TOO)), known=KNOWN
)
WORDING = Wording(
    "企業と学校との雇用情報交換会のご案内（令和8年12月9日）, [髙﨑①㈱]",
    "株式会社青空\n佐藤様\n\nお返事は henshin@hirono.example へお願いします。\n",
)
STAMP = Stamp(message_id_for(IDENTITY, "d41d8cd98f00b204"), datetime(2026, 11, 23, 1, tzinfo=UTC))
PLAN = Material("会場図 (1階, 大ホール) 髙﨑①㈱.txt", "text/plain", "大ホール入口\r\n".encode())


def mail(
    envelope: Envelope | None = None,
    *,
    subject: str = WORDING.subject,
    body: str = WORDING.body,
    materials: tuple[EncodedMaterial, ...] = (),
    identity: Identity = IDENTITY,
) -> Composed:
    """A mail to AOZORA unless the test says otherwise."""
    envelope = envelope or Individual(AOZORA)
    return compose(identity, envelope, Wording(subject, body), materials, STAMP)


def cleared(envelope: Envelope | None = None) -> Cleared:
    """A mail that has passed the gate."""
    envelope = envelope or Individual(AOZORA)
    return inspect(mail(envelope).content, envelope, IDENTITY, KNOWLEDGE, ())


def material(content: bytes | str, filename: str = "資料.bin") -> EncodedMaterial:
    """An attachment with this content."""
    raw = content.encode() if isinstance(content, str) else content
    return encode_material(Material(filename, "application/octet-stream", raw))

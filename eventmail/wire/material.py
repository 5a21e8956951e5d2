"""A file that goes along: encoded once for a mailing, then shared by all its mails."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from eventmail.language import said
from eventmail.wire.unwritable import Unwritable, has_control
from eventmail.wire.words import encoded_words, file_name_parameter

LONGEST_NAME = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_CONTAINERS = ("multipart/", "message/")  # they may not be written in base64 (RFC 2045, 6.4)


@dataclass(frozen=True, slots=True)
class Material:
    """One attachment: name as the receiver sees it, media type, and bytes.

    Raises :class:`Unwritable` for a name or a type that cannot be written in a mail, and for an
    empty file, which is always a mistake.
    """

    filename: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        bad_name = has_control(self.filename) or not set(self.filename) - set(" .")
        if bad_name or set(self.filename) & set('/\\"') or len(self.filename) > LONGEST_NAME:
            raise Unwritable(
                said("資料のファイル名に使えない文字があるか、長すぎます。名前を変えてください。")
            )
        if not _MEDIA_TYPE.fullmatch(self.media_type) or self.media_type.startswith(_CONTAINERS):
            raise Unwritable(
                said("資料のファイルの種類をメールに書けません。別の形式で保存してください。")
            )
        if not self.content:
            raise Unwritable(said("資料のファイルが空です。正しいファイルを選び直してください。"))


@dataclass(frozen=True, slots=True)
class EncodedMaterial:
    """A material's MIME part, ready to be set into any number of mails without being copied."""

    filename: str
    media_type: str
    digest: str  # SHA-256 of the file, in hex
    part: bytes  # the part's headers and base64 lines, ending with CRLF


def encode_material(material: Material) -> EncodedMaterial:
    """Write the MIME part once (RFC 2045, RFC 2183, RFC 2231).

    The name stands twice: ``filename*`` for current mail programs, and ``name`` in encoded words
    for older ones.
    """
    head = (
        f'Content-Type: {material.media_type};\r\n name="{encoded_words(material.filename)}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;{file_name_parameter(material.filename)}\r\n\r\n"
    )
    return EncodedMaterial(
        filename=material.filename,
        media_type=material.media_type,
        digest=hashlib.sha256(material.content).hexdigest(),
        part=head.encode("ascii") + base64_lines(material.content),
    )


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76 characters, each ended by CRLF (RFC 2045, section 6.8)."""
    encoded = base64.b64encode(content)
    lines = [encoded[start : start + 76] for start in range(0, len(encoded), 76)]
    return b"\r\n".join([*lines, b""])

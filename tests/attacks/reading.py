"""What a person finds in a mail's bytes, read with the standard library and not with our code."""

from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
import unicodedata
from email.header import decode_header, make_header  # noqa: TID251
from email.message import Message  # noqa: TID251


def readable(content: bytes) -> str:
    """Every header, text, file name and attached byte of a mail, as one text."""
    mail = email.message_from_bytes(content)
    return "\n".join([*headers(mail), *_parts(mail)])


def headers(mail: Message) -> list[str]:
    """Every header with its value decoded."""
    return [f"{name}: {_decoded(value)}" for name, value in mail.items()]


def header(content: bytes, name: str) -> str:
    """One header's decoded value; all of them where it stands more than once."""
    mail = email.message_from_bytes(content)
    return "\n".join(_decoded(value) for value in mail.get_all(name, []))


def names(content: bytes) -> list[str]:
    """The names of a mail's headers as a mail program splits them."""
    return list(email.message_from_bytes(content).keys())


def body(content: bytes) -> str:
    """The mail's text."""
    mail = email.message_from_bytes(content)
    first = next(part for part in mail.walk() if not part.is_multipart())
    payload = first.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8", "replace").replace("\r\n", "\n")


def files(content: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of each attachment."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    found = []
    for part in mail.walk():
        if not part.is_multipart() and part.get_content_disposition() == "attachment":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append((part.get_filename() or "", payload))
    return found


def shows(text: str, marker: str = "kure-seiki") -> bool:
    """Whether a reader finds ``marker`` in ``text``, width and invisible characters aside."""
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc") or c == "\n")
    return marker in kept.lower()


def _decoded(value: object) -> str:
    return str(make_header(decode_header(str(value))))


def _parts(mail: Message) -> list[str]:
    found = []
    for part in mail.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found += [part.get_filename() or "", payload.decode("utf-8", "replace")]
    return found

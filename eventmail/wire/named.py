"""A mail's fingerprint from nothing but its file, for whoever checks a record by himself."""

from __future__ import annotations

from eventmail.wire.compose import boundary_of
from eventmail.wire.pieces import sha256_of, told_of


def fingerprint_of_file(content: bytes) -> str:
    """As :func:`~eventmail.wire.pieces.fingerprint_of`, of a mail in one piece as we write it."""
    boundary = boundary_of(content)
    if boundary is None:
        return sha256_of(content)
    opening, closing = b"--" + boundary + b"\r\n", b"--" + boundary + b"--\r\n"
    head, text, *parts = content.removesuffix(closing).split(opening)
    return sha256_of(opening.join([head, text, *map(told_of, parts)]) + closing)

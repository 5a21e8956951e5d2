"""A mail's bytes in order: its own first, and then what it shares with others, without a copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from eventmail.wire.lexical import Malformed

Pieces = tuple[bytes, ...]


def as_pieces(content: bytes | Pieces) -> Pieces:
    """The pieces of a mail that may be one. Only what nobody can change afterwards is taken."""
    pieces = content if isinstance(content, tuple) else (content,)
    if type(pieces) is not tuple or any(type(each) is not bytes for each in pieces):
        raise Malformed("mime")
    return pieces


def sha256_of(*pieces: bytes) -> str:
    """The digest by which mails and materials are named: SHA-256, in hex."""
    found = hashlib.sha256()
    for each in pieces:
        found.update(each)
    return found.hexdigest()


def fingerprint_of(pieces: Pieces, shared: Sequence[bytes]) -> str:
    """The SHA-256 of a mail in which each shared part is replaced by its own SHA-256 and CRLF.

    So the bytes of a file are read once and not with each mail; a mail that shares nothing has
    its plain SHA-256. No mail can be taken for another: a part is never that short.
    """
    found = hashlib.sha256()
    for number, each in enumerate(stretches(pieces, shared)):
        found.update(told_of(each) if number % 2 else each)
    return found.hexdigest()


def is_named(written: str, pieces: Pieces, shared: Sequence[bytes]) -> bool:
    """Whether this is the mail's fingerprint, or its plain SHA-256, as they were written before."""
    return written == fingerprint_of(pieces, shared) or written == sha256_of(*pieces)


@lru_cache(maxsize=16)  # known by the object: its hash is worked out once
def told_of(part: bytes) -> bytes:
    """What stands for a shared part where a mail is named."""
    return f"{sha256_of(part)}\r\n".encode()


def stretches(pieces: Pieces, shared: Sequence[bytes]) -> list[bytes]:
    """The pieces with what is the mail's own put together: own, shared, own, …, shared, own.

    A piece is shared if it is one of ``shared`` byte for byte; then that very object stands here.
    """
    found: list[bytes] = []
    own: list[bytes] = []
    for piece in pieces:
        same = next(_same(piece, shared), None)
        if same is None:
            own.append(piece)
        else:
            found += [b"".join(own), same]
            own = []
    return [*found, b"".join(own)]


def _same(piece: bytes, shared: Sequence[bytes]) -> Iterator[bytes]:
    # The type is asked because an object of another could claim to be equal.
    return (each for each in shared if type(each) is bytes and each == piece)

"""A mail's bytes in order: its own first, and then what it shares with others, without a copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from eventmail.wire.lexical import Malformed

Pieces = tuple[bytes, ...]
# hashlib lets the other threads go on while it reads 2048 bytes or more, and then waits for its own
# turn: that takes longer than reading some thousand bytes.
_IN_ONE_GO = 2047
_SHORT = 16 * 1024


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
        step = _IN_ONE_GO if len(each) <= _SHORT else len(each)
        for at in range(0, len(each), step):
            found.update(each[at : at + step])
    return found.hexdigest()


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

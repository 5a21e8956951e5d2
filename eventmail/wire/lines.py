"""A mail's content as its lines: whole ones only, and dots doubled where they would end it.

The content comes in pieces, of which the large ones are shared by many mails. What was found out
about a large piece is remembered by its bytes, so that they are read once and not for every mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

WORTH_REMEMBERING = 16 * 1024
MOST_REMEMBERED = 64 * 1024 * 1024

_LF, _CR, _DOT = b"\n\r."
_INNER_DOT = re.compile(rb"(?<=\n)\.")


class _Facts(NamedTuple):
    """How often CRLF, LF and CR stand in a piece, and whether a line in it begins with a dot."""

    ends: int
    feeds: int
    returns: int
    has_dots: bool


class Lines:
    """Reads contents for one connection. It keeps the large pieces it has seen last."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Facts] = {}
        self._size = 0

    def ready(self, pieces: Sequence[bytes]) -> Sequence[bytes] | None:
        """The pieces as they go over the wire; None if a line does not end in CRLF.

        A bare CR or LF is how a second mail is smuggled in; the transport relies on no gate here.
        """
        facts = [self._facts(piece) for piece in pieces]
        if not _are_whole(pieces, facts):
            return None
        return _dots_doubled(pieces, facts)

    def _facts(self, piece: bytes) -> _Facts:
        if len(piece) < WORTH_REMEMBERING:
            return _read(piece)
        found = self._known.get(piece)
        if found is None:
            found = _read(piece)
            self._remember(piece, found)
        return found

    def _remember(self, piece: bytes, facts: _Facts) -> None:
        self._known[piece] = facts
        self._size += len(piece)
        while self._size > MOST_REMEMBERED:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._size -= len(oldest)


def _read(piece: bytes) -> _Facts:
    return _Facts(piece.count(b"\r\n"), piece.count(b"\n"), piece.count(b"\r"), b"\n." in piece)


def _are_whole(pieces: Sequence[bytes], facts: Sequence[_Facts]) -> bool:
    """Whether each CR is followed by an LF and each LF follows a CR, across the pieces' borders."""
    ends = feeds = returns = 0
    last = None
    for piece, each in zip(pieces, facts, strict=True):
        if not piece:
            continue
        ends += each.ends + (last == _CR and piece[0] == _LF)
        feeds += each.feeds
        returns += each.returns
        last = piece[-1]
    return last == _LF and ends == feeds == returns


def _dots_doubled(pieces: Sequence[bytes], facts: Sequence[_Facts]) -> Sequence[bytes]:
    """Dot-stuffing (RFC 5321, section 4.5.2)."""
    made: list[bytes] = []
    at_start = True
    for piece, each in zip(pieces, facts, strict=True):
        if not piece:
            continue
        if at_start and piece[0] == _DOT:
            made.append(b".")
        made.append(_INNER_DOT.sub(b"..", piece) if each.has_dots else piece)
        at_start = piece[-1] == _LF
    return made

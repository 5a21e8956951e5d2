"""Reads XML without ever holding its tree, and without entities.

expat is spoken to directly: over libraries that allow the same guard, the parser itself runs in
Python and a large sheet takes four times as long.
"""

from __future__ import annotations

from typing import IO, NoReturn, Protocol
from xml.parsers import expat

from eventmail.spreadsheet.refusal import unreadable

PIECE = 256 * 1024


class Handler(Protocol):
    """What listens. Names are ``namespace local``, or the local name where there is none."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A piece of text."""


def parse(file: IO[bytes], handler: Handler) -> None:
    """Tell the handler all of a file. Raises ``ExpatError`` if it is no XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = _no_entities
    while piece := file.read(PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _no_entities(*_: object) -> NoReturn:
    # No office program declares entities; a bomb needs nothing else.
    raise unreadable("bomb")


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition(" ")[2]


class Quiet:
    """A handler that listens to nothing; others override what they need."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Nothing."""

    def end(self, name: str) -> None:
        """Nothing."""

    def text(self, text: str) -> None:
        """Nothing."""

"""Reads the HTML alternative back into text, strictly: what we do not write is not accepted.

No attribute, comment, style, picture or hidden text has a place in this grammar, and a link must
show its own target.
"""

from __future__ import annotations

import re

from eventmail.wire.lexical import Malformed

_PAGE = re.compile(
    r'<!DOCTYPE html>\r\n<html lang="ja">\r\n<head><meta charset="utf-8"></head>\r\n'
    r'<body style="line-height:1\.7">\r\n(.*<br>\r\n)</body>\r\n</html>\r\n',
    re.DOTALL,
)
_PIECE = re.compile(
    r"(?P<text>[^<>&\r\n]+)|(?P<end><br>\r\n)|&(?P<sign>amp|lt|gt|quot|nbsp|#x27|#160|#9);"
    r'|<a href="(?P<href>https?://(?:[^"<>&\s]|&amp;)+)">(?P=href)</a>'
)
_SIGNS = {
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "quot": '"',
    "nbsp": " ",
    "#x27": "'",
    "#160": "\xa0",
    "#9": "\t",
}


def text_of_html(page: str) -> str:
    """What the page says, with CRLF line ends. Raises :class:`Malformed` for any other page."""
    found = _PAGE.fullmatch(page)
    if not found:
        raise Malformed("html")
    pieces: list[str] = []
    position = found.start(1)
    while position < found.end(1):
        piece = _PIECE.match(page, position)
        if not piece:
            raise Malformed("html")
        pieces.append(_said(piece))
        position = piece.end()
    return "".join(pieces).removesuffix("\r\n")


def _said(piece: re.Match[str]) -> str:
    if piece["end"]:
        return "\r\n"
    if piece["sign"]:
        return _SIGNS[piece["sign"]]
    if piece["href"]:
        return piece["href"].replace("&amp;", "&")
    return piece["text"]

"""The optional HTML alternative: the plain text again, with its line breaks and its links.

It says nothing that the text does not say. The gate reads it back with ``html_reading``, which
shares no code with this file, and compares.
"""

from __future__ import annotations

import html
import re

OPENING = (
    '<!DOCTYPE html>\r\n<html lang="ja">\r\n<head><meta charset="utf-8"></head>\r\n'
    '<body style="line-height:1.7">\r\n'
)
CLOSING = "</body>\r\n</html>\r\n"
_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9._~:/?#@!$&*+,;=%-]*[A-Za-z0-9/=_-])?")
# A browser would swallow spaces at the start of a line, and all but one of several.
_SWALLOWED = re.compile(r"^ +| {2,}")


def html_of(body: str) -> str:
    """The HTML page for a body whose lines end in CRLF."""
    lines = "".join(f"{_line(line)}<br>\r\n" for line in body.split("\r\n"))
    return OPENING + lines + CLOSING


def _line(line: str) -> str:
    """Text escaped; web addresses become links that show where they lead."""
    pieces: list[str] = []
    position = 0
    for found in _URL.finditer(line):
        url = html.escape(found[0])
        pieces += [_escaped(line[position : found.start()]), f'<a href="{url}">{url}</a>']
        position = found.end()
    return "".join([*pieces, _escaped(line[position:])])


def _escaped(text: str) -> str:
    escaped = html.escape(text).replace("\t", "&#9;").replace("\xa0", "&#160;")
    return _SWALLOWED.sub(lambda found: "&nbsp;" * len(found[0]), escaped)

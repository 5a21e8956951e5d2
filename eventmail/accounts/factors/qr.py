"""A QR code as the path of an SVG: drawn here, with nothing that the content policy refuses."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 4  # modules around it, as readers need


@dataclass(frozen=True, slots=True)
class Drawing:
    """The modules' path and the side of the square."""

    path: str
    side: int


def drawn(text: str) -> Drawing:
    """The QR code of a text."""
    rows = list(segno.make_qr(text, error="m").matrix_iter(border=QUIET))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return Drawing("".join(dark), len(rows))

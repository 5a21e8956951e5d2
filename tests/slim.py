"""The sample data with slim materials: the same words without the letters' shapes.

Two thirds of what the tests store, copy, send and judge would be fonts. Commands that run in
processes of their own, the demo's pictures and the tests about reading files have the real ones.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from eventmail import sample

REAL = Path(sample.__file__).parents[1] / "sample_data"
FONT = "HeiseiKakuGo-W5"  # every reader of PDFs knows it, so it need not be inside


def copied(into: Path) -> Path:
    """A copy of the folder in which each PDF is slim."""
    shutil.copytree(REAL, into, dirs_exist_ok=True)
    for each in into.glob("*.pdf"):
        each.write_bytes(slim(each.read_bytes()))
    return into


def slim(content: bytes) -> bytes:
    """A PDF with the same pages and the same lines of text."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    target = io.BytesIO()
    canvas = Canvas(target, invariant=True, pageCompression=True)
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            lines = canvas.beginText(40, 800)
            lines.setFont(FONT, 11)
            lines.textLines(page.get_textpage().get_text_range().replace("\r", ""))
            canvas.drawText(lines)
            canvas.showPage()
            page.close()
    canvas.save()
    return target.getvalue()

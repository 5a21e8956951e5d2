"""PDFs made for the tests: bars over text, notes, attached files."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2
from pypdfium2 import raw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

GOTHIC = "HeiseiKakuGo-W5"
pdfmetrics.registerFont(UnicodeCIDFont(GOTHIC))
Draw = Callable[[Canvas], None]


def drawn(*pages: Draw, author: str = "", title: str = "") -> bytes:
    """A PDF whose pages are drawn one by one."""
    target = io.BytesIO()
    canvas = Canvas(target, invariant=True)
    canvas.setAuthor(author)
    canvas.setTitle(title)
    for draw in pages:
        canvas.setFont("Helvetica", 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def says(text: str, x: float = 72, y: float = 700) -> Draw:
    return lambda canvas: canvas.drawString(x, y, text)


def in_japanese(text: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(GOTHIC, 12)
        canvas.drawString(72, 700, text)

    return draw


def bar(grey: float = 0, x: float = 60, y: float = 690, width: float = 300) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(grey)
        canvas.rect(x, y, width, 30, stroke=0, fill=1)
        canvas.setFillGray(0)

    return draw


def in_grey(grey: float, draw: Draw) -> Draw:
    def drawing(canvas: Canvas) -> None:
        canvas.setFillGray(grey)
        draw(canvas)
        canvas.setFillGray(0)

    return drawing


def together(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for each in draws:
            each(canvas)

    return draw


def picture(x: float = 60, y: float = 690) -> Draw:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    black = ImageReader(Image.new("RGB", (10, 10), "black"))
    return lambda canvas: canvas.drawImage(black, x, y, 300, 30)


def note(text: str) -> Draw:
    return lambda canvas: canvas.textAnnotation(text, (72, 600, 92, 620))


def highlight(colour: tuple[float, float, float]) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.highlightAnnotation("", (60, 690, 360, 720), Color=list(colour))

    return draw


def unpainted(text: str) -> Draw:
    """As a machine puts what it has read under a scan."""

    def draw(canvas: Canvas) -> None:
        line = canvas.beginText(72, 700)
        line.setTextRenderMode(3)
        line.textLine(text)
        canvas.drawText(line)

    return draw


def in_form(scale: float, *draws: Draw) -> Draw:
    """Drawn once into a form, and set onto the page in another measure, as charts are."""

    def draw(canvas: Canvas) -> None:
        canvas.beginForm("chart")
        canvas.setFont("Helvetica", 12)
        together(*draws)(canvas)
        canvas.endForm()
        canvas.saveState()
        canvas.scale(scale, scale)
        canvas.doForm("chart")
        canvas.restoreState()

    return draw


def clipped_away(draw: Draw) -> Draw:
    """Drawn where nothing may be painted."""

    def drawing(canvas: Canvas) -> None:
        canvas.saveState()
        corner = canvas.beginPath()
        corner.rect(0, 0, 10, 10)
        canvas.clipPath(corner, stroke=0)
        draw(canvas)
        canvas.restoreState()

    return drawing


def annotated(kind: int, *, flags: int = 0, **texts: str) -> bytes:
    """A page with one annotation of that kind; its texts by their keys."""
    target = io.BytesIO()
    with pypdfium2.PdfDocument(drawn(says("ordinary"))) as document:
        note = raw.FPDFPage_CreateAnnot(document[0], kind)
        raw.FPDFAnnot_SetFlags(note, flags)
        for key, text in texts.items():
            wide = (raw.FPDF_WCHAR * (len(text) + 1))(*map(ord, text), 0)
            raw.FPDFAnnot_SetStringValue(note, key.encode(), wide)
        raw.FPDFPage_CloseAnnot(note)
        document.save(target)
    return target.getvalue()


def renamed(content: bytes, new: bytes) -> bytes:
    """The note as one of a kind that PDFium reads and does not write."""
    assert content.count(b"/Subtype/Text") == 1
    return content.replace(b"/Subtype/Text", b"/Subtype/" + new)


def attached_on_the_page(name: str, content: bytes) -> bytes:
    """A file that hangs on a note, and not in the document's list of attachments."""
    length = str(len(content)).encode()
    held = b"99 0 obj\n<</Length " + length + b">>stream\n" + content + b"\nendstream\nendobj\n"
    file = b"FileAttachment/FS<</Type/Filespec/F(" + name.encode() + b")/EF<</F 99 0 R>>>>"
    note = renamed(annotated(raw.FPDF_ANNOT_TEXT), file)
    at = note.rindex(b"xref", 0, note.rindex(b"startxref"))
    return note[:at] + held + note[at:]

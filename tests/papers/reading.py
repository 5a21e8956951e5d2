"""Reads a PDF back as a person would: its pages' text, less the line at the foot of each."""

from __future__ import annotations

import re
from typing import BinaryIO

import pypdfium2

from eventmail.papers.setting import FOOT, MARGIN
from tests.pages import Page

HYPHEN = {"\x02": "-", "\ufffe": "-"}  # how pdfium tells a hyphen at the end of a line


def letters(text: str) -> str:
    """A text without any white space: what must be the same on page and paper."""
    for told, written in HYPHEN.items():
        text = text.replace(told, written)
    return re.sub(r"\s+", "", text)


def opened(content: bytes | BinaryIO) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(content if isinstance(content, bytes) else content.read())


def body(document: pypdfium2.PdfDocument, top: float = 0) -> list[str]:
    """Each page's text above its foot, and below ``top`` points from its upper edge."""
    return [
        page.get_textpage().get_text_bounded(bottom=MARGIN - 2, top=page.get_height() - top)
        for page in document
    ]


def feet(document: pypdfium2.PdfDocument) -> list[str]:
    """What stands at the foot of each page."""
    return [
        page.get_textpage().get_text_bounded(bottom=FOOT - 5, top=MARGIN - 2) for page in document
    ]


def paper_on(page: Page) -> str:
    """The heading and the paper of a page."""
    (paper,) = [e for e in page.all("article") if e.attributes.get("class") == "paper"]
    return page.all("h1")[0].text + paper.text

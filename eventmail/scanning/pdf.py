"""What a PDF says and hides: text under bars, notes, attached files, properties."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pypdfium2
from pypdfium2 import raw

from eventmail.language import said
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.pdf_sight import Sighted, Unseen, sighted
from eventmail.scanning.report import Trace

Nested = Callable[[str, bytes], bool]
MOST_PAGES = 2_000
_PROPERTIES = {
    "Author": (said("作成者"), True),
    "Title": (said("タイトル"), True),
    "Subject": (said("サブタイトル"), True),
    "Keywords": (said("キーワード"), True),
}
_PROGRAM = re.compile(r"anonymous|unspecified|untitled|user|\(anonymous\)|\(unspecified\)", re.I)
_UNSEEN = {
    Unseen.COVERED: (Trace.COVERED_TEXT, said("塗りつぶしや画像の下の文字")),
    Unseen.COLOUR: (Trace.HIDDEN_TEXT, said("背景と同じ色の文字")),
    Unseen.NOT_PAINTED: (Trace.HIDDEN_TEXT, said("表示されない文字")),
    Unseen.BESIDE: (Trace.HIDDEN_TEXT, said("紙の外の文字")),
}
_NOTES = (
    raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET,
    raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_INK,
    raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_POLYLINE,
)  # fmt: skip
_HIDING = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW


class TooManyPages(Exception):
    """More pages than anybody looks through."""


def look_into_pdf(content: bytes, found: Inventory, nested: Nested) -> int:
    """Note what the PDF says and hides; returns how many pages it has."""
    with closing(pypdfium2.PdfDocument(content)) as document:
        if len(document) > MOST_PAGES:
            raise TooManyPages
        for key, (label, usual) in _PROPERTIES.items():
            text = document.get_metadata_value(key).strip()
            if text and not _PROGRAM.fullmatch(text):
                where = said("プロパティの「{label_said}」", label_said=label)
                found.hide(Trace.PROPERTY, where, text, usual)
                found.say(where, text, said("プロパティ"))
        pages = [_page(document, number, found, nested) for number in range(len(document))]
        _tell_unseen(pages, found)
        for number in range(document.count_attachments()):
            attached = document.get_attachment(number)
            _attached(attached.get_name(), bytes(attached.get_data()), found, nested)
        return len(document)


def _page(
    document: pypdfium2.PdfDocument, number: int, found: Inventory, nested: Nested
) -> Sighted:
    title = said("{page}ページ", page=number + 1)
    with closing(document[number]) as page, closing(page.get_textpage()) as layer:
        text = layer.get_text_range().replace("\r\n", "\n").replace("\ufffe", "")
        found.say(title, text, title)
        sight = sighted(page, layer) if text.strip() else Sighted([], "")
        for note in _annotations(page):
            _annotation(note, title, found, nested)
    return sight


def _tell_unseen(pages: list[Sighted], found: Inventory) -> None:
    """What cannot be seen; but no text that another page shows, where this one had no room."""
    for number, page in enumerate(pages, 1):
        for reason, text in page.unseen:
            what, words = _UNSEEN[reason]
            shown = reason is Unseen.BESIDE and any(text in each.shown for each in pages)
            if not shown:
                found.hide(
                    what,
                    said("{number}ページの{words_said}", number=number, words_said=words),
                    text,
                )


def _annotations(page: pypdfium2.PdfPage) -> Iterator[raw.FPDF_ANNOTATION]:
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        found = raw.FPDFPage_GetAnnot(page, number)
        if found:
            try:
                yield found
            finally:
                raw.FPDFPage_CloseAnnot(found)


def _annotation(note: raw.FPDF_ANNOTATION, title: str, found: Inventory, nested: Nested) -> None:
    kind = raw.FPDFAnnot_GetSubtype(note)
    text = _value(note, b"Contents").strip()
    if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
        _attachment_on_page(note, found, nested)
    elif kind == raw.FPDF_ANNOT_REDACT:
        found.hide(
            Trace.COVERED_TEXT,
            said("{title_said}の、まだ適用していない墨消し", title_said=title),
            text,
        )
    elif kind == raw.FPDF_ANNOT_WIDGET:
        _field(note, title, found)
    elif text and kind == raw.FPDF_ANNOT_FREETEXT and raw.FPDFAnnot_GetFlags(note) & _HIDING:
        found.hide(Trace.HIDDEN_TEXT, said("{title_said}の非表示の注釈", title_said=title), text)
    elif text and kind in _NOTES:
        author = _value(note, b"T").strip()
        found.hide(
            Trace.COMMENT,
            said("{title_said}の注釈（{author}）", title_said=title, author=author)
            if author
            else said("{title_said}の注釈（名前なし）", title_said=title),
            text,
        )
    if text:
        found.say(said("{title_said}の注釈", title_said=title), text, title)


def _field(note: raw.FPDF_ANNOTATION, title: str, found: Inventory) -> None:
    """What stands in a form's field is no part of the page's own text."""
    value, name = _value(note, b"V").strip(), _value(note, b"T").strip()
    is_hidden = bool(raw.FPDFAnnot_GetFlags(note) & _HIDING)
    where = (
        said("{title_said}の非表示の入力欄「{name}」", title_said=title, name=name)
        if is_hidden
        else said("{title_said}の入力欄「{name}」", title_said=title, name=name)
    )
    found.say(where, value, title)
    if value and is_hidden:
        found.hide(Trace.HIDDEN_TEXT, where, value)


def _attachment_on_page(note: raw.FPDF_ANNOTATION, found: Inventory, nested: Nested) -> None:
    pointer = raw.FPDFAnnot_GetFileAttachment(note)
    if pointer:
        attached = pypdfium2.PdfAttachment(pointer, None)
        _attached(attached.get_name(), bytes(attached.get_data()), found, nested)


def _attached(name: str, content: bytes, found: Inventory, nested: Nested) -> None:
    nested(name, content)
    found.hide(Trace.ATTACHMENT, f"「{name}」")


def _value(note: raw.FPDF_ANNOTATION, key: bytes) -> str:
    length = raw.FPDFAnnot_GetStringValue(note, key, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(
        note, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length
    )
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")

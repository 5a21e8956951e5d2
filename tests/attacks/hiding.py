"""Files in which another participant's address stands where few people look."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
import zlib
from typing import Any

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from eventmail.wire.searchable import in_child
from tests.wire.files import pdf, zipped

OTHER = "jinji@kure-seiki.example"
TYPES = ("[Content_Types].xml", b"<Types/>")


def part(name: str, text: str) -> bytes:
    """An Office file whose part ``name`` has this XML inside."""
    return zipped(TYPES, (name, f'<?xml version="1.0"?><x>{text}</x>'.encode()))


def zip_with(name: str, content: bytes, method: int) -> bytes:
    """An archive packed with one of the rarer methods."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def zip_with_comment(comment: str, *, of_entry: bool) -> bytes:
    """An archive with a comment on itself or on its one entry."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("図.txt")
        entry.comment = comment.encode() if of_entry else b""
        archive.writestr(entry, b"x")
        archive.comment = b"" if of_entry else comment.encode()
    return target.getvalue()


def zip_with_extra_field() -> bytes:
    """An archive whose entry carries the address in an extra field."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("図.txt")
        entry.extra = struct.pack("<HH", 0x6375, len(OTHER)) + OTHER.encode()
        archive.writestr(entry, b"x")
    return target.getvalue()


def nested(depth: int) -> bytes:
    """An archive in an archive, so many times."""
    content = OTHER.encode()
    for level in range(depth):
        content = zipped((f"{level}.zip", content))
    return content


def tar_of(content: bytes) -> bytes:
    """A tape archive."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def workbook_saying(where: str) -> bytes:
    """A real workbook with the address in a place of its own."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "参加企業"
    if where == "sheet name":
        sheet.title = OTHER
    elif where == "footer":
        sheet.oddFooter.center.text = OTHER
    elif where == "defined name":
        book.defined_names["x"] = DefinedName("x", attr_text=f'"{OTHER}"')
    elif where == "link":
        sheet["A1"].hyperlink = f"mailto:{OTHER}"
    elif where == "hidden column":
        sheet["Z1"] = OTHER
        sheet.column_dimensions["Z"].hidden = True
    elif where == "white on white":
        sheet["B2"] = OTHER
        sheet["B2"].number_format = ";;;"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG picture."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(*chunks: bytes) -> bytes:
    """A picture of one pixel, with these chunks."""
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    dots = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + size + b"".join(chunks) + dots + chunk(b"IEND", b"")


def jpeg(marker: int, content: bytes) -> bytes:
    """The beginning of a photograph with one segment of notes."""
    return (
        b"\xff\xd8\xff"
        + bytes([marker])
        + struct.pack(">H", len(content) + 2)
        + content
        + b"\xff\xd9"
    )


def pdf_edited() -> bytes:
    """A PDF whose first version showed the address; a later save took it off the page only."""
    drawing = zlib.compress(f"BT /F1 12 Tf ({OTHER}) Tj ET".encode())
    old = b"4 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(drawing),
        drawing,
    )
    return pdf("hello") + old


def pdf_with(objects: bytes) -> bytes:
    """A PDF with one more annotation dictionary's content."""
    return pdf("hello").replace(b"/Subtype /Link", b"/Subtype /Text " + objects, 1)


def ole(content: bytes) -> bytes:
    """A compound file as old Word, old Excel and Outlook's .msg write it, as far as strings go."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + content + bytes(512)


SAVED = f"From: a@hirono.example\r\nTo: {OTHER}\r\nSubject: x\r\n\r\nhello\r\n"
PACKED = base64.encodebytes(f"名簿 {OTHER}".encode()).decode()

HIDING = {
    "a workbook's sheet name": workbook_saying("sheet name"),
    "a workbook's footer": workbook_saying("footer"),
    "a workbook's defined name": workbook_saying("defined name"),
    "a workbook's link": workbook_saying("link"),
    "a workbook's hidden column": workbook_saying("hidden column"),
    "a workbook's cell formatted away": workbook_saying("white on white"),
    "a pivot table's cache": part("xl/pivotCache/pivotCacheRecords1.xml", f'<s v="{OTHER}"/>'),
    "a link to another workbook": part("xl/externalLinks/externalLink1.xml", f"<v>{OTHER}</v>"),
    "rich text cut into runs": part(
        "xl/sharedStrings.xml", "<si><r><t>jinji@</t></r><r><t>kure-seiki.example</t></r></si>"
    ),
    "a custom document property": part("docProps/custom.xml", f"<vt:lpwstr>{OTHER}</vt:lpwstr>"),
    "the author in Word": part("docProps/core.xml", f"<dc:creator>{OTHER}</dc:creator>"),
    "a Word comment": part("word/comments.xml", f"<w:t>{OTHER}</w:t>"),
    "a Word footnote": part("word/footnotes.xml", f"<w:t>{OTHER}</w:t>"),
    "a Word header": part("word/header1.xml", f"<w:t>{OTHER}</w:t>"),
    "a deletion that Word tracks": part("word/document.xml", f"<w:delText>{OTHER}</w:delText>"),
    "hidden text in Word": part("word/document.xml", f"<w:vanish/><w:t>{OTHER}</w:t>"),
    "a mail merge source in Word": part("word/settings.xml", f'<w:query w:val="{OTHER}"/>'),
    "an encoded link in Word": part(
        "word/_rels/document.xml.rels", '<R Target="mailto:jinji%40kure-seiki.example"/>'
    ),
    "a speaker's note in PowerPoint": part(
        "ppt/notesSlides/notesSlide1.xml", f"<a:t>{OTHER}</a:t>"
    ),
    "an OpenDocument text": part("content.xml", f"<text:p>{OTHER}</text:p>"),
    "an object embedded in Word": zipped(
        TYPES, ("word/embeddings/oleObject1.bin", ole(OTHER.encode("utf-16-le")))
    ),
    "a macro's strings": zipped(TYPES, ("xl/vbaProject.bin", ole(OTHER.encode()))),
    "an old Word document": ole(f"連絡先 {OTHER} まで".encode("utf-16-le")),
    "an Outlook message": ole(f"To: {OTHER}".encode("utf-16-le")),
    "a saved mail": SAVED.encode(),
    "a saved mail with a base64 body": f"Subject: x\r\n\r\n{PACKED}".encode(),
    "a saved mail in an archive": zipped(("a.eml", SAVED.encode())),
    "a mailbox file": f"From x\n{SAVED}".encode(),
    "a visiting card file": f"BEGIN:VCARD\nEMAIL:{OTHER}\nEND:VCARD".encode(),
    "a calendar file": f"ATTENDEE;CN=x:mailto:{OTHER}".encode(),
    "a JSON file": b'{"mail": "jinji\\u0040kure-seiki.example"}',
    "a web page's comment": f"<p>hi</p><!-- {OTHER} -->".encode(),
    "a text in UTF-32": OTHER.encode("utf-32"),
    "a text in UTF-16 without a mark": f"連絡先 {OTHER} 終".encode("utf-16-be"),
    "a rich text in Unicode escapes": rb"{\rtf1 jinji\u64?kure-seiki.example}",
    "the archive's comment": zip_with_comment(OTHER, of_entry=False),
    "a comment on an archive's entry": zip_with_comment(OTHER, of_entry=True),
    "an extra field in an archive": zip_with_extra_field(),
    "an archive packed with bzip2": zip_with("a.txt", OTHER.encode(), zipfile.ZIP_BZIP2),
    "an archive packed with LZMA": zip_with("a.txt", OTHER.encode(), zipfile.ZIP_LZMA),
    "three archives in one another": nested(3),
    "a tape archive": tar_of(OTHER.encode()),
    "bytes behind an archive": zipped(("a.txt", b"x")) + OTHER.encode(),
    "an archive behind a PDF": pdf("hello") + zipped(("a.txt", OTHER.encode())),
    "a note in a PNG": png(chunk(b"tEXt", b"Author\0" + OTHER.encode())),
    "a compressed note in a PNG": png(
        chunk(b"zTXt", b"Author\0\0" + zlib.compress(OTHER.encode()))
    ),
    "an international note in a PNG": png(
        chunk(b"iTXt", b"Author\0\1\0\0\0" + zlib.compress(OTHER.encode()))
    ),
    "a comment in a JPEG": jpeg(0xFE, OTHER.encode()),
    "Windows' own notes in a JPEG": jpeg(0xE1, b"Exif\0\0" + OTHER.encode("utf-16-le")),
    "an octal escape in a PDF": pdf_with(rb"/Contents (jinji\100kure-seiki.example)"),
    "a hexadecimal string in a PDF": pdf_with(
        b"/Contents <" + OTHER.encode().hex().encode() + b">"
    ),
    "a comment in a PDF": pdf_with(b"/Contents (" + OTHER.encode() + b")"),
    "a form field in a PDF": pdf_with(b"/FT /Tx /V (" + OTHER.encode() + b")"),
    "what a PDF showed before it was edited": pdf_edited(),
}
CLOSED = {
    "a gzip": gzip.compress(OTHER.encode()),
    "a gzipped tape archive": gzip.compress(tar_of(OTHER.encode())),
    "a bzip2": bz2.compress(OTHER.encode()),
    "a RAR": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "an LZH": b"\x20\x00-lh5-" + bytes(40),
    "a cabinet": b"MSCF\0\0\0\0" + bytes(40),
    "six archives in one another": nested(6),
}


def look_through(payload: bytes) -> dict[str, Any]:
    """What the search finds in each of these files, by digest; runs in the confined child."""
    given = [base64.b64decode(each) for each in json.loads(payload)]
    return {hashlib.sha256(content).hexdigest(): in_child(content) for content in given}

"""Files made by hand for the tests: workbooks, archives, PDFs, locked ones."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib

import msoffcrypto.format.ooxml
import openpyxl
import pypdfium2
from openpyxl.comments import Comment


def zipped(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def zip_with_comments(of_the_whole: bytes, of_an_entry: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = of_the_whole
        entry = zipfile.ZipInfo("a.txt")
        entry.comment = of_an_entry
        archive.writestr(entry, b"x")
    return target.getvalue()


def damaged_zip(method: int) -> bytes:
    """An archive packed by ``method`` whose packed bytes have been spoiled."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a", bytes(range(256)) * 4)
    content = bytearray(target.getvalue())
    content[50:90] = b"\xff" * 40
    return bytes(content)


def zip_packed_by(method: int) -> bytes:
    """An archive that says it was packed in a way that nobody knows."""
    content = bytearray(zipped(("a", b"x")))
    directory = content.index(b"PK\x01\x02")
    for at in (8, directory + 10):
        content[at : at + 2] = method.to_bytes(2, "little")
    return bytes(content)


def zip_longer_than_itself() -> bytes:
    """The directory tells of more packed bytes than there are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a", b"x")
    content = bytearray(target.getvalue())
    directory = content.index(b"PK\x01\x02")
    for at in (18, 22, directory + 20, directory + 24):
        content[at : at + 4] = (10**6).to_bytes(4, "little")
    return bytes(content)


def zip_named_in_windows(name: str) -> bytes:
    """An archive whose names are in Shift_JIS without saying so."""
    raw = name.encode("cp932")
    stand_in = "x" * len(raw)
    return zipped((stand_in, b"x")).replace(stand_in.encode(), raw)


def locked_zip() -> bytes:
    """The flag "encrypted" is all that a reader sees of a password."""
    content = bytearray(zipped(("名簿.txt", b"secret")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def workbook(text: str = "", *, hidden: str = "", comment: str = "", title: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "参加企業"
    sheet["B2"] = text
    if comment:
        sheet["A1"].comment = Comment(comment, "author")
    if hidden:
        other = book.create_sheet("控え")
        other["C3"] = hidden
        other.sheet_state = "veryHidden"
    book.properties.title = title
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def locked_workbook() -> bytes:
    target = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook("秘"))).encrypt("pass", target)
    return target.getvalue()


def word_with_split_runs(*runs: str) -> bytes:
    """A Word document whose text is cut into runs, as Word does at every spelling mark."""
    inner = "".join(f'<w:r><w:rPr><w:b w:val="1"/></w:rPr><w:t>{run}</w:t></w:r>' for run in runs)
    document = f'<?xml version="1.0"?><w:document><w:body><w:p>{inner}</w:p></w:body></w:document>'
    return zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.encode()))


def pdf_with(*, pages: int = 1, attached: str = "", content: bytes = b"") -> bytes:
    """A PDF as PDFium makes it, with a file attached."""
    target = io.BytesIO()
    with pypdfium2.PdfDocument.new() as document:
        for _ in range(pages):
            document.new_page(100, 100)
        if attached:
            document.new_attachment(attached).set_data(content)
        document.save(target)
    return target.getvalue()


_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _rc4(key: bytes, content: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def pdf_that_may_not_be_printed(link: str) -> bytes:
    """Encrypted with the empty password, as permissions are: anybody can open it."""
    owner = _rc4(hashlib.md5(_PADDING).digest()[:5], _PADDING)
    key = hashlib.md5(_PADDING + owner + b"\xc0\xff\xff\xff" + b"id").digest()[:5]
    own = hashlib.md5(key + b"\x04\0\0\0\0").digest()[:10]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI <%s> >> >>"
        % _rc4(own, link.encode()).hex().encode(),
        b"<< /Filter /Standard /V 1 /R 2 /P -64 /O <%s> /U <%s> >>"
        % (owner.hex().encode(), _rc4(key, _PADDING).hex().encode()),
    ]
    return _assembled(objects, b" /Encrypt 5 0 R /ID [<6964><6964>]")


def pdf(
    text: str = "",
    *,
    link: str = "",
    title: str = "",
    subject: str = "",
    compressed: bool = False,
    locked: bool = False,
) -> bytes:
    """One page with ``text`` in its text layer and a link on it."""
    pieces = " -9 ".join(f"({text[n : n + 2]})" for n in range(0, len(text), 2))
    drawing = f"BT /F1 12 Tf 72 720 Td [{pieces}] TJ ET".encode()  # kerned, as usual
    packed = zlib.compress(drawing) if compressed else drawing
    packing = b"/Filter /FlateDecode " if compressed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> /Annots [6 0 R] >>",
        b"<< %s/Length %d >>\nstream\n%s\nendstream" % (packing, len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI <%s> >> >>"
        % link.encode().hex().encode(),
        b"<< /Subject (%s) /Title <feff%s> >>"
        % (subject.encode(), title.encode("utf-16-be").hex().encode()),
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32),
    ]
    lock = b" /Encrypt 8 0 R /ID [<00><00>]" if locked else b""
    return _assembled(objects, b" /Info 7 0 R" + lock)


def _assembled(objects: list[bytes], trailer: bytes) -> bytes:
    content = b"%PDF-1.4\n"
    offsets = []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (size, trailer)
        + b"startxref\n%d\n%%%%EOF\n" % len(content)
    )

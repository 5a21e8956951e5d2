"""Archives and compound files of every kind, made by hand for tests."""

from __future__ import annotations

import io
import struct
import zipfile

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "draw": "drawing",
    }.items()
) + (
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def archive(entries: dict[str, bytes]) -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return made.getvalue()


def ods(table: str, styles: str = "", before: str = "", manifest: bytes = b"") -> bytes:
    """An OpenDocument spreadsheet of one sheet; ``before`` stands before it."""
    content = (
        f"<office:document-content {_NAMESPACES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{before}"
        f'<table:table table:name="名簿">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": SPREADSHEET, "content.xml": content.encode()}
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return archive(parts)


def row(*cells: str, attributes: str = "") -> str:
    """A row of an OpenDocument sheet; each cell a text, or markup."""
    told = (each if each.startswith("<") else cell(f"<text:p>{each}</text:p>") for each in cells)
    return f"<table:table-row {attributes}>{''.join(told)}</table:table-row>"


def cell(inside: str, attributes: str = 'office:value-type="string"') -> str:
    """A cell of an OpenDocument sheet."""
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def compound(*names: str, within: str = "") -> bytes:
    """A compound file with empty streams of these names at the top; ``within`` is deeper down."""
    none = 0xFFFFFFFF
    entries = [_entry("Root Entry", 5, child=1)]
    for index, name in enumerate(names, start=1):
        entries.append(_entry(name, 2, right=index + 1 if index < len(names) else none))
    if within:
        entries[-1] = _entry(names[-1], 1, child=len(entries))
        entries.append(_entry(within, 2))
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * 512, b"\0")
    sectors = len(directory) // 512
    table = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    return _header() + struct.pack("<128I", *table, *[none] * (128 - len(table))) + directory


def _header() -> bytes:
    none = 0xFFFFFFFF
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
        + struct.pack("<HHHHH6xIII4xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 4096, none, 0, none, 0)
        + struct.pack("<109I", 0, *[none] * 108)
    )


def _entry(name: str, kind: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child)
    return (text.ljust(64, b"\0") + links).ljust(116, b"\0") + struct.pack("<IQ", 0xFFFFFFFE, 0)

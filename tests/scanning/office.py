"""Office files made part by part for the tests, with what hides in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">{}</cp:coreProperties>'
)
APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties">{}</Properties>'
)
CUSTOM = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{}">'
    "<vt:lpwstr>{}</vt:lpwstr></property></Properties>"
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SLIDE = "application/vnd.openxmlformats-officedocument.presentationml"
CONTENT_TYPES = {
    "word/document.xml": f"{_WORD}.document.main+xml",
    "word/comments.xml": f"{_WORD}.comments+xml",
    "word/settings.xml": f"{_WORD}.settings+xml",
    "word/header1.xml": f"{_WORD}.header+xml",
    "ppt/presentation.xml": f"{_SLIDE}.presentation.main+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}
OF_FOLDERS = {
    "ppt/slides/": f"{_SLIDE}.slide+xml",
    "ppt/notesSlides/": f"{_SLIDE}.notesSlide+xml",
    "ppt/comments/": f"{_SLIDE}.comments+xml",
}
Parts = dict[str, str | bytes]
Beside = tuple[tuple[str, str], ...]


def packed(parts: Parts) -> bytes:
    """The archive, with the content types of its parts."""
    target = io.BytesIO()
    overrides = []
    for name in parts:
        of_folder = next((t for f, t in OF_FOLDERS.items() if name.startswith(f)), "")
        kind = CONTENT_TYPES.get(name, of_folder if name.endswith(".xml") else "")
        if kind:
            overrides.append(f'<Override PartName="/{name}" ContentType="{kind}"/>')
    types = (
        f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{"".join(overrides)}</Types>'
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"[Content_Types].xml": types} | parts).items():
            archive.writestr(name, content)
    return target.getvalue()


def relations(*found: tuple[str, str]) -> str:
    """``(kind, target)`` each; a target with a colon or a backslash is outside."""
    lines = []
    for number, (kind, target) in enumerate(found, 1):
        outside = ' TargetMode="External"' if ":" in target or "\\" in target else ""
        lines.append(
            f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{target}"{outside}/>'
        )
    return f'<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>'


def paragraph(text: str, look: str = "", style: str = "") -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    own = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{own}<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def word(
    body: str = "", parts: Parts | None = None, beside: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """A document; ``parts`` are more parts, ``beside`` what the document refers to."""
    about = [("officeDocument", "word/document.xml")]
    about += [("core-properties", p) for p in (parts or {}) if p == "docProps/core.xml"]
    about += [("extended-properties", p) for p in (parts or {}) if p == "docProps/app.xml"]
    about += [("custom-properties", p) for p in (parts or {}) if p == "docProps/custom.xml"]
    own: Parts = {
        "_rels/.rels": relations(*about),
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>'
        f"{paragraph('ご案内')}{body}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": relations(*beside),
    }
    return packed(own | (parts or {}))


def shape(text: str, *, x: int = 100, hidden: bool = False, place: str = "") -> str:
    ph = f'<p:ph type="{place}"/>' if place else ""
    unseen = ' hidden="1"' if hidden else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="枠"{unseen}/>'
        f"<p:cNvSpPr/><p:nvPr>{ph}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm>"
        f'<a:off x="{x}" y="100"/><a:ext cx="500" cy="500"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(*shapes: str, show: bool = True, kind: str = "sld") -> str:
    off = "" if show else ' show="0"'
    return (
        f'<p:{kind} xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"{off}><p:cSld><p:spTree>'
        f"<p:nvGrpSpPr/><p:grpSpPr/>{''.join(shapes)}</p:spTree></p:cSld></p:{kind}>"
    )


def slides(
    *found: str,
    parts: Parts | None = None,
    beside: dict[int, tuple[tuple[str, str], ...]] | None = None,
) -> bytes:
    """A presentation; ``beside`` is a slide's number to what it refers to."""
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(found) + 1))
    targets = [("slide", f"slides/slide{n}.xml") for n in range(1, len(found) + 1)]
    own: Parts = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{ids}'
        '</p:sldIdLst><p:sldSz cx="9144" cy="6858"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(*targets),
    }
    for number, content in enumerate(found, 1):
        own[f"ppt/slides/slide{number}.xml"] = content
        around = (beside or {}).get(number, ())
        own[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(*around)
    return packed(own | (parts or {}))


Change = Callable[[Any], None]


def workbook(*changes: Change) -> bytes:
    """A workbook with an ordinary sheet 「案内」, and what the changes do to it."""
    book = openpyxl.Workbook()
    book.properties.creator = "openpyxl"
    sheet = book.active
    assert sheet is not None
    sheet.title = "案内"
    for row in (["時刻", "内容", "会場"], ["13:00", "受付", "1階"], ["13:30", "開会", "2階"]):
        sheet.append(row)
    for change in changes:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def hidden_sheet(state: str = "hidden", *texts: str) -> Change:
    def change(book: Any) -> None:
        sheet = book.create_sheet("内部")
        for row in texts or ("株式会社みなと電機", "saiyo@minato-denki.example"):
            sheet.append([row])
        sheet.sheet_state = state

    return change


def commented(book: Any) -> None:
    book["案内"]["B2"].comment = Comment("みなと電機は辞退の見込み", "森下")


def in_white(book: Any) -> None:
    book["案内"]["A5"] = "社外秘"
    book["案内"]["A5"].font = Font(color="FFFFFFFF")


def white_on_blue(book: Any) -> None:
    in_white(book)
    book["案内"]["A5"].fill = PatternFill("solid", start_color="FF003366")


def with_parts(content: bytes, changed: dict[str, Callable[[str], str]], added: Parts) -> bytes:
    """The same archive with some parts changed and some added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name in added:
                continue
            told = old.read(name)
            new.writestr(name, changed[name](told.decode()) if name in changed else told)
        for name, each in added.items():
            new.writestr(name, each)
    return target.getvalue()


def with_pivot(content: bytes, *items: str, records: int = 2, sheet: str = "消したシート") -> bytes:
    """A pivot table's cache hung on the first sheet."""
    listed = "".join(f'<s v="{each}"/>' for each in items)
    definition = (
        f'<pivotCacheDefinition xmlns="{X}" xmlns:r="{R}" r:id="rId1">'
        '<cacheSource type="worksheet">'
        f'<worksheetSource ref="A1:B9" sheet="{sheet}"/></cacheSource><cacheFields count="1">'
        f'<cacheField name="会社名"><sharedItems>{listed}</sharedItems></cacheField>'
        "</cacheFields></pivotCacheDefinition>"
    )
    rows = '<r><x v="0"/></r>' * records
    kept = f'<pivotCacheRecords xmlns="{X}" count="{records}">{rows}</pivotCacheRecords>'
    table = (
        f'<pivotTableDefinition xmlns="{X}" name="集計" cacheId="1" dataCaption="値">'
        '<location ref="E1:F4" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        "</pivotTableDefinition>"
    )
    folder = "xl/pivotCache"
    added: Parts = {
        f"{folder}/pivotCacheDefinition1.xml": definition,
        f"{folder}/pivotCacheRecords1.xml": kept,
        f"{folder}/_rels/pivotCacheDefinition1.xml.rels": relations(
            ("pivotCacheRecords", "pivotCacheRecords1.xml")
        ),
        "xl/pivotTables/pivotTable1.xml": table,
        "xl/pivotTables/_rels/pivotTable1.xml.rels": relations(
            ("pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("pivotTable", "../pivotTables/pivotTable1.xml")
        ),
    }
    kinds = {
        f"/{folder}/pivotCacheDefinition1.xml": "pivotCacheDefinition",
        f"/{folder}/pivotCacheRecords1.xml": "pivotCacheRecords",
        "/xl/pivotTables/pivotTable1.xml": "pivotTable",
    }
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    link = (
        f'<Relationship Id="rId99" Type="{R}/pivotCacheDefinition" '
        'Target="pivotCache/pivotCacheDefinition1.xml"/>'
    )
    return with_parts(
        content,
        {
            "[Content_Types].xml": lambda text: text.replace("</Types>", f"{overrides}</Types>"),
            "xl/_rels/workbook.xml.rels": lambda text: text.replace(
                "</Relationships>", f"{link}</Relationships>"
            ),
            "xl/workbook.xml": lambda text: text.replace(
                "</workbook>",
                f'<pivotCaches><pivotCache cacheId="1" xmlns:r="{R}" r:id="rId99"/></pivotCaches>'
                "</workbook>",
            ),
        },
        added,
    )

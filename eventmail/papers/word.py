"""A paper as a Word file, made from the same values as the page and the PDF.

Nothing is in it but the paper: no author, no thumbnail, no data of the template it was made from.
The same paper gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from eventmail.papers.paper import Head, Line, Paper, Section, Style

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MINCHO, GOTHIC = "ＭＳ 明朝", "ＭＳ ゴシック"
BODY, TITLE, HEADING, SMALL = 10.5, 16, 12, 9
NEUTRAL = datetime(2000, 1, 1, tzinfo=UTC)
_STAMP = (2000, 1, 1, 0, 0, 0)
# Of the library's template: pictures and data that have nothing to do with the paper.
_FOREIGN = ("thumbnail", "customXml", "stylesWithEffects")
_LEVELS = (("decimal", "(%1)"), ("aiueoFullWidth", "%2"))
_INDENT = 440  # in twentieths of a point, a level


def word(paper: Paper) -> bytes:
    """The .docx file."""
    made = docx.Document()
    _strip(made)
    _page(made)
    _styles(made)
    if paper.head is None:
        made.add_paragraph(paper.title, "Title")
        made.add_paragraph(paper.office)
    else:
        _head(made, paper, paper.head)
    for section in paper.sections:
        _section(made, section)
    if paper.head is not None:
        _aside(made, paper.head.closing)
    _foot(made, paper.foot)
    _properties(made, paper.title)
    return _packed(made)


def _strip(made: Any) -> None:
    package, part = made.part.package, made.part
    for owner in (package, part):
        for key, relation in list(owner.rels.items()):
            if any(each in f"{relation.reltype} {relation.target_ref}" for each in _FOREIGN):
                del owner.rels[key]
    app = package.part_related_by(RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
    app._blob = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'extended-properties"/>'
    )


def _page(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(25)


def _styles(made: Any) -> None:
    for name, font, size in (
        ("Normal", MINCHO, BODY),
        ("Title", GOTHIC, TITLE),
        ("Heading 1", GOTHIC, HEADING),
        ("Footer", MINCHO, SMALL),
    ):
        style = made.styles[name]
        style.font.size, style.font.name = Pt(size), font
        style.font.color.rgb, style.font.bold = RGBColor(0, 0, 0), False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for each in list(fonts.attrib):
            if each.endswith("Theme"):
                del fonts.attrib[each]
        for place in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{place}"), font)
        language = style.element.get_or_add_rPr()
        for old in language.findall(qn("w:lang")):
            language.remove(old)
        language.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="ja-JP" w:eastAsia="ja-JP"/>'))
    title = made.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    note = made.styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style, note.font.size = made.styles["Normal"], Pt(SMALL)


def _head(made: Any, paper: Paper, head: Head) -> None:
    _aside(made, head.date)
    made.add_paragraph(head.addressee)
    _aside(made, paper.office)
    made.add_paragraph(paper.title, "Title")
    for text in head.opening:
        made.add_paragraph(text)
    made.add_paragraph(head.mark).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _aside(made: Any, text: str) -> None:
    made.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _section(made: Any, section: Section) -> None:
    made.add_paragraph(section.title, "Heading 1")
    if section.note:
        made.add_paragraph(section.note, "Note")
    if section.style is Style.TABLE:
        _table(made, section.rows, head=True)
    elif section.style is Style.NUMBERED:
        _numbered(made, section.lines)
    elif any(line.label for line in section.lines):
        _table(made, [(line.label, line.text) for line in section.lines], head=False)
    else:
        for line in section.lines:
            made.add_paragraph(line.text)


def _table(made: Any, rows: Sequence[Sequence[str]], *, head: bool) -> None:
    table = made.add_table(len(rows), len(rows[0]), "Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    if head:  # repeated on every page, and told as a heading to a screen reader
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    elif len(rows[0]) == 2:
        table.autofit = False
        for row in table.rows:
            row.cells[0].width, row.cells[1].width = Mm(40), Mm(120)


def _numbered(made: Any, lines: Sequence[Line]) -> None:
    number = _numbering(made)
    for line in lines:
        paragraph = made.add_paragraph(line.text)
        own = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        own.get_or_add_ilvl().val = min(line.level, len(_LEVELS) - 1)
        own.get_or_add_numId().val = number


def _numbering(made: Any) -> int:
    """A list of its own for each section, so that each begins with (1)."""
    numbering = made.part.numbering_part.element
    abstract = len(numbering.findall(qn("w:abstractNum"))) + 100
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr>'
        f'<w:ind w:left="{_INDENT * (level + 1)}" w:hanging="{_INDENT}"/></w:pPr></w:lvl>'
        for level, (kind, text) in enumerate(_LEVELS)
    )
    new = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(len(numbering.findall(qn("w:abstractNum"))), new)
    return int(numbering.add_num(abstract).numId)


def _foot(made: Any, foot: str) -> None:
    paragraph = made.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if foot:
        paragraph.add_run(f"{foot}　")
    for name in ("PAGE", "NUMPAGES"):
        if name == "NUMPAGES":
            paragraph.add_run("/")
        paragraph._p.append(
            parse_xml(
                f'<w:fldSimple {nsdecls("w")} w:instr=" {name} "><w:r><w:t>1</w:t></w:r>'
                "</w:fldSimple>"
            )
        )


def _properties(made: Any, title: str) -> None:
    about = made.core_properties
    about.author = about.last_modified_by = about.comments = ""
    about.keywords = about.category = about.subject = ""
    about.title, about.language, about.revision = title, "ja-JP", 1
    about.created = about.modified = NEUTRAL


def _packed(made: Any) -> bytes:
    """The package written anew: parts in one order, no times of this machine."""
    first, last = io.BytesIO(), io.BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            new.writestr(zipfile.ZipInfo(name, _STAMP), old.read(name), zipfile.ZIP_DEFLATED)
    return last.getvalue()

"""A document with its changes accepted, without comments and without hidden text."""

from __future__ import annotations

from eventmail.language import said
from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.common import cut_local_links
from eventmail.scanning.cleaning.copy import Copy
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.package import Package
from eventmail.scanning.word import Look, Story, Styles

_COMMENT_PARTS = (
    "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people",
)  # fmt: skip
_COMMENT_MARKS = ("commentRangeStart", "commentRangeEnd")
_GONE = ("del", "moveFrom")
_TAKEN = ("ins", "moveTo")
_FORMATS = (
    "rPrChange", "pPrChange", "tblPrChange", "tcPrChange", "trPrChange", "sectPrChange",
    "tblGridChange", "numberingChange", "tblPrExChange", "cellIns", "cellMerge",
    "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd",
    "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart",
    "customXmlDelRangeEnd",
)  # fmt: skip
_SETTINGS = ("mailMerge", "docVars", "trackRevisions", "attachedTemplate", "rsids")
_INK = "■"
_ON = ("1", "true")


def clean_document(copy: Copy, content: bytes) -> list[str]:
    """Take out what the document hides; returns what a person should know of it."""
    main = copy.main()
    parts = [main, *copy.related(main, "header", "footer", "footnotes", "endnotes")]
    parts += copy.related(main, "glossaryDocument")
    package = Package(content)
    styles = Styles(package)
    inked = 0
    for part in parts:
        story = _Story(copy, part, _odd_runs(package, part, styles))
        story.clean()
        inked += story.inked
        copy.cut(part, *_COMMENT_PARTS)
    for part in copy.related(main, "settings"):
        for each in xml.children(copy.tree(part).documentElement, *_SETTINGS):
            xml.remove(each)
        copy.cut(part, "attachedTemplate", "mailMergeSource", "mailMergeHeaderSource")
        copy.cut(part, "recipientData")
    return (
        [said("黒く塗った文字{count}か所を{ink}に置きかえました", count=inked, ink=_INK)]
        if inked
        else []
    )


def _odd_runs(package: Package, part: str, styles: Styles) -> dict[int, Look]:
    root = package.tree(part)
    return {} if root is None else Story(root, "", styles, Inventory()).odd_runs()


class _Story:
    """The body, a header, a footer or the notes."""

    def __init__(self, copy: Copy, part: str, odd: dict[int, Look]) -> None:
        self.inked = 0
        self._copy, self._part = copy, part
        self._root = copy.tree(part).documentElement
        runs = xml.every(self._root, "r")  # in the order of the scan's
        self._odd = [(runs[number], look) for number, look in odd.items()]

    def clean(self) -> None:
        """Changes first: what was deleted needs no look."""
        self._accept()
        for each in xml.every(self._root, *_COMMENT_MARKS):
            xml.remove(each)
        for each in xml.every(self._root, "commentReference"):
            xml.remove(xml.above(each, "r") or each)
        self._drop_links()
        self._drop_hidden_runs()
        for each in xml.every(self._root, "docPr"):
            drawing = xml.above(each, "drawing")
            if xml.get(each, "hidden", "0") in _ON and drawing is not None:
                xml.remove(drawing)

    def _accept(self) -> None:
        for each in xml.every(self._root, *_FORMATS):
            xml.remove(each)
        self._accept_rows()
        self._accept_marks()
        for each in xml.every(self._root, *_GONE):
            xml.remove(each)
        for each in xml.every(self._root, *_TAKEN):
            xml.unwrap(each)

    def _accept_rows(self) -> None:
        for mark in xml.every(self._root, "cellDel"):
            xml.remove(xml.above(mark, "tc") or mark)
        for properties in xml.every(self._root, "trPr"):
            if xml.children(properties, "del"):
                xml.remove(xml.above(properties, "tr") or properties)
            for each in xml.children(properties, "ins"):
                xml.remove(each)
        for name, within in (("tr", ("tc", "sdt")), ("tbl", ("tr", "sdt"))):
            for each in xml.every(self._root, name):
                if not xml.children(each, *within):
                    xml.remove(each)

    def _accept_marks(self) -> None:
        """A paragraph whose end was deleted goes on in the next one."""
        for paragraph in xml.every(self._root, "p"):
            look = xml.child(paragraph, "pPr", "rPr")
            if look is None:
                continue
            ends = xml.children(look, *_GONE)
            for each in xml.children(look, *_GONE, *_TAKEN):
                xml.remove(each)
            if ends:
                _join_with_next(paragraph)

    def _drop_links(self) -> None:
        ids = cut_local_links(self._copy, self._part)
        for each in xml.every(self._root, "hyperlink"):
            if xml.relation_id(each) in ids:
                xml.unwrap(each)

    def _drop_hidden_runs(self) -> None:
        for run, look in self._odd:
            for each in xml.children(run, "t"):
                if look is Look.BLACKENED:
                    xml.set_text(each, _INK * len(xml.text_of(each)))
                else:
                    xml.remove(each)
            self.inked += look is Look.BLACKENED
            if not [each for each in xml.children(run) if each.localName != "rPr"]:
                xml.remove(run)


def _join_with_next(paragraph: xml.Element) -> None:
    following = paragraph.nextSibling
    while following is not None and getattr(following, "localName", None) is None:
        following = following.nextSibling
    content = [each for each in paragraph.childNodes if getattr(each, "localName", "") != "pPr"]
    if following is None or following.localName != "p":
        return  # the last paragraph of a cell or of the text stays
    first = xml.child(following, "pPr")
    before = first.nextSibling if first is not None else following.firstChild
    for each in content:
        following.insertBefore(each, before)
    xml.remove(paragraph)

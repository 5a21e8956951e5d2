"""What a Word document says and hides: changes, comments, hidden or blackened text, mail merge."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from eventmail.language import said
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.office import shapes_text
from eventmail.scanning.package import Package, all_text, child, every, get, is_on, local
from eventmail.scanning.report import Trace

_PLACES = {
    "document": said("本文"),
    "hdr": said("ヘッダー"),
    "ftr": said("フッター"),
    "footnotes": said("脚注"),
    "endnotes": said("文末脚注"),
    "glossaryDocument": said("文書パーツ"),
}
_CHANGES = {
    "ins": said("挿入"),
    "del": said("削除"),
    "moveFrom": said("移動"),
    "moveTo": said("移動"),
    "cellIns": said("セルの挿入"),
    "cellDel": said("セルの削除"),
}
_FORMATS = (
    "rPrChange", "pPrChange", "tblPrChange", "tcPrChange", "trPrChange", "sectPrChange",
    "tblGridChange", "numberingChange", "tblPrExChange",
)  # fmt: skip
_WHITE = "FFFFFF"
_DARK = ("000000", "black", "auto")
_INK = frozenset("■●▲_＿ \u3000")  # what stands for a letter that is gone
_TINY = 3  # half-points
_AROUND_RUNS = (
    "ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir",
    "bdo",
)  # fmt: skip
_TEXTS = ("t", "p", "tab", "br", "cr")


def look_into_document(package: Package, found: Inventory) -> None:
    """Note what the document says and hides."""
    styles = Styles(package)
    for part in package.names:
        if not part.startswith("word/") or part.endswith(".rels") or not package.is_xml(part):
            continue
        root = package.tree(part)
        if root is None:
            continue
        what = local(root.tag)
        if what in _PLACES:
            Story(root, _PLACES[what], styles, found).look()
        elif what == "comments":
            _comments(root, found)
        elif what == "settings":
            _settings(root, found)
        elif what in ("chartSpace", "dataModel"):
            found.say(said("本文の図形"), " ".join(shapes_text(root)), said("本文"))


class Look(enum.Enum):
    """What makes a run unseen."""

    VANISHED = enum.auto()
    BLACKENED = enum.auto()
    WHITE = enum.auto()
    TINY = enum.auto()


_LOOKS = {
    Look.VANISHED: (Trace.HIDDEN_TEXT, said("隠し文字")),
    Look.BLACKENED: (Trace.COVERED_TEXT, said("黒く塗った文字")),
    Look.WHITE: (Trace.HIDDEN_TEXT, said("白い文字")),
    Look.TINY: (Trace.HIDDEN_TEXT, said("読めないほど小さい文字")),
}


class Styles:
    """The styles that hide the text they are set on."""

    def __init__(self, package: Package) -> None:
        self.hiding: set[str] = set()
        root = package.tree("word/styles.xml")
        for style in every(root, "style") if root is not None else ():
            if is_on(child(style, "rPr", "vanish")):
                self.hiding.add(get(style, "styleId"))


class Story:
    """The body, a header, a footer or the notes: paragraphs, and what each run looks like."""

    def __init__(self, root: Element, place: str, styles: Styles, found: Inventory) -> None:
        self._root, self._place, self._styles, self._found = root, place, styles, found
        self._above = {below: each for each in root.iter() for below in each}

    def look(self) -> None:
        """Note everything."""
        self._say()
        for number, paragraph in enumerate(every(self._root, "p"), 1):
            where = said("{place_said}の{number}段落目", place_said=self._place, number=number)
            for run in _own_runs(paragraph):
                self._run(run, where)
        self._changes()
        for shape in every(self._root, "docPr"):
            owner = self._above.get(shape)
            text = all_text(owner, "t") if owner is not None else ""
            if get(shape, "hidden", "0") in ("1", "true") and text:
                self._found.hide(
                    Trace.HIDDEN_TEXT,
                    said("{place_said}の非表示の図形", place_said=self._place),
                    text,
                )

    def _say(self) -> None:
        """A row of a table is one passage: a name may stand in two cells of it."""
        number = 0
        for each in self._root.iter():
            name = local(each.tag)
            if name == "p":
                number += 1
                if not self._is_in(each, ("tr",)):
                    self._found.say(
                        said("{place_said}の{number}段落目", place_said=self._place, number=number),
                        _said(each),
                        self._place,
                    )
            elif name == "tr" and not self._is_in(each, ("tr",)):
                cells = (_said(cell) for cell in every(each, "tc"))
                row = "\t".join(text for text in cells if text.strip())
                self._found.say(
                    said(
                        "{place_said}の表（{number}段落目）",
                        place_said=self._place,
                        number=number + 1,
                    ),
                    row,
                    self._place,
                )

    def _run(self, run: Element, where: str) -> None:
        text, look = all_text(run, "t"), self.look_of(run)
        if look is not None and text.strip():
            what, words = _LOOKS[look]
            self._found.hide(
                what, said("{where_said}の{words_said}", where_said=where, words_said=words), text
            )

    def odd_runs(self) -> dict[int, Look]:
        """Every run that cannot be seen, by its place among all runs of this part."""
        looks = ((n, self.look_of(run)) for n, run in enumerate(every(self._root, "r")))
        return {number: look for number, look in looks if look is not None}

    def look_of(self, run: Element) -> Look | None:
        """Why a run cannot be seen; None if it can."""
        look = child(run, "rPr")
        if self._vanishes(run, look):
            return Look.VANISHED
        if look is None:
            return None
        if _is_blackened(look) and set(all_text(run, "t")) - _INK:
            return Look.BLACKENED
        if self._is_white(run, look):
            return Look.WHITE
        return Look.TINY if _size(look) <= _TINY else None

    def _vanishes(self, run: Element, look: Element | None) -> bool:
        if look is not None and child(look, "vanish") is not None:
            return is_on(child(look, "vanish"))
        names = [child(look, "rStyle") if look is not None else None]
        paragraph = self._around(run, ("p",))
        names.append(child(paragraph, "pPr", "pStyle") if paragraph is not None else None)
        return any(n is not None and get(n, "val") in self._styles.hiding for n in names)

    def _is_white(self, run: Element, look: Element) -> bool:
        """White, where nothing says that its background is another colour."""
        colour = child(look, "color")
        if colour is None or get(colour, "val").upper() != _WHITE:
            return False
        highlight = child(look, "highlight")
        if highlight is not None and get(highlight, "val") not in ("white", "none"):
            return False
        return not _is_filled(child(look, "shd")) and not self._stands_on_colour(run)

    def _stands_on_colour(self, run: Element) -> bool:
        each: Element | None = run
        while each is not None:
            name = local(each.tag)
            if name in ("txbxContent", "tbl"):  # filled by a shape or by the table's style
                return name == "txbxContent" or child(each, "tblPr", "tblStyle") is not None
            properties = child(each, {"p": "pPr", "tc": "tcPr", "tr": "trPr"}.get(name, ""))
            if properties is not None and _is_filled(child(properties, "shd")):
                return True
            each = self._above.get(each)
        return any(True for _ in every(self._root, "background"))

    def _changes(self) -> None:
        formats = 0
        for each in self._root.iter():
            name = local(each.tag)
            if name in _FORMATS:
                formats += 1
            elif name in _CHANGES and get(each, "author") + get(each, "date"):
                text = all_text(each, "t", "delText")
                told = {"place_said": self._place, "change_said": _CHANGES[name]}
                author = get(each, "author")
                where = (
                    said("{place_said}の{change_said}（{author}）").format(**told, author=author)
                    if author
                    else said("{place_said}の{change_said}（名前なし）").format(**told)
                )
                self._found.hide(Trace.TRACKED_CHANGE, where, text)
                if name in ("del", "moveFrom"):
                    self._found.say(where, text, self._place)
        if formats:
            where = said(
                "{place_said}の書式の変更履歴{count}件", place_said=self._place, count=formats
            )
            self._found.hide(Trace.TRACKED_CHANGE, where)

    def _around(self, element: Element, names: tuple[str, ...]) -> Element | None:
        each = self._above.get(element)
        while each is not None and local(each.tag) not in names:
            each = self._above.get(each)
        return each

    def _is_in(self, element: Element, names: tuple[str, ...]) -> bool:
        return self._around(element, names) is not None


def _own_runs(paragraph: Element) -> Iterator[Element]:
    """The paragraph's runs, and not those of a text box in it, which has paragraphs of its own."""
    waiting = [paragraph]
    while waiting:
        for each in waiting.pop():
            name = local(each.tag)
            if name == "r":
                yield each
            elif name in _AROUND_RUNS:
                waiting.append(each)


def _said(element: Element) -> str:
    pieces = []
    for each in every(element, *_TEXTS):
        pieces.append((each.text or "") if local(each.tag) == "t" else " ")
    return "".join(pieces)


def _is_blackened(look: Element) -> bool:
    """Black letters on black: what people take for a redaction."""
    colour, highlight, shade = child(look, "color"), child(look, "highlight"), child(look, "shd")
    dark = colour is None or get(colour, "val") in _DARK
    black = highlight is not None and get(highlight, "val") == "black"
    filled = shade is not None and (get(shade, "fill") in _DARK[:2] or get(shade, "val") == "solid")
    # Letters without a colour of their own turn white on black, unless black is said.
    said_dark = colour is not None and get(colour, "val") in _DARK[:2]
    return (black and dark) or (filled and said_dark)


def _is_filled(shade: Element | None) -> bool:
    if shade is None:
        return False
    fill = get(shade, "fill", "auto").upper()
    return fill not in ("AUTO", _WHITE) or get(shade, "val", "clear") not in ("clear", "nil")


def _size(look: Element) -> float:
    size = child(look, "sz")
    return float(get(size, "val", "21")) if size is not None else 21.0


def _comments(root: Element, found: Inventory) -> None:
    for each in every(root, "comment"):
        text, author = _said(each), get(each, "author")
        if text.strip():
            where = (
                said("コメント（{author}）", author=author)
                if author
                else said("コメント（名前なし）")
            )
            found.hide(Trace.COMMENT, where, text)
            found.say(where, text, said("コメント"))


def _settings(root: Element, found: Inventory) -> None:
    for each in every(root, "mailMerge"):
        told = [get(e, "val") for e in every(each, "query", "connectString") if get(e, "val")]
        found.hide(Trace.EXTERNAL_LINK, said("差し込み印刷のデータの場所"), " ".join(told))
        found.say(said("差し込み印刷のデータの場所"), " ".join(told))
    for each in every(root, "docVar"):
        found.hide(
            Trace.PROPERTY,
            said("文書変数「{name}」", name=get(each, "name")),
            get(each, "val"),
            usual=True,
        )
        found.say(
            said("文書変数「{name}」", name=get(each, "name")), get(each, "val"), said("プロパティ")
        )

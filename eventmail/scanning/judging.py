"""What a scan alone says of a file, whoever it is for: a remark for each kind of hidden content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from eventmail.language import retold, said
from eventmail.scanning.report import Hidden, Scan, Trace
from eventmail.scanning.words import NAMES, sentence

UNSCANNABLE = "unscannable_material"
WITHOUT_TEXT = "material_without_text"
PREFIX = "material_"  # and the trace: "material_sheet"
MOST_PLACES = 3
PAGED = ("pdf", "png", "jpeg")
_CLEAN = said("資料の画面の「きれいな写しを作る」で取り除けます。")
_PDF = said("もとのファイルから取り除いて、PDFを作り直してください。")
# How much each kind weighs, what it means, and the way out in an Office file.
_WEIGHTS: dict[Trace, tuple[str, str, str]] = {
    Trace.SHEET: ("block", said("受け取った人は表示できます。"), _CLEAN),
    Trace.ROW: ("block", said("受け取った人は表示できます。"), _CLEAN),
    Trace.COLUMN: ("block", said("受け取った人は表示できます。"), _CLEAN),
    Trace.PIVOT_CACHE: ("block", said("もとの表を消しても、中身を取り出せます。"), _CLEAN),
    Trace.COMMENT: ("block", said("受け取った人に見えます。"), _CLEAN),
    Trace.TRACKED_CHANGE: ("block", said("消した文字や直した人の名前が見えます。"), _CLEAN),
    Trace.HIDDEN_TEXT: ("block", said("受け取った人は表示できます。"), _CLEAN),
    Trace.HIDDEN_SLIDE: ("block", said("受け取った人は表示できます。"), _CLEAN),
    Trace.COVERED_TEXT: ("block", said("コピーすると読めます。"), _CLEAN),
    Trace.NOTES: ("warn", said("受け取った人に見えます。"), _CLEAN),
    Trace.EXTERNAL_LINK: ("warn", said("リンク先の場所や値が残っています。"), _CLEAN),
    Trace.EMBEDDED: (
        "warn",
        said("開くと中身がすべて見えます。必要なものか確かめてください。"),
        "",
    ),
    Trace.ATTACHMENT: (
        "warn",
        said("開くと中身がすべて見えます。必要なものか確かめてください。"),
        "",
    ),
    Trace.MACRO: ("warn", said("受け取った人の機械で動きます。"), _CLEAN),
    Trace.PROPERTY: ("warn", said("受け取った人に見えます。"), _CLEAN),
    Trace.DEFINED_NAME: ("note", said("受け取った人は表示できます。"), _CLEAN),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about a file; ``level`` is block, warn or note, ``where`` the place in words."""

    code: str
    level: str
    message: str
    where: str = ""


def remarks(scan: Scan, filename: str) -> list[Remark]:
    """What the file says of itself, the heaviest first; nothing for an ordinary one."""
    found = [*_unscannable(scan, filename), *_hidden(scan, filename), *_wordless(scan, filename)]
    return sorted(found, key=lambda each: ("block", "warn", "note").index(each.level))


def _unscannable(scan: Scan, filename: str) -> Iterator[Remark]:
    if scan.unscannable:
        message = said(
            "「{filename}」は、{reason_said}",
            filename=filename,
            reason_said=sentence(scan.unscannable),
        )
        yield Remark(UNSCANNABLE, "block", message)


def _hidden(scan: Scan, filename: str) -> Iterator[Remark]:
    grouped: defaultdict[tuple[Trace, bool], list[Hidden]] = defaultdict(list)
    for each in scan.hidden:
        grouped[each.what, each.usual].append(each)
    for (what, usual), several in grouped.items():
        level, meaning, way_out = _WEIGHTS[what]
        where = _places(several)
        way_out = _PDF if way_out and scan.kind == "pdf" else way_out
        yield Remark(
            PREFIX + what.value,
            "note" if usual else level,
            said(
                "「{filename}」に{names_said}があります（{where_said}）。{meaning_said}",
                filename=filename,
                names_said=NAMES[what],
                where_said=where,
                meaning_said=meaning + way_out,
            ),
            where,
        )


def _places(several: list[Hidden]) -> str:
    places = list(dict.fromkeys(each.where for each in several))
    rest = len(places) - MOST_PLACES
    named = said("、").join(map(retold, places[:MOST_PLACES]))
    return (
        said("{places_said}、ほか{rest}か所", places_said=named, rest=rest) if rest > 0 else named
    )


def _wordless(scan: Scan, filename: str) -> Iterator[Remark]:
    """A picture of a list is read by nobody but people."""
    if scan.kind not in PAGED or scan.unscannable:
        return
    if not scan.passages:
        yield Remark(
            WITHOUT_TEXT,
            "note",
            said(
                "「{filename}」は画像だけで、中の文字を機械で調べられません。目で確かめてください。",
                filename=filename,
            ),
        )
    elif pages := _pages_without_text(scan):
        where = said("、").join(said("{page}ページ", page=number) for number in pages[:MOST_PLACES])
        if pages[MOST_PLACES:]:
            rest = len(pages) - MOST_PLACES
            where = said("{places_said}、ほか{rest}ページ", places_said=where, rest=rest)
        yield Remark(
            WITHOUT_TEXT,
            "note",
            said(
                "「{filename}」の{where_said}は画像だけか白紙で、中の文字を機械で調べられません。"
                "目で確かめてください。",
                filename=filename,
                where_said=where,
            ),
            where,
        )


def _pages_without_text(scan: Scan) -> list[int]:
    """A PDF's pages of which the scan has no text at all."""
    told = {each.under or each.where for each in scan.passages}
    pages = range(1, (scan.pages or 0) + 1) if scan.kind == "pdf" else ()
    return [number for number in pages if f"{number}ページ" not in told]

"""What pivot tables keep of their source, and the data model of a workbook."""

from __future__ import annotations

from eventmail.language import said
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.package import Package, every, get
from eventmail.scanning.report import Trace
from eventmail.spreadsheet import markup


class _Items(markup.Quiet):
    """The texts of a cache or of its records, and how many records there are."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.records = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = markup.local(name)
        if what == "s" and attributes.get("v", "").strip():
            self.texts.append(attributes["v"])
        elif what == "r":
            self.records += 1


def look_into_pivots(
    package: Package, found: Inventory, visible: frozenset[str], shown_sheets: frozenset[str]
) -> None:
    """Note each cache that holds more than the visible cells show anyhow."""
    for part in package.names:
        name = part.rpartition("/")[2]
        if part.startswith("xl/pivotcache/") and name.startswith("pivotcachedefinition"):
            _cache(package, part, found, visible, shown_sheets)
        elif part.startswith("xl/model/"):
            found.hide(Trace.PIVOT_CACHE, said("データモデル（Power Pivot）"))


def _cache(
    package: Package,
    part: str,
    found: Inventory,
    visible: frozenset[str],
    shown_sheets: frozenset[str],
) -> None:
    items = _Items()
    for each in (part, *package.related(part, "pivotCacheRecords")):
        with package.open(each) as file:
            markup.parse(file, items)
    root = package.tree(part)
    source = next(every(root, "worksheetSource"), None) if root is not None else None
    sheet = get(source, "sheet") if source is not None else ""
    unseen = [text for text in dict.fromkeys(items.texts) if text not in visible]
    if not items.records and not items.texts:
        return
    if sheet in shown_sheets and not unseen:
        return  # its source stands there for everybody to see
    where = (
        said("ピボットテーブルのキャッシュ（もとのデータ{count}行）", count=items.records)
        if items.records
        else said("ピボットテーブルのキャッシュ（項目の名前）")
    )
    found.hide(Trace.PIVOT_CACHE, where, "、".join(unseen))
    found.say(where, "\n".join(dict.fromkeys(items.texts)), said("ピボットテーブルのキャッシュ"))

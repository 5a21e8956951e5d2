"""Scans one file in a child process with limits, and never answers more than it knows."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from eventmail.confined import ConfinedError, TooSlow, call
from eventmail.language import said
from eventmail.scanning import kinds
from eventmail.scanning.excel import look_into_workbook
from eventmail.scanning.inventory import Inventory, TooMuchText
from eventmail.scanning.mail_addresses import TooMany, addresses_in
from eventmail.scanning.office import look_into_office
from eventmail.scanning.package import Package
from eventmail.scanning.pdf import TooManyPages, look_into_pdf
from eventmail.scanning.pictures import look_into_picture
from eventmail.scanning.report import Hidden, Scan, Trace
from eventmail.scanning.slides import look_into_slides
from eventmail.scanning.texts import look_into_text
from eventmail.scanning.word import look_into_document
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.wire import extract

VERSION = 1  # counts up with every change of what a scan tells
SECONDS = 120.0
MEGABYTES = 2048
DEEPEST = 4
# What Windows and macOS put beside the files; the search for addresses reads it all the same.
_OF_THE_SYSTEM = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.I)
_TITLE = re.compile("「(?:タイトル|件名|サブタイトル)」$")
_AT = re.compile(r"[@＠﹫]|%40|&#|\[at\]|アット|\+AEA-")
_REASONS = {
    **dict.fromkeys(("xls", "doc", "ppt"), "old_office"),
    **dict.fromkeys(("xlsb", "opendocument"), "other_office"),
}


def scan(content: bytes, filename: str = "") -> Scan:
    """What is in the file. A file that cannot be scanned has the reason in its answer."""
    payload = json.dumps({"filename": filename}).encode() + b"\n" + content
    try:
        answer = call(f"{__name__}:in_child", payload, seconds=SECONDS, megabytes=MEGABYTES)
    except TooSlow:
        return Scan(kinds.kind_of(content, filename), unscannable="too_slow")
    except ConfinedError:
        return Scan(kinds.kind_of(content, filename), unscannable="crashed")
    return Scan.from_json(answer)


def in_child(payload: bytes) -> dict[str, Any]:
    """The work itself; runs in the child. ``payload`` is a line of JSON, then the file."""
    head, _, content = payload.partition(b"\n")
    return look(content, json.loads(head)["filename"]).to_json()


def look(content: bytes, filename: str = "") -> Scan:
    """The scan, in this process."""
    found = Inventory()
    # The search that the gate relies on: what it cannot open is not opened here either.
    texts, reason = _texts(content)
    pages = None
    if not reason:
        pages, reason = _Look(found).into(content, filename)
    try:
        addresses = addresses_in((each.text for each in found.passages), texts)
    except TooMany:
        addresses, reason = (), reason or "too_many_addresses"
    return Scan(
        kind=kinds.kind_of(content, filename),
        pages=pages,
        hidden=_told(found),
        passages=found.passages,
        addresses=addresses,
        unscannable=reason,
    )


def _told(found: Inventory) -> tuple[Hidden, ...]:
    """What is hidden, less titles that the text itself shows."""
    shown = "\n".join(each.text for each in found.passages if each.under != "プロパティ")
    return tuple(
        each
        for each in found.hidden
        if not (each.usual and _TITLE.search(each.where) and each.detail in shown)
    )


def _texts(content: bytes) -> tuple[list[str], str]:
    """All texts of the bytes that may hold an address, and why there are none."""
    try:
        found = dict.fromkeys(t for t in extract.texts(content, extract.Budget()) if _counts(t))
    except extract.Unsearchable as error:
        return [], error.reason
    except MemoryError:
        return [], "too_large"
    except Exception:  # noqa: BLE001 - a damaged file provokes anything; the answer is the same
        return [], "damaged"
    return list(found), ""


def _counts(text: str) -> bool:
    return _AT.search(text) is not None


class _Look:
    """Looks into a file, and into the files inside it."""

    def __init__(self, found: Inventory, depth: int = 0) -> None:
        self._found, self._depth = found, depth

    def into(self, content: bytes, filename: str) -> tuple[int | None, str]:
        """How many pages it has, and why it could not be looked into."""
        try:
            return self._by_kind(content, kinds.kind_of(content, filename))
        except TooMuchText:
            return None, "too_much_text"
        except (MemoryError, TooManyPages, RecursionError):
            return None, "too_large"
        except UnreadableFile as error:
            return None, "too_large" if error.code in ("bomb", "too_many_rows") else "damaged"
        except _Inside as error:
            return None, error.reason
        except Exception:  # noqa: BLE001 - a damaged file provokes anything; the answer is the same
            return None, "damaged"

    def _by_kind(self, content: bytes, kind: str) -> tuple[int | None, str]:
        pages: int | None = None
        if kind == "pdf":
            pages = look_into_pdf(content, self._found, self._nested)
        elif kind in (*kinds.WORKBOOKS, *kinds.DOCUMENTS, *kinds.SLIDES):
            pages = self._office(Package(content), kind)
        elif kind in kinds.PICTURES:
            pages = 1 if look_into_picture(content, self._found) else None
        elif kind in kinds.TEXTS:
            look_into_text(content, self._found)
        elif kind == "zip":
            self._archive(content)
        else:
            return None, _REASONS.get(kind, "unknown")
        return pages, ""

    def _office(self, package: Package, kind: str) -> int | None:
        pages: int | None = None
        if kind in kinds.WORKBOOKS:
            pages = look_into_workbook(package, self._found)
        elif kind in kinds.SLIDES:
            pages = look_into_slides(package, self._found)
        else:
            look_into_document(package, self._found)
        look_into_office(package, self._found, self._nested)
        return pages

    def _archive(self, content: bytes) -> None:
        for name, inner in _entries(content):
            _, reason = self._inner(name).into(inner, name)
            if reason:
                self._found.hide(
                    Trace.EMBEDDED, said("「{name}」（中を調べられません）", name=name)
                )
                raise _Inside(reason)

    def _nested(self, name: str, content: bytes) -> bool:
        """Look into an embedded file; whether it hides something that not every file has."""
        before = len(self._found.hidden)
        _, reason = self._inner(name).into(content, name)
        return bool(reason) or any(not each.usual for each in self._found.hidden[before:])

    def _inner(self, name: str) -> _Look:
        if self._depth >= DEEPEST:
            raise _Inside("too_deep")
        return _Look(self._found.inside(name), self._depth + 1)


class _Inside(Exception):
    """A file inside this one could not be looked into."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    package = Package(content)
    for entry in package.archive.infolist():
        if not entry.is_dir() and not _OF_THE_SYSTEM.search(entry.filename):
            yield _name(entry), package.archive.read(entry)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as Windows in Japan meant it, where the archive does not say."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.filename

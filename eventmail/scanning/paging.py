"""A file's text in pages of sensible length, for eyes that are to see all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from eventmail.language import said
from eventmail.scanning.report import Passage, Scan

LONGEST = 1_800  # characters
MOST_PASSAGES = 40
PICTURED = ("pdf", "png", "jpeg")


@dataclass(frozen=True, slots=True)
class TextPage:
    """One page of text: its title in words, and its passages."""

    title: str
    passages: tuple[Passage, ...]


def text_pages(scan: Scan) -> list[TextPage]:
    """All pages of the text in their order, those of hidden places too."""
    found: list[TextPage] = []
    for title, passages in groupby(scan.passages, key=lambda each: each.under):
        parts = list(_parts(list(passages)))
        for number, part in enumerate(parts, 1):
            name = (
                said(
                    "{title_said}（{number}/{count}）",
                    title_said=title,
                    number=number,
                    count=len(parts),
                )
                if len(parts) > 1
                else title
            )
            found.append(TextPage(name, part))
    return _joined(found)


def pages_to_see(scan: Scan) -> int:
    """How many pages a person must see to have seen it all; none if it cannot be looked into."""
    if scan.unscannable:
        return 0
    if scan.kind in PICTURED:
        return scan.pages or 0
    return max(len(text_pages(scan)), 1)


def _parts(passages: list[Passage]) -> Iterator[tuple[Passage, ...]]:
    """Cut where a page would be too long; a passage longer than a page is cut itself."""
    page: list[Passage] = []
    length = 0
    for each in _cut(passages):
        if page and (length + len(each.text) > LONGEST or len(page) >= MOST_PASSAGES):
            yield tuple(page)
            page, length = [], 0
        page.append(each)
        length += len(each.text)
    yield tuple(page)


def _cut(passages: list[Passage]) -> Iterator[Passage]:
    for each in passages:
        for start in range(0, len(each.text), LONGEST):
            yield Passage(each.where, each.text[start : start + LONGEST], each.under)


def _joined(pages: list[TextPage]) -> list[TextPage]:
    """Short neighbours on one page: a file of small pieces is not a hundred pages."""
    found: list[TextPage] = []
    for page in pages:
        before = found[-1] if found else None
        if before and _is_piece(before) and _is_piece(page) and _fits(before, page):
            title = f"{before.title.partition('、')[0]}、{page.title}"
            found[-1] = TextPage(title, (*before.passages, *page.passages))
        else:
            found.append(page)
    return found


def _is_piece(page: TextPage) -> bool:
    """Whether it is no sheet or slide, which has a page to itself."""
    return all(each.under == each.where or "シート" not in each.under for each in page.passages)


def _fits(one: TextPage, other: TextPage) -> bool:
    passages = (*one.passages, *other.passages)
    length = sum(len(each.text) for each in passages)
    return length <= LONGEST and len(passages) <= MOST_PASSAGES

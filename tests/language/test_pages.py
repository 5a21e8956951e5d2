"""Every page in English: what is left in Japanese is data, or is marked as Japanese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from eventmail.database import Base, Database
from eventmail.language.sentences import JAPANESE_LETTER
from eventmail.manual.reading import chapters
from eventmail.training import papers
from eventmail.web import errors
from eventmail.wordings.builtin import TEXTS
from tests.accessibility.test_axe import paths
from tests.web.test_matrix import EVERYBODY, World, world  # noqa: F401 - a fixture among them

ERROR_PAGE = errors.page
SPOKEN = {"alt", "aria-label", "content", "placeholder", "title", "value"}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "path", "circle", "rect", "use"}


def wordings() -> list[str]:
    """The wordings that every office begins with: Japanese letters, as what an office writes."""
    told = (text for each in TEXTS.values() for text in (each.name, each.subject, each.body))
    return [piece for text in told for piece in _texts(text)]


class EnglishParts(HTMLParser):
    """The texts of a page that are not marked as Japanese."""

    def __init__(self) -> None:
        super().__init__()
        self.languages: list[tuple[str, str]] = [("", "ja")]
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self.languages[-1][1]
        if language != "ja":
            self.texts += [given[name] or "" for name in SPOKEN & set(given)]
        if tag not in VOID:
            self.languages.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while tag in {each for each, _ in self.languages} and self.languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.languages[-1][1] != "ja":
            self.texts.append(data)


def data_of(database: Database) -> list[str]:
    """Every Japanese text that the database holds, longest first."""
    found: set[str] = set()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                for value in row:
                    found.update(_texts(value))
    return sorted(found, key=len, reverse=True)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and JAPANESE_LETTER.search(value):
        yield value
        yield from value.split("\n")
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def asked_of_staff() -> list[str]:
    """The official questions of a checklist and a test, as their edition has them."""
    files = sorted(papers.FOLDER.glob("*.json"))
    found = {text for path in files for text in _texts(json.loads(path.read_text("utf-8")))}
    return sorted(found)


def manual() -> list[str]:
    """The titles of the manual, which is Japanese for every reader."""
    return [text for each in chapters().values() for text in (each.title, each.html)]


def left_in_japanese(page: str, data: list[str]) -> list[str]:
    """The texts of an English page that are neither English nor data."""
    parts = EnglishParts()
    parts.feed(page)
    left = []
    for text in parts.texts:
        rest = re.sub(r"“[^”]*”", "", text)  # quoted from data
        for each in data if JAPANESE_LETTER.search(rest) else ():
            rest = rest.replace(each, "")
        if JAPANESE_LETTER.search(rest):
            left.append(re.sub(r"\s+", " ", text).strip())
    return left


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page_is_in_english(world: World, who: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(errors, "page", ERROR_PAGE)
    database = world.app.extensions["eventmail"].database
    data = sorted(
        [*data_of(database), *wordings(), *asked_of_staff(), *manual()], key=len, reverse=True
    )
    person, left = world.clients[who], list[str]()
    person.set_cookie("language", "en")
    for path in paths(world, who):
        if path.startswith("/p/"):  # a participant's page, in the language of its link
            continue
        found = person.get(path)
        if found.mimetype == "text/html" and found.status_code < 300:
            assert '<html lang="en">' in found.text, path
            left += [f"{path}: {each}" for each in left_in_japanese(found.text, data)]
    person.delete_cookie("language")
    assert not left, "\n".join(left)


LEFT = {
    "a text": ('<html lang="en"><p>件名</p>', ["件名"]),
    "a label": ('<html lang="en"><p aria-label="件名">x</p>', ["件名"]),
    "data": ('<html lang="en"><p>Mr 森下 あかり (manager)</p>', []),
    "marked as Japanese": ('<html lang="en"><div lang="ja">件名</div>', []),
    "after it": ('<html lang="en"><div lang="ja">件<br>名</div><p>本文</p>', ["本文"]),
    "beside data": ('<html lang="en"><p>森下 あかりさん</p>', ["森下 あかりさん"]),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_in_japanese_is_found(name: str) -> None:
    page, left = LEFT[name]
    assert left_in_japanese(page, ["森下 あかり"]) == left

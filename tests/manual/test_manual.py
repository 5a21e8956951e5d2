"""The manual says what is there: every page leads to its section, and its words are the pages'."""

from __future__ import annotations

import re

import pytest

from eventmail.files import MANUAL
from eventmail.manual import places
from eventmail.manual.reading import CHAPTERS, PICTURES, chapters, read
from tests.web.test_matrix import World, rules, world  # noqa: F401 - a fixture among them
from tools import manual_pictures, messages

# Words in quotes that are no words of our pages, with what they are.
NOT_OURS = {"Show in English": "is English already", "直すこと": "a column"}
_QUOTED = re.compile(r"「([^「」]+)」")
_PATTERNS = [
    re.sub(r"</?\w+>", "", re.sub(r"\{\w*(:[^{}]*)?\}", "\0", each)) for each in messages.collect()
]


def test_every_chapter_is_read_and_none_is_left_out() -> None:
    assert list(chapters()) == list(CHAPTERS)
    assert {path.stem for path in MANUAL.glob("*.md")} == set(CHAPTERS)
    assert all(each.sections for each in chapters().values())


def test_every_page_leads_to_a_section_that_is_there(world: World) -> None:  # noqa: F811
    anchors = {f"{key}#{s.anchor}" for key, each in chapters().items() for s in each.sections}
    shown = {rule.endpoint for rule in rules(world.app) if "GET" in (rule.methods or ())}
    without = {
        each
        for each in shown
        if places.place_of(each) not in anchors
        and not {each, each.partition(".")[0]} & places.WITHOUT
    }
    assert without == set()
    assert set(places.PLACES.values()) <= anchors


def test_no_place_is_named_that_no_page_has(world: World) -> None:  # noqa: F811
    there = {rule.endpoint for rule in rules(world.app)}
    rooms = {each.partition(".")[0] for each in there}
    assert set(places.PLACES) | places.WITHOUT <= there | rooms


def _is_said(words: str) -> bool:
    """Whether a page says these words, with some number or name in a place of a pattern."""
    for pattern in _PATTERNS:
        if words in pattern:
            return True
        expression = ".{1,40}".join(re.escape(each) for each in pattern.split("\0"))
        if "\0" in pattern and len(pattern) > 6 and re.fullmatch(expression, words):
            return True
    return False


@pytest.mark.parametrize("key", CHAPTERS)
def test_what_a_chapter_quotes_is_on_a_page(key: str) -> None:
    quoted = set(_QUOTED.findall((MANUAL / f"{key}.md").read_text("utf-8"))) - set(NOT_OURS)
    assert sorted(each for each in quoted if not _is_said(each)) == []


def test_words_that_no_page_says_are_noticed() -> None:
    assert _is_said("30件の送信を確認者に提出する")
    assert not _is_said("みんなに送ってしまう")


@pytest.mark.parametrize("key", CHAPTERS)
def test_what_a_chapter_links_to_is_there(world: World, key: str) -> None:  # noqa: F811
    text = (MANUAL / f"{key}.md").read_text("utf-8")
    nobody = world.clients["nobody"]
    for path in re.findall(r"\]\((/[^)#]*)", text):
        assert nobody.get(path).status_code == 200, path


def test_every_picture_is_there_and_light() -> None:
    names = manual_pictures.shown()
    assert {path.stem for path in PICTURES.glob("*.png")} == names
    assert max(path.stat().st_size for path in PICTURES.glob("*.png")) < 80_000


def test_a_picture_keeps_its_place_and_comes_when_it_is_looked_at(world: World) -> None:  # noqa: F811
    page = world.clients["nobody"].get("/manual/checker").text
    assert re.search(
        r'<img src="/manual/images/check.png"[^>]* width="920" height="\d+" loading="lazy"', page
    )
    picture = world.clients["nobody"].get("/manual/images/check.png")
    assert picture.data.startswith(b"\x89PNG")


def test_a_chapter_that_is_not_there_is_not_found(world: World) -> None:  # noqa: F811
    for path in ("/manual/nothing", "/manual/images/nothing.png", "/manual/images/../start.md"):
        assert world.clients["nobody"].get(path).status_code == 404


def test_html_in_a_chapter_is_text() -> None:
    chapter = read("x", "# 題\n\n## 見出し {#a}\n\n<script>alert(1)</script>\n")
    assert "<script>" not in chapter.html
    assert '<h2 id="a">見出し</h2>' in chapter.html


def test_a_chapter_needs_a_title() -> None:
    with pytest.raises(ValueError, match="title"):
        read("x", "本文だけ")


def test_every_page_has_its_help(world: World) -> None:  # noqa: F811
    assert 'href="/manual/start#home"' in world.clients["author"].get("/").text
    assert 'href="/manual/author#roster"' in world.clients["author"].get(world_path(world)).text


def world_path(world: World) -> str:  # noqa: F811
    return next(
        world.path(each) for each in rules(world.app) if each.endpoint == "roster.upload_page"
    )

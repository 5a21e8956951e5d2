"""Which web addresses become links, how far each goes, and what a link cannot hold."""

from __future__ import annotations

import pytest

from eventmail.wire import Malformed
from eventmail.wire.html_reading import text_of_html
from eventmail.wire.html_writing import html_of
from tests.wire.test_html import Reader

FIRST, INSIDE, LAST = "AZaz09", "AZaz09._~:/?#@!$&*+,;=%-", "AZaz09/=_-"
LINKS = [
    "http://a",
    *(f"https://{c}" for c in FIRST),
    *(f"https://a{c}a" for c in INSIDE),
    *(f"https://a{c}" for c in LAST),
    "https://aozora.example/a/b.html?c=d&e=f#g",
]


def targets(text: str) -> list[str | None]:
    page = html_of(text)
    assert text_of_html(page) == text
    return Reader(page).targets


@pytest.mark.parametrize("url", LINKS)
def test_a_web_address_is_a_link_to_itself(url: str) -> None:
    assert targets(url) == [url]
    assert targets(f"会場：{url}　地図") == [url]


@pytest.mark.parametrize("sign", sorted(set(INSIDE) - set(LAST)) + list("）」』。、\"'<>"))
def test_a_link_ends_before(sign: str) -> None:
    assert targets(f"https://a{sign}") == targets(f"https://a{sign} b") == ["https://a"]


@pytest.mark.parametrize(
    "text", ["https://", "https://-a", "https:/a", "ftp://a", "//a", "xhttp:a"]
)
def test_no_link_is(text: str) -> None:
    assert targets(text) == []


def test_several_links_and_the_words_between_them_keep_their_order() -> None:
    page = html_of("一 https://a 二 https://b?c&d 三")
    assert Reader(page).targets == ["https://a", "https://b?c&d"]
    shown = Reader(page).shown.replace("\xa0", " ")
    assert shown.startswith("一 https://a 二 https://b?c&d 三\n")


SPACES = {
    "one between words": ("a b", "a b"),
    "two between words": ("a  b", "a&nbsp;&nbsp;b"),
    "three between words": ("a   b", "a&nbsp;&nbsp;&nbsp;b"),
    "one at the start": (" a", "&nbsp;a"),
    "two at the start": ("  a", "&nbsp;&nbsp;a"),
    "one on each line": (" a\r\n b", "&nbsp;a<br>\r\n&nbsp;b"),
    "one at the end": ("a ", "a "),
    "a tab": ("a\tb", "a&#9;b"),
    "a no-break space": ("a\xa0b", "a&#160;b"),
    "a wide space": ("a　　b", "a　　b"),
}


@pytest.mark.parametrize(("text", "written"), SPACES.values(), ids=SPACES)
def test_spaces_that_a_browser_would_swallow_are_held(text: str, written: str) -> None:
    assert f">\r\n{written}<br>\r\n</body>" in html_of(text)


STRANGE = {
    "a bare >": "a > b",
    "a carriage return": "a\rb",
    "a line feed": "a\nb",
    "a quote in a link": '<a href="https://a"b">https://a"b</a>',
    "a tag in a link": '<a href="https://a<b">https://a<b</a>',
    "an end of a tag in a link": '<a href="https://a>b">https://a>b</a>',
    "a space in a link": '<a href="https://a b">https://a b</a>',
    "a line break in a link": '<a href="https://a\r\nb">https://a\r\nb</a>',
    "nothing in a link": '<a href="https://">https://</a>',
    "a link without words": '<a href="https://a"></a>',
    "a link with other words": '<a href="https://a">https://b</a>',
    "a link with more words": '<a href="https://a">https://ab</a>',
    "an entity in a link": '<a href="https://a&commat;b">https://a&commat;b</a>',
    "a numeric entity in a link": '<a href="https://a&#64;b">https://a&#64;b</a>',
    "a bare ampersand in a link": '<a href="https://a&b">https://a&b</a>',
    "another scheme": '<a href="ftp://a">ftp://a</a>',
    "a break without its line": "a<br>b",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_the_strict_reader_knows_no(text: str) -> None:
    with pytest.raises(Malformed):
        text_of_html(html_of("X").replace("X<br>", f"{text}<br>"))

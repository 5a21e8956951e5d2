"""What is remembered or asked line by line gives what looking at the whole anew would give."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventmail.wire import sites as places
from eventmail.wire import views as looks
from eventmail.wire.lexical import Malformed, read_headers
from eventmail.wire.material import base64_lines
from eventmail.wire.sites import Site, sites
from eventmail.wire.unwritable import has_control
from eventmail.wire.views import MOST_VIEWS, all_sites, fold, spoken, views
from eventmail.wire.words import encoded_words
from tests.wire.smuggling import DISGUISES

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# Everything of which a cover is made, in pieces as small as they can be cut.
COVERS = (
    "taro", "a", "AT", "at", "aT", "dot", "アット", "アッ", "ト", "あっと", "ドット", "どっと",
    "マーク", "まーく", "@", "＠", ".", "．", "。", "・", "★", "kure", "example", "b.example", "1",
    "ー", "－", "\u2010", "\u200b", "\u00ad", "\u3099", "か", "[", "]", "（", "）", "(", ")", "<",
    ">", "【", "】", "&", "#", "64", ";", "&#64;", "&amp;", "%40", "%", "%u0040", "\\u0040",
    "\\x40", "=40", "=", "+AEA-", "+A", "EA-", "\u0430", "\u03b1", "\U000e0040", "\u202e", "_at_",
    "-at-", ".at.", "|", "•", "*", " ", "  ", "\t", "\u3000", "\n", "\r\n", "\r", "\n\n", "\u2028",
    "\x0b", '"', "“", "\\", "dGFyb0BiLmV4YW1wbGU=", "dGFyb0Bi", "LmV4YW1wbGU", "御中",
    "7461726f40622e6578", "616d706c65", "https://hirono.example/map?hall=1&from=mail", "ﬁ", "㈱",
    "ǅ", "İ", "ſ", "K", "\ud800", "\x00",
)  # fmt: skip
NASTY = st.lists(st.sampled_from(COVERS), max_size=24).map("".join)
WILD = st.text(max_size=60)
TEXTS = NASTY | WILD | st.lists(NASTY | WILD, max_size=4).map("\n".join)


def plain_fold(text: str) -> str:
    """``fold`` in one piece."""
    return unicodedata.normalize("NFKC", text.translate(looks._invisible))


PLAIN_DECODERS: tuple[Callable[[str], str], ...] = (
    html.unescape,
    unquote,
    looks._escapes,
    looks._quoted_printable,
    looks._without_tags,
    lambda text: text.replace("+AEA-", "@").replace("+AC4-", "."),
    lambda text: looks._HYPHEN.sub("-", text),
    lambda text: looks._LINE_MARK.sub("\n", text),
    lambda text: text.translate(looks._plain_letters),
    spoken,
)


def plain_views(text: str) -> list[str]:
    """Every decoder is asked about every whole text."""
    found = [plain_fold(text), *map(plain_fold, looks._unfolded(text))]
    for view in found:
        for decode in PLAIN_DECODERS:
            decoded = decode(view)
            if decoded == view:
                continue
            decoded = plain_fold(decoded)
            if decoded not in found and len(found) < MOST_VIEWS:
                found.append(decoded)
    return found


def plain_sites(text: str) -> Iterator[Site]:
    """Every sign is looked at with all that stands around it."""
    for found in re.finditer("@", text):
        before = text[max(0, found.start() - places._AROUND) : found.start()][::-1]
        behind = text[found.end() : found.end() + places._AROUND]
        left = places._run(before, places._LOCAL.__contains__, places.LONGEST_LOCAL)
        right = places._run(behind, places._in_domain, places.LONGEST_DOMAIN)
        if left.text and "." in right.text:
            yield places._site(left, right)


def plain_all_sites(text: str) -> Iterator[Site]:
    for view in plain_views(text):
        yield from plain_sites(view)
        for hidden in (*looks._in_base64(view), *looks._in_hex(view)):
            yield from plain_sites(hidden)


def different(found: Iterator[Site]) -> list[Site]:
    return list(dict.fromkeys(found))


@settings(max_examples=600, deadline=None, suppress_health_check=SLOW)
@example(text="taro [at\n] kure.example")
@example(text="taro [\nat] kure.example")
@example(text="taro\nat\nkure (dot\n) example")
@example(text="taro=\n=40kure.example")
@example(text="taro@ku\n> re.example")
@example(text="か\n\u3099taro@kure.example")
@given(text=TEXTS)
def test_the_views_of_the_lines_are_the_views_of_the_text(text: str) -> None:
    assert fold(text) == plain_fold(text)
    assert views(text) == plain_views(text)
    assert different(all_sites(text)) == different(plain_all_sites(text))


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_every_known_cover_is_taken_off_from_the_lines_as_from_the_text(text: str) -> None:
    for letter in (text, f"ご案内\n{text}\n（水）", f"御中　{text}", text.replace("\n", "\r\n")):
        assert views(letter) == plain_views(letter)
        assert different(all_sites(letter)) == different(plain_all_sites(letter))


# The least of each cover, with nothing beside it that would be looked at for another reason.
ALONE = (
    "a&#64;b.co", "a%40b.co", "a\\u0040b.co", "a\\x40b.co", "a%u0040b.co", "a=40b.co", "a=\n@b.co",
    "a=\r\n@b.co", "a<>@b.co", "a<\n>@b.co", "a+AEA-b.co", "a@b+AC4-co", "a@b\u2010c.co",
    "a@b\n>.co", "a@b\n \t•.co", "\u0430@b.co", "a(@)b.co", "a(at)b.co", "a(\nat)b.co",
    "a(at\n)b.co", "a( A )b.co", "a(アット)b.co", "a(あっとまーく)b.co", "a at b.co",
    "a\nat b.co", "a at\nb.co",
    "a\nat\nb.co", "a AT b.co", "aアットb.co", "aあっとb.co", "a_at_b.co", "a-at-b.co", "a.at.b.co",
    "aATb.co", "a★b.co", "a@b(.)co", "a@b(\n.)co", "a@b(dot)co", "a@b(dot\n)co", "a@b(ドット)co",
    "a@b(どっと)co", "a@b dot co", "a@b\ndot co", "a@b dot\nco", "a@bドットco", "a@bどっとco",
    "a@b。co", "a@b・co", "a@マークb.co", "a@まーくb.co", "YUBiLmNvLmpw", "YUBiLmNv-_-_",
    "6140622e636f2e6a",
    "\U000e0061@b.co", "\u202eoc.b@a", "か\n\u3099a@b.co",
)  # fmt: skip


@pytest.mark.parametrize("text", ALONE, ids=ascii)
def test_the_least_of_a_cover_is_taken_off(text: str) -> None:
    for letter in (text, f"御中\n{text}\n御中", f"御中{text}", text.replace("\n", "\r\n")):
        assert views(letter) == plain_views(letter)
        assert different(all_sites(letter)) == different(plain_all_sites(letter))
    assert len(views(text)) > 1 or list(all_sites(text))


@pytest.mark.parametrize("filling", ["ご案内　", "a", "\nb", "か\u3099"])
@pytest.mark.parametrize("length", [looks.LONGEST_LINE, looks.LONGEST_BY_LINES])
def test_long_texts_are_looked_at_as_short_ones_are(filling: str, length: int) -> None:
    for size in (length - 30, length, length + 30):
        text = (filling * length)[:size] + "\ntaro[アット]kure.example　&#64;＠"
        assert fold(text) == plain_fold(text)
        assert views(text) == plain_views(text)


def test_a_character_folds_behind_a_line_as_it_folds_alone() -> None:
    for code in range(0x110000):
        char = chr(code)
        assert unicodedata.normalize("NFKC", f"か\n{char}") == f"か\n{plain_nfkc(char)}"
        assert unicodedata.normalize("NFKC", f"{char}\n\u3099") == f"{plain_nfkc(char)}\n\u3099"


def plain_nfkc(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


SIGNS = "aA9.-_'+@ \t\n\"\\“„é髙が。/（\u3000\x1c\x85²Ⅷ٣"
AROUND = st.lists(st.sampled_from((*SIGNS, "example", "kure.", " " * 9)), max_size=40).map("".join)


@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
@given(before=AROUND, behind=AROUND)
def test_a_place_is_read_up_to_where_it_ends_as_with_all_around_it(
    before: str, behind: str
) -> None:
    for text in (f"{before}@{behind}", f"x{before}@{behind}" * 2):
        assert different(sites(text)) == different(plain_sites(text))


def test_letters_figures_and_gaps_are_what_the_patterns_say() -> None:
    for code in range(0x110000):
        char = chr(code)
        local, domain = char in places._LOCAL, places._in_domain(char)
        gap = char.isspace() or char in places._QUOTES
        assert bool(places._LEFT_END.match(char)) is not (local or gap)
        assert bool(places._RIGHT_END.match(char)) is not (domain or gap)


def test_a_control_is_what_unicode_says() -> None:
    for code in range(0x110000):
        is_control = unicodedata.category(chr(code)) in {"Cc", "Cs", "Zl", "Zp"}
        assert has_control(chr(code)) is is_control
        assert has_control(f"]^-\\{chr(code)}", allowed="]^-\\\t\u2028") is (
            is_control and code not in (9, 0x2028)
        )


PLAIN_FIELD = re.compile(r"([!-9;-~]+): ([!-~](?:[ -~]|\r\n (?=[!-~]))*)\r\n")


def plainly_read(text: str) -> dict[str, str] | None:
    """Name and value of each field, one after another from the first sign; None if it is broken."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        field = PLAIN_FIELD.match(text, position)
        value = field[2].replace("\r\n ", " ") if field else ""
        if field is None or "  " in value or field[1] in found or field[1] not in ("A", "B"):
            return None
        found[field[1]], position = value, field.end()
    return found


HEADERS = ("A", "B", ":", ": ", " ", "\r\n", "\r\nB: ", "\r\n ", "\r", "~", "\0", "\t")


@settings(max_examples=500)
@given(st.lists(st.sampled_from(HEADERS)))
@example(["\0B"])
@example(["\r\nB: c", "\r\n ", "d"])
def test_headers_are_what_they_were_when_read_one_after_another(pieces: list[str]) -> None:
    text = "".join(["A: b", *pieces, "\r\n"])
    try:
        found: dict[str, str] | None = read_headers(text.encode(), frozenset("AB"))
    except Malformed:
        found = None
    assert found == plainly_read(text)


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("aé髙😀 ") | st.characters(exclude_categories=["Cs"])))
def test_words_are_cut_where_counting_characters_would_cut(text: str) -> None:
    pieces, used = [""], 0
    for char in text:
        used += len(char.encode())
        if used > 36:
            pieces.append("")
            used = len(char.encode())
        pieces[-1] += char
    words = (base64.b64encode(piece.encode()).decode() for piece in pieces)
    assert encoded_words(text) == "\r\n ".join(f"=?UTF-8?B?{each}?=" for each in words)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 56, 57, 58, 114, 115, 1000])
def test_base64_has_the_lines_of_the_standard_library(length: int) -> None:
    content = bytes(range(256)) * 4
    expected = base64.encodebytes(content[:length]).replace(b"\n", b"\r\n")
    assert base64_lines(content[:length]) == expected


@pytest.mark.parametrize(
    "function",
    [looks._due_for, looks._folded_line, places._site_between, encoded_words],
    ids=["lines", "folded lines", "places", "words"],
)
def test_only_so_much_is_remembered(function: object) -> None:
    assert 0 < function.cache_info().maxsize <= 4096  # type: ignore[attr-defined]


def test_a_long_line_is_not_remembered() -> None:
    remembered = looks._due_for.cache_info().currsize, looks._folded_line.cache_info().currsize
    views("髙" * (looks.LONGEST_LINE + 1))
    now = looks._due_for.cache_info().currsize, looks._folded_line.cache_info().currsize
    assert now == remembered

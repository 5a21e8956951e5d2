"""The HTML alternative says what the text says, and nothing can hide in it."""

from __future__ import annotations

import base64
import email  # noqa: TID251
import email.policy  # noqa: TID251
from collections.abc import Callable
from email.message import EmailMessage  # noqa: TID251
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eventmail.wire import (
    BlindBatch,
    Composed,
    EncodedMaterial,
    Envelope,
    GateRefusal,
    Individual,
    Malformed,
    Wording,
    compose,
    inspect,
    parse_mail,
    reassemble,
)
from eventmail.wire.html_reading import text_of_html
from eventmail.wire.html_writing import html_of
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, KURE, MIDORI, STAMP, material

BODY = "株式会社青空　御中\n\n  会場は 大ホール  です。\nhttps://hirono.example/map?a=1&b=2。\n<以上>\n"
SIGNS = ["　", " ", "  ", "\t", "\xa0", "&amp;", "<", ">", '"', "'", "。", "髙﨑", "\u2028"]
LINKS = ["https://hirono.example/a?b=c&d=e", "http://x", "https://", "<br>", "&nbsp;", "&#160;"]
TEXTS = st.lists(st.sampled_from(SIGNS + LINKS) | st.just("\r\n"), max_size=30).map("".join)


def mail(
    envelope: Envelope | None = None, body: str = BODY, materials: tuple[EncodedMaterial, ...] = ()
) -> Composed:
    wording = Wording("ご案内", body, html=True)
    return compose(IDENTITY, envelope or Individual(AOZORA), wording, materials, STAMP)


def refused(content: bytes) -> str:
    with pytest.raises(GateRefusal) as caught:
        inspect(content, Individual(AOZORA), IDENTITY, KNOWLEDGE, ())
    return caught.value.rule


class Reader(HTMLParser):
    """A browser's eyes: text, a line break for each br, the targets of links."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.targets: list[str | None] = []
        self.feed(page.partition("<body")[2].partition(">\r\n")[2])
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown += "\n" if tag == "br" else ""
        self.targets += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.shown += data.replace("\r\n", "")


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("")
@example(" \r\n")
@example("a  https://hirono.example/  b")
def test_the_gate_reads_back_what_was_written(body: str) -> None:
    assert text_of_html(html_of(body)) == body


@settings(max_examples=60, deadline=None)
@given(TEXTS.map(lambda text: text.replace("\xa0", "")))
def test_a_browser_shows_the_text_line_by_line(body: str) -> None:
    shown = Reader(html_of(body)).shown.replace("\xa0", " ").split("\n")
    assert shown[: body.count("\r\n") + 1] == body.split("\r\n")


def test_web_addresses_are_links_to_themselves() -> None:
    found = Reader(html_of("地図：https://hirono.example/map?a=1&b=2。ftp://x javascript:alert(1)"))
    assert found.targets == ["https://hirono.example/map?a=1&b=2"]


@pytest.mark.parametrize("files", [(), ("図",), ("図", "表")], ids=["alone", "one file", "two"])
def test_mail_programs_find_text_first_html_last_and_the_files_behind(
    files: tuple[str, ...],
) -> None:
    encoded = tuple(map(material, files))
    content = mail(materials=encoded).content
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    plain, page = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content() == BODY.replace("\n", "\r\n")
    assert "大ホール" in page.get_content()
    kinds = [part.get_content_type() for part in parsed.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", *["application/octet-stream"] * len(files)]
    assert inspect(content, Individual(AOZORA), IDENTITY, KNOWLEDGE, encoded)
    assert parse_mail(content).html == page.get_content()
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_the_stored_head_and_the_materials_give_the_mail_again() -> None:
    encoded = (material("図"),)
    composed = mail(materials=encoded)
    assert reassemble(composed.head, encoded) == composed.content
    assert reassemble(mail().head, ()) == mail().content


def test_a_batch_may_have_an_alternative_too() -> None:
    batch = BlindBatch((AOZORA, MIDORI, KURE))
    assert inspect(mail(batch).content, batch, IDENTITY, KNOWLEDGE, ()).envelope == batch


def page(change: Callable[[str], str]) -> bytes:
    """The mail with its HTML changed and all else as it was."""
    old = html_of(BODY.replace("\n", "\r\n"))
    new = change(old)
    assert new != old
    encoded = [base64.encodebytes(each.encode()).replace(b"\n", b"\r\n") for each in (old, new)]
    assert encoded[0] in mail().content
    return mail().content.replace(encoded[0], encoded[1])


def put(text: str) -> Callable[[str], str]:
    return lambda old: old.replace("会場", f"{text}会場", 1)


HIDDEN = {
    "one more word": put("中止。"),
    "one word less": lambda old: old.replace("会場", "", 1),
    "a comment": put("<!-- jinji@kure-seiki.example -->"),
    "white on white": put('<span style="color:#fff">jinji@kure-seiki.example</span>'),
    "a picture that calls home": put('<img src="https://hirono.example/x.gif">'),
    "a script": put("<script>alert(1)</script>"),
    "a style": put("<style>p{}</style>"),
    "a link that leads elsewhere": lambda old: old.replace(
        'href="https://hirono', 'href="https://evil', 1
    ),
    "a link to an address": put('<a href="mailto:jinji@kure-seiki.example">x</a>'),
    "an attribute": lambda old: old.replace("<br>", '<br title="jinji@kure-seiki.example">', 1),
    "a title": lambda old: old.replace("</head>", "<title>jinji@kure-seiki.example</title></head>"),
    "text behind the end": lambda old: old + "jinji@kure-seiki.example",
    "an unknown entity": put("&commat;"),
    "a numeric entity": put("&#64;"),
    "a bare ampersand": put("&"),
    "no end": lambda old: old.replace("</body>", "", 1),
}


@pytest.mark.parametrize("change", HIDDEN.values(), ids=HIDDEN)
def test_the_gate_stops_a_page_with(change: Callable[[str], str]) -> None:
    assert refused(page(change)) == "html"


@pytest.mark.parametrize("change", list(HIDDEN.values())[2:], ids=list(HIDDEN)[2:])
def test_the_strict_reader_knows_no(change: Callable[[str], str]) -> None:
    with pytest.raises(Malformed):
        text_of_html(change(html_of(BODY.replace("\n", "\r\n"))))


SHAPES = {
    "two texts": lambda c: c.replace(b"text/html", b"text/plain"),
    "html first": lambda c: (
        c.replace(b"text/plain", b"text/x", 1)
        .replace(b"text/html", b"text/plain")
        .replace(b"text/x", b"text/html")
    ),
    "three parts": lambda c: c.replace(
        b"--\r\n",
        b'\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64'
        b"\r\n\r\nYQ==\r\n" + c.rsplit(b"\r\n", 2)[1] + b"\r\n",
        1,
    ),
    "related parts": lambda c: c.replace(b"multipart/alternative", b"multipart/related"),
    "an encoding of the whole": lambda c: c.replace(
        b"MIME-Version", b"Content-Transfer-Encoding: base64\r\nMIME-Version", 1
    ),
    "quoted-printable": lambda c: c.replace(b"base64", b"quoted-printable"),
}


@pytest.mark.parametrize("change", SHAPES.values(), ids=SHAPES)
def test_a_mail_has_exactly_these_two_alternatives_and_not(
    change: Callable[[bytes], bytes],
) -> None:
    changed = change(mail().content)
    assert changed != mail().content
    assert refused(changed) in ("mime", "encoding", "charset", "trailing")


class TestNotices:
    """What the service itself writes says so, and stays in the office."""

    def notice(self, envelope: Envelope) -> bytes:
        wording = Wording("お知らせ", "送信を止めました。", automatic=True)
        return compose(IDENTITY, envelope, wording, (), STAMP).content

    def test_a_notice_to_the_office_is_marked_and_passes(self) -> None:
        to_us = Individual(IDENTITY.reply_to)
        content = self.notice(to_us)
        assert parse_mail(content).value("Auto-Submitted") == "auto-generated"
        assert inspect(content, to_us, IDENTITY, KNOWLEDGE, ())

    def test_a_letter_that_a_person_wrote_is_not_marked(self) -> None:
        assert not parse_mail(mail().content).has("Auto-Submitted")

    @pytest.mark.parametrize(
        "envelope", [Individual(AOZORA), BlindBatch((AOZORA,))], ids=["one", "batch"]
    )
    def test_a_notice_to_a_participant_is_stopped(self, envelope: Envelope) -> None:
        with pytest.raises(GateRefusal) as caught:
            inspect(self.notice(envelope), envelope, IDENTITY, KNOWLEDGE, ())
        assert caught.value.rule == "automatic"

    def test_the_mark_has_one_value(self) -> None:
        to_us = Individual(IDENTITY.reply_to)
        changed = self.notice(to_us).replace(b"auto-generated", b"no")
        with pytest.raises(GateRefusal) as caught:
            inspect(changed, to_us, IDENTITY, KNOWLEDGE, ())
        assert caught.value.rule == "automatic"

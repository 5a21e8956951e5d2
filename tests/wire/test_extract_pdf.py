"""Everything in a PDF that holds letters: pages, attached files, strings, streams."""

from __future__ import annotations

import random
import zlib

import pytest

from eventmail.wire import extract_pdf
from eventmail.wire.extract_pdf import _of_bytes, _strings, pdf_texts
from eventmail.wire.sites import shows as shown
from eventmail.wire.unsearchable import Unsearchable
from eventmail.wire.views import all_sites
from tests.wire import files

OTHER = "jinji@kure.example"


def all_of(content: bytes) -> list[str]:
    return [found for found in pdf_texts(content) if isinstance(found, str)]


def reason(content: bytes) -> str:
    with pytest.raises(Unsearchable) as caught:
        all_of(content)
    return caught.value.reason


WHERE = {
    "its text": files.pdf(OTHER),
    "its text, packed": files.pdf(OTHER, compressed=True),
    "a link": files.pdf(link=OTHER),
    "the title": files.pdf(title=OTHER),
    "the subject": files.pdf(subject=OTHER),
    "the title of a PDF about trailers": files.pdf(title=OTHER, subject="trailer"),
    "a PDF that may not be printed": files.pdf_that_may_not_be_printed(OTHER),
}


@pytest.mark.parametrize("content", WHERE.values(), ids=WHERE)
def test_an_address_is_read_from(content: bytes) -> None:
    assert any(OTHER in text for text in all_of(content))


def test_the_same_file_says_the_same_each_time() -> None:
    content = files.pdf(OTHER, title="案内")
    assert list(pdf_texts(content)) == list(pdf_texts(content))


def test_attached_files_come_with_their_names() -> None:
    content = files.pdf_with(attached="名簿.txt", content=b"\x00\xff")
    found = list(pdf_texts(content))
    assert found[found.index("名簿.txt") + 1] == b"\x00\xff"


def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = files.pdf_with(pages=3)
    monkeypatch.setattr(extract_pdf, "MOST_PAGES", 3)
    assert all_of(content)[:3] == ["", "", ""]
    monkeypatch.setattr(extract_pdf, "MOST_PAGES", 2)
    assert reason(content) == "too_large"


@pytest.mark.parametrize(
    ("content", "why"),
    [(files.pdf("x", locked=True), "encrypted"), (b"%PDF-1.4\n", "damaged")],
    ids=["encrypted", "damaged"],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, why: str) -> None:
    assert reason(content) == why


# ISO 32000-1, 7.3.4: strings in round brackets and in hexadecimal.
STRINGS = {
    "plain": (b"(abc)", "abc"),
    "empty": (b"()", ""),
    "over lines": (b"(a\nb)", "a\nb"),
    "brackets": (rb"(a\(b\)c)", "a(b)c"),
    "a backslash": (rb"(a\\b)", "a\\b"),
    "a line feed": (rb"(a\nb)", "a\nb"),
    "a carriage return": (rb"(a\rb)", "a\rb"),
    "a tab": (rb"(a\tb)", "a\tb"),
    "a sign that needs none": (rb"(a\@b)", "a@b"),
    "a line that goes on": (b"(a\\\nb)", "ab"),
    "a line that goes on, CRLF": (b"(a\\\r\nb)", "ab"),
    "three octal digits": (rb"(a\100b)", "a@b"),
    "two octal digits": (rb"(a\53b)", "a+b"),
    "one octal digit": (rb"(a\7x)", "a\x07x"),
    "no more than three": (rb"(a\1007)", "a@7"),
    "the lowest and the highest digit": (rb"(\060\067)", "07"),
    "a bracket that is never closed": (b"(a(b)", "b"),
    "a bracket too many": (b"(a) b)", "a"),
    "eight is no octal digit": (rb"(\8)", "8"),
    "more than a byte": (rb"(\501)", "A"),
    "UTF-8": ("(名簿)".encode(), "名簿"),
    "UTF-16": (b"(\xfe\xff" + "名".encode("utf-16-be") + b")", "名"),
    "half a character of UTF-16": (b"(\xfe\xff\x54)", "\ufffd"),
    "bytes that are no text": (b"(a\xff)", "a\ufffd"),
    "4000 characters": (b"(" + b"x" * 4000 + b")", "x" * 4000),
    "hexadecimal": (b"<6a696e6a>", "jinj"),
    "hexadecimal in capitals": (b"<6A696E6A>", "jinj"),
    "all hexadecimal digits": (b"<30313233343536373839 4A4b4C4d4E4f>", "0123456789JKLMNO"),
    "hexadecimal with its last digit left out": (b"<6a696e6a4>", "jinj@"),
    "hexadecimal over lines": (b"<6a69\n6e 6a>", "jinj"),
    "hexadecimal in UTF-16": (b"<feff540d7c3f>", "名簿"),
    "8000 hexadecimal digits": (b"<" + b"61" * 4000 + b">", "a" * 4000),
}
NO_STRINGS = {
    "too long": b"(" + b"x" * 4001 + b")",
    "never closed": b"(abc",
    "a short hexadecimal": b"<6161616>",
    "a long hexadecimal": b"<" + b"61" * 4000 + b"6>",
    "a dictionary": b"<</Type/Page>>",
}


@pytest.mark.parametrize(("content", "text"), STRINGS.values(), ids=STRINGS)
def test_a_string_is_read(content: bytes, text: str) -> None:
    assert list(_strings(content)) == [text]


@pytest.mark.parametrize("digit", range(8))
def test_each_octal_digit_is_known(digit: int) -> None:
    assert list(_strings(rf"(\{digit})".encode())) == [chr(digit)]


@pytest.mark.parametrize("content", NO_STRINGS.values(), ids=NO_STRINGS)
def test_what_is_no_string(content: bytes) -> None:
    assert list(_strings(content)) == []


def stream(content: bytes, newline: bytes = b"\r\n") -> bytes:
    return b"<<>>stream" + newline + content + newline + b"endstream\n"


PACKED = zlib.compress(OTHER.encode())


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_packed_stream_is_read(newline: bytes) -> None:
    content = stream(b"no zlib", newline) + stream(PACKED, newline) + stream(PACKED, newline)
    assert list(_of_bytes(content)) == [OTHER, OTHER]


def test_an_empty_stream_does_not_hide_the_next() -> None:
    assert list(_of_bytes(b"stream\nendstream\n" + stream(PACKED))) == [OTHER]


def test_a_stream_that_is_no_text_is_read_as_far_as_it_is() -> None:
    packed = zlib.compress(b"\xff" + OTHER.encode())
    assert list(_of_bytes(stream(packed))) == [f"\ufffd{OTHER}"]


def test_strings_come_with_the_streams() -> None:
    content = b"(abc)" + stream(PACKED) + b"(def)" + stream(PACKED) + b"(ghi)"
    assert list(_of_bytes(content)) == [OTHER, OTHER, "abc", "def", "ghi"]


def test_a_stream_is_unpacked_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_pdf, "MOST_STREAM_BYTES", 10)
    packed = zlib.compress(b"a@b.exampleX" * 1000)
    assert list(_of_bytes(stream(packed))) == ["a@b.exampl"]


PIXELS = bytes(range(256)) * 40
IN_STREAMS = {
    "a packed text": (b"<< >>", zlib.compress(b"BT (" + OTHER.encode() + b") Tj ET"), True),
    "a text that is not packed": (b"<< >>", rb"BT (jinji\100kure.example) Tj ET", True),
    "packed bytes, in ASCII": (b"<< >>", zlib.compress(PIXELS + OTHER.encode() + PIXELS), True),
    "packed bytes, in UTF-16": (
        b"<< >>",
        zlib.compress(PIXELS + b"\0" + OTHER.encode("utf-16-be") + PIXELS),
        True,
    ),
    "packed pixels, in plain letters": (
        b"<< /Subtype /Image >>",
        zlib.compress(PIXELS + OTHER.encode() + PIXELS),
        True,
    ),
    "no pixels, though a picture stands before": (
        b"<< /Subtype /Image >> endobj 7 0 obj << >>",
        zlib.compress(PIXELS + b"\0" + OTHER.encode("utf-16-be") + PIXELS),
        True,
    ),
    "a text that is packed without being made smaller": (
        b"<< >>",
        zlib.compress(OTHER.encode() * 9, 0),
        True,
    ),
    "pixels, in UTF-16, which no picture is read for": (
        b"<< /Subtype/Image\n/Width 3 >>",
        zlib.compress(PIXELS + b"\0" + OTHER.encode("utf-16-be") + PIXELS),
        False,
    ),
    "a picture in a format of its own": (b"<< /Subtype /Image >>", PIXELS * 9, False),
}


@pytest.mark.parametrize(("dictionary", "content", "shows"), IN_STREAMS.values(), ids=IN_STREAMS)
def test_in_a_stream_an_address_is_found_in(dictionary: bytes, content: bytes, shows: bool) -> None:
    read = _of_bytes(b"5 0 obj " + dictionary + stream(content))
    known = frozenset({OTHER})
    assert any(shown(site, known, ()) for text in read for site in all_sites(text)) is shows


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "as it is"])
def test_a_scanned_page_is_no_heap_of_strings(packed: bool) -> None:
    """Pixels hold thousands of what looks like strings; each would cost a search of its own."""
    pixels = random.Random(1).randbytes(500_000)
    content = stream(zlib.compress(pixels) if packed else pixels)
    assert len(list(_of_bytes(b"<< /Subtype /Image >>" + content))) < 5

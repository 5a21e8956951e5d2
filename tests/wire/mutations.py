"""Ways to spoil a finished mail. Those in ``FORBIDDEN`` must be refused, each time, anywhere.

``FORBIDDEN`` is every change of the headers' set, of an address in one of them, of the mail's
structure, of how a part is to be read, of an attachment, and every byte that RFC 5322 forbids.
What is left (``ANY``) may change the wording, the date or the order of headers; the gate need not
know those, but all that it protects must then still be right.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from hypothesis import assume
from hypothesis import strategies as st

from tests.wire.samples import KURE
from tests.wire.writings import Writing

Draw = st.DrawFn
FIELD = re.compile(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*")
STRANGE = (
    "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc", "Apparently-To", "X-Original-To",
    "Delivered-To", "X-Recipients", "Sender", "Return-Path", "Errors-To", "List-Post", "Received",
    "Disposition-Notification-To", "To", "From", "Reply-To", "Subject", "Date", "Message-ID",
    "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Comments", "Cc\u200b",
)  # fmt: skip
BETWEEN = (": ", ":", ":\r\n ", " : ", "\t:", ":\t", ": \r\n  ", ":  ", " ")
PRINTABLE = string.printable.strip().encode()
BASE64 = (string.ascii_letters + string.digits + "+/").encode()


def blocks(content: bytes) -> list[tuple[int, int]]:
    """Where the header blocks of the mail and of its parts begin and end."""
    starts = [each.end() for each in re.finditer(rb"\A|\r\n--=_[0-9a-f]+\r\n", content)]
    ends = [content.find(b"\r\n\r\n", start) + 2 for start in starts]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def fields(content: bytes) -> list[tuple[int, int]]:
    """Where each header stands, in the mail and in its parts."""
    return [
        each.span()
        for start, end in blocks(content)
        for each in FIELD.finditer(content, start, end)
    ]


def splice(content: bytes, start: int, end: int, new: bytes) -> bytes:
    return content[:start] + new + content[end:]


def add_a_header(draw: Draw, content: bytes, _: Writing) -> bytes:
    name = "".join(draw(st.sampled_from((c.lower(), c.upper()))) for c in draw(_NAMES))
    field = f"{name}{draw(st.sampled_from(BETWEEN))}{KURE}\r\n".encode()
    place = draw(st.sampled_from(fields(content)))[draw(st.integers(0, 1))]
    return splice(content, place, place, field)


_NAMES = st.sampled_from(STRANGE) | st.text(string.ascii_letters + "-", min_size=1, max_size=12)


def drop_a_header(draw: Draw, content: bytes, _: Writing) -> bytes:
    return splice(content, *draw(st.sampled_from(fields(content))), b"")


def repeat_a_header(draw: Draw, content: bytes, _: Writing) -> bytes:
    start, end = draw(st.sampled_from(fields(content)))
    place = draw(st.sampled_from(fields(content)))[0]
    return splice(content, place, place, content[start:end])


def _address(draw: Draw, content: bytes) -> tuple[int, int]:
    """Where one of the addresses in From, To and Reply-To stands."""
    name = draw(st.sampled_from(("From", "To", "Reply-To")))
    pattern = rb"(?s)\A(?:.*\r\n)?%s: (?:[^<\r]+\r\n )*<?([^\r<>]+@[^\r<>]+)>?\r\n"
    found = re.match(pattern % name.encode(), content)
    assume(found)
    assert found
    return found.span(1)


def change_an_address(draw: Draw, content: bytes, _: Writing) -> bytes:
    place = draw(st.integers(*_address(draw, content)).filter(lambda n: n < len(content)))
    return splice(content, place, place + 1, bytes([draw(st.sampled_from(PRINTABLE))]))


WITH_ANOTHER = (
    "{0}, {1}", "{1}, {0}", "{1},{0}", "{0};{1}", "{0} {1}", "{0} ({1})", "{1} <{0}>",
    '"{1}" <{0}>', "all: {0}, {1};", "<@{1}:{0}>", "{0},\r\n {1}", "{0}\r\n {1}",
)  # fmt: skip


def add_an_address(draw: Draw, content: bytes, _: Writing) -> bytes:
    start, end = _address(draw, content)
    form = draw(st.sampled_from(WITH_ANOTHER))
    return splice(content, start, end, form.format(content[start:end].decode(), KURE).encode())


def put_a_forbidden_byte(draw: Draw, content: bytes, _: Writing) -> bytes:
    bad = draw(st.sampled_from((b"\r", b"\n", b"\0", b"\xe3", b"\xff", b"\r\r\n", b"\n\n")))
    return _put(draw, content, bad)


def _put(draw: Draw, content: bytes, new: bytes) -> bytes:
    place = draw(st.integers(0, len(content)))
    return splice(content, place, place + len(new) * draw(st.integers(0, 1)), new)


def change_a_boundary(draw: Draw, content: bytes, _: Writing) -> bytes:
    places = [each.span() for each in re.finditer(rb"--=_[0-9a-f]+(?:--)?|=_[0-9a-f]+\"", content)]
    assume(places)
    start, end = draw(st.sampled_from(places))
    place = draw(st.integers(start, end - 1))
    return splice(content, place, place + 1, bytes([draw(st.sampled_from(PRINTABLE))]))


def rearrange_the_parts(draw: Draw, content: bytes, _: Writing) -> bytes:
    declared = re.search(rb'boundary="([^"]+)"', content)
    assume(declared)
    assert declared
    delimiter = b"--" + declared[1] + b"\r\n"
    head, *parts = content.removesuffix(b"--" + declared[1] + b"--\r\n").split(delimiter)
    drawn = draw(st.lists(st.sampled_from(range(len(parts))), max_size=len(parts) + 1))
    chosen = [parts[n] for n in drawn]
    end = draw(st.sampled_from((b"--" + declared[1] + b"--\r\n", b"")))
    return delimiter.join([head, *chosen]) + end


def change_an_attachment(draw: Draw, content: bytes, writing: Writing) -> bytes:
    assume(writing.encoded)
    part = draw(st.sampled_from(writing.encoded)).part
    start = content.index(part) + part.index(b"\r\n\r\n") + 4
    place = draw(st.integers(start, start + len(part) - part.index(b"\r\n\r\n") - 7))
    return splice(content, place, place + 1, bytes([draw(st.sampled_from(BASE64))]))


def add_at_an_end(draw: Draw, content: bytes, writing: Writing) -> bytes:
    new = draw(
        st.binary(min_size=1, max_size=8) | st.sampled_from((b"\r\n", b"QUJD\r\n", b".\r\n"))
    )
    # Without attachments, more base64 at the end is a longer body and not another structure.
    return content + new if writing.encoded and draw(st.booleans()) else new + content


def cut_off(draw: Draw, content: bytes, writing: Writing) -> bytes:
    end = len(content) if writing.encoded else content.index(b"\r\n\r\n") + 4
    return content[: draw(st.integers(0, end - 1))]


READ_AS = (
    b'text/plain; charset="utf-8"', b'charset="utf-8"', b"utf-8", b"base64", b"text/plain", b"1.0",
    b"multipart/mixed", b"attachment", b"UTF-8''", b"filename*",
)  # fmt: skip
OTHERWISE = (
    b"", b"text/html", b'text/plain; charset="iso-2022-jp"', b"utf-7", b"UTF-8", b"us-ascii",
    b"7bit", b"BASE64", b"quoted-printable", b"8bit", b"2.0", b"multipart/alternative",
    b"message/rfc822", b"multipart/digest", b"inline", b"x-uuencode", b"name",
)  # fmt: skip


def read_otherwise(draw: Draw, content: bytes, _: Writing) -> bytes:
    start, end = draw(st.sampled_from(blocks(content)))
    old = draw(st.sampled_from([each for each in READ_AS if each in content[start:end]] or [b"\0"]))
    assume(old != b"\0")
    place = content.index(old, start)
    return splice(content, place, place + len(old), draw(st.sampled_from(OTHERWISE)))


FORBIDDEN: tuple[Callable[[Draw, bytes, Writing], bytes], ...] = (
    add_a_header,
    drop_a_header,
    repeat_a_header,
    change_an_address,
    add_an_address,
    put_a_forbidden_byte,
    change_a_boundary,
    rearrange_the_parts,
    change_an_attachment,
    add_at_an_end,
    cut_off,
    read_otherwise,
)


def swap_lines(draw: Draw, content: bytes, _: Writing) -> bytes:
    all_lines = content.splitlines(keepends=True)
    one, two = (draw(st.integers(0, len(all_lines) - 1)) for _ in range(2))
    all_lines[one], all_lines[two] = all_lines[two], all_lines[one]
    return b"".join(all_lines)


def swap_headers(draw: Draw, content: bytes, _: Writing) -> bytes:
    start, end = blocks(content)[0]
    found = [each[0] for each in FIELD.finditer(content, start, end)]
    return b"".join(draw(st.permutations(found))) + content[end:]


def drop_a_line(draw: Draw, content: bytes, _: Writing) -> bytes:
    all_lines = content.splitlines(keepends=True)
    del all_lines[draw(st.integers(0, len(all_lines) - 1))]
    return b"".join(all_lines)


def drop_bytes(draw: Draw, content: bytes, _: Writing) -> bytes:
    place = draw(st.integers(0, len(content) - 1))
    return splice(content, place, place + draw(st.integers(1, 80)), b"")


def put_bytes(draw: Draw, content: bytes, _: Writing) -> bytes:
    some = st.binary(min_size=1, max_size=4)
    nice = st.sampled_from((b" ", b"\r\n ", b"=", b"A", b"QUJD", b"?", b"=?UTF-8?B?QUJD?= ", b"1"))
    return _put(draw, content, draw(nice | some))


def change_a_byte_of_the_head(draw: Draw, content: bytes, _: Writing) -> bytes:
    place = draw(st.integers(0, content.index(b"\r\n\r\n")))
    return splice(content, place, place + 1, bytes([draw(st.sampled_from(PRINTABLE + b" "))]))


ANY = (swap_lines, swap_headers, drop_a_line, drop_bytes, put_bytes, change_a_byte_of_the_head)


@st.composite
def spoilt(
    draw: Draw,
    writings: st.SearchStrategy[Writing],
    kinds: tuple[Callable[[Draw, bytes, Writing], bytes], ...],
    most: int = 1,
) -> tuple[Writing, bytes]:
    """A writing, and its mail with one to ``most`` changes of these kinds."""
    writing = draw(writings)
    content = writing.mail.content
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most)):
        content = kind(draw, content, writing) if b"\r\n\r\n" in content else content
    assume(content != writing.mail.content)
    return writing, content

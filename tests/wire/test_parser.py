from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from eventmail.wire import Malformed, encode_material, parse_mail, parts
from tests.wire.samples import PLAN, mail, material

PLAIN = mail().content
MIXED = mail(materials=(encode_material(PLAN),)).content
BOUNDARY = MIXED.partition(b'boundary="')[2].partition(b'"')[0]
OPENING, CLOSING = b"--" + BOUNDARY + b"\r\n", b"--" + BOUNDARY + b"--\r\n"


def put(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change


def after(line: bytes) -> Callable[[bytes], bytes]:
    return put(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\n" + line)


def last_line(new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content[: content.rstrip().rfind(b"\r\n") + 2] + new


def eight_bit_in_the_body(content: bytes) -> bytes:
    before, opening, after = content.rpartition(b"\r\n" + OPENING)
    return before + b"\xe3" + opening + after


INJECTED = base64.b64encode(b"x\r\nBcc: y").decode()
WORD = "=?UTF-8?B?{}?=".format
BAD_PLAIN = {
    "a NUL": ("nul", put(b"Date: ", b"Date: \0")),
    "an 8-bit byte in a header": ("eight_bit", put(b"Date: ", b"Date: \xe3")),
    "an 8-bit byte in the body": ("eight_bit", lambda c: c + b"\xe3\x81\x82\r\n"),
    "a bare line feed between headers": ("bare_newline", put(b"\r\nDate", b"\nDate")),
    "a bare carriage return in a header": ("bare_newline", put(b"Date: ", b"Date: \r")),
    "a bare line feed in the body": ("bare_newline", lambda c: c[:-2] + b"\n"),
    "line feeds only": ("bare_newline", lambda c: c.replace(b"\r\n", b"\n")),
    "a line of 999 characters": ("long_line", after(b"Comments: " + b"x" * 989 + b"\r\n")),
    "a long line in the body": ("long_line", lambda c: c + b"A" * 1000 + b"\r\n"),
    "no empty line": ("header_syntax", lambda c: c.replace(b"\r\n\r\n", b"\r\n")),
    "a header without a colon": ("header_syntax", after(b"Hello\r\n")),
    "a space before the colon": ("header_syntax", put(b"Date:", b"Date :")),
    "a header without a value": ("header_syntax", put(b"MIME-Version: 1.0", b"MIME-Version: ")),
    "a fold with a tab": ("header_syntax", put(b"\r\n <", b"\r\n\t<")),
    "a fold into an empty line": ("header_syntax", put(b"\r\n <", b"\r\n \r\n <")),
    "two spaces between words": ("header_syntax", put(b"?=\r\n =?", b"?=  =?")),
    "a space before a fold": ("header_syntax", put(b"?=\r\n =?", b"?= \r\n =?")),
    "a tab in a header": ("header_syntax", put(b"Date: Mon", b"Date: Mon\t")),
    "a word in another charset": ("header_syntax", put(b"=?UTF-8?B?", b"=?ISO-2022-JP?B?")),
    "a word in another encoding": ("header_syntax", put(b"=?UTF-8?B?", b"=?UTF-8?Q?")),
    "a word with half a character": (
        "header_syntax",
        put(b"Subject: ", f"Subject: {WORD('44E=')} ".encode()),
    ),
    "a word with bad base64": (
        "header_syntax",
        put(b"Subject: ", f"Subject: {WORD('A')} ".encode()),
    ),
    "a line break inside a word": (
        "header_syntax",
        put(b"Subject: ", f"Subject: {WORD(INJECTED)} ".encode()),
    ),
    "a second To": ("duplicate_header", after(b"To: saiyo@aozora.example\r\n")),
    "a second Subject": ("duplicate_header", after(b"Subject: x\r\n")),
    "a second Message-ID": ("duplicate_header", after(b"Message-ID: <x@hirono.example>\r\n")),
    "a Cc": ("forbidden_header", after(b"Cc: a@b.example\r\n")),
    "a Bcc": ("forbidden_header", after(b"Bcc: a@b.example\r\n")),
    "a bcc in small letters": ("forbidden_header", after(b"bcc: a@b.example\r\n")),
    "a Resent-To": ("forbidden_header", after(b"Resent-To: a@b.example\r\n")),
    "a Resent-Bcc": ("forbidden_header", after(b"Resent-Bcc: a@b.example\r\n")),
    "an Apparently-To": ("forbidden_header", after(b"Apparently-To: a@b.example\r\n")),
    "an X- header": ("unknown_header", after(b"X-Mailer: x\r\n")),
    "a Received": ("unknown_header", after(b"Received: from a by b\r\n")),
    "a Sender": ("unknown_header", after(b"Sender: a@b.example\r\n")),
    "a to in small letters": ("unknown_header", after(b"to: a@b.example\r\n")),
    "no To": ("missing_header", put(b"To: saiyo@aozora.example\r\n", b"")),
    "no Message-ID": (
        "missing_header",
        lambda c: b"\r\n".join(x for x in c.split(b"\r\n") if not x.startswith(b"Message-ID")),
    ),
    "no Content-Type": (
        "missing_header",
        put(b'Content-Type: text/plain; charset="utf-8"\r\n', b""),
    ),
    "another MIME version": ("mime", put(b"Version: 1.0", b"Version: 2.0")),
    "an HTML mail": ("mime", put(b"text/plain", b"text/html")),
    "another charset": ("charset", put(b'"utf-8"', b'"iso-2022-jp"')),
    "no charset": ("charset", put(b'; charset="utf-8"', b"")),
    "another kind of text": ("mime", put(b"text/plain", b"text/calendar")),
    "text that is not UTF-8": ("charset", last_line(b"44E=\r\n")),
    "a quoted-printable body": ("encoding", put(b"base64", b"quoted-printable")),
    "no transfer encoding": ("encoding", put(b"Content-Transfer-Encoding: base64\r\n", b"")),
    "a body with a bare line feed inside": ("bare_newline", last_line(b"YQpi\r\n")),
    "a body with a bare carriage return inside": ("bare_newline", last_line(b"YQ1i\r\n")),
    "words after the body": ("base64", lambda c: c + b"bye!\r\nbye\r\n"),
    "base64 with bits left over": ("base64", last_line(b"YR==\r\n")),
    "base64 with an = inside": ("base64", last_line(b"YQ==YQ==\r\n")),
    "base64 in odd lines": ("base64", lambda c: c[:-2] + b"\r\n\r\n"),
}
BAD_MIXED = {
    "words before the first part": ("mime", put(b"\r\n\r\n--", b"\r\n\r\nhello\r\n--")),
    "words after the last part": ("trailing", lambda c: c + b"hello\r\n"),
    "a Cc in a part": (
        "forbidden_header",
        put(b"\r\nContent-Disp", b"\r\nCc: a@b.example\r\nContent-Disp"),
    ),
    "an X- header in a part": (
        "unknown_header",
        put(b"\r\nContent-Disp", b"\r\nX-A: b\r\nContent-Disp"),
    ),
    "a Content-Description in a part": (
        "unknown_header",
        put(b"\r\nContent-Disp", b"\r\nContent-Description: b\r\nContent-Disp"),
    ),
    "a part without disposition": (
        "missing_header",
        lambda c: c[: c.rfind(b"Content-Disp")] + c[c.rfind(b"\r\n\r\n") + 2 :],
    ),
    "an inline part": ("mime", put(b"attachment;", b"inline;")),
    "a mail inside the mail": (
        "mime",
        lambda c: (
            c[: c.rfind(b"text/plain")] + b"message/rfc822" + c[c.rfind(b"text/plain") + 10 :]
        ),
    ),
    "a multipart inside": (
        "mime",
        lambda c: (
            c[: c.rfind(b"text/plain")] + b"multipart/mixed" + c[c.rfind(b"text/plain") + 10 :]
        ),
    ),
    "an alternative mail": ("unknown_header", put(b"multipart/mixed", b"multipart/alternative")),
    "two different names": ("mime", put(b"filename*0*=UTF-8''%E4", b"filename*0*=UTF-8''%E5")),
    "sections out of order": ("mime", put(b"filename*1*", b"filename*2*")),
    "a name in another charset": ("mime", put(b"*0*=UTF-8''", b"*0*=Shift_JIS''")),
    "a plain file name beside it": ("mime", put(b"attachment;", b'attachment; filename="a.txt";')),
    "no closing delimiter": ("mime", put(b"--" + BOUNDARY + b"--\r\n", b"")),
    "a closing delimiter and no part": ("trailing", lambda c: c[: c.index(OPENING)] + CLOSING),
    "words after the last part, and an 8-bit byte long before": (
        "trailing",
        lambda c: eight_bit_in_the_body(c) + b"hello\r\n",
    ),
    "no closing delimiter, and an 8-bit byte long before": (
        "mime",
        lambda c: eight_bit_in_the_body(c).replace(CLOSING, b""),
    ),
    "an empty part": ("mime", lambda c: c[: c.index(OPENING)] + OPENING + CLOSING),
    "no closing delimiter and an 8-bit byte": (
        "eight_bit",
        lambda c: c.replace(CLOSING, b"") + b"\xe3\r\n",
    ),
    "a parameter behind the boundary": ("mime", put(BOUNDARY + b'"', BOUNDARY + b'"; x="y"')),
    "a word before its type": ("mime", put(b"multipart/mixed", b"x multipart/mixed")),
    "a boundary that is not ours": ("mime", lambda c: c.replace(BOUNDARY, b"=_boundary")),
    "no boundary": ("mime", lambda c: c.replace(BOUNDARY, b"")),
    "a boundary of 31 digits": ("mime", lambda c: c.replace(BOUNDARY, BOUNDARY[:-1])),
    "a boundary of 33 digits": ("mime", lambda c: c.replace(BOUNDARY, BOUNDARY + b"0")),
    "another boundary inside": ("mime", lambda c: c.replace(b"--" + BOUNDARY, b"--x", 1)),
    "a transfer encoding for the whole": (
        "encoding",
        after(b"Content-Transfer-Encoding: base64\r\n"),
    ),
    "a part in 7bit": (
        "encoding",
        lambda c: c[: c.rfind(b"base64")] + b"7bit" + c[c.rfind(b"base64") + 6 :],
    ),
    "a bare line feed in a part": (
        "bare_newline",
        put(b"\r\n--" + BOUNDARY + b"--", b"\n\r\n--" + BOUNDARY + b"--"),
    ),
    "an 8-bit byte in a part": (
        "eight_bit",
        put(b"\r\n--" + BOUNDARY + b"--", b"\xe3\r\n--" + BOUNDARY + b"--"),
    ),
    "an 8-bit byte at the very end": ("eight_bit", lambda c: c + b"\xe3\r\n"),
    "no attachment header block": (
        "header_syntax",
        lambda c: c.replace(
            b"\r\n--" + BOUNDARY + b"--",
            b"\r\n--" + BOUNDARY + b"\r\nQQ==\r\n--" + BOUNDARY + b"--",
        ),
    ),
}


@pytest.mark.parametrize(("reason", "change"), BAD_PLAIN.values(), ids=BAD_PLAIN)
def test_a_plain_mail_with(reason: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Malformed) as caught:
        parse_mail(change(PLAIN))
    assert caught.value.reason == reason


@pytest.mark.parametrize(("reason", "change"), BAD_MIXED.values(), ids=BAD_MIXED)
def test_a_mail_with_materials_and(reason: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Malformed) as caught:
        parse_mail(change(MIXED))
    assert caught.value.reason == reason


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\r\n\r\n", b"To: a@b.example\r\n\r\n", b"\0"])
def test_what_is_no_mail_at_all(content: bytes) -> None:
    with pytest.raises(Malformed):
        parse_mail(content)


def test_a_good_mail_is_read_whole() -> None:
    parsed = parse_mail(MIXED)
    assert parsed.header("To").raw == parsed.value("To") == "saiyo@aozora.example"
    assert parsed.body.startswith("株式会社青空\r\n")
    (part,) = parsed.attachments
    assert (part.filename, part.media_type, part.content) == (
        PLAN.filename, PLAN.media_type, PLAN.content,
    )  # fmt: skip


def test_parts_seen_before_change_nothing_but_the_speed() -> None:
    encoded = (encode_material(PLAN), material(b"\xff" * 5000), material("図"))
    content = mail(materials=encoded).content
    assert parse_mail(content, [each.part for each in encoded]) == parse_mail(content)


def test_a_part_seen_before_is_not_mistaken_for_a_longer_one() -> None:
    whole = material(b"x" * 114)
    shorter = material(b"x" * 57)
    content = mail(materials=(whole,)).content
    assert parse_mail(content, [shorter.part]).attachments[0].content == b"x" * 114


def test_a_bad_part_is_found_though_a_good_one_was_seen() -> None:
    encoded = encode_material(PLAN)
    content = mail(materials=(encoded,)).content.replace(b"attachment;", b"inline;")
    with pytest.raises(Malformed):
        parse_mail(content, [encoded.part])


def test_shared_parts_are_forgotten_before_they_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = material("図" * 500), material("絵" * 500)
    monkeypatch.setattr(parts, "MOST_SHARED_BYTES", len(two.part))
    monkeypatch.setattr(parts, "_shared", {})
    first = parts.parse_shared(one.part)
    assert parts.parse_shared(one.part) is first
    parts.parse_shared(two.part)
    assert list(parts._shared) == [two.part]

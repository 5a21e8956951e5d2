"""Whatever is uploaded or pasted is read within bounds, or refused in a sentence."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest

from eventmail import confined
from eventmail.incidents import reading
from eventmail.incidents.reading import headers, lists, reader
from eventmail.incidents.reading.values import SentMail
from tests.incidents import story
from tests.incidents.reading import outlook

MANY = ", ".join(f"a{number}@x.example" for number in range(10_500))
HOSTILE = {
    "nothing": b"",
    "only nulls": bytes(100_000),
    "10,500 addresses": f"To: {MANY}\r\n\r\n".encode(),
    "one word of 3 MB": b"To: " + b"a" * 3_000_000 + b"\r\n\r\n",
    "nested brackets": b"To: " + b"<" * 50_000 + b"(" * 50_000 + b"\r\n\r\n",
    "quotation marks": b"To: " + b'"a" ' * 100_000 + b"\r\n\r\n",
    "an unclosed quotation": b'To: "' + b"a@x.example, " * 50_000 + b"\r\n\r\n",
    "groups in groups": b"To: " + b"g: " * 100_000 + b"\r\n\r\n",
    "encoded words without end": b"To: " + b"=?utf-8?B?" * 50_000 + b"\r\n\r\n",
    "a charset that unpacks": b"To: =?zlib?B?eJwDAAAAAAE=?= <a@x.example>\r\n\r\n",
    "broken bytes": b"To: \xff\xfe\x80 <a@x.example>, \x1b$B\x80\x1b(B\r\n\r\n",
    "100,000 fields": b"X: y\r\n" * 100_000,
}
BROKEN = {
    "cut off": outlook.msg([outlook.recipient("to", "a@x.example")])[:700],
    "in circles": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_head_is_read_within_bounds(raw: bytes) -> None:
    for found in (headers.of_bytes(raw), headers.of_text(raw.decode("utf-8", "replace"))):
        assert len(found.seen) <= headers.MOST_ADDRESSES
        assert len(found.unread) <= headers.MOST_UNREAD + 1


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_broken_compound_file_is_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(reading.Unreadable, match="宛先の欄を貼り付ける"):
        reading.read_file(raw)


def test_more_addresses_than_are_read_are_told() -> None:
    found = headers.of_bytes(HOSTILE["10,500 addresses"])
    assert len(found.seen) > 9_000
    assert headers.MORE_ADDRESSES in [each.why for each in found.unread]


def test_more_lines_than_a_page_shows_are_counted() -> None:
    found = headers.of_text("To: " + ";".join(f"名前{number}" for number in range(300)))
    assert found.unread[-1].why == headers.MORE_UNREAD.format(count=100)
    listed = lists.of_text("ひかり,a@x.example\n" * (lists.MOST_LINES + 5))
    assert listed.unread[-1].why == lists.MORE_LINES


def test_broken_bytes_anywhere_never_crash_the_reader_of_mails() -> None:
    rng = random.Random(9)
    for _ in range(300):
        raw = bytearray(story.emls()[0][:900])
        for _ in range(20):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        assert isinstance(headers.of_bytes(bytes(raw)), SentMail)


def test_what_hangs_in_the_child_is_refused_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object, **__: object) -> object:
        raise confined.TooSlow("reader")

    monkeypatch.setattr(confined, "call", slow)
    with pytest.raises(reading.Unreadable):
        reading.read_text("To: a@x.example")


def test_what_comes_back_from_the_child_is_what_was_read() -> None:
    raw = story.emls()[0]
    found = headers.of_bytes(raw)
    back = reader.from_child(reader.to_plain(found), raw)
    assert (back.seen, back.sent_at, back.unread) == (found.seen, found.sent_at, found.unread)


UTF_7 = "=?utf-7?B?" + b64encode(b"+2AA-").decode() + "?="  # half of a letter


def test_what_no_database_can_hold_is_left_out() -> None:
    raw = f'To: "{UTF_7}\0" <a@x.example>, b\0ad\r\nSubject: {UTF_7}\0ok\r\n\r\n'.encode()
    found = reader.from_child(reader.to_plain(headers.of_bytes(raw)), raw)
    told = [found.subject, found.sender, *(each.name for each in found.seen)]
    told += [each.text for each in found.unread]
    assert [found.subject, found.unread[0].text] == ["ok", "bad"]
    for each in told:
        assert "\0" not in each
        each.encode()


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_moment_that_no_calendar_shows_is_none(year: str) -> None:
    raw = f"To: a@x.example\r\nDate: 31 Dec {year} 23:00:00 +0000\r\n\r\n".encode()
    assert reader.from_child(reader.to_plain(headers.of_bytes(raw)), raw).sent_at is None

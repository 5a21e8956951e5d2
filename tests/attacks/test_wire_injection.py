"""Whatever an office types, nothing but its own mail to its one recipient comes out."""

from __future__ import annotations

import pytest

from eventmail.wire import (
    Connection,
    GateRefusal,
    Identity,
    Individual,
    Kind,
    Material,
    Relay,
    Unwritable,
    encode_material,
    inspect,
)
from tests.recorder import Recorder
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, OFFICE, REPLIES, mail

BCC = "\r\nBcc: jinji@kure-seiki.example"
INJECTIONS = {
    "a header after CRLF": BCC,
    "a header after LF": BCC.replace("\r\n", "\n"),
    "a header after CR": BCC.replace("\r\n", "\r"),
    "a header after a line separator": BCC.replace("\r\n", "\u2028"),
    "a header after a next-line character": BCC.replace("\r\n", "\x85"),
    "a body after an empty line": "\r\n\r\n本文のふり",
    "the end of the mail": "\r\n.\r\nMAIL FROM:<a@b.example>",
}
HARMLESS = {
    "an encoded header": "=?UTF-8?B?DQpCY2M6IGFAYi5leGFtcGxl?=",
    "quotes and brackets": '"><script>(:;,',
    "a boundary": "--=_0123456789abcdef",
    "a template": "{{ config }} {to} %(bcc)s",
    "a lone dot line": "\n.\nQUIT\n.",
    "a stuffed dot": "\n..\n",
    "headers in the body": "\nTo: a\nBcc: b\n\n",
}


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
def test_in_a_one_line_field(text: str) -> None:
    with pytest.raises(Unwritable):
        mail(subject=f"ご案内{text}")
    with pytest.raises(Unwritable):
        Identity(f"職安{text}", OFFICE, REPLIES)
    with pytest.raises(Unwritable):
        Material(f"図{text}.pdf", "application/pdf", b"x")


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_in_the_body_it_is_only_text(relay: Relay, recorder: Recorder, text: str) -> None:
    envelope = Individual(AOZORA)
    passed = inspect(mail(body=f"ご案内{text}").content, envelope, IDENTITY, KNOWLEDGE, ())
    with Connection(relay) as connection:
        assert connection.send(passed).kind is Kind.ACCEPTED
    (received,) = recorder.received
    assert received.rcpt_to == (str(AOZORA),)
    assert received.content == passed.content


@pytest.mark.parametrize("name", ["a.eml", "参加企業一覧.eml"])
def test_a_mail_saved_from_the_mailbox_carries_its_recipients_and_is_refused(name: str) -> None:
    saved = b"To: jinji@kure-seiki.example, saiyo@aozora.example\r\nSubject: x\r\n\r\nhello\r\n"
    encoded = (encode_material(Material(name, "application/octet-stream", saved)),)
    with pytest.raises(GateRefusal) as caught:
        inspect(mail(materials=encoded).content, Individual(AOZORA), IDENTITY, KNOWLEDGE, encoded)
    assert caught.value.rule == "other_address"

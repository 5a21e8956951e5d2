"""What only looks like an attack is text: it arrives as it was written, and nothing else does."""

from __future__ import annotations

import pytest

from eventmail.wire import Connection, Individual, Kind, Relay, inspect
from tests.attacks.reading import body
from tests.recorder import Recorder
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, mail

HARMLESS = {
    "an encoded header": "=?UTF-8?B?DQpCY2M6IGFAYi5leGFtcGxl?=",
    "quotes and brackets": '"><script>(:;,',
    "a boundary": "--=_0123456789abcdef",
    "a template": "{{ config }} {to} %(bcc)s",
    "a lone dot line": "\n.\nQUIT\n.",
    "a stuffed dot": "\n..\n",
    "headers in the body": "\nTo: a\nBcc: b\n\n",
    "an envelope in the body": "\n.\nMAIL FROM:<a>\nRCPT TO:<b>\nDATA\n",
    "Japanese prose with long vowels": "メールサーバーのユーザー名ー「データセンター」",
    "a price at a price": "りんご 3個@100円、みかん 5個@80.5円",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_in_the_body_it_is_only_text(relay: Relay, recorder: Recorder, text: str) -> None:
    envelope = Individual(AOZORA)
    passed = inspect(mail(body=f"ご案内{text}").content, envelope, IDENTITY, KNOWLEDGE, ())
    with Connection(relay) as connection:
        assert connection.send(passed).kind is Kind.ACCEPTED
    (received,) = recorder.received
    assert received.rcpt_to == (str(AOZORA),)
    assert body(received.content) == f"ご案内{text}"

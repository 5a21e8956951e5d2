"""No second mail inside a mail: the transport refuses a bare CR or LF whatever the gate does."""

from __future__ import annotations

import pytest

from eventmail.wire import Cleared, Connection, Individual, Relay, gate
from tests.recorder import Recorder
from tests.wire.samples import AOZORA, IDENTITY, mail

SMUGGLED = {
    "a lone LF": b"\n.\nMAIL FROM:<a@b.example>\r\n",
    "a lone CR": b"\r.\rMAIL FROM:<a@b.example>\r\n",
    "LF before CR": b"\n\r.\n\rMAIL FROM:<a@b.example>\r\n",
    "CR before CRLF": b"\r\r\n.\r\r\nMAIL FROM:<a@b.example>\r\n",
    "LF before the dot only": b"\n.\r\nMAIL FROM:<a@b.example>\r\n",
    "no end of the last line": b"MAIL FROM:<a@b.example>",
    "half an end": b"MAIL FROM:<a@b.example>\r",
}


@pytest.mark.parametrize("tail", SMUGGLED.values(), ids=SMUGGLED)
def test_no_second_mail_is_smuggled_in_even_past_the_gate(
    relay: Relay, recorder: Recorder, tail: bytes
) -> None:
    """What servers took for the end of a mail in 2023 (CVE-2023-51764 and its kin)."""
    forged = Cleared(IDENTITY.address, Individual(AOZORA), (mail().head + tail,), seal=gate._SEAL)
    with Connection(relay) as connection, pytest.raises(TypeError):
        connection.send(forged)
    assert "DATA" not in recorder.commands
    assert recorder.seen == []

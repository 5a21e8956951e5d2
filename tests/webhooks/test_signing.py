"""Signatures are those of the specification, as its own library computes them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from eventmail.webhooks import signing

# The example of the specification's library in Python.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_headers_are_those_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    assert signing.headers(SECRET, ID, at, BODY) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNED,
    }


def test_a_secret_has_as_many_bytes_as_it_asks_for_and_an_id_no_full_stop() -> None:
    secrets = {signing.new_secret() for _ in range(5)}
    assert len(secrets) == 5
    for each in secrets:
        assert 24 <= len(base64.b64decode(each.removeprefix("whsec_"), validate=True)) <= 64
    assert "." not in signing.new_id()

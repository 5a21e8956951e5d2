from __future__ import annotations

from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import NotAllowedHere, Relay, Security, relay_from

CONFIG: dict[str, Any] = {
    "MAIL_SERVER": "smtp.hirono.example",
    "MAIL_PORT": 587,
    "MAIL_USE_TLS": True,
    "MAIL_USE_SSL": False,
    "MAIL_USERNAME": "office",
    "MAIL_PASSWORD": "correct horse",
    "MAIL_TIMEOUT": 12.5,
    "MAIL_EHLO_NAME": "client.hirono.example",
    "MAIL_SINK": False,
    "MAIL_ALLOWED_DOMAINS": ("Test.Example", ".aoba.example"),
    "MAIL_MAX_EMAILS": 20,
}


def test_settings_carry_flask_mails_names_and_our_additions() -> None:
    assert relay_from(CONFIG, production=True) == Relay(
        host="smtp.hirono.example",
        port=587,
        security=Security.STARTTLS,
        username="office",
        password="correct horse",
        timeout=12.5,
        ehlo_name="client.hirono.example",
        allowed_domains=frozenset(("test.example", "aoba.example")),
        production=True,
        mails_per_connection=20,
    )


def test_without_settings_it_is_flask_mails_default_and_sends_to_nobody() -> None:
    relay = relay_from({})
    assert (relay.host, relay.port, relay.security) == ("127.0.0.1", 25, Security.NONE)
    with pytest.raises(NotAllowedHere):
        relay.check_allowed((EmailAddress.parse("a@b.example"),))


@pytest.mark.parametrize(
    ("tls", "ssl", "security"),
    [(False, False, "none"), (True, False, "starttls"), (False, True, "tls")],
)
def test_tls_and_ssl_choose_the_security(tls: bool, ssl: bool, security: str) -> None:
    relay = relay_from({"MAIL_USE_TLS": tls, "MAIL_USE_SSL": ssl})
    assert relay.security == security


@pytest.mark.parametrize("missing", ["MAIL_USERNAME", "MAIL_PASSWORD"])
def test_signing_in_needs_both_name_and_password_as_in_flask_mail(missing: str) -> None:
    relay = relay_from(CONFIG | {missing: ""})
    assert (relay.username, relay.password) == ("", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"MAIL_USE_TLS": True, "MAIL_USE_SSL": True},
        {"MAIL_PORT": "smtp"},
        {"MAIL_PORT": 70000},
        {"MAIL_SERVER": ""},
        {"MAIL_SERVER": None},
        {"MAIL_SERVER": "smtp.hirono.example\r\nRSET"},
        {"MAIL_SERVER": "送信.example"},
        {"MAIL_TIMEOUT": -1},
        {"MAIL_SINK": True, "MAIL_SERVER": "smtp.hirono.example"},
    ],
)
def test_wrong_settings_are_one_japanese_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="送信サーバーの設定"):
        relay_from(CONFIG | wrong)


def test_the_sink_is_never_production() -> None:
    with pytest.raises(ValueError, match="sink"):
        Relay(host="127.0.0.1", port=25, sink=True, production=True)


def test_the_password_is_not_shown() -> None:
    assert "correct horse" not in repr(relay_from(CONFIG))


ALLOWED = {
    "production takes all": (Relay("smtp.example", 25, production=True), True),
    "the sink takes all": (Relay("127.0.0.1", 25, sink=True), True),
    "loopback alone is no sink": (Relay("127.0.0.1", 25), False),
    "no domain": (Relay("smtp.example", 25, allowed_domains=frozenset()), False),
    "the very domain": (Relay("s.example", 25, allowed_domains=frozenset({"kure.example"})), True),
    "a domain above": (Relay("s.example", 25, allowed_domains=frozenset({"example"})), True),
    "another domain": (Relay("s.example", 25, allowed_domains=frozenset({"aoba.example"})), False),
    "half a label": (Relay("s.example", 25, allowed_domains=frozenset({"re.example"})), False),
    "an empty domain": (Relay("s.example", 25, allowed_domains=frozenset({""})), False),
    "suppressed": (Relay("s.example", 25, production=True, suppressed=True), False),
}


@pytest.mark.parametrize(("relay", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_who_may_be_sent_to(relay: Relay, allowed: bool) -> None:
    recipients = (EmailAddress.parse("jinji@kure.example"),)
    if allowed:
        relay.check_allowed(recipients)
    else:
        with pytest.raises(NotAllowedHere, match="送信"):
            relay.check_allowed(recipients)


def test_one_recipient_outside_stops_the_whole_batch() -> None:
    relay = Relay("s.example", 25, allowed_domains=frozenset({"kure.example"}))
    inside, outside = EmailAddress.parse("a@kure.example"), EmailAddress.parse("a@aoba.example")
    with pytest.raises(NotAllowedHere):
        relay.check_allowed((inside, outside))


@pytest.mark.parametrize(
    ("config", "suppressed"),
    [
        ({}, False),
        ({"TESTING": True}, True),
        ({"TESTING": True, "MAIL_SUPPRESS_SEND": False}, False),
        ({"MAIL_SUPPRESS_SEND": True}, True),
    ],
)
def test_suppression_is_as_in_flask_mail(config: dict[str, Any], suppressed: bool) -> None:
    assert relay_from(config).suppressed is suppressed

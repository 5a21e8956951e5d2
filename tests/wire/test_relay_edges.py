"""A relay's settings at their edges: the last that is taken and the first that is not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import NotAllowedHere, Relay, Security, relay_from

KURE = (EmailAddress.parse("jinji@kure.example"),)


def relay(**choices: Any) -> Relay:
    return Relay(**({"host": "s.example", "port": 25} | choices))


def test_what_is_not_said_is_this() -> None:
    assert dataclasses.asdict(relay()) == {
        "host": "s.example",
        "port": 25,
        "security": Security.NONE,
        "username": "",
        "password": "",
        "timeout": 30.0,
        "ehlo_name": "",
        "allowed_domains": None,
        "production": False,
        "sink": False,
        "suppressed": False,
        "mails_per_connection": None,
        "most_recipients": 100,
    }


def test_without_settings_it_is_this() -> None:
    assert relay_from({}) == relay(host="127.0.0.1")


TAKEN: dict[str, dict[str, Any]] = {
    "the first port": {"port": 1},
    "the last port": {"port": 65535},
    "a short time": {"timeout": 0.5},
    "one recipient": {"most_recipients": 1},
    "a hundred recipients": {"most_recipients": 100},
    "a sink on this machine": {"host": "127.0.0.1", "sink": True},
    "a sink by name": {"host": "localhost", "sink": True},
}
REFUSED: dict[str, dict[str, Any]] = {
    "no host": {"host": ""},
    "no port": {"port": 0},
    "a port too high": {"port": 65536},
    "no time": {"timeout": 0},
    "time running backwards": {"timeout": -0.5},
    "no recipient": {"most_recipients": 0},
    "too many recipients": {"most_recipients": 101},
    "a host in Japanese": {"host": "送信.example"},
    "a host with a space": {"host": "s .example"},
    "a host with a carriage return": {"host": "s\r.example"},
    "a host with a line feed": {"host": "s\n.example"},
    "a name in Japanese": {"ehlo_name": "職安.example"},
    "a name with a line feed": {"ehlo_name": "c.example\nMAIL"},
    "another security": {"security": "perhaps"},
    "a sink elsewhere": {"sink": True},
    "a sink in production": {"host": "127.0.0.1", "sink": True, "production": True},
}


@pytest.mark.parametrize("choices", TAKEN.values(), ids=TAKEN)
def test_a_relay_may_have(choices: dict[str, Any]) -> None:
    assert relay(**choices)


@pytest.mark.parametrize("choices", REFUSED.values(), ids=REFUSED)
def test_a_relay_cannot_have(choices: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        relay(**choices)


def test_a_security_may_be_given_by_its_name() -> None:
    assert relay(security="starttls").security is Security.STARTTLS
    assert {each.value for each in Security} == {"none", "starttls", "tls"}


HOSTS = {
    "127.0.0.1": True,
    "127.9.9.9": True,
    "::1": True,
    "localhost": True,
    "192.0.2.1": False,
    "0.0.0.0": False,
    "localhost.example": False,
    "s.example": False,
}


@pytest.mark.parametrize(("host", "here"), HOSTS.items())
def test_whether_a_host_is_this_machine(host: str, here: bool) -> None:
    assert relay(host=host).loopback is here


def test_its_place_is_host_and_port() -> None:
    assert relay().place == "s.example:25"


def test_a_refusal_has_its_sentence_twice() -> None:
    with pytest.raises(NotAllowedHere, match="本番環境ではない") as caught:
        relay().check_allowed(KURE)
    assert caught.value.message_ja == str(caught.value)


def test_a_stop_of_all_mails_counts_before_everything_else() -> None:
    for open_to_all in (relay(production=True), relay(host="127.0.0.1", sink=True)):
        open_to_all.check_allowed(KURE)
        with pytest.raises(NotAllowedHere, match="MAIL_SUPPRESS_SEND"):
            dataclasses.replace(open_to_all, suppressed=True).check_allowed(KURE)


OURS: dict[str, tuple[Any, str, Any]] = {
    "MAIL_TIMEOUT": ("4", "timeout", 4.0),
    "MAIL_EHLO_NAME": ("c.example", "ehlo_name", "c.example"),
    "MAIL_ALLOWED_DOMAINS": (["A.example", "..b.example."], "allowed_domains", None),
    "MAIL_MAX_RECIPIENTS": ("7", "most_recipients", 7),
    "MAIL_SINK": (1, "sink", True),
}


@pytest.mark.parametrize("name", OURS)
def test_a_setting_of_ours_counts_with_our_name_before_it(name: str) -> None:
    value, field, found = OURS[name]
    if name == "MAIL_ALLOWED_DOMAINS":
        found = frozenset({"a.example", "b.example."})
    assert getattr(relay_from({name: value}), field) == found
    assert getattr(relay_from({f"EVENTMAIL_{name}": value}), field) == found
    assert getattr(relay_from({f"EVENTMAIL_{name}": value, name: None}), field) == found


@pytest.mark.parametrize("name", OURS)
def test_an_empty_setting_of_ours_is_none(name: str) -> None:
    assert relay_from({name: None}) == relay_from({})


def test_flask_mails_settings_have_its_names() -> None:
    config = {
        "MAIL_SERVER": "s.example", "MAIL_PORT": "2525", "MAIL_USERNAME": "u",
        "MAIL_PASSWORD": "p", "MAIL_MAX_EMAILS": 5,
    }  # fmt: skip
    assert relay_from(config) == relay(
        port=2525, username="u", password="p", mails_per_connection=5
    )
    assert relay_from({"MAIL_PORT": None}).port == 25


@pytest.mark.parametrize("missing", ["MAIL_USERNAME", "MAIL_PASSWORD"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_half_a_sign_in_is_none(missing: str, nothing: str | None) -> None:
    found = relay_from({"MAIL_USERNAME": "u", "MAIL_PASSWORD": "p", missing: nothing})
    assert (found.username, found.password) == ("", "")


@pytest.mark.parametrize(
    "wrong", [{"MAIL_PORT": [25]}, {"MAIL_TIMEOUT": [4]}, {"MAIL_MAX_RECIPIENTS": [7]}]
)
def test_a_setting_of_a_wrong_kind_is_told_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="送信サーバーの設定"):
        relay_from(wrong)


def test_nothing_is_production_unless_said_aloud() -> None:
    assert not relay_from({"PRODUCTION": True}).production
    assert relay_from({}, production=True).production


DOMAINS = {
    "kure.example": True,
    "mail.kure.example": True,
    "xkure.example": False,
    "kure.example.invalid": False,
    "example": False,
}


@pytest.mark.parametrize(("domain", "allowed"), DOMAINS.items())
def test_a_domain_and_all_below_it_are_allowed(domain: str, allowed: bool) -> None:
    assert relay(allowed_domains=frozenset({"kure.example"}))._allows(domain) is allowed

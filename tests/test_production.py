"""Production does not start with its doors open, unless a setting says by name that it is meant."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest

from eventmail import files
from eventmail.config import ConfigError, Mode, load
from eventmail.production import EXCEPTIONS, refusals, require_safe

ROOT = Path(__file__).resolve().parent.parent
RANDOM = "tF8v1qZ0m4YwGkR7cXhJ2nLbS9dUeA5iPoW3xVfK"
CLOSED = {
    "EVENTMAIL_SECRET_KEY": RANDOM,
    "EVENTMAIL_MAIL_SERVER": "relay.office.example",
    "EVENTMAIL_MAIL_USE_TLS": "true",
    "EVENTMAIL_PUBLIC_URL": "https://mail.office.example",
    "EVENTMAIL_TRUSTED_PROXY": "127.0.0.1",
}
SECRET, KEYS = "EVENTMAIL_SECRET_KEY", "EVENTMAIL_SEALING_KEYS"
RELAY, PROXY = "EVENTMAIL_MAIL_SERVER", "EVENTMAIL_TRUSTED_PROXY"
TLS, URL = "EVENTMAIL_MAIL_USE_TLS", "EVENTMAIL_PUBLIC_URL"


def found(outside: dict[str, str] | None = None, **changed: str) -> list[str]:
    return refusals(load({**CLOSED, **changed}), outside or {})


def test_with_its_doors_closed_it_starts() -> None:
    assert found() == []
    require_safe(load(CLOSED), {})


# What is changed, and the setting that the one sentence names.
OPEN: dict[str, tuple[dict[str, str], str]] = {
    "a secret of one letter": ({SECRET: "x" * 40}, SECRET),
    "a secret of few letters": ({SECRET: "abcabcd" * 6}, SECRET),
    "a secret that repeats": ({SECRET: "0123456789" * 4}, SECRET),
    "a secret that repeats and breaks off": ({SECRET: "abcdefghijklm" * 3 + "abc"}, SECRET),
    "a placeholder": ({SECRET: "please-CHANGE-ME-before-you-start-0123"}, SECRET),
    "a tutorial's secret": ({SECRET: "my-super-secret-key-1234567890-abcdef"}, SECRET),
    "a Japanese placeholder": ({SECRET: "（32文字以上の推測できない文字列）" * 2}, SECRET),
    "the tests' own secret": (
        {SECRET: "tests only: nothing is signed with this elsewhere"},
        SECRET,
    ),
    "a plain sealing key": ({KEYS: f"{RANDOM[::-1]},{'k' * 32}"}, KEYS),
    "a relay elsewhere without TLS": ({TLS: "false"}, "EVENTMAIL_ALLOW_PLAIN_RELAY"),
    "pages without HTTPS": ({URL: "http://mail.office.example"}, "EVENTMAIL_ALLOW_PLAIN_HTTP"),
    "pages nobody knows where": ({URL: ""}, "EVENTMAIL_ALLOW_PLAIN_HTTP"),
    "pages said to be on HTTPS alone": (
        {URL: "", "EVENTMAIL_HTTPS": "true"},
        "EVENTMAIL_ALLOW_PLAIN_HTTP",
    ),
    "nobody trusted in front": ({PROXY: ""}, "EVENTMAIL_ALLOW_NO_PROXY"),
    "data inside the program": ({"EVENTMAIL_DATA_DIR": str(files.PROGRAM / "var")}, "DATA_DIR"),
}


@pytest.mark.parametrize(("changed", "named"), OPEN.values(), ids=OPEN)
def test_an_open_door_stops_the_start_in_one_sentence(changed: dict[str, str], named: str) -> None:
    (sentence,) = found(**changed)
    assert named in sentence
    assert RANDOM not in sentence


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_flasks_debugging_stops_the_start(value: str) -> None:
    (sentence,) = found({"FLASK_DEBUG": value})
    assert "FLASK_DEBUG" in sentence
    assert "EVENTMAIL_ALLOW_DEBUG" in sentence


@pytest.mark.parametrize("value", ["", "0", "false", "No"])
def test_flasks_debugging_that_is_off_does_not(value: str) -> None:
    assert found({"FLASK_DEBUG": value}) == []


ALLOWED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "EVENTMAIL_ALLOW_DEBUG": ({}, {"FLASK_DEBUG": "1"}),
    "EVENTMAIL_ALLOW_PLAIN_RELAY": ({TLS: "false"}, {}),
    "EVENTMAIL_ALLOW_PLAIN_HTTP": ({URL: "", PROXY: ""}, {}),
    "EVENTMAIL_ALLOW_NO_PROXY": ({PROXY: ""}, {}),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_each_exception_is_a_setting_of_its_own(name: str) -> None:
    changed, outside = ALLOWED[name]
    assert found(outside, **changed) != []
    assert found(outside, **changed, **{name: "true"}) == []
    others: dict[str, Any] = dict.fromkeys(set(ALLOWED) - {name}, "true")
    if name != "EVENTMAIL_ALLOW_NO_PROXY":  # without HTTPS there is no proxy to ask for
        assert found(outside, **changed, **others) != []


def test_the_table_of_exceptions_is_whole() -> None:
    names = {f"EVENTMAIL_{each.allowed_by[0].upper()}" for each in EXCEPTIONS}
    assert names == set(ALLOWED)


@pytest.mark.parametrize("here", ["127.0.0.1", "localhost", "::1"])
def test_a_relay_on_the_same_machine_needs_no_tls(here: str) -> None:
    assert found(**{RELAY: here, TLS: "false"}) == []


def test_a_relay_that_cannot_be_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="MAIL_SERVER"):
        found(**{RELAY: "送信サーバー"})


@pytest.mark.parametrize("folder", [".", "demo"])
def test_the_secret_of_a_demo_that_was_tried_here_is_known(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "secret").write_text(RANDOM, "ascii")
    (sentence,) = found(EVENTMAIL_DATA_DIR=str(tmp_path))
    assert "デモの秘密" in sentence
    assert found(EVENTMAIL_DATA_DIR=str(tmp_path), EVENTMAIL_SECRET_KEY=RANDOM[::-1]) == []


def test_every_open_door_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        require_safe(load({SECRET: "x" * 40, RELAY: "relay.office.example"}), {"FLASK_DEBUG": "1"})
    assert len(str(raised.value).splitlines()) == 5


@pytest.mark.parametrize("mode", [Mode.DEMO, Mode.TEST])
def test_what_sends_to_nobody_is_left_alone(mode: Mode) -> None:
    settings = load({"EVENTMAIL_MODE": mode.value, SECRET: "x" * 40, RELAY: "relay.example"})
    assert refusals(settings, {"FLASK_DEBUG": "1"}) == []


def test_no_random_secret_is_taken_for_a_known_one() -> None:
    made = [make(48) for make in (secrets.token_hex, secrets.token_urlsafe) for _ in range(200)]
    assert [each for each in made if found(**{SECRET: each})] == []

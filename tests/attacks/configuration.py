"""Settings that are wrong, mistyped or meant badly: what they would let out, and to whom."""

from __future__ import annotations

import contextlib
import fnmatch
import io
import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from eventmail import cli_running, config
from eventmail.config import Mode, Settings
from eventmail.wire import (
    Connection,
    Relay,
    Security,
    connecting,
    conversation,
    relay_from,
    transport,
)
from eventmail.wire import relay as relay_module
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import cut, instead, silent
from tests.attacks.world import World
from tests.recorder import allow_port
from tests.wire.samples import AOZORA, cleared
from tests.wire.test_tls import certificate, server

SECRET = "a secret of more than thirty-two letters"


def settings(world: World, **given: str) -> Settings:
    """The settings that this environment gives, for the test's relay."""
    told = {"MODE": "demo", "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(world.relay.port)}
    return config.load({f"EVENTMAIL_{k}": v for k, v in (told | given).items()})


def _leaves(**given: str) -> Callable[[World], bool]:
    """A mail to a real company leaves under these settings."""

    def strike(world: World) -> bool:
        found = settings(world, **given)
        relay = relay_from(found.mail, production=found.mode is Mode.PRODUCTION)
        with Connection(relay) as connection:
            connection.send(cleared())
        return bool(world.recorder.seen)

    return strike


def _domain(test: Callable[[str, str], bool]) -> Lowering:
    def allows(self: Relay, domain: str) -> bool:
        return any(test(domain, each) for each in self.allowed_domains or ("",))

    return instead(relay_module.Relay, "_allows", allows)


PRODUCTION = {"MODE": "production", "SECRET_KEY": SECRET}
ANYBODY: Lowering = silent(Relay, "check_allowed")
HERE_ALLOWED: dict[str, tuple[dict[str, str], Lowering]] = {
    "a demo to real companies": ({}, ANYBODY),
    "a test installation to real companies": ({"MODE": "test"}, ANYBODY),
    "an allowed domain that ends alike": (
        {"MAIL_ALLOWED_DOMAINS": "zora.example"},
        _domain(str.endswith),
    ),
    "an allowed domain that contains it": (
        {"MAIL_ALLOWED_DOMAINS": "aozora.example.hirono.example"},
        _domain(lambda domain, each: domain in each),
    ),
    "an allowed domain that it contains": (
        {"MAIL_ALLOWED_DOMAINS": "ozora.ex"},
        _domain(lambda domain, each: each in domain),
    ),
    "a star for all domains": ({"MAIL_ALLOWED_DOMAINS": "*"}, _domain(fnmatch.fnmatch)),
    "a star before a domain": ({"MAIL_ALLOWED_DOMAINS": "*.example"}, _domain(fnmatch.fnmatch)),
    "a lone dot as allowed domain": ({"MAIL_ALLOWED_DOMAINS": "."}, _domain(str.endswith)),
    "an at sign as allowed domain": (
        {"MAIL_ALLOWED_DOMAINS": "@"},
        _domain(lambda domain, each: f"@{domain}".startswith(each)),
    ),
    "sending that was switched off": (
        {**PRODUCTION, "MAIL_SUPPRESS_SEND": "true"},
        cut(Relay, "check_allowed", "self.suppressed", "False"),
    ),
    "sending that was switched off, to the sink": (
        {"MAIL_SINK": "true", "MAIL_SUPPRESS_SEND": "on"},
        cut(Relay, "check_allowed", "self.suppressed", "False"),
    ),
}


def _known_only(gather: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    known = {config.variable(each) for each in config.fields(Settings)}
    return lambda *given: {k: v for k, v in gather(*given).items() if k in known}


IGNORED: Lowering = instead(config, "_gather", _known_only(config._gather))
MISTYPED = {
    "a switch-off, mistyped": {"MAIL_SUPRESS_SEND": "true"},
    "a mode under another name": {"MODUS": "demo"},
    "a copy to everybody": {"MAIL_ALWAYS_BCC": "jinji@kure-seiki.example"},
    "a default sender": {"MAIL_DEFAULT_SENDER": "jinji@kure-seiki.example"},
    "the library's debugging": {"MAIL_DEBUG": "true"},
    "the library's file names": {"MAIL_ASCII_ATTACHMENTS": "true"},
    "verification switched off": {"MAIL_TLS_VERIFY": "false"},
}


def _lenient(setting: Any, value: str) -> Any:
    try:
        return setting.metadata["parse"](value)
    except (ValueError, KeyError):
        return setting.default


LENIENT: Lowering = instead(config, "_parse", _lenient)
NO_CHECK: Lowering = silent(config, "_check")
ANY_RELAY = Also(Barrier.TRANSPORT, silent(Relay, "__post_init__"))
NO_TLS = Also(Barrier.TRANSPORT, instead(relay_module, "_security", lambda *_: Security.NONE))
WRONG: dict[str, tuple[dict[str, str], Lowering, tuple[Also, ...]]] = {
    "a mode nobody knows": ({"MODE": "demonstration", "SECRET_KEY": SECRET}, LENIENT, ()),
    "a switch-off nobody can read": (
        {**PRODUCTION, "MAIL_SUPPRESS_SEND": "yes please"},
        LENIENT,
        (),
    ),
    "the demo's sink in production": (
        {**PRODUCTION, "MAIL_SINK": "true"},
        NO_CHECK,
        (ANY_RELAY,),
    ),
    "two kinds of TLS at once, so none": (
        {**PRODUCTION, "MAIL_USE_TLS": "true", "MAIL_USE_SSL": "true"},
        NO_CHECK,
        (NO_TLS,),
    ),
    "production without a secret": ({"MODE": "production"}, NO_CHECK, ()),
    "production with a guessable secret": (
        {"MODE": "production", "SECRET_KEY": "himitsu"},
        NO_CHECK,
        (),
    ),
    "production by default, without a secret": ({"MODE": "Production "}, NO_CHECK, ()),
}


def _sink_elsewhere(world: World) -> bool:
    """Somebody calls a real server the sink, so that it would take everything."""
    found = settings(world, MAIL_SINK="true", MAIL_SERVER="192.0.2.1")
    relay_from(found.mail).check_allowed((AOZORA,))
    return True


def _demo_with_a_relay(_world: World) -> bool:
    """The demo is started where the environment names the office's real relay."""
    name = "EVENTMAIL_MAIL_SERVER"
    os.environ[name] = "relay.hirono.example"
    try:
        return cli_running.settings_of_demo().mail_server == "relay.hirono.example"
    finally:
        del os.environ[name]


def _unverified(purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH) -> ssl.SSLContext:
    if purpose is ssl.Purpose.CLIENT_AUTH:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # the stranger's own
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@cache
def _certificate(folder: Path) -> Path:
    return certificate(folder, "127.0.0.1")


def _man_in_the_middle(security: Security) -> Callable[[World], bool]:
    """Somebody answers in the relay's place with a certificate of his own."""

    def strike(world: World) -> bool:
        path = _certificate(world.folder)
        with server(path, implicit=security is Security.TLS) as other:
            allow_port(other.port)
            relay = replace(world.relay, port=other.port, security=security)
            with Connection(relay) as connection:
                connection.send(cleared())
            return bool(other.seen)

    return strike


def _stripped(world: World) -> bool:
    """Somebody on the way takes STARTTLS out of the relay's answer."""
    with Connection(replace(world.relay, security=Security.STARTTLS)) as connection:
        connection.send(cleared())
    return bool(world.recorder.seen)


def _password_in_clear(world: World) -> bool:
    """A password is set, encryption is not, and the relay is on another machine."""
    away = type("Away", (Relay,), {"loopback": False})
    fields = {name: getattr(world.relay, name) for name in Relay.__slots__}
    signing_in = {"username": "office", "password": "correct horse", "sink": False}
    relay = away(**fields | signing_in)
    with Connection(relay):
        return any(each.startswith("AUTH") for each in world.recorder.commands)


def _debug_output(world: World) -> bool:
    """Flask-Mail's debug switch writes every recipient to the log."""
    with contextlib.redirect_stderr(io.StringIO()) as log:
        asked = {"MAIL_PORT": world.relay.port, "MAIL_DEBUG": True, "MAIL_SINK": True}
        with Connection(relay_from(asked)) as connection:
            connection.send(cleared())
    return str(AOZORA) in log.getvalue()


def _talking(self: conversation.Conversation, said: bytes) -> None:
    sys.stderr.write(said.decode())
    self._sock.sendall(said)


def _greeting(world: World) -> bool:
    """The name for the greeting carries an envelope of its own."""
    evil = "x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<jinji@kure-seiki.example>"
    with (
        contextlib.suppress(ValueError),
        Connection(replace(world.relay, ehlo_name=evil)),
    ):
        pass
    return any("jinji" in each for each in world.recorder.commands)


NO_STARTTLS = 'raise RelayUnavailable("no_starttls", relay)'
_ONE_LINE = r'"\r" in words or "\n" in words'
CONNECTIONS: dict[str, tuple[Barrier, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "a sink on another machine": (
        Barrier.TRANSPORT,
        _sink_elsewhere,
        silent(Relay, "__post_init__"),
        (),
    ),
    "the real relay in the demo's environment": (
        Barrier.CONFIGURATION,
        _demo_with_a_relay,
        cut(cli_running, "settings_of_demo", '_chosen("HOST", "PORT", "DATA_DIR")', "os.environ"),
        (),
    ),
    "a stranger's certificate from the first byte": (
        Barrier.TRANSPORT,
        _man_in_the_middle(Security.TLS),
        instead(ssl, "create_default_context", _unverified),
        (),
    ),
    "a stranger's certificate after STARTTLS": (
        Barrier.TRANSPORT,
        _man_in_the_middle(Security.STARTTLS),
        instead(ssl, "create_default_context", _unverified),
        (),
    ),
    "STARTTLS taken out on the way": (
        Barrier.TRANSPORT,
        _stripped,
        cut(connecting, "_start_tls", NO_STARTTLS, "return offered"),
        (),
    ),
    "a password in clear to another machine": (
        Barrier.TRANSPORT,
        _password_in_clear,
        cut(transport, "open_connection", "and not relay.loopback", "and False"),
        (),
    ),
    "debug output with every recipient": (
        Barrier.TRANSPORT,
        _debug_output,
        instead(conversation.Conversation, "write", _talking),
        (),
    ),
    "an envelope in the name for the greeting": (
        Barrier.TRANSPORT,
        _greeting,
        silent(Relay, "__post_init__"),
        (Also(Barrier.TRANSPORT, cut(conversation, "command", _ONE_LINE, "False")),),
    ),
}

ATTACKS = (
    *(
        Attack(Family.CONFIGURATION, Barrier.TRANSPORT, name, _leaves(**given), lowered)
        for name, (given, lowered) in HERE_ALLOWED.items()
    ),
    *(
        Attack(
            Family.CONFIGURATION,
            Barrier.CONFIGURATION,
            f"{name}, by a name that is no setting",
            _leaves(**PRODUCTION, **given),
            IGNORED,
        )
        for name, given in MISTYPED.items()
    ),
    *(
        Attack(Family.CONFIGURATION, Barrier.CONFIGURATION, name, _leaves(**given), lowered, also)
        for name, (given, lowered, also) in WRONG.items()
    ),
    *(
        Attack(Family.CONFIGURATION, barrier, name, strike, lowered, also)
        for name, (barrier, strike, lowered, also) in CONNECTIONS.items()
    ),
)

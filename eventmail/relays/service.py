"""Through which server an office's mails go, and within which limits.

An office's choice is a setting that needs two people (:mod:`eventmail.relays.kind`): it is kept in
``setting_changes`` alone, where the newest row holds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from eventmail.config import Mode, Settings
from eventmail.language import said
from eventmail.offices import settings as office_settings
from eventmail.sealing import Sealer, Unsealable
from eventmail.sendlock import service as sendlock
from eventmail.wire import LARGEST_BATCH, Relay, Security, relay_from

KIND = "relay"
MOST_CONNECTIONS = 64
MOST_PER_MINUTE = 100_000
LOCKED = said(
    "この所の送信サーバーのパスワードを読み出せないため、送信を止めています。管理者に、設定 "
    "EVENTMAIL_SEALING_KEYS を確かめるよう連絡してください。"
)
UNREADABLE = said(
    "この所の送信サーバーの設定を読めないため、送信を止めています。「所の設定」で、送信サーバーを"
    "もう一度選んでください。"
)


class NoRoute(Exception):
    """The office's server cannot be used; the text is one Japanese sentence. Nothing is sent."""

    def __init__(self, message_ja: str) -> None:
        super().__init__(message_ja)
        self.message_ja = message_ja


@dataclass(frozen=True, slots=True)
class Route:
    """A relay and its limits: connections of all workers together, mails a minute."""

    relay: Relay
    connections: int
    per_minute: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What an office may choose. An empty ``host`` is the installation's relay.

    ``sealed_password``: sealed with a key outside the database, bound to the office. Raises
    ``ValueError`` for what no office may choose.
    """

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    sealed_password: str = dataclasses.field(default="", repr=False)
    connections: int = 4
    per_minute: int | None = None
    most_recipients: int = LARGEST_BATCH

    def __post_init__(self) -> None:
        held = (
            isinstance(self.security, Security)
            and 1 <= self.port <= 65535
            and 1 <= self.connections <= MOST_CONNECTIONS
            and (self.per_minute is None or 1 <= self.per_minute <= MOST_PER_MINUTE)
            and 1 <= self.most_recipients <= LARGEST_BATCH
            and bool(self.username) == bool(self.sealed_password)
        )
        if not held:
            raise ValueError("no office may choose such a relay")
        if self.username and self.security is Security.NONE:
            raise ValueError("a password does not travel in the clear")

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Choice:
        """As it was kept; raises ``ValueError`` or ``TypeError`` for what is no choice."""
        return cls(**{**told, "security": Security(told["security"])})

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return dataclasses.asdict(self) | {"security": self.security.value}


def place(office_id: int) -> str:
    """Where an office's password is sealed to."""
    return f"relay:{office_id}"


def default_route(settings: Settings) -> Route:
    """The installation's relay; only production may send to anybody."""
    relay = relay_from(settings.mail, production=settings.mode is Mode.PRODUCTION)
    return Route(relay, settings.mail_connections, settings.mail_per_minute)


def route_of(session: Session, settings: Settings, office_id: int) -> Route:
    """The relay of one office. Raises :class:`NoRoute` where it has one that cannot be used, and
    where nothing at all may leave: a copy that nobody has unlocked yet.
    """
    if sendlock.current(session) is not None:
        raise NoRoute(sendlock.SENTENCE)
    chosen = choice_of(session, office_id)
    return own_route(chosen, settings, office_id) if chosen.host else default_route(settings)


def choice_of(session: Session, office_id: int) -> Choice:
    """The choice that holds now. Raises :class:`NoRoute` if it cannot be read."""
    newest = office_settings.latest(session, office_id, KIND)
    if newest is None:
        return Choice()
    try:
        return Choice.of(json.loads(newest.after))
    except (KeyError, TypeError, ValueError) as error:
        raise NoRoute(UNREADABLE) from error


def own_route(chosen: Choice, settings: Settings, office_id: int) -> Route:
    """With the installation's time-outs, and its fence outside production."""
    installed = default_route(settings).relay
    try:
        relay = dataclasses.replace(
            installed,
            host=chosen.host,
            port=chosen.port,
            security=chosen.security,
            username=chosen.username,
            password=_password(chosen, settings, office_id),
            most_recipients=chosen.most_recipients,
            sink=installed.sink and (chosen.host, chosen.port) == (installed.host, installed.port),
        )
    except ValueError as error:
        raise NoRoute(UNREADABLE) from error
    return Route(relay, chosen.connections, chosen.per_minute)


def _password(chosen: Choice, settings: Settings, office_id: int) -> str:
    if not chosen.username:
        return ""
    try:
        return Sealer.of(settings).open(chosen.sealed_password, place(office_id))
    except Unsealable as error:
        raise NoRoute(LOCKED) from error

"""Through which server an office's mails go, and within which limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.config import Mode, Settings
from eventmail.relays.models import OfficeRelay
from eventmail.sealing import Sealer, Unsealable
from eventmail.wire import Relay, Security, relay_from

LOCKED = (
    "この所の送信サーバーのパスワードを読み出せないため、送信を止めています。管理者に、設定 "
    "EVENTMAIL_SEALING_KEYS を確かめるよう連絡してください。"
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
    """What an office may choose. An empty ``host`` is the installation's relay."""

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    sealed_password: str = dataclasses.field(default="", repr=False)
    connections: int = 4
    per_minute: int | None = None
    most_recipients: int = 100


def place(office_id: int) -> str:
    """Where an office's password is sealed to."""
    return f"relay:{office_id}"


def default_route(settings: Settings) -> Route:
    """The installation's relay; only production may send to anybody."""
    relay = relay_from(settings.mail, production=settings.mode is Mode.PRODUCTION)
    return Route(relay, settings.mail_connections, settings.mail_per_minute)


def route_of(session: Session, settings: Settings, office_id: int) -> Route:
    """The relay of one office. Raises :class:`NoRoute` where it has one that cannot be used."""
    chosen = current(session, office_id)
    if chosen is None or not chosen.host:
        return default_route(settings)
    return _own(chosen, settings)


def routes(session: Session, settings: Settings, office_ids: Iterable[int]) -> dict[int, Route]:
    """The usable routes of these offices; whoever has none is left out."""
    found = {}
    for office_id in set(office_ids):
        try:
            found[office_id] = route_of(session, settings, office_id)
        except NoRoute:
            continue
    return found


def current(session: Session, office_id: int) -> OfficeRelay | None:
    """The choice that holds now; None if the office never made one."""
    query = (
        sa.select(OfficeRelay)
        .where(OfficeRelay.office_id == office_id)
        .order_by(OfficeRelay.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def choice_of(session: Session, office_id: int) -> Choice:
    """The choice that holds now, as a value."""
    found = current(session, office_id)
    if found is None:
        return Choice()
    names = [each.name for each in dataclasses.fields(Choice)]
    return Choice(**{name: getattr(found, name) for name in names})


def choose(session: Session, office_id: int, staff_id: int | None, choice: Choice) -> OfficeRelay:
    """Let the office send through another server from the next mail on."""
    made = OfficeRelay(
        office_id=office_id, chosen_by=staff_id, at=clock.now(), **dataclasses.asdict(choice)
    )
    session.add(made)
    session.flush()
    record(
        session,
        "relay.chosen",
        f"relay:{made.id}",
        office_id=office_id,
        staff_id=staff_id,
        host=choice.host,
        port=choice.port,
        security=choice.security.value,
    )
    return made


def _own(chosen: OfficeRelay, settings: Settings) -> Route:
    """With the installation's time-outs, and its fence outside production."""
    installed = default_route(settings).relay
    try:
        password = ""
        if chosen.username:
            sealer = Sealer.of(settings)
            password = sealer.open(chosen.sealed_password, place(chosen.office_id))
    except Unsealable as error:
        raise NoRoute(LOCKED) from error
    relay = dataclasses.replace(
        installed,
        host=chosen.host,
        port=chosen.port,
        security=chosen.security,
        username=chosen.username,
        password=password,
        most_recipients=chosen.most_recipients,
        sink=installed.sink and chosen.host == installed.host and chosen.port == installed.port,
    )
    return Route(relay, chosen.connections, chosen.per_minute)

"""The office's SMTP server: its settings, read as Flask-Mail means them, and who may be sent to."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventmail.addresses import EmailAddress
from eventmail.language import said
from eventmail.wire.envelope import LARGEST_BATCH


class Security(StrEnum):
    """How the connection is protected. Certificates are always verified."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class NotAllowedHere(Exception):
    """Outside production this recipient may not be sent to; nothing was sent."""

    def __init__(self, message_ja: str) -> None:
        super().__init__(message_ja)
        self.message_ja = message_ja


@dataclass(frozen=True, slots=True)
class Relay:
    """Where and how mails are handed over. ``timeout`` is in seconds, for each step.

    Outside production only the built-in sink or the domains in ``allowed_domains`` (and all below
    them) take mails. ``most_recipients`` bounds one transaction. ``suppressed``
    (Flask-Mail's ``MAIL_SUPPRESS_SEND``) stops every mail.
    """

    host: str
    port: int
    security: Security = Security.NONE
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    ehlo_name: str = ""
    allowed_domains: frozenset[str] | None = None
    production: bool = False
    sink: bool = False
    suppressed: bool = False
    mails_per_connection: int | None = None
    most_recipients: int = LARGEST_BATCH

    def __post_init__(self) -> None:
        object.__setattr__(self, "security", Security(self.security))
        if not self.host or not 0 < self.port < 65536 or self.timeout <= 0:
            raise ValueError("a relay has a host, a port and a positive time-out")
        if not 1 <= self.most_recipients <= LARGEST_BATCH:
            raise ValueError(f"a relay takes 1 to {LARGEST_BATCH} recipients at once")
        if not (self.host + self.ehlo_name).isascii() or set(self.host + self.ehlo_name) & set(
            " \r\n"
        ):
            raise ValueError("host names of a relay are plain ASCII")
        if self.sink and (self.production or not self.loopback):
            raise ValueError("the built-in sink is on this machine, and never in production")

    @property
    def loopback(self) -> bool:
        """Whether the relay is on this very machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def place(self) -> str:
        """``host:port``, for messages."""
        return f"{self.host}:{self.port}"

    def check_allowed(self, recipients: tuple[EmailAddress, ...]) -> None:
        """Raise :class:`NotAllowedHere` unless each of ``recipients`` may be sent to."""
        if self.suppressed:
            raise NotAllowedHere(
                said("設定 MAIL_SUPPRESS_SEND により、メールの送信を止めています。")
            )
        if self.production or self.sink:
            return
        if not all(self._allows(each.domain) for each in recipients):
            raise NotAllowedHere(
                said(
                    "本番環境ではないため、許可したドメイン以外のあて先には送信できません。"
                    "内蔵の受信箱を使うか、設定 MAIL_ALLOWED_DOMAINS を確認してください。"
                )
            )

    def _allows(self, domain: str) -> bool:
        allowed = self.allowed_domains or frozenset()
        return any(domain == each or domain.endswith(f".{each}") for each in allowed)


def relay_from(config: Mapping[str, Any], *, production: bool = False) -> Relay:
    """Read Flask-Mail's settings through Flask-Mail, and our additions.

    Ours are ``MAIL_TIMEOUT`` (seconds), ``MAIL_EHLO_NAME``, ``MAIL_ALLOWED_DOMAINS``,
    ``MAIL_MAX_RECIPIENTS`` and ``MAIL_SINK``, each also with ``EVENTMAIL_`` before it. Unless
    ``production`` is said aloud, only the sink and allowed domains take mails. Raises
    ``ValueError`` with a Japanese sentence.
    """
    # Here, for the child that searches a file starts in half the time without Flask.
    from flask_mail import Mail  # noqa: TID251

    state = Mail().init_mail(dict(config), testing=bool(config.get("TESTING", False)))
    domains = _own(config, "MAIL_ALLOWED_DOMAINS") or ()
    try:
        return Relay(
            host=state.server,
            port=int(state.port or 25),
            security=_security(state.use_tls, state.use_ssl),
            # Flask-Mail signs in only where both are set.
            username=(state.username or "") if state.password else "",
            password=(state.password or "") if state.username else "",
            timeout=float(_own(config, "MAIL_TIMEOUT") or 30.0),
            ehlo_name=_own(config, "MAIL_EHLO_NAME") or "",
            allowed_domains=frozenset(each.lower().lstrip(".") for each in domains) or None,
            production=production,
            sink=bool(_own(config, "MAIL_SINK")),
            suppressed=bool(state.suppress),
            mails_per_connection=state.max_emails,
            most_recipients=int(_own(config, "MAIL_MAX_RECIPIENTS") or LARGEST_BATCH),
        )
    except (TypeError, ValueError) as error:
        raise ValueError(
            said(
                "送信サーバーの設定（MAIL_SERVER、MAIL_PORT など）に誤りがあります。"
                "設定を確認してください。"
            )
        ) from error


def _own(config: Mapping[str, Any], name: str) -> Any:
    return config.get(f"EVENTMAIL_{name}", config.get(name))


def _security(use_tls: bool, use_ssl: bool) -> Security:
    table = {
        (False, False): Security.NONE,
        (True, False): Security.STARTTLS,
        (False, True): Security.TLS,
    }
    pair = (bool(use_tls), bool(use_ssl))
    if pair not in table:
        raise ValueError("MAIL_USE_TLS and MAIL_USE_SSL exclude each other")
    return table[pair]

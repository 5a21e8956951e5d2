"""Opening a connection to the relay: connect, TLS, EHLO, sign in, each failure with a sentence."""

from __future__ import annotations

import smtplib  # noqa: TID251
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from eventmail.wire.outcome import Pressure
from eventmail.wire.relay import Relay, Security

Answer = TypeVar("Answer")

_LATER = "時間をおいて試してください。"
_SENTENCES = {
    "cannot_connect": "に接続できません。サーバー名とポートを確認してください。",
    "timeout": f"から{{seconds:g}}秒以内に応答がありません。{_LATER}",
    "certificate": "の証明書を確認できません。サーバー名と証明書を確認してください。",
    "tls": "とTLSで接続できません。暗号化の設定を確認してください。",
    "no_starttls": "はSTARTTLSに対応していません。暗号化の設定を確認してください。",
    "auth": "にサインインできません。ユーザー名とパスワードを確認してください。",
    "auth_later": f"が今はサインインを受け付けません。{_LATER}",
    "no_auth": "はサインインに対応していません。ユーザー名の設定を確認してください。",
    "auth_in_clear": (
        "へ暗号化せずにパスワードを送ることはできません。"
        "MAIL_USE_TLS か MAIL_USE_SSL を設定してください。"
    ),
    "refused": f"が接続を断りました。{_LATER}",
}


class RelayUnavailable(Exception):
    """No mail was handed over, for the relay cannot be used now; ``code`` says why."""

    def __init__(self, code: str, relay: Relay) -> None:
        self.code = code
        what = _SENTENCES[code].format(seconds=relay.timeout)
        self.message_ja = f"送信サーバー {relay.place} {what}"
        super().__init__(f"{code}: {self.message_ja}")

    @property
    def pressure(self) -> Pressure:
        """Whether to come again later, or only when somebody has changed the settings."""
        table = {"auth": Pressure.CREDENTIALS, "refused": Pressure.SLOW_DOWN}
        return table.get(self.code, Pressure.DOWN)


def open_connection(relay: Relay) -> smtplib.SMTP:
    """A connection that has greeted, is encrypted and signed in as the relay's settings say."""
    if relay.username and relay.security is Security.NONE and not relay.loopback:
        raise RelayUnavailable("auth_in_clear", relay)
    smtp = _step(relay, "refused", lambda: _connect(relay))
    try:
        _step(relay, "refused", smtp.ehlo_or_helo_if_needed)
        if relay.security is Security.STARTTLS:
            _start_tls(smtp, relay)
        if relay.username:
            _sign_in(smtp, relay)
    except BaseException:
        smtp.close()
        raise
    if smtp.sock is not None:
        # The final dot goes in a small packet of its own, which must not wait for more.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp


def _connect(relay: Relay) -> smtplib.SMTP:
    name = relay.ehlo_name or None
    if relay.security is Security.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            relay.host, relay.port, name, timeout=relay.timeout, context=context
        )
    return smtplib.SMTP(relay.host, relay.port, name, timeout=relay.timeout)


def _start_tls(smtp: smtplib.SMTP, relay: Relay) -> None:
    if not smtp.has_extn("starttls"):
        raise RelayUnavailable("no_starttls", relay)
    code, _ = _step(relay, "tls", lambda: smtp.starttls(context=ssl.create_default_context()))
    if code != 220:
        raise RelayUnavailable("tls", relay)
    _step(relay, "tls", smtp.ehlo_or_helo_if_needed)


def _sign_in(smtp: smtplib.SMTP, relay: Relay) -> None:
    try:
        _step(relay, "auth", lambda: smtp.login(relay.username, relay.password))
    except UnicodeEncodeError as error:
        raise RelayUnavailable("auth", relay) from error


def _step(relay: Relay, otherwise: str, action: Callable[[], Answer]) -> Answer:
    try:
        return action()
    except OSError as error:  # smtplib's own errors are of this kind
        # smtplib hides a time-out while reading inside "server disconnected".
        hidden = error.__context__ if isinstance(error.__context__, TimeoutError) else error
        raise RelayUnavailable(_code(hidden, otherwise), relay) from error


def _code(error: Exception, otherwise: str) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "auth_later" if 400 <= error.smtp_code <= 499 else "auth"
    table: tuple[tuple[type[Exception], str], ...] = (
        (TimeoutError, "timeout"),
        (ssl.SSLCertVerificationError, "certificate"),
        (ssl.SSLError, "tls"),
        (smtplib.SMTPNotSupportedError, "no_auth"),
        (smtplib.SMTPException, otherwise),
        (OSError, "cannot_connect"),
    )
    return next(code for kind, code in table if isinstance(error, kind))

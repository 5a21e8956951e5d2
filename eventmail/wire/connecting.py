"""Opening a connection to the relay: connect, TLS, EHLO, sign in, each failure with a sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from eventmail.language import said
from eventmail.wire.conversation import Conversation
from eventmail.wire.extensions import Extensions, extensions_from
from eventmail.wire.outcome import Reply, reply
from eventmail.wire.pressure import Pressure
from eventmail.wire.relay import Relay, Security
from eventmail.wire.signing_in import SIGNED_IN, mechanisms_of, sign_in

Answer = TypeVar("Answer")

_SENTENCES = {
    "cannot_connect": said(
        "送信サーバー {place} に接続できません。サーバー名とポートを確認してください。"
    ),
    "timeout": said(
        "送信サーバー {place} から{seconds}秒以内に応答がありません。時間をおいて試してください。"
    ),
    "certificate": said(
        "送信サーバー {place} の証明書を確認できません。サーバー名と証明書を確認してください。"
    ),
    "tls": said("送信サーバー {place} とTLSで接続できません。暗号化の設定を確認してください。"),
    "no_starttls": said(
        "送信サーバー {place} はSTARTTLSに対応していません。暗号化の設定を確認してください。"
    ),
    "auth": said(
        "送信サーバー {place} にサインインできません。ユーザー名とパスワードを確認してください。"
    ),
    "auth_later": said(
        "送信サーバー {place} が今はサインインを受け付けません。時間をおいて試してください。"
    ),
    "no_auth": said(
        "送信サーバー {place} はサインインに対応していません。ユーザー名の設定を確認してください。"
    ),
    "auth_in_clear": said(
        "送信サーバー {place} へ暗号化せずにパスワードを送ることはできません。"
        "MAIL_USE_TLS か MAIL_USE_SSL を設定してください。"
    ),
    "refused": said("送信サーバー {place} が接続を断りました。時間をおいて試してください。"),
}
_PRESSURES = {
    "certificate": Pressure.MISCONFIGURED,
    "tls": Pressure.MISCONFIGURED,
    "no_starttls": Pressure.MISCONFIGURED,
    "no_auth": Pressure.MISCONFIGURED,
    "auth_in_clear": Pressure.MISCONFIGURED,
    "auth": Pressure.CREDENTIALS,
}


class RelayUnavailable(Exception):
    """No mail was handed over, for the relay cannot be used now; ``code`` says why.

    ``pressure`` says what to do about it, ``reply`` what the relay said (code 0 for nothing).
    """

    def __init__(
        self,
        code: str,
        relay: Relay,
        said: Reply | None = None,
        pressure: Pressure | None = None,
    ) -> None:
        self.code = code
        self.reply = said or Reply(0, "")
        self.pressure = pressure or _PRESSURES.get(code, Pressure.DOWN)
        seconds = f"{relay.timeout:g}"
        self.message_ja = _SENTENCES[code].format(place=relay.place, seconds=seconds)
        super().__init__(f"{code}: {self.message_ja}")


def open_connection(
    relay: Relay, watched: Callable[[Conversation], None] = lambda _: None
) -> tuple[Conversation, Extensions]:
    """A connection that has greeted, is encrypted and signed in as the relay's settings say.

    ``watched`` gets it as soon as there is one, so that it can be closed from another thread.
    """
    if relay.username and relay.security is Security.NONE and not relay.loopback:
        raise RelayUnavailable("auth_in_clear", relay)
    line = _step(relay, "cannot_connect", lambda: _connect(relay))
    try:
        watched(line)
        return line, _greet(line, relay)
    except BaseException:
        line.close()
        raise


def _connect(relay: Relay) -> Conversation:
    sock = socket.create_connection((relay.host, relay.port), timeout=relay.timeout)
    # The final dot goes in a small packet of its own, which must not wait for more.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Conversation(sock, relay.timeout)


def _greet(line: Conversation, relay: Relay) -> Extensions:
    if relay.security is Security.TLS:
        _step(relay, "tls", lambda: line.start_tls(relay.host))
    said = reply(*_step(relay, "refused", line.answer))
    if said.code != 220:
        raise _refused(relay, said)
    offered = _hello(line, relay, "refused")
    if relay.security is Security.STARTTLS:
        offered = _start_tls(line, relay, offered)
    if relay.username:
        _sign_in(line, relay, offered)
    return offered


def _hello(line: Conversation, relay: Relay, otherwise: str) -> Extensions:
    """EHLO, or the old HELO where that is not known."""
    name = relay.ehlo_name or _own_name()
    code, text = _step(relay, otherwise, lambda: line.ask(f"EHLO {name}"))
    if code // 100 == 2:
        return extensions_from(text)
    if code != 421:
        code, text = _step(relay, otherwise, lambda: line.ask(f"HELO {name}"))
    if code // 100 != 2:
        raise _refused(relay, reply(code, text), otherwise)
    return Extensions()


def _start_tls(line: Conversation, relay: Relay, offered: Extensions) -> Extensions:
    """STARTTLS (RFC 3207). What was said before it may be a stranger's, so EHLO comes again."""
    if not offered.starttls:
        raise RelayUnavailable("no_starttls", relay)
    said = reply(*_step(relay, "tls", lambda: line.ask("STARTTLS")))
    if said.code != 220:
        later = Pressure.DOWN if said.code // 100 == 4 else None
        raise RelayUnavailable("tls", relay, said, later)
    _step(relay, "tls", lambda: line.start_tls(relay.host))
    return _hello(line, relay, "tls")


def _sign_in(line: Conversation, relay: Relay, offered: Extensions) -> None:
    ways = mechanisms_of(offered)
    if not ways:
        raise RelayUnavailable("no_auth", relay)
    try:
        said = reply(
            *_step(relay, "auth", lambda: sign_in(line, ways, relay.username, relay.password))
        )
    except ValueError as error:
        raise RelayUnavailable("auth", relay) from error
    if said.code in SIGNED_IN:
        return
    if said.code // 100 == 4:
        slower = Pressure.SLOW_DOWN if said.code == 421 else None
        raise RelayUnavailable("auth_later", relay, said, slower)
    raise RelayUnavailable("auth", relay, said)


def _refused(relay: Relay, said: Reply, code: str = "refused") -> RelayUnavailable:
    """A relay that says 4xx to a greeting has too much to do; else it is as good as down."""
    slower = Pressure.SLOW_DOWN if said.code // 100 == 4 else Pressure.DOWN
    return RelayUnavailable(code, relay, said, slower)


def _step(relay: Relay, otherwise: str, action: Callable[[], Answer]) -> Answer:
    """One step on the way. A loss says nothing about our settings: the relay may come back."""
    table: tuple[tuple[type[Exception], str, Pressure | None], ...] = (
        (TimeoutError, "timeout", None),
        (ssl.SSLCertVerificationError, "certificate", None),
        (ssl.SSLError, "tls", None),
        (OSError, otherwise, Pressure.DOWN),
    )
    try:
        return action()
    except OSError as error:
        code, pressure = next(row[1:] for row in table if isinstance(error, row[0]))
        raise RelayUnavailable(code, relay, pressure=pressure) from error


@cache
def _own_name() -> str:
    """What this machine is called where the settings say nothing (RFC 5321, section 4.1.4)."""
    name = socket.getfqdn()
    if "." in name:
        return name
    try:
        return f"[{socket.gethostbyname(socket.gethostname())}]"
    except OSError:
        return "[127.0.0.1]"

"""Where a webhook may lead: only to a server that the administrator has named, and how.

The service stands inside the office's network. Whoever could make it call any address could reach
what only the inside reaches, so neither schemes nor hosts nor ports are anybody else's choice.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from eventmail.config_values import SCHEMES, origin
from eventmail.errors import UserError
from eventmail.language import said

LONGEST = 500
PLAIN = re.compile(r"[!-~]+")
WRONG = said(
    "呼び出すアドレスは、https:// で始まる半角のアドレスで入力してください（{most}文字以内）。"
    "「@」「#」「\\」は使えません。例：https://hooks.example.lg.jp/eventmail",
    most=LONGEST,
)
NOT_NAMED = said(
    "{origin} は、管理者が認めたサーバーに入っていません。"
    "サーバーの管理者に、設定 EVENTMAIL_WEBHOOK_HOSTS に加えるよう頼んでください。"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One address, taken apart once: what is connected to is what was judged."""

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, text: str, named: Collection[str]) -> Target:
        """Raises :class:`UserError` unless it leads to one of the ``named`` servers."""
        place = _origin(text)
        if place not in named:
            raise UserError(NOT_NAMED.format(origin=place))
        parts = urlsplit(text)
        query = f"?{parts.query}" if parts.query else ""
        whole = urlsplit(place)
        return cls(
            secure=whole.scheme == "https",
            host=whole.hostname or "",
            port=whole.port or 0,
            path=(parts.path or "/") + query,
        )

    @property
    def is_named_itself(self) -> bool:
        """Whether no name has to be asked for: the administrator wrote the very place."""
        return self.host == "localhost" or _is_address(self.host)

    @property
    def host_header(self) -> str:
        """The server's name as it is told to it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = SCHEMES["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def shown(text: str) -> str:
    """An address for people to read: what stands in its query is often a key."""
    return text.partition("?")[0]


def may_be(address: str, target: Target) -> bool:
    """Whether a name may lead to this address: never to the machine itself or its neighbours.

    Addresses of the office's own network are where its systems stand; names there are the
    administrator's.
    """
    if target.is_named_itself:
        return True
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return not (
        found.is_loopback
        or found.is_link_local
        or found.is_multicast
        or found.is_unspecified
        or found.is_reserved
    )


def _origin(text: str) -> str:
    if len(text) > LONGEST or not PLAIN.fullmatch(text) or set("@#\\") & set(text):
        raise UserError(WRONG)
    try:
        return origin(text)
    except ValueError as error:
        raise UserError(WRONG) from error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

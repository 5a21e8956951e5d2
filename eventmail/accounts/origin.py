"""Where a request comes from, as far as signing in has to know."""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass

IPV6_NETWORK = 64  # bits that one household or office is given


@dataclass(frozen=True, slots=True)
class Device:
    """A browser on which somebody signed in before, and who did (digests of logins)."""

    id: str
    logins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Origin:
    """The network address, the browser's name for itself, and the device where it is known."""

    address: str
    agent: str
    device: Device | None = None

    @property
    def network(self) -> str:
        """What is slowed down together: one IPv4 address, or one IPv6 /64."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return "unknown"
        if isinstance(found, ipaddress.IPv6Address):
            if found.ipv4_mapped:
                return str(found.ipv4_mapped)
            return str(ipaddress.ip_network((found, IPV6_NETWORK), strict=False))
        return str(found)

    def knows(self, login: str) -> bool:
        """Whether somebody has signed in with this login on this device before."""
        return self.device is not None and digest_of(login) in self.device.logins


def digest_of(login: str) -> str:
    """A login where it must not be readable: people type passwords into the wrong field."""
    folded = unicodedata.normalize("NFKC", login).strip().casefold()
    return hashlib.sha256(b"login:" + folded.encode("utf-8", "replace")).hexdigest()[:32]


NOWHERE = Origin("", "")

"""What the factors need of this installation: the key, where passkeys work, what is required."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from eventmail.config import Mode, Settings
from eventmail.offices.models import Role
from eventmail.sealing import Sealer

# Who says yes to a sending and who gives others their roles; the demo stays a plain sign-in.
REQUIRED_AT_FIRST = frozenset({Role.APPROVER, Role.MANAGER})
HERE = "localhost"
NUMERIC = re.compile(r"[0-9.]+|\[.*\]")  # an IP address can be no site of a passkey


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are made and used: from the settings, never from what a browser says."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Means:
    """The installation's part in second factors. ``site``: None where passkeys cannot work."""

    sealer: Sealer
    site: Site | None
    required: frozenset[Role]

    @classmethod
    def of(cls, settings: Settings) -> Means:
        """As the settings say."""
        strict = settings.mode is Mode.PRODUCTION
        required = REQUIRED_AT_FIRST if strict else frozenset[Role]()
        return cls(Sealer.of(settings), _site(settings), required)


def _site(settings: Settings) -> Site | None:
    if not settings.public_url:
        if settings.mode is Mode.PRODUCTION:
            return None
        return Site(HERE, f"http://{HERE}:{settings.port}")
    parts = urlsplit(settings.public_url)
    name = parts.hostname or ""
    safe = parts.scheme == "https" or name == HERE  # as browsers demand
    if not safe or NUMERIC.fullmatch(name):
        return None
    return Site(name, f"{parts.scheme}://{parts.netloc.lower()}")

"""What the text of one setting means: a parser for each sort, which raises where it is none."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

SHORTEST_SECRET = 32
SCHEMES = {"https": 443, "http": 80}
LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")


def text(value: str) -> str:
    """Words, without the blanks around them."""
    return value.strip()


def port(value: str) -> int:
    """A port of a machine."""
    number = int(value)
    if not 0 <= number <= 65535:
        raise ValueError(value)
    return number


def count(value: str) -> int:
    """From one to a thousand."""
    number = int(value)
    if not 1 <= number <= 1000:
        raise ValueError(value)
    return number


def few(value: str) -> int:
    """From one to sixty-four."""
    number = int(value)
    if not 1 <= number <= 64:
        raise ValueError(value)
    return number


def lease(value: str) -> int:
    """Seconds that something is held."""
    number = int(value)
    if not 2 <= number <= 3600:
        raise ValueError(value)
    return number


def limit(value: str) -> int | None:
    """How many at most; None for as many as there are."""
    if not value.strip():
        return None
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def batch(value: str) -> int:
    """From one to a hundred."""
    number = int(value)
    if not 1 <= number <= 100:
        raise ValueError(value)
    return number


def seconds(value: str) -> float:
    """More than no time, at most an hour."""
    number = float(value)
    if not 0 < number <= 3600:
        raise ValueError(value)
    return number


def switch(value: str) -> bool:
    """On or off; KeyError for anything else."""
    table = {"1": True, "true": True, "yes": True, "on": True}
    table |= {"0": False, "false": False, "no": False, "off": False, "": False}
    return table[value.strip().lower()]


def language(value: str) -> str:
    """A language that commands explain themselves in; nothing to leave it to the terminal."""
    return {"": "", "ja": "ja", "en": "en"}[value.strip().lower()]


def domains(value: str) -> tuple[str, ...]:
    """Domains, by commas."""
    return tuple(part.strip().lower().lstrip(".") for part in value.split(",") if part.strip())


def keys(value: str) -> tuple[str, ...]:
    """Keys, by commas, none of them short."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if any(len(key) < SHORTEST_SECRET for key in found):
        raise ValueError
    return found


def token(value: str) -> str:
    """A secret that somebody else shows, or none."""
    found = value.strip()
    if found and (len(found) < SHORTEST_SECRET or not found.isascii() or " " in found):
        raise ValueError
    return found


def peer(value: str) -> str:
    """One address, as a peer of the socket shows it. No pattern: what is trusted is named."""
    return str(ip_address(value.strip())) if value.strip() else ""


def base_url(value: str) -> str:
    """Where the pages are: nothing that could change the address of a page behind it."""
    found = value.strip().rstrip("/")
    parts = urlsplit(found)
    plain = re.fullmatch(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?", parts.netloc)
    path = re.fullmatch(r"[A-Za-z0-9/_-]*", parts.path)
    if found and not (parts.scheme in ("http", "https") and plain and path):
        raise ValueError(value)
    if parts.query or parts.fragment or "?" in found or "#" in found:
        raise ValueError(value)
    return found


def origin(text: str) -> str:
    """Scheme, host and port of an address, in one spelling: ``https://host:443``.

    Raises ``ValueError`` for what is none, and for names that a resolver might read as numbers.
    """
    parts = urlsplit(text)
    host, number = parts.hostname or "", parts.port
    if parts.scheme not in SCHEMES or "@" in parts.netloc or number == 0:
        raise ValueError(text)
    if ":" in host:
        host = f"[{ip_address(host)}]"
    elif re.fullmatch(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", host):
        host = str(ip_address(host))
    elif not HOST.fullmatch(host):
        raise ValueError(text)
    return f"{parts.scheme}://{host}:{number or SCHEMES[parts.scheme]}"


def origins(value: str) -> tuple[str, ...]:
    """Servers by commas: ``host`` or ``host:port`` over HTTPS; plain HTTP is written out."""
    found = []
    for part in value.lower().split(","):
        told = part.strip()
        whole = told if "://" in told else f"https://{told}"
        if told and (urlsplit(whole).path or set("?#") & set(whole)):
            raise ValueError(value)
        found += [origin(whole)] if told else []
    return tuple(found)


def returns(value: str) -> str:
    """The address of what comes back, as the pattern that is read from it allows."""
    from eventmail.wire.returning import ReturnPattern  # only who sets it loads all of the wire

    found = value.strip()
    if found:
        ReturnPattern.parse(found)
    return found


def scanner(value: str) -> str:
    """Where a virus scanner listens: ``unix:/path`` or ``host:port``."""
    found = value.strip()
    host, _, number = found.rpartition(":")
    if found and not re.fullmatch(r"unix:/.+", found) and not (host and port(number)):
        raise ValueError(value)
    return found

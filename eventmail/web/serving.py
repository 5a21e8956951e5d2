"""How the pages are served: what of a proxy is believed, and how much one client may take up."""

from __future__ import annotations

from typing import Any

from eventmail.config import MEGABYTE, Settings

# The only two facts that a proxy tells us. It passes the Host header on as it is.
FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-proto"})
KILOBYTE = 1024
# The app answers what is too large with a page; far beyond that the server ends the connection.
BEYOND = 8 * MEGABYTE
LONGEST_HEADERS = 32 * KILOBYTE
SILENCE_SECONDS = 60
CONNECTIONS = 400


def options(settings: Settings) -> dict[str, Any]:
    """Waitress's options. It reads requests without a thread, so a slow client holds up nobody."""
    return {
        "threads": 8,
        "ident": None,
        "clear_untrusted_proxy_headers": True,
        "max_request_header_size": LONGEST_HEADERS,
        "max_request_body_size": settings.upload_megabytes * MEGABYTE + BEYOND,
        "channel_timeout": SILENCE_SECONDS,
        "connection_limit": CONNECTIONS,
        "asyncore_use_poll": True,
        **_proxy(settings),
    }


def _proxy(settings: Settings) -> dict[str, Any]:
    if not settings.trusted_proxy:
        return {}
    return {
        "trusted_proxy": settings.trusted_proxy,
        "trusted_proxy_count": settings.trusted_proxy_count,
        "trusted_proxy_headers": set(FORWARDED),
    }

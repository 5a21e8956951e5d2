"""Response headers of every page: no foreign content, no framing, no caching of personal data."""

from __future__ import annotations

from flask import Flask, Response, request

from eventmail.config import Settings

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# What is no page of ours can do nothing, even where a browser takes it for one.
INERT = "default-src 'none'; sandbox; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"
PAGE = "text/html"
# Kinds that we write ourselves and a browser may show; everything else is saved.
SHOWN = frozenset({PAGE, "application/json", "application/problem+json", "image/png"})


def attach(app: Flask, settings: Settings) -> None:
    """Set the headers on every response."""

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Content-Security-Policy"] = CSP if response.mimetype == PAGE else INERT
        if not _is_asset(response):
            response.headers["Cache-Control"] = "no-store"
            _save_what_is_not_shown(response)
        if settings.on_tls or request.is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response


def _is_asset(response: Response) -> bool:
    # The page that says a file is missing shows who is signed in.
    return request.endpoint == "static" and response.status_code < 400


def _save_what_is_not_shown(response: Response) -> None:
    disposition = response.headers.get("Content-Disposition", "")
    if response.mimetype in SHOWN or disposition.startswith("attachment"):
        return
    _, _, name = disposition.partition(";")
    response.headers["Content-Disposition"] = f"attachment;{name}" if name else "attachment"

"""The address that was probably meant by a text that is none: for a person to confirm."""

from __future__ import annotations

import re

from eventmail.addresses import LONGEST, AddressError, EmailAddress
from eventmail.spreadsheet.domains import dotted, doubt_about, is_likely

_WEB = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_ENDS = "co|ne|or|ac|ed|go|lg|gr|ad|jp|com|net|org|info|biz|example"
_WRONG_DOT = re.compile(
    rf"\s*(?:[,、。;:・]|\.+)\s*(?=(?:{_ENDS})(?![a-z0-9-]))|\s+(?=(?:{_ENDS})(?![a-z0-9-]))|\.\.+",
    re.IGNORECASE,
)


def mend(text: str) -> tuple[str, str] | None:
    """Why a text is no address, as the code of a question, and the address that was meant."""
    if "@" not in text or len(text) > LONGEST:
        return None
    because = ""
    for code, change in _MENDINGS.items():
        changed = change(text)
        if changed == text:
            continue
        text, because = changed, because or code
        meant = _address(text)
        if meant:
            return because, meant
    return None


def likely_address(local: str, domain: str) -> str:
    """The whole address at a domain that was probably meant; empty if there is no such address."""
    try:
        return str(EmailAddress.parse(f"{local}@{domain}"))
    except AddressError:
        return ""


def _address(text: str) -> str:
    local, _, domain = likely_address(*_halves(text)).partition("@")
    doubt = doubt_about(domain)
    meant = doubt.likely if doubt and doubt.likely else domain
    return likely_address(local, meant) if is_likely(meant) else ""


def _halves(text: str) -> tuple[str, str]:
    local, _, domain = text.partition("@")
    return local, domain


def _without_web(text: str) -> str:
    return _WEB.sub("", text).rstrip("/")


def _one_at(text: str) -> str:
    return re.sub(r"@[\s@]*@", "@", text)


def _no_space_beside_at(text: str) -> str:
    return re.sub(r"\s*@\s*", "@", text)


def _right_dots(text: str) -> str:
    local, domain = _halves(text)
    return f"{local}@{_WRONG_DOT.sub('.', domain)}"


def _with_dots(text: str) -> str:
    local, domain = _halves(text)
    meant = "" if "." in domain else dotted(domain.lower())
    return f"{local}@{meant or domain}"


def _right_carrier(text: str) -> str:
    """``a..b`` is right at a carrier only, so its domain is looked at before its local part."""
    local, domain = _halves(text)
    doubt = doubt_about(domain.lower()) if domain.isascii() else None
    return f"{local}@{doubt.likely if doubt and doubt.likely else domain}"


_MENDINGS = {
    "web_address": _without_web,
    "doubled_at": _one_at,
    "space_beside_at": _no_space_beside_at,
    "dot_mistyped": _right_dots,
    "dot_missing": _with_dots,
    "mistyped_domain": _right_carrier,
}

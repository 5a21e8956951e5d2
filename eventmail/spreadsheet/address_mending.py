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
    if len(text) > LONGEST:
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


def likely_address(address: EmailAddress) -> str:
    """The address at the domain that was probably meant."""
    doubt = doubt_about(address.domain)
    return f"{address.local}@{doubt.likely or address.domain}" if doubt else str(address)


def _address(text: str) -> str:
    try:
        meant = EmailAddress.parse(likely_address(EmailAddress.parse(text)))
    except AddressError:
        return ""
    return str(meant) if is_likely(meant.domain) else ""


def _without_web(text: str) -> str:
    return _WEB.sub("", text).rstrip("/")


def _one_at(text: str) -> str:
    return re.sub(r"@[\s@]*@", "@", text)


def _no_space_beside_at(text: str) -> str:
    return re.sub(r"\s*@\s*", "@", text)


def _right_dots(text: str) -> str:
    local, at, domain = text.partition("@")
    return local + at + _WRONG_DOT.sub(".", domain)


def _with_dots(text: str) -> str:
    local, at, domain = text.partition("@")
    meant = "" if "." in domain else dotted(domain.lower())
    return local + at + (meant or domain)


def _right_carrier(text: str) -> str:
    """``a..b`` is right at a carrier only, so its domain is looked at before its local part."""
    local, at, domain = text.partition("@")
    doubt = doubt_about(domain.lower()) if domain.isascii() else None
    return local + at + (doubt.likely if doubt and doubt.likely else domain)


_MENDINGS = {
    "web_address": _without_web,
    "doubled_at": _one_at,
    "space_beside_at": _no_space_beside_at,
    "dot_mistyped": _right_dots,
    "dot_missing": _with_dots,
    "mistyped_domain": _right_carrier,
}

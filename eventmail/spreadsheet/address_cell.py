"""What stands in one address cell: an address, several, a question, or nothing readable.

:class:`~eventmail.addresses.EmailAddress` stays strict: what is unwrapped here must pass it whole.
A cell with several addresses is never mailed as one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from eventmail.addresses import AddressError, EmailAddress, names_a_person
from eventmail.spreadsheet.address_mending import likely_address, mend
from eventmail.spreadsheet.address_reasons import CellReason, Level, level, reason
from eventmail.spreadsheet.address_wrapping import Layer, unwrap
from eventmail.spreadsheet.domain_tables import FREE_MAIL
from eventmail.spreadsheet.domains import doubt_about
from eventmail.spreadsheet.look_alikes import shown_domain

# Each splits only what holds more than one "@", the surest sign first.
_BETWEEN = (
    re.compile(r"[,;、،|→⇒\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"),
    re.compile(r"(?<=>)"),
    re.compile(r"\s|/|・|と|(?=<)"),
)
_CONNECTORS = frozenset({"", "&", "and", "or", "及び", "および", "または", "又は"})
# Letters that a domain may hold and that vanish from it (UTS #46): fillers, variation selectors.
_VANISHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_WEB_PAGE = re.compile(r"\s*(?:https?://|www\.)", re.IGNORECASE)
_Read = tuple[EmailAddress | None, tuple[CellReason, ...]]


@dataclass(frozen=True, slots=True)
class CellReading:
    """A cell as it was read.

    ``addresses`` is what the cell says: one, or several that want to be split, or none.
    ``address`` is the one that is used if a person takes the cell as it is; empty if none can be.
    ``person``: whether that address names a person.
    """

    addresses: tuple[EmailAddress, ...]
    verdict: Level
    address: str = ""
    reasons: tuple[CellReason, ...] = ()
    person: bool = False


def read_cell(text: str) -> CellReading:
    """Read one cell. It never raises: what is wrong stands in the reasons."""
    try:
        address = EmailAddress.parse(text)
    except AddressError:
        return _read_with_care(text)
    if str(address) != text:
        return _read_with_care(text)
    return _reading(address, _about(address, text))


def _read_with_care(text: str) -> CellReading:
    plain = unicodedata.normalize("NFKC", text)
    parts = [part for part in _parts(plain, 0) if part.casefold() not in _CONNECTORS]
    if len(parts) > 1:
        return _several(parts)
    address, reasons = _read_one(plain, text)
    return _reading(address, reasons)


def _reading(address: EmailAddress | None, reasons: tuple[CellReason, ...]) -> CellReading:
    verdict = level(reasons)
    if address is None or verdict is Level.REJECT:
        return CellReading((), verdict, "", reasons)
    return CellReading((address,), verdict, str(address), reasons, names_a_person(address))


def _several(parts: list[str]) -> CellReading:
    found: dict[str, EmailAddress] = {}
    told: list[CellReason] = []
    for part in parts:
        address, reasons = _read_one(part, part)
        if address is None:
            return _reading(None, (_unreadable(part, reasons[-1]),))
        found.setdefault(address.key, address)
        told += reasons
    addresses = tuple(found.values())
    listed = "、".join(map(str, addresses))
    if len(addresses) == 1:
        return _reading(addresses[0], _once((reason("written_twice", listed), *told)))
    two = reason("two_addresses", listed, count=len(addresses))
    return CellReading(addresses, Level.QUESTION, "", _once((two, *told)))


def _once(reasons: tuple[CellReason, ...]) -> tuple[CellReason, ...]:
    return tuple(dict.fromkeys(reasons))


def _unreadable(part: str, because: CellReason) -> CellReason:
    return reason("unreadable_part", part, because.suggestion, sentence_said=because.message)


def _parts(plain: str, depth: int) -> list[str]:
    if plain.count("@") < 2 or depth == len(_BETWEEN):
        return [plain.strip()]
    pieces = _BETWEEN[depth].split(plain)
    if sum("@" in each for each in pieces) < 2:
        return _parts(plain, depth + 1)
    return [part for piece in pieces for part in _parts(piece, depth + 1)]


def _read_one(plain: str, written: str) -> _Read:
    """The address in a text with one address at most; ``written`` is as it was before NFKC."""
    inner, layers = unwrap(plain)
    if _VANISHING.search(inner):
        return None, (reason("hidden"),)
    try:
        address = EmailAddress.parse(inner)
    except AddressError as error:
        return None, (_wrong(inner, error),)
    notes = tuple(_layer(each, address) for each in layers)
    width = () if inner in written else (reason("full_width", str(address)),)
    return address, (*notes, *width, *_about(address, inner))


def _layer(layer: Layer, address: EmailAddress) -> CellReason:
    return reason(layer.code, str(address), rest=layer.rest)


def _wrong(inner: str, error: AddressError) -> CellReason:
    mended = mend(inner)
    if mended:
        return reason(mended[0], inner, mended[1])
    if "@" not in inner and _WEB_PAGE.match(inner):
        return reason("web_page", inner)
    return reason("mailto_more" if error.code == "mailto" else error.code)


def _about(address: EmailAddress, written: str) -> tuple[CellReason, ...]:
    """What is to be said about a right address: questions first."""
    return (*_questions(address), *_notes(address, written))


def _questions(address: EmailAddress) -> Iterator[CellReason]:
    doubt = doubt_about(address.domain)
    if doubt:
        yield reason(doubt.code, str(address), likely_address(address.local, doubt.likely))
    if address.local.casefold().startswith("www."):
        yield reason("www", str(address), likely_address(address.local[4:], address.domain))
    if "%" in address.local:
        yield reason("percent", str(address))


def _notes(address: EmailAddress, written: str) -> Iterator[CellReason]:
    value = str(address)
    if address.wire != value:
        yield reason("carrier_dots", value)
    if address.domain in FREE_MAIL:
        yield reason("free_mail", value)
    if "xn--" in address.domain:
        shown = f"{address.local}@{shown_domain(address.domain)}"
        yield reason("international_domain", value, shown=shown)
    if written != written.lower():
        yield reason("upper_case", value)

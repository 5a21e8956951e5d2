"""The moment at which a mail was sent, as headers and mail programs write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

TOKYO = timezone(timedelta(hours=9))
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_ZONES = {"gmt": 0, "ut": 0, "utc": 0, "z": 0, "jst": 9}
_CLOCK = r"(?P<hour>\d{1,2})[:時](?P<minute>\d{2})(?:[:分](?P<second>\d{2}))?"
_HEADER = re.compile(
    rf"(?P<day>\d{{1,2}})\s+(?P<name>[A-Za-z]{{3}})[a-z]*\.?\s+(?P<year>\d{{4}}),?\s+{_CLOCK}"
    r"\s*(?P<zone>[+-]\d{4}|[A-Za-z]{1,4})?"
)
_JAPANESE = re.compile(
    r"(?P<year>\d{4})\s*[年/.-]\s*(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})日?[^\d:]{0,12}?"
    rf"(?P<noon>午前|午後)?\s*{_CLOCK}"
)


def moment(text: str) -> datetime | None:
    """The moment in UTC; without a zone it is Tokyo's. None if it is none."""
    short = text[:200]
    found = _HEADER.search(short) or _JAPANESE.search(short)
    try:
        return _moment(found.groupdict()).astimezone(UTC) if found else None
    except (ValueError, KeyError, OverflowError):
        return None


def _moment(parts: dict[str, str | None]) -> datetime:
    def number(name: str) -> int:
        return int(parts.get(name) or 0)

    name = parts.get("name")
    hour = number("hour") % 12 + 12 if parts.get("noon") == "午後" else number("hour")
    return datetime(
        number("year"),
        _MONTHS[name.casefold()] if name else number("month"),
        number("day"),
        hour,
        number("minute"),
        min(number("second"), 59),
        tzinfo=_zone(parts.get("zone") or ""),
    )


def _zone(text: str) -> timezone:
    if text[:1] in ("+", "-"):
        away = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
        return timezone(away if text[0] == "+" else -away)
    hours = _ZONES.get(text.casefold())
    return TOKYO if hours is None else timezone(timedelta(hours=hours))

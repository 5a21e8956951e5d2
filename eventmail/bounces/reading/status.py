"""Delivery status notifications (RFC 3464): what each block says of its recipient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from eventmail.bounces.reading.parsing import Part
from eventmail.bounces.reading.report import Told
from eventmail.wire.troubles import ENHANCED

FIELD = re.compile(r"([A-Za-z][A-Za-z-]{1,40}):[ \t]*(.*)")
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@＠]{1,128}@[A-Za-z0-9.\[\]_-]{1,255}")
FAILED, DELAYED = "failed", "delayed"
# OpenSMTPD and others say "error" where the standard says "failed".
ACTIONS = {"error": FAILED, "fail": FAILED, "failure": FAILED, "expired": FAILED, "delay": DELAYED}
MOST, LONGEST = 200, 2000
GROUPS = re.compile(r"\n[ \t]*\n")


def told(root: Part, *, into_mails: bool) -> tuple[Told, ...]:
    """What the mail's outermost delivery status says; empty if it has none.

    ``into_mails``: also in a mail that it carries, for a report that was passed on whole. What a
    report returns may be a report itself, and is not meant.
    """
    for part in root.walk(into_mails=into_mails):
        if part.kind in ("message/delivery-status", "message/global-delivery-status"):
            found = tuple(each for block in _blocks(part) if (each := _one(block)))
            if found:
                return found[:MOST]
    return ()


def loose(text: str) -> tuple[Told, ...]:
    """The same fields where they stand in a plain text."""
    found = [each for block in GROUPS.split(text) if (each := _one(_fields(block)))]
    return tuple(found[:MOST])


def _blocks(part: Part) -> Iterator[Mapping[str, str]]:
    for each in part.parts:
        yield {name: value for name, value in reversed(each.headers)}
    for block in GROUPS.split(part.text):
        yield _fields(block)


def _fields(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        field = FIELD.match(line.lstrip("> ")) if not line.startswith((" ", "\t")) else None
        if field:
            name = field[1].casefold()
            found.setdefault(name, field[2].strip())
        elif name:
            found[name] += f" {line.strip()}"
    return found


def _one(fields: Mapping[str, str]) -> Told | None:
    # The original one is the address that we wrote to; the final one may be behind a forwarding.
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    address = next(filter(None, (address_in(fields.get(name, "")) for name in names)), "")
    if not address or not ("final-recipient" in fields or "original-recipient" in fields):
        return None
    diagnostic = _diagnostic(fields)
    status = ENHANCED.search(fields.get("status", "")) or ENHANCED.search(diagnostic)
    action = re.match(r"[a-z-]*", fields.get("action", "").strip().casefold())
    said = action[0] if action else ""
    return Told(
        address,
        ACTIONS.get(said, said) or _action(status[0] if status else ""),
        status[0] if status else "",
        diagnostic,
    )


def _action(status: str) -> str:
    return {"2": "delivered", "4": DELAYED}.get(status[:1], FAILED)


def _diagnostic(fields: Mapping[str, str]) -> str:
    said = fields.get("diagnostic-code", "")
    comment = fields.get("status", "").partition("(")[2].rstrip(") ")
    return " ".join(filter(None, (said, comment)))[:LONGEST]


def address_in(value: str) -> str:
    """The address in ``rfc822;name@example.jp`` and its odd relatives."""
    kind, separator, rest = value.partition(";")
    written = rest if separator else kind
    found = ADDRESS.search(written)
    return found[0].rstrip(".") if found else ""

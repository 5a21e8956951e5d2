"""From what a program sent to our types; whatever does not fit is told of, each at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct

from eventmail.api import refusing
from eventmail.api.refusing import Refused
from eventmail.web.problems import Fault

Made = TypeVar("Made", bound=Struct)


def from_json(kind: type[Made], body: bytes) -> Made:
    """A JSON body."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, refusing.NOT_JSON, "not_json") from error
    if not isinstance(told, dict):
        raise refusing.invalid([("", refusing.NO_OBJECT)])
    return made_of(kind, told, strict=True)


def made_of(kind: type[Made], told: Mapping[str, Any], *, strict: bool) -> Made:
    """Names and values; those of a query are texts, of which numbers are made (not ``strict``)."""
    fields = {each.encode_name: each for each in msgspec.structs.fields(kind)}
    faults = [_fault(name, refusing.STRANGE) for name in told if name not in fields]
    for name, each in fields.items():
        if name not in told:
            needed = each.default is NODEFAULT and each.default_factory is NODEFAULT
            faults += [_fault(name, refusing.MISSING)] if needed else []
        elif not _fits(told[name], each.type, strict):
            faults.append(_fault(name, refusing.MISFIT))
    if faults:
        raise refusing.invalid(faults)
    return msgspec.convert(told, kind, strict=strict)


def _fits(value: object, kind: Any, strict: bool) -> bool:
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError:
        return False
    return True


def _fault(name: str, sentence: Any) -> Fault:
    short = name[:60]
    pointer = "/" + short.replace("~", "~0").replace("/", "~1")
    return pointer, sentence.format(name=short)

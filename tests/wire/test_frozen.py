"""What was checked once stays as it was checked: no value of the wire can be changed afterwards."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from eventmail.wire import Individual, Material, encode_material, inspect, parse_mail, relay_from
from eventmail.wire.compose import compose
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, STAMP, WORDING


def values() -> dict[str, Any]:
    """One of each, made or used on the way of a mail."""
    files = (encode_material(Material("図.txt", "text/plain", b"x")),)
    composed = compose(IDENTITY, Individual(AOZORA), WORDING, files, STAMP)
    parsed = parse_mail(composed.content)
    passed = inspect(composed.content, Individual(AOZORA), IDENTITY, KNOWLEDGE, files)
    return {
        "identity": IDENTITY,
        "wording": WORDING,
        "stamp": STAMP,
        "composed": composed,
        "parsed mail": parsed,
        "header": parsed.headers[0],
        "knowledge": KNOWLEDGE,
        "cleared": passed,
        "relay": relay_from({}),
    }


@pytest.mark.parametrize("name", values())
def test_nobody_changes_the(name: str) -> None:
    value = values()[name]
    named: tuple[str, ...] = getattr(value, "_fields", ())  # of a tuple with names
    field = named[0] if named else dataclasses.fields(value)[0].name
    with pytest.raises(AttributeError):  # a frozen dataclass raises a kind of it
        setattr(value, field, getattr(value, field))

"""The envelope sender that is one delivery's alone, and the gate's look at it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    BlindBatch,
    GateRefusal,
    Individual,
    Knowledge,
    ReturnPattern,
    inspect,
)
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, KURE, MIDORI, OFFICE, mail

PATTERN = ReturnPattern.parse("bounce@hirono.example")
TAG = "d17-" + "a2b3c" * 4
SENDER = PATTERN.address(TAG)
KNOWING = replace(KNOWLEDGE, returns=PATTERN)

PATTERNS = {
    "bounce@hirono.example": f"bounce+{TAG}@hirono.example",
    "bounce+*@hirono.example": f"bounce+{TAG}@hirono.example",
    "b-*-x@Hirono.Example": f"b-{TAG}-x@hirono.example",
}
NO_PATTERNS = {
    "no address": "bounce",
    "nothing before the tag": "*@hirono.example",
    "two places": "a*b*@hirono.example",
    "a domain with a place": "bounce@*.example",
    "too long": f"{'b' * 40}@hirono.example",
    "a list": "bounce@hirono.example,kure@kure.example",
}
WRONG_TAGS = {
    "nothing": "",
    "an address": "d1-kure=kure-seiki.example",
    "no signature": "d17",
    "a short signature": "d17-a2b3c",
    "another kind": "x17-" + "a2b3c" * 4,
    "a name": "d17-jinji.kure.seiki.exam",
    "a number of zero": "d0-" + "a2b3c" * 4,
}


@pytest.mark.parametrize(("text", "address"), PATTERNS.items(), ids=PATTERNS)
def test_a_pattern_makes_an_address_and_reads_it_again(text: str, address: str) -> None:
    pattern = ReturnPattern.parse(text)
    assert str(pattern.address(TAG)) == address
    assert pattern.tag_of(address.upper()) == TAG
    assert pattern.tag_of(f"x{address}") is None
    assert pattern.tag_of(address.replace("hirono", "hirono2")) is None


@pytest.mark.parametrize("text", NO_PATTERNS.values(), ids=NO_PATTERNS)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ReturnPattern.parse(text)


@pytest.mark.parametrize("tag", WRONG_TAGS.values(), ids=WRONG_TAGS)
def test_nothing_else_can_stand_in_the_place_of_the_tag(tag: str) -> None:
    with pytest.raises(ValueError, match="no tag"):
        PATTERN.address(tag)
    assert PATTERN.tag_of(f"bounce+{tag}@hirono.example") is None


def test_a_mail_with_an_envelope_sender_of_its_own_passes() -> None:
    passed = inspect(mail().content, Individual(AOZORA), IDENTITY, KNOWING, (), SENDER)
    assert passed.sender == SENDER


def test_without_one_it_is_the_offices_address_as_before() -> None:
    assert inspect(mail().content, Individual(AOZORA), IDENTITY, KNOWING, ()).sender == OFFICE


class Lookalike:
    """Says that it is the right address, and is none."""

    key, wire = "x", str(SENDER)

    def __str__(self) -> str:
        return str(SENDER)


REFUSED: dict[str, tuple[Any, Knowledge]] = {
    "another participant": (KURE, KNOWING),
    "the recipient": (AOZORA, KNOWING),
    "another office": (EmailAddress.parse("bounce@midori.example"), KNOWING),
    "the bare mailbox": (EmailAddress.parse("bounce@hirono.example"), KNOWING),
    "an address in the place of the tag": (
        EmailAddress.parse("bounce+kure=kure-seiki.example@hirono.example"),
        KNOWING,
    ),
    "no mailbox for what comes back": (SENDER, KNOWLEDGE),
    "a participant's address of this very form": (
        SENDER,
        replace(KNOWING, known=frozenset({SENDER.key})),
    ),
    "a text": (str(SENDER), KNOWING),
    "a look-alike": (Lookalike(), KNOWING),
}


@pytest.mark.parametrize(("sender", "knowing"), REFUSED.values(), ids=REFUSED)
def test_the_gate_refuses_as_envelope_sender(sender: Any, knowing: Knowledge) -> None:
    with pytest.raises(GateRefusal) as caught:
        inspect(mail().content, Individual(AOZORA), IDENTITY, knowing, (), sender)
    assert caught.value.rule == "return_path"


def test_a_batch_has_one_that_none_of_its_recipients_is() -> None:
    batch = BlindBatch((AOZORA, MIDORI, KURE))
    passed = inspect(mail(batch).content, batch, IDENTITY, KNOWING, (), SENDER)
    assert passed.sender == SENDER
    odd = BlindBatch((AOZORA, SENDER))
    with pytest.raises(GateRefusal) as caught:
        inspect(mail(odd).content, odd, IDENTITY, KNOWING, (), SENDER)
    assert caught.value.rule == "return_path"

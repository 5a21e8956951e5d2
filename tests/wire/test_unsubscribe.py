"""List-Unsubscribe: written in one form, let through only for the recipient whose link it is."""

from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
from collections.abc import Callable
from dataclasses import replace

import pytest

from eventmail.wire import BlindBatch, GateRefusal, Individual, Wording, compose, inspect
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, KURE, MIDORI, OFFICE, STAMP, WORDING

URL = "https://mail.hirono.example/unsubscribe/abcdefghijklmnopqrstuvwxyz234567abcdefgh"
OTHERS = URL.replace("abcdefgh", "bbcdefgh", 1)
OWN = replace(KNOWLEDGE, unsubscribe=URL)
HEADERS = (
    f"List-Unsubscribe: <{URL}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
)


def invitation(link: str = URL) -> bytes:
    wording = replace(WORDING, unsubscribe=link)
    return compose(IDENTITY, Individual(AOZORA), wording, (), STAMP).content


GOOD = invitation()


def test_it_stands_once_in_the_form_of_the_standard_and_is_let_through() -> None:
    assert GOOD.count(HEADERS) == 1
    parsed = email.message_from_bytes(GOOD, policy=email.policy.default)
    assert parsed["List-Unsubscribe"] == f"<{URL}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert inspect(GOOD, Individual(AOZORA), IDENTITY, OWN, ()).content == GOOD


def test_without_a_link_there_is_no_such_header() -> None:
    assert b"List-" not in invitation("")


@pytest.mark.parametrize(
    "link",
    [
        "http://mail.hirono.example/unsubscribe/a",
        "https://mail.hirono.example",
        "https://mail.hirono.example/unsubscribe/a?b=c",
        "https://mail.hirono.example/a>,<mailto:x@y.example",
        "https://mail.hirono.example/a\r\nBcc: x@y.example",
        "https://saiyo@aozora.example/a",
    ],
)
def test_no_other_kind_of_link_can_be_written(link: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Wording("件名", "本文", unsubscribe=link)


def test_a_batch_has_nobodys_own_link() -> None:
    batch = BlindBatch((KURE, MIDORI))
    with pytest.raises(ValueError, match="own link"):
        compose(IDENTITY, batch, replace(WORDING, unsubscribe=URL), (), STAMP)


def _swapped(old: bytes, new: bytes) -> Callable[[], bytes]:
    def change() -> bytes:
        assert GOOD.count(old) == 1
        return GOOD.replace(old, new)

    return change


POST = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
CHANGED: dict[str, Callable[[], bytes]] = {
    "another's link": lambda: invitation(OTHERS),
    "no link at all": lambda: invitation(""),
    "a link without the click": _swapped(POST, b""),
    "the click without a link": _swapped(HEADERS, POST),
    "another click": _swapped(POST, POST.replace(b"One-Click", b"Two-Click")),
    "an address to write to besides": _swapped(
        f"<{URL}>".encode(), f"<{URL}>, <mailto:{OFFICE}?subject=stop>".encode()
    ),
    "no brackets": _swapped(f"<{URL}>".encode(), URL.encode()),
    "a plain connection": _swapped(b"<https://", b"<http://"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_the_gate_refuses(name: str) -> None:
    with pytest.raises(GateRefusal) as caught:
        inspect(CHANGED[name](), Individual(AOZORA), IDENTITY, OWN, ())
    assert caught.value.rule == "unsubscribe"


def test_the_gate_refuses_a_link_in_a_mail_that_has_none() -> None:
    with pytest.raises(GateRefusal) as caught:
        inspect(GOOD, Individual(AOZORA), IDENTITY, KNOWLEDGE, ())
    assert caught.value.rule == "unsubscribe"


@pytest.mark.parametrize("envelope", [Individual(AOZORA), BlindBatch((KURE, AOZORA))])
def test_the_gate_refuses_whoever_gets_no_such_mail(envelope: Individual | BlindBatch) -> None:
    content = compose(IDENTITY, envelope, WORDING, (), STAMP).content
    assert inspect(content, envelope, IDENTITY, KNOWLEDGE, ())
    told = replace(KNOWLEDGE, suppressed=frozenset((AOZORA.key,)))
    with pytest.raises(GateRefusal) as caught:
        inspect(content, envelope, IDENTITY, told, ())
    assert caught.value.rule == "suppressed"
    assert str(AOZORA) not in caught.value.message_ja

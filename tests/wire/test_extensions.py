"""What a relay offers, as its answer to EHLO says it."""

from __future__ import annotations

import pytest

from eventmail.wire.extensions import Extensions, extensions_from

READ = {
    "nothing but a greeting": ([], {}),
    "a keyword": (["PIPELINING"], {"pipelining": ""}),
    "small letters": (["Starttls"], {"starttls": ""}),
    "a parameter": (["SIZE 1000"], {"size": "1000"}),
    "spaces around a parameter": (["SIZE   1000  "], {"size": "1000"}),
    "several parameters": (["AUTH PLAIN LOGIN"], {"auth": "PLAIN LOGIN"}),
    "AUTH as old servers write it": (["AUTH=PLAIN"], {"auth": "PLAIN"}),
    "AUTH in both ways": (["AUTH LOGIN", "AUTH=PLAIN"], {"auth": "LOGIN PLAIN"}),
    "another keyword twice": (["SIZE 1", "SIZE 2"], {"size": "2"}),
    "a keyword with signs": (["X-8BIT-MIME"], {"x-8bit-mime": ""}),
    "what is no keyword": (["", "-", "* x", "8BITMIME"], {"8bitmime": ""}),
    "letters beyond ASCII": (["SIZE １"], {"size": "\ufffd\ufffd\ufffd"}),
}


@pytest.mark.parametrize(("lines", "offered"), READ.values(), ids=READ)
def test_an_answer_with(lines: list[str], offered: dict[str, str]) -> None:
    answer = "\n".join(["PIPELINING is only my name", *lines])
    assert extensions_from(answer.encode()).offered == offered


def test_each_offer_is_asked_by_its_name() -> None:
    none = Extensions()
    assert not any((none.pipelining, none.starttls, none.wants_size, none.mechanisms))
    all_ = extensions_from(b"x\nPIPELINING\nSTARTTLS\nSIZE\nAUTH plain Cram-MD5")
    assert all_.pipelining
    assert all_.starttls
    assert all_.wants_size
    assert all_.mechanisms == {"PLAIN", "CRAM-MD5"}


SIZES = {
    "": None,
    "0": None,
    "1": 1,
    "1" * 20: int("1" * 20),
    "1" * 21: None,
    "-1": None,
    "1,000": None,
    "10 x": None,
}


@pytest.mark.parametrize(("said", "largest"), SIZES.items())
def test_the_largest_size(said: str, largest: int | None) -> None:
    assert extensions_from(f"x\nSIZE {said}".encode()).largest_size == largest
    assert Extensions().largest_size is None


@pytest.mark.parametrize("name", ["RCPTMAX", "MAILMAX"])
def test_a_limit_is_found_by_its_whole_name(name: str) -> None:
    said = extensions_from(b"x\nLIMITS XRCPTMAX=1 XMAILMAX=2 mailmax=30 RCPTMAX=40")
    assert said.limit(name) == {"RCPTMAX": 40, "MAILMAX": 30}[name]
    assert extensions_from(b"x\nSIZE 1").limit(name) is None

"""The decision itself, without any gateway: what counts, and what cannot be read."""

from __future__ import annotations

import pytest

from eventmail.gateway import reading
from eventmail.gateway.judging import judged, verdict
from eventmail.gateway.reading import read, read_here
from eventmail.gateway.rule import as_domain
from tests.gateway.cases import BROKEN, CASES, LIMIT, OWN, out

ALL = CASES | BROKEN


@pytest.mark.parametrize("name", ALL)
def test_it_counts_the_outside_addresses_of_to_and_cc(name: str) -> None:
    case = ALL[name]
    found = judged(case.raw, OWN, LIMIT)
    assert (found.in_to, found.in_cc, found.count) == (case.in_to, case.in_cc, case.count)
    assert found.refuse is (case.count > LIMIT)


@pytest.mark.parametrize("name", ALL)
def test_line_ends_of_windows_change_nothing(name: str) -> None:
    crlf = ALL[name].raw.replace(b"\n", b"\r\n")
    assert judged(crlf, OWN, LIMIT) == judged(ALL[name].raw, OWN, LIMIT)


def test_it_says_where_and_how_many_and_shows_no_whole_address() -> None:
    found = judged(f"To: {out(12)}\nCc: {out(3)}\n\n".encode(), OWN, LIMIT)
    assert found.why == (
        "外部の宛先がToに12件、Ccに3件（あわせて15件）あり、4件を超えるので、止まります。"
    )
    assert found.external[0] == "j…@kigyo0.example"
    assert not any("jinji" in each for each in found.external)


def test_headers_of_a_mail_within_the_mail_do_not_count() -> None:
    inner = f"Content-Type: message/rfc822\n\nTo: {out(9)}\n\nHello"
    assert judged(f"To: {out(1)}\n{inner}".encode(), OWN, LIMIT).count == 1


def test_a_pasted_header_may_begin_with_an_empty_line() -> None:
    assert judged(f"\r\n\r\nTo: {out(5)}".encode(), OWN, LIMIT).count == 5


def test_a_head_that_does_not_end_is_refused() -> None:
    raw = b"X-Long: " + b"x" * 1_100_000 + f"\nTo: {out(5)}\n\n".encode()
    found = judged(raw, OWN, LIMIT)
    assert found.refuse
    assert "判定できません" in found.why


HOSTILE = {
    "open comments": b"To: " + b"(" * 500_000,
    "open quotes": b"To: " + b'"\\' * 300_000,
    "comments in comments": b"To: " + b"(" * 200_000 + b")" * 200_000,
    "comments that are not closed, one after another": b"To: " + b"()(" * 200_000,
    "open brackets": b"To: " + b"<" * 500_000,
    "at signs": b"To: " + b"@" * 500_000,
    "many addresses": b"To: " + b"a@b.example," * 60_000,
    "many headers": b"To: a@b.example\n" * 40_000,
    "no text": b"\x00\xff\xfe" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_heads_are_read_in_the_child_within_its_limits(name: str) -> None:
    assert read(HOSTILE[name]).readable


def test_what_the_child_says_is_what_is_read_here() -> None:
    for case in (CASES["two To headers"], BROKEN["a name that never ends"]):
        assert read(case.raw) == read_here(case.raw)


def test_a_child_that_dies_has_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MEGABYTES", 1)
    found = read(HOSTILE["many addresses"])
    assert not found.readable
    assert verdict(found, OWN, LIMIT).refuse


DOMAINS = {
    "Example.LG.jp": "example.lg.jp",
    " @example.lg.jp. ": "example.lg.jp",
    "ｅｘａｍｐｌｅ．ｊｐ": "example.jp",
    "日本語.example": "xn--wgv71a119e.example",
}
NO_DOMAINS = (
    *(" ", "localhost", "a b.jp", "a@b.jp", "-a.jp", "a-.jp", "a..jp", "a_b.jp", "*.example.jp"),
    *("a.jp/", "a.jp|b.jp", ".*", "a.jp'", 'a.jp"', "a.jp\\", "a.jp)", "a.jp}", "a.jp$", "a.jp\nb"),
    *("a" * 64 + ".jp", "a." * 130 + "jp", "a\u2028.jp", "a\x00.jp", "[192.0.2.1]"),
)


@pytest.mark.parametrize("text", DOMAINS)
def test_a_domain_is_read_as_people_type_it(text: str) -> None:
    assert as_domain(text) == DOMAINS[text]


@pytest.mark.parametrize("text", NO_DOMAINS)
def test_nothing_else_is_a_domain(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        as_domain(text)

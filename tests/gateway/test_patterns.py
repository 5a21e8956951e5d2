"""The patterns of Exchange and Google: they count as the page says of them.

Neither program is here. Their syntax is a part of Python's, which runs them on small mails.
"""

from __future__ import annotations

import re

import pytest

from eventmail.gateway import patterns, rule
from eventmail.gateway.reading import read_here
from eventmail.gateway.targets import BY_KEY
from tests.gateway.cases import BROKEN, CASES, LIMIT, RULE, Case, out

EXCHANGE, GOOGLE = BY_KEY["exchange"], BY_KEY["google"]
EVERY = CASES | BROKEN
# A pattern that knows no quotes counts more in these, and never fewer in what mail programs write.
MORE = {"names with a quote in them", "names that are addresses"}


def matches_a_header(case: Case) -> bool:
    """Exchange looks at the value of each To and each Cc header, already unfolded."""
    unfolded = case.headers.replace("\n\t", " ").replace("\n ", " ")
    values = [
        value
        for name, _, value in (line.partition(":") for line in unfolded.splitlines())
        if name.strip().casefold() in ("to", "cc")
    ]
    return any(re.search(patterns.dotnet(RULE), value) for value in values)


def matches_the_head(case: Case) -> bool:
    """Google looks at all headers as one text."""
    head = case.raw.decode().partition("\n\n")[0]
    return re.search(patterns.re2(RULE), head) is not None


@pytest.mark.parametrize("name", EVERY)
def test_exchange_counts_in_one_header_what_the_page_says(name: str) -> None:
    case = EVERY[name]
    assert matches_a_header(case) is EXCHANGE.refuses(read_here(case.raw), RULE)


@pytest.mark.parametrize("name", EVERY)
def test_google_counts_in_all_headers_what_the_page_says(name: str) -> None:
    case = EVERY[name]
    assert matches_the_head(case) is GOOGLE.refuses(read_here(case.raw), RULE)


@pytest.mark.parametrize("name", CASES)
def test_neither_counts_fewer_than_there_are(name: str) -> None:
    case = CASES[name]
    assert GOOGLE.sees(read_here(case.raw), RULE).count >= case.count


def test_google_needs_nothing_that_re2_lacks() -> None:
    """No looking ahead or back, no group that is kept, no possessive sign, no number in braces
    above 1000.
    """
    found = patterns.re2(rule.made(50, RULE.own, RULE.url))
    outside_of_classes = re.sub(r"\[(?:\\.|[^\]])*\]", "c", found)
    assert not re.search(r"\(\?(?!:|i\))|\((?!\?)|[*+?}]\+|\\[1-9]", outside_of_classes)
    assert re.findall(r"\{(\d+)\}", found) == ["50"]


NEAR = ("himesato.example.j", "himesato.example.jpx", "ximesato.example.jp", "h", "himesato.", "x")


@pytest.mark.parametrize("domain", [*RULE.written, *NEAR])
def test_google_tells_every_domain_from_ones_own(domain: str) -> None:
    text = f"To: a@{domain}, {out(LIMIT)}"
    assert bool(re.search(patterns.re2(RULE), text)) is (domain not in RULE.written)


def test_a_rule_of_exchange_fits_into_what_it_may_hold() -> None:
    many = tuple(f"shozoku-no-namae{each}.himesato.lg.example" for each in range(20))
    made = rule.made(50, many, "https://" + "a" * 100, "あ" * 200)
    assert len(EXCHANGE.write(made)) < 8192

"""The mails to try a rule with: nobody outside can be reached by one."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from eventmail.gateway import messages, rule
from eventmail.gateway.judging import judged

RULES = {
    "the usual one": rule.made(4, ("office.example.jp",), "https://a.example"),
    "the smallest number": rule.made(1, ("office.example.jp",), "https://a.example"),
    "the largest number, and two domains": rule.made(50, ("a.lg.jp", "b.jp"), "https://a.example"),
}
EACH = pytest.mark.parametrize("name", RULES)


@EACH
def test_three_pass_and_three_are_refused(name: str) -> None:
    made = RULES[name]
    found = messages.samples(made)
    assert [each.refuse for each in found] == [False] * 3 + [True] * 3
    for each in found:
        assert judged(each.content, made.own, made.limit).refuse is each.refuse, each.name


@EACH
def test_outside_addresses_reach_nobody(name: str) -> None:
    made = RULES[name]
    for each in messages.samples(made):
        domains = re.findall(r"@([a-z0-9.-]+)(?=[>,\r])", each.content.decode().lower())
        assert domains
        assert all(
            domain in made.own or domain.endswith((".example", ".invalid")) for domain in domains
        )


@EACH
def test_they_are_mails_of_plain_lines(name: str) -> None:
    for each in messages.samples(RULES[name]):
        lines = each.content.split(b"\r\n")
        assert all(len(line) <= 998 and b"\n" not in line for line in lines)
        assert each.content.isascii()


def test_the_archive_holds_all_six_and_is_the_same_each_time() -> None:
    made = RULES["the usual one"]
    content = messages.archive(made)
    assert content == messages.archive(made)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            each.name: each.content for each in messages.samples(made)
        }

"""The rules in the real programs: they decide as the rule itself does, on the same mails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventmail.gateway import messages, rule
from eventmail.gateway.judging import judged
from eventmail.gateway.reading import read_here
from eventmail.gateway.targets import BY_KEY
from tests.gateway.cases import BROKEN, CASES, LIMIT, OWN, RULE, out
from tests.gateway.programs import exim_says, exim_with, postfix_says, rspamd_says

POSTFIX, EXIM, RSPAMD = (BY_KEY[each] for each in ("postfix", "exim", "rspamd"))
# Where a broken header is counted too low, as the page says.
POSTFIX_MISSES = {"no comma between"}
EXIM_MISSES = {"a comment that never ends"}
RSPAMD_MISSES = {"a space before the colon", "no comma between", "a domain that is missing"}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("postfix") / POSTFIX.filename
    path.write_bytes(POSTFIX.content(RULE))
    return path


@pytest.fixture(scope="module")
def exim() -> Iterator[Path]:
    with exim_with(EXIM.content(RULE)) as config:
        yield config


@pytest.fixture(scope="module")
def lua(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rspamd") / RSPAMD.filename
    path.write_bytes(RSPAMD.content(RULE))
    return path


@pytest.mark.parametrize("name", CASES | BROKEN)
def test_postfix_decides_for_each_header_as_the_rule_does(name: str, table: Path) -> None:
    case = (CASES | BROKEN)[name]
    said = postfix_says(table, case.raw)
    refused = "REJECT 5.7.1 More than 4" in said
    assert refused is (POSTFIX.refuses(read_here(case.raw), RULE) and name not in POSTFIX_MISSES)


@pytest.mark.parametrize("name", CASES)
def test_exim_decides_as_the_rule_does(name: str, exim: Path) -> None:
    case = CASES[name]
    said = exim_says(exim, case.raw)
    expected = "550-5.7.1 More than 4" if judged(case.raw, OWN, LIMIT).refuse else "250 OK"
    assert said.startswith(expected), said


@pytest.mark.parametrize("name", BROKEN)
def test_exim_lets_no_mail_out_that_the_rule_refuses(name: str, exim: Path) -> None:
    case = BROKEN[name]
    refused = exim_says(exim, case.raw).startswith("550")
    assert refused or name in EXIM_MISSES or not judged(case.raw, OWN, LIMIT).refuse


def test_exim_looks_at_nothing_that_comes_from_outside(exim: Path) -> None:
    for case in (CASES["one too many"], BROKEN["a name that never ends"]):
        assert exim_says(exim, case.raw, client="198.51.100.9").startswith("250 OK")


def test_rspamd_decides_as_the_rule_does(lua: Path, tmp_path: Path) -> None:
    cases = CASES | BROKEN
    said = rspamd_says(lua, [each.raw for each in cases.values()], tmp_path)
    assert len(said) == len(cases)
    refused = {
        name for name, answer in zip(cases, said, strict=True) if answer.startswith("reject")
    }
    expected = {name for name, each in cases.items() if judged(each.raw, OWN, LIMIT).refuse}
    assert refused == expected - RSPAMD_MISSES
    assert f"reject\t{RULE.english}" in said


def test_rspamd_looks_at_nothing_that_comes_from_outside(lua: Path, tmp_path: Path) -> None:
    assert rspamd_says(lua, [CASES["one too many"].raw], tmp_path, user="") == ["pass\t"]


@pytest.mark.parametrize("limit", [1, 4, 50])
def test_the_mails_to_try_it_with_do_what_the_page_says(limit: int, tmp_path: Path) -> None:
    made = rule.made(limit, ("himesato.example.jp", "office.example"), "https://a.example")
    table, lua = tmp_path / "table", tmp_path / "rule.lua"
    table.write_bytes(POSTFIX.content(made))
    lua.write_bytes(RSPAMD.content(made))
    samples = messages.samples(made)
    by_rspamd = rspamd_says(lua, [each.content for each in samples], tmp_path)
    with exim_with(EXIM.content(made)) as config:
        for each, answer in zip(samples, by_rspamd, strict=True):
            assert judged(each.content, made.own, limit).refuse is each.refuse
            assert exim_says(config, each.content).startswith("550") is each.refuse
            assert answer.startswith("reject") is each.refuse
            rejected = bool(postfix_says(table, each.content))
            assert rejected is POSTFIX.refuses(read_here(each.content), made)


LONG = {
    "a header of 30,000 letters": f"To: {out(900)}",
    "folded into 900 lines": "To: " + out(900).replace(", ", ",\n "),
    "90 KB of one's own, and then one too many": "To: "
    + ", ".join(f"a{each}@himesato.example.jp" for each in range(3500))
    + ", "
    + out(5),
}


@pytest.mark.parametrize("name", LONG)
def test_long_headers_are_counted_to_their_end(name: str, table: Path, exim: Path) -> None:
    raw = f"From: a@himesato.example.jp\n{LONG[name]}\n\nHello\n".encode()
    assert len(raw) < 102_400
    assert "REJECT" in postfix_says(table, raw)
    assert exim_says(exim, raw).startswith("550")


def test_a_head_that_was_broken_on_purpose_is_given_up_as_the_page_says(tmp_path: Path) -> None:
    """Postfix stops a pattern that costs too much, and lets the mail through."""
    table = tmp_path / "table"
    table.write_bytes(POSTFIX.content(RULE))
    raw = f"To: {'(' * 30_000}, {out(5)}\n\n".encode()
    assert postfix_says(table, raw, warns="match limit exceeded") == ""

"""What each target's page tells, and the files whose program is not here."""

from __future__ import annotations

import json
import re

import pytest

from eventmail.gateway import rule
from eventmail.gateway.judging import judged
from eventmail.gateway.reading import read_here
from eventmail.gateway.targets import BY_KEY, TARGETS, Target
from eventmail.gateway.targets.appliance import write as appliance
from tests.gateway.cases import CASES, LIMIT, OWN, RULE, out

EACH = pytest.mark.parametrize("target", TARGETS, ids=list(BY_KEY))


@EACH
def test_it_tells_how_it_is_put_in_tried_and_taken_out_and_what_it_cannot_see(
    target: Target,
) -> None:
    for told in (target.place, target.trial, target.blind, target.removal):
        assert told
        assert all(line.endswith("。") for line in told)
    assert target.relies_on.endswith("。")
    assert target.tried.endswith("。")


@EACH
def test_its_file_is_what_the_page_shows(target: Target) -> None:
    content = target.content(RULE)
    assert content.decode(target.encoding).replace("\r\n", "\n") == target.write(RULE)
    assert ("\r\n" in content.decode(target.encoding)) is (target.newline == "\r\n")


@EACH
def test_it_holds_ones_own_number_domains_and_words(target: Target) -> None:
    written = target.write(rule.made(17, ("a.example",), "https://b.example/x", "だめ", "No"))
    assert re.search(r"(?<!\d)1[78](?!\d)", written)
    if target.key != "thunderbird":  # it has room for neither
        assert "https://b.example/x" in written
        assert ("だめ" in written) or ("No https" in written)


@EACH
@pytest.mark.parametrize("name", CASES)
def test_none_lets_a_mail_pass_that_has_too_many_in_one_header(target: Target, name: str) -> None:
    case = CASES[name]
    in_one_header = case.count > LIMIT and not (case.in_to and case.in_cc) and "two" not in name
    assert target.refuses(read_here(case.raw), RULE) or not in_one_header


def test_thunderbird_warns_from_the_first_one_too_many_on_and_asks() -> None:
    wanted = json.loads(BY_KEY["thunderbird"].write(RULE))["policies"]["Preferences"]
    assert wanted["mail.compose.warn_public_recipients.threshold"] == {
        "Value": 5,
        "Status": "locked",
    }
    assert wanted["mail.compose.warn_public_recipients.aggressive"]["Value"] is True


def test_powershell_finds_its_letters_in_the_file() -> None:
    assert BY_KEY["exchange"].content(RULE).startswith(b"\xef\xbb\xbf")


def test_visual_basic_gets_each_own_domain_as_a_literal() -> None:
    written = BY_KEY["outlook"].write(RULE)
    assert (
        '        Case "himesato.example.jp", "xn--wgv71a119e.example", "日本語.example"\n'
        in written
    )
    assert "Private Const MOST As Long = 4\n" in written
    assert not re.search(r"\b(?:LIMIT|OWN|MESSAGE)\b", written)
    assert all(len(line) < 1000 for line in written.splitlines())


OURS = ", ".join(f"a{each}@himesato.example.jp" for each in range(14))
NAMED = ", ".join(f'"Yamada, a@b" <a@k{each}.example>' for each in range(4))
VENDORS_CASES = {
    "外部4件をToに：送る": f"To: {out(4)}",
    "外部5件をToに：断る": f"To: {out(5)}",
    "外部4件をTo、1件をCcに：断る": f"To: {out(4)}\nCc: {out(1, 4)}",
    "内部14件をTo、外部1件をCcに：送る": f"To: {OURS}\nCc: {out(1)}",
    "外部5件をBccに：送る": f"Bcc: {out(5)}",
    "表示名に「,」と「@」がある外部4件をToに：送る": f"To: {NAMED}",
    "折り返されたToに外部5件：断る": "To: " + out(5).replace(", ", ",\n "),
}


def test_the_vendor_is_told_numbers_and_cases_that_the_rule_itself_decides() -> None:
    written = appliance(rule.made(LIMIT, OWN, RULE.url))
    assert "  4件まで：そのまま送ります。\n  5件以上：送らずに断り" in written
    told = [line for line in written.splitlines() if line.endswith(("：送る", "：断る"))]
    assert told == [f"  ・{case}" for case in VENDORS_CASES]
    for case, headers in VENDORS_CASES.items():
        refused = judged(f"{headers}\n\n".encode(), OWN, LIMIT).refuse
        assert refused is case.endswith("：断る"), case

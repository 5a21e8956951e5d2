"""Nothing that is typed leaves the literal in which it is put, in any of the languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventmail.gateway import escaping, rule
from eventmail.gateway.targets import BY_KEY
from tests.gateway.cases import CASES, OWN, RULE, out
from tests.gateway.programs import exim_says, exim_with, lua_reads, postfix_says, rspamd_says

# What a text would have to hold to be more than a text.
ATTACKS = {
    "a part of what matched": "$1 ${1} $(1) $0 $$",
    "the end of a pattern": "/ OK /x/ DISCARD",
    "an expansion": "${run{/bin/touch /tmp/x}} $sender_address {a}{b}",
    "the end of what is not expanded": r"\N ${tod_log} \N \n accept",
    "another condition": "x' ; accept",
    "quotes": "\"double\" 'single' `back`",
    "a quote of Lua": '"] os.execute("id") --[["',
    "a long bracket": "]] ]=] [[x]]",
    "single quotes of other kinds": "\u2018; Remove-TransportRule \u2019 \u201a \u201b",
    "a here-string": "'@ ; exit ; @'",
    "double quotes of other kinds": "\u201c & Kill(\u201d) \u201e \uff02",
    "a command of Visual Basic": '" & Shell("calc") & "',
    "backslashes": "\\ \\\\ \\\" \\' \\x41 \\065 \\n",
    "a comment": "# -- // /* */ ' rem <# #>",
    "places of our own": "LIMIT OWN MESSAGE REFUSED OTHERS",
    "braces": "{limit} {url} {0} %s {{x}}",
    "no letters of this time": "\x7f\x85\u2028\u2029\x1b",
    "letters beyond the first plane": "\U0001f600 \u9ad9 ～",
}
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def seen(text: str) -> str:
    """The text as its reader sees it: in one line."""
    return BREAKS.sub(" ", text)


@pytest.mark.parametrize("name", ATTACKS)
def test_postfix_says_exactly_that(name: str, tmp_path: Path) -> None:
    text = ATTACKS[name].encode("ascii", "replace").decode()
    table = tmp_path / "table"
    table.write_bytes(BY_KEY["postfix"].content(rule.made(4, OWN, RULE.url, "", text)))
    said = postfix_says(table, CASES["one too many"].raw)
    assert seen(text) in said
    assert postfix_says(table, CASES["one"].raw) == ""


@pytest.fixture(scope="module")
def attacked() -> Iterator[dict[str, Path]]:
    """Exim's configuration for each attack."""
    with exim_with(b"") as config:
        found = {}
        for number, (name, text) in enumerate(ATTACKS.items()):
            made = rule.made(4, OWN, RULE.url, "", text)
            path = config.with_name(f"{number}.conf")
            lines = BY_KEY["exim"].content(made).decode()
            path.write_text(config.read_text().replace("data:\n", f"data:\n{lines}\n", 1))
            path.chmod(0o644)
            found[name] = path
        yield found


@pytest.mark.parametrize("name", ATTACKS)
def test_exim_says_exactly_that(name: str, attacked: dict[str, Path]) -> None:
    said = exim_says(attacked[name], CASES["one too many"].raw)
    lines = [
        re.sub(r"^550[- ](5\.7\.1 )?", "", line) for line in said.splitlines() if line[:3] == "550"
    ]
    ascii_only = ATTACKS[name].isascii()
    assert not ascii_only or seen(ATTACKS[name]).split() == " ".join(lines).split()[:-1]
    assert lines
    assert exim_says(attacked[name], CASES["one"].raw).startswith("250 OK")


def test_lua_says_exactly_that(tmp_path: Path) -> None:
    rules = [rule.made(4, OWN, RULE.url, "", text) for text in ATTACKS.values()]
    said = lua_reads([escaping.for_lua(each.english) for each in rules], tmp_path)
    assert said == [seen(each.english) for each in rules]


def test_the_whole_rule_in_lua_says_it(tmp_path: Path) -> None:
    text = "".join(ATTACKS.values())
    path = tmp_path / "rule.lua"
    path.write_bytes(BY_KEY["rspamd"].content(rule.made(4, OWN, RULE.url, "", text)))
    mails = [CASES["one too many"].raw, CASES["one"].raw]
    assert rspamd_says(path, mails, tmp_path) == [f"reject\t{seen(text)} {RULE.url}", "pass\t"]


# Each of these ends a literal in single quotes, and any two side by side are the first of them.
QUOTES_OF_POWERSHELL = "'\u2018\u2019\u201a\u201b"


def unquoted_powershell(literal: str) -> str:
    """What PowerShell reads."""
    found, at = "", 1
    while literal[at] not in QUOTES_OF_POWERSHELL or at + 1 < len(literal):
        if literal[at] in QUOTES_OF_POWERSHELL:
            assert literal[at + 1] in QUOTES_OF_POWERSHELL, f"it ends at {literal[at:]}"
            at += 1
            found += literal[at - 1]
        else:
            found += literal[at]
        at += 1
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_powershell_reads_exactly_that(name: str) -> None:
    made = escaping.for_powershell(ATTACKS[name])
    assert unquoted_powershell(made) == seen(ATTACKS[name])
    written = BY_KEY["exchange"].write(rule.made(4, OWN, RULE.url, ATTACKS[name]))
    assert f"$text = {escaping.for_powershell(seen(ATTACKS[name]) + ' ' + RULE.url)}\n" in written


VBA = re.compile(r'(?:"((?:[^"]|"")*)"|ChrW\(&H([0-9A-F]{4})\))(?: & (?:_\n {8})?|\Z)')


def evaluated_vba(expression: str) -> str:
    """What Visual Basic makes of literals and ChrW, joined by &; anything else is an error."""
    found, at = "", 0
    while at < len(expression):
        piece = VBA.match(expression, at)
        assert piece is not None, expression[at:]
        found += chr(int(piece[2], 16)) if piece[2] else piece[1].replace('""', '"')
        at = piece.end()
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_visual_basic_reads_exactly_that(name: str) -> None:
    made = escaping.for_vba(ATTACKS[name])
    basic_plane = re.sub(r"[\U00010000-\U0010ffff]", "?", seen(ATTACKS[name]))
    assert evaluated_vba(made) == basic_plane
    assert not set(made) & set("\u201c\u201d\u201e\uff02\n\r")


def test_visual_basic_gets_no_line_that_it_refuses() -> None:
    """200 letters in half width, each of which the editor might lose."""
    own = tuple(f"a-rather-long-name-of-an-office-{each}.example.lg.jp" for each in range(20))
    text = "\uff71" * 200
    written = BY_KEY["outlook"].write(rule.made(4, own, RULE.url, text))
    assert max(map(len, written.splitlines())) < 1000
    joined = written.replace(" _\n        ", " ")
    assert f"Case {', '.join(map(escaping.for_vba, own))}\n" in joined
    (said,) = re.findall("TextForSender = (.*)\n", joined)
    assert evaluated_vba(said) == f"{text} {RULE.url}"


def test_what_the_editor_keeps_is_what_japanese_windows_can_write() -> None:
    plain = re.compile(escaping.VBA_PLAIN)
    kept = [chr(each) for each in range(0x10000) if plain.fullmatch(chr(each))]
    assert len(kept) > 5000
    in_windows = [each for each in kept if each.encode("cp932", "ignore")]
    assert set("あ漢字、。ー５") <= set(in_windows)


@pytest.mark.parametrize("name", ATTACKS)
def test_json_reads_exactly_that(name: str) -> None:
    assert json.loads(escaping.for_json(ATTACKS[name])) == seen(ATTACKS[name])


METACHARACTERS = r".+*?^$|()[]{}\/-#&~'\" "


@pytest.mark.parametrize("letter", METACHARACTERS)
def test_no_letter_means_more_than_itself_in_a_pattern(letter: str) -> None:
    """Domains hold none of these but dot and hyphen; the escape does not lean on it."""
    for escaped in (
        escaping.for_pcre(letter),
        escaping.for_dotnet(letter),
        escaping.for_re2(letter),
    ):
        assert re.fullmatch(escaped, letter)
        assert not re.fullmatch(escaped, "x")
    assert re.fullmatch(f"[{escaping.for_re2(letter)}x]+", f"{letter}x{letter}")


def test_a_dot_in_a_domain_is_a_dot(tmp_path: Path) -> None:
    other = f"To: a@himesatoxexample.jp, {out(4)}"
    table = tmp_path / "table"
    table.write_bytes(BY_KEY["postfix"].content(RULE))
    assert "REJECT" in postfix_says(table, f"{other}\n\n".encode())


@pytest.mark.parametrize("target", BY_KEY)
@pytest.mark.parametrize("name", ATTACKS)
def test_no_rule_gets_a_line_more(target: str, name: str) -> None:
    plain = BY_KEY[target].write(rule.made(4, OWN, RULE.url, "x", "x"))
    text = ATTACKS[name]
    attacked = BY_KEY[target].write(rule.made(4, OWN, RULE.url, text, text))
    goes_on = " & _\n        "  # a long statement of Visual Basic
    assert len(attacked.replace(goes_on, "").splitlines()) == len(plain.splitlines())


def test_what_is_not_escaped_for_postfix_says_whom_the_mail_is_for(tmp_path: Path) -> None:
    """The attack is one where nothing stands in its way."""
    table = tmp_path / "table"
    table.write_text("/^to:(.*)/ REJECT $1\n")
    assert "kigyo.example" in postfix_says(table, CASES["one"].raw)

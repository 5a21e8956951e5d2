"""No address cell is taken as an address that does not stand there alone: attacks, and any text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.spreadsheet.address_cell import CellReading, read_cell
from eventmail.spreadsheet.address_reasons import LEVELS, Level
from eventmail.spreadsheet.look_alikes import shown_domain
from tests.attacks.spreadsheet_cell import CELLS, OTHER, OWN

BOTH, REFUSED = ["question", OWN, OTHER], ["reject"]
SPLIT = (
    "comma", "comma and space", "semicolon", "full-width comma", "Japanese comma",
    "full-width semicolon", "small comma", "Arabic comma", "line break in the cell",
    "carriage return", "vertical tab", "line separator", "next-line character", "space",
    "full-width space", "no-break space", "tab", "slash", "full-width slash", "middle dot",
    "vertical bar", "the word と", "an arrow for a change", "all signs full width",
)  # fmt: skip
BECOMES = {
    **dict.fromkeys(CELLS, REFUSED),
    **{f"two addresses, {how}": BOTH for how in SPLIT},
    "a name and an address, and a second": BOTH,
    "two addresses in angle brackets": BOTH,
    "mailto of two": BOTH,
    "the other address as display name": ["question", OTHER, OWN],
}


@pytest.mark.parametrize("name", CELLS)
def test_no_attack_is_accepted(name: str) -> None:
    read = read_cell(CELLS[name])
    assert read.address == ""
    assert [read.verdict, *map(str, read.addresses)] == BECOMES[name]


def test_each_attack_has_its_own_expectation() -> None:
    assert set(BECOMES) == set(CELLS)


@pytest.mark.parametrize(
    "wrapping", ["　{}　", "\u200b{}", "<{}>", "佐藤 <{}>", "{}。", "mailto:{}"]
)
@pytest.mark.parametrize("name", CELLS)
def test_no_wrapped_attack_is_accepted(name: str, wrapping: str) -> None:
    read = read_cell(wrapping.format(CELLS[name]))
    assert (read.verdict == "accept", read.address) == (False, "")


PIECES = st.sampled_from(
    [
        *("a@b.example", "C@D.jp", "e@gmai.com", "info＠青空.example", "@", "＠", "a", "。", "、"),
        *(",", ";", " ", "　", "\n", "/", "と", "→", "<", ">", "(", "）", '"', "'", ":", ".", ".."),
        *(
            "mailto:",
            "www.",
            "http://",
            "佐藤",
            "旧",
            "\u200b",
            "\ufe0f",
            "\0",
            "\ud800",
            "=?",
            "%",
        ),
        *("co", "jp", "docomo.ne.jp", "xn--", "-", "\u0430", "ß", "İ", "ｶ", "\u3164", "1"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=9).map("".join), st.text(max_size=30))


def folded(text: str) -> str:
    """A text without what makes no difference: width, case, A-labels for their letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(
        r"(?<=[@.])xn--[a-z0-9-]+", lambda found: shown_domain(found[0]), plain
    ).casefold()


@settings(max_examples=3000)
@given(TEXTS)
@example("a@b.example" * 2)
@example("a@xn--:b.example")
def test_whatever_stands_there(text: str) -> None:
    read = read_cell(text)
    assert all(each.message.isprintable() and LEVELS[each.code] for each in read.reasons)
    assert all(EmailAddress.parse(e.suggestion) for e in read.reasons if e.suggestion)
    assert read.verdict == max(
        (LEVELS[each.code] for each in read.reasons), default="accept", key=list(Level).index
    )
    assert bool(read.address) <= (len(read.addresses) == 1)
    assert (read.verdict == "accept") <= bool(read.address)
    assert (len(read.addresses) > 1) <= (read.verdict == "question")
    if read.address:
        check_taken(text, read)


def check_taken(text: str, read: CellReading) -> None:
    """What could be mailed stands in the text in full, and nothing beside it is an address."""
    [address] = read.addresses
    assert read.address == str(address) == str(EmailAddress.parse(read.address))
    assert folded(read.address) in folded(text)
    rest = folded(text).replace(folded(read.address), "")
    assert "@" not in rest

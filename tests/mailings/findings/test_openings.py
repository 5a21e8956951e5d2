"""Of many words those that stand in a text, however few letters they have, in their order."""

from __future__ import annotations

import random

import pytest

from eventmail.mailings.findings.openings import Openings

WORDS = ("みなと電機", "みなと", "み", "電機", "a", "ab", "abc", "", "電")


@pytest.mark.parametrize(
    ("text", "found"),
    {
        "みなと電機": ("みなと電機", "みなと", "み", "電機", "電"),
        "電": ("電",),
        "みな": ("み",),
        "xabx": ("a", "ab"),
        "": (),
        "ほか": (),
    }.items(),
)
def test_they_are_found(text: str, found: tuple[str, ...]) -> None:
    assert tuple(Openings((each, each) for each in WORDS).standing_in(text)) == found


def test_they_are_those_that_a_look_at_each_finds() -> None:
    chance = random.Random(7)
    words = ["".join(chance.choices("abcd", k=chance.randrange(5))) for _ in range(300)]
    ready = Openings(numbered(words))
    for _ in range(200):
        text = "".join(chance.choices("abcd", k=chance.randrange(12)))
        assert ready.standing_in(text) == [
            n for n, word in enumerate(words) if word and word in text
        ]


def numbered(words: list[str]) -> list[tuple[str, int]]:
    return [(word, number) for number, word in enumerate(words)]

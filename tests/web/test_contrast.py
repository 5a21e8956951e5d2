"""What is read stands out from what it stands on: WCAG 2.2 AA for every pair of colours we use.

axe looks at the pages as they are; this looks at the pairs of the style sheets, those included
that no page shows while it is looked at: hover, pressed, visited, wrong, at rest.
"""

from __future__ import annotations

import re

import pytest

from tests.web.test_design import SHEETS, STATIC, source

TEXT, SHAPE = 4.5, 3.0
WHITE, GRAY_100 = "color-neutral-white", "color-neutral-solid-gray-100"
YELLOW = "color-primitive-yellow-300"

PAIRS = [
    *[
        ("text", ground, TEXT)
        for ground in ("ground", "shade", "key-pale", "warn-pale", "bad-pale")
    ],
    *[
        ("muted", ground, TEXT)
        for ground in ("ground", "shade", "key-pale", "warn-pale", "bad-pale")
    ],
    *[("key-dark", ground, TEXT) for ground in ("ground", "shade", "key-pale", "warn-pale")],
    *[("key", ground, TEXT) for ground in ("ground", "shade", "key-pale")],
    *[("visited", ground, TEXT) for ground in ("ground", "shade", "key-pale", "warn-pale")],
    ("pressed", "ground", TEXT),
    *[("bad-dark", ground, TEXT) for ground in ("ground", "bad-pale", "shade")],
    *[("bad", ground, TEXT) for ground in ("ground", "bad-pale", "shade")],
    *[("warn-dark", ground, TEXT) for ground in ("ground", "warn-pale", "shade")],
    *[("ok-dark", ground, TEXT) for ground in ("ground", "ok-pale", "shade")],
    ("ok", "ground", TEXT),
    *[("ground", button, TEXT) for button in ("key", "key-dark", "bad", "bad-dark")],
    ("ground", "color-primitive-blue-1200", TEXT),
    ("edge", GRAY_100, TEXT),  # a button at rest: not asked for, and readable all the same
    ("warn-dark", "color-primitive-yellow-100", TEXT),
    ("key-dark", YELLOW, TEXT),  # a link with the focus
    *[("edge", ground, SHAPE) for ground in ("ground", "shade", "key-pale")],
    *[(icon, ground, SHAPE) for icon in ("key", "ok", "bad") for ground in ("ground", "shade")],
    ("warn", "ground", SHAPE),
    ("warn", "warn-pale", SHAPE),
    ("bad", "bad-pale", SHAPE),
    # The two colours of the focus: one of them stands out, whatever lies below.
    ("color-neutral-black", "ground", SHAPE),
    ("color-neutral-black", YELLOW, SHAPE),
    (YELLOW, "key-dark", SHAPE),
    (YELLOW, "bad", SHAPE),
]


def values() -> dict[str, str]:
    """Every custom property with what it stands for in the end."""
    text = source(STATIC / "tokens.css") + source(STATIC / "app.css")
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", text))
    while any(each.startswith("var(") for each in found.values()):
        for name, each in found.items():
            if again := re.fullmatch(r"var\(--([\w-]+)\)", each):
                found[name] = found[again[1]]
    return found


def light(colour: str) -> float:
    """The relative luminance of ``#rrggbb``."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How two colours stand out from each other: from 1 to 21."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


VALUES = values()


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)],
)
def test_the_reckoning_is_that_of_wcag(one: str, other: str, known: float) -> None:
    assert contrast(one, other) == pytest.approx(known, abs=0.005)


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_what_is_read_stands_out(front: str, ground: str, least: float) -> None:
    found = contrast(VALUES[front], VALUES[ground])
    assert found >= least, f"{front} on {ground}: {found:.2f}"


def test_no_name_for_a_colour_is_left_out() -> None:
    """A new name in app.css stands in the table above, or is said to be no colour to read by."""
    names = set(re.findall(r"^\s*--([\w-]+): var\(--color", source(STATIC / "app.css"), re.M))
    told = {each for front, ground, _ in PAIRS for each in (front, ground)}
    assert names - told == {"line"}  # hair lines between rows, which also stand apart by room


def test_letters_take_their_colour_from_a_name_of_the_table() -> None:
    told = {each for front, _ground, _ in PAIRS for each in (front,)} | {"color-neutral-black"}
    used = {
        each
        for sheet in SHEETS
        for each in re.findall(r"[{;]\s*color:\s*var\(--([\w-]+)\)", source(sheet))
    }
    assert used - told == {
        WHITE,
        "color-neutral-solid-gray-900",
    }  # the ground's, and more than text

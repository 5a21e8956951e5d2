"""One design system: each component is written once, in the tokens of the Digital Agency.

Read from the sources, so that a page which nobody opens in a test is held to it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "eventmail" / "static"
TEMPLATES = ROOT / "templates"
SHEETS = sorted(each for each in STATIC.glob("*.css") if each.name != "tokens.css")
PAGES = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = {"components.html", "gauges.html", "inputs.html"}

# Elements that only the components write; a page takes the macro.
ELEMENTS = (
    "table", "dl", "dialog", "details", "svg", "progress", "meter",
    "input", "select", "textarea", "button", "fieldset",
)  # fmt: skip
# Where one stands outside all the same, and why.
OUTSIDE = {
    ("base.html", "select"): "the choice of the office at work belongs to the frame alone",
    ("base.html", "button"): "the frame's own two: switching the office, signing out",
    ("letters/parts.html", "table"): "the comparison of two texts, side by side, used nowhere else",
    ("pictures.html", "svg"): "the components of the charts",
    ("agenda/index.html", "table"): "a month, whose cells are days",
    ("answers/index.html", "svg"): "a chart",
    ("bureau/index.html", "svg"): "a chart",
    ("outbox/parts.html", "svg"): "the bar that progress.js moves",
    ("outbox/parts.html", "progress"): "says to a screen reader what the bar shows",
}
# Markup by which a component made by hand is known.
BY_HAND = {
    r'name="csrf_token"': "csrf() or the form's own field",
    r'class="notice[ "]': "notice()",
    r'class="field[ "{]': "field() or text_input()",
    r'<label class="label|class="(field-error|mark)[ "]': "field() or text_input()",
    r'class="choice"': "choice()",
    r'class="actions"': "{% call actions() %}",
    r'class="pagination"': "pagination() or pager()",
    r'class="filters?"': "filters() and filter_link()",
    r'class="search"': "search_form()",
    r'class="facts"': "facts()",
    r'class="steps"': "steps()",
    r'class="breadcrumbs"': "breadcrumbs()",
    r'class="tag[ "]': "tag()",
    r'class="file-drop': "file_drop()",
    r'class="button ': "button(), link_button() or post_button()",
    r"<del>|<ins>": "diff_value()",
}

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab|color-mix)a?\(|[\s:](?:white|black|gr[ae]y|red|blue|green|yellow|silver)\b(?!-)")  # fmt: skip # noqa: E501
FONT_SIZE = re.compile(r"font-size:\s*([^;}]+)|\bfont:\s*[^;}]*?\s([\d.]+\w+)\s*/")
# em keeps a mark in step with its text; on paper sizes are in points.
SIZES = re.compile(r"var\(--font-size-\d+\)|inherit|[\d.]+(em|pt)")
IMPORTANT = {
    # what is hidden, and what must not move
    "app.css": {"[hidden]:not([data-soon])", "*, ::before, ::after"},
    "components.css": {".skip-link"},  # what is of no use on paper, whatever its page says
}


def source(path: Path) -> str:
    """A file without its comments."""
    return re.sub(r"\{#.*?#\}|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)


def name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def rules(sheet: Path) -> Iterator[tuple[str, str]]:
    """Every rule of a style sheet, whatever stands around it: its selector and its declarations."""
    for selector, declared in re.findall(r"([^{}]+)\{([^{}]*)\}", source(sheet)):
        yield selector.strip(), declared


def by_hand(text: str, page: str) -> list[str]:
    """What a page writes itself although there is a component for it."""
    elements = [
        f"<{each}> in {page}"
        for each in ELEMENTS
        if re.search(rf"<{each}\b", text) and (page, each) not in OUTSIDE
    ]
    if page == "base.html":
        return elements
    return elements + [
        f"{page}: use {why}" for what, why in BY_HAND.items() if re.search(what, text)
    ]


def test_no_page_writes_a_component_by_hand() -> None:
    pages = [each for each in PAGES if each.name not in COMPONENTS]
    assert len(pages) > 100
    assert [fault for each in pages for fault in by_hand(source(each), name(each))] == []


@pytest.mark.parametrize(
    "markup",
    ["<table>", "<input type='hidden'>", '<p class="notice notice-error">', '<a class="button x">'],
)
def test_what_is_written_by_hand_is_found(markup: str) -> None:
    assert by_hand(markup, "events/show.html")


def test_no_component_is_written_twice() -> None:
    made = [
        each
        for file in COMPONENTS
        for each in re.findall(r"\{%-? macro (\w+)", source(TEMPLATES / file))
    ]
    assert len(made) > 40
    assert {each for each in made if made.count(each) > 1} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_a_colour_is_a_token(sheet: Path) -> None:
    for selector, declared in rules(sheet):
        assert not COLOUR.search(re.sub(r"--[\w-]+", "", declared)), selector


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_a_size_of_type_is_a_token(sheet: Path) -> None:
    for selector, declared in rules(sheet):
        for found in FONT_SIZE.finditer(declared):
            assert SIZES.fullmatch((found[1] or found[2]).strip()), selector


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_nothing_is_more_important_than_the_order_of_the_rules(sheet: Path) -> None:
    found = {
        selector.partition(", .")[0]
        for selector, declared in rules(sheet)
        if "!important" in declared
    }
    assert found == IMPORTANT.get(sheet.name, set())


def test_every_custom_property_exists_and_is_used() -> None:
    sources = {each: source(each) for each in SHEETS}
    made = set(re.findall(r"(--[\w-]+):", source(STATIC / "tokens.css")))
    own = {each for text in sources.values() for each in re.findall(r"(--[\w-]+):", text)}
    used = {each for text in sources.values() for each in re.findall(r"var\((--[\w-]+)", text)}
    assert used - made - own == set()
    assert own - used == set()


# Classes without a rule of their own, and why.
PLAIN = {
    "bar-name": "a chart's",
    "paper-facts": "the plain section of a paper",
    "paper-letter": "the letter in it has the rule",
}


def classes_ruled() -> dict[str, set[str]]:
    """Each class that a style sheet knows, with the sheets."""
    found: dict[str, set[str]] = {}
    for sheet in SHEETS:
        for selector, _declared in rules(sheet):
            for each in re.findall(r"\.(-?[a-zA-Z_][\w-]*)", selector):
                found.setdefault(each, set()).add(sheet.name)
    return found


def classes_written() -> dict[str, set[str]]:
    """Each class that a template writes out, with the templates; not those made of pieces."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for value in re.findall(r"""\bclass(?:="|': ')([^"']*)["']""", source(page)):
            whole = re.sub(r"\{%.*?%\}", " ", value)
            for each in re.sub(r"[\w-]*\{\{.*?(\}\}[\w-]*|$)", " ", whole).split():
                if not each.endswith("-"):  # the rest stands in another piece
                    found.setdefault(each, set()).add(name(page))
    return found


def test_every_class_on_a_page_has_a_rule() -> None:
    written = classes_written()
    assert len(written) > 150
    unruled = {each: where for each, where in written.items() if each not in classes_ruled()}
    assert {each: where for each, where in unruled.items() if each not in PLAIN} == {}


def test_every_class_with_a_rule_is_on_a_page() -> None:
    """Written out, put there by a script, or made of a prefix and a word of the code."""
    pages = "".join(source(each) for each in PAGES)
    scripts = "".join(each.read_text("utf-8") for each in STATIC.glob("*.js"))
    code = "".join(each.read_text("utf-8") for each in (ROOT / "eventmail").rglob("*.py"))
    prefixes = set(re.findall(r"""[\s"']([a-z][\w-]*-)(?:\{\{|' ~|" ~|\$\{)""", pages + scripts))
    unused = []
    for each in classes_ruled():
        made = any(
            each.startswith(start)
            and re.search(rf"[\"'\s]{re.escape(each.removeprefix(start))}[\"'\s]", pages + code)
            for start in prefixes
        )
        if not made and not re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", pages + scripts):
            unused.append(each)
    assert unused == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_a_style_sheet_stays_small(sheet: Path) -> None:
    assert sheet.stat().st_size <= 25_000
    assert len(sheet.read_text("utf-8").splitlines()) <= 400

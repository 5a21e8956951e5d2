"""The tool behind ``make mutants``: which changes it makes, and how it knows them again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutants.making import mutants_of
from tools.mutants.source import Source
from tools.mutants.table import as_diff, equivalents


def made(code: str) -> set[str]:
    return {" ⏎ ".join(each.after) for each in mutants_of(Source("m.py", code.encode()))}


CHANGES = {
    "a comparison": ("x = a < b", {"x = a <= b"}),
    "two at once": ("x = a < b == c", {"x = a <= b == c", "x = a < b != c"}),
    "and": ("x = a and b", {"x = a", "x = b"}),
    "or, of three": ("x = a or b or c", {"x = (b or c)", "x = (a or c)", "x = (a or b)"}),
    "not": ("x = not a", {"x = a"}),
    "a sum": ("x = a + b", {"x = a - b", "x = a", "x = b"}),
    "a number": ("x = 7", {"x = 8", "x = 6"}),
    "a size": ("x = 8 * 1024", set()),
    "a truth": ("x = True", {"x = False"}),
    "a choice": ("x = a if b else c", {"x = a if True else c", "x = a if False else c"}),
    "a filter": (
        "x = [a for a in b if c]", {"x = [a for a in b if True]", "x = [a for a in b if False]"},
    ),
    "a slice": ("x = a[b:c]", {"x = a[:c]", "x = a[b:]"}),
    "a wrapper": ("x = fold(a)", {"x = (a)"}),
    "a named argument": ("x = f(a, b=c)", {"x = f(a)"}),
    "a function with a sister": ("x = a.find(b)", {"x = a.rfind(b)"}),
    "tidying": ("x = a.lower()", {"x = a.upper()", "x = a"}),
    "a text": ("x = 'ab'", {"x = 'XXab'"}),
    "a sentence": ("x = '送信します。'", set()),
    "a set of characters": ("x = set('ab')", {"x = set('a')", "x = set('b')"}),
    "a set": ("x = {a, b}", {"x = {b}", "x = {a}"}),
    "a pair": ("x = (a, b)", {"x = (b)", "x = (a,)"}),
    "a table": ("x = {a: b, c: d}", {"x = {c: d}", "x = {a: b}"}),
    "a statement": ("f(a, b)", {"pass"}),
    "an entry": ("a[b] = c", {"pass"}),
    "an addition": ("x += a", {"x -= a", "x = a"}),
    "a message": ("raise Error('to a person')", {"pass"}),
    "a code": ("raise Error('code')", {"pass", "raise Error('XXcode')"}),
    "an annotation": ("x: tuple[int, 7]", set()),
    "what is kept": ("@lru_cache(maxsize=7)\ndef f(): ...", set()),
}  # fmt: skip


@pytest.mark.parametrize(("code", "changes"), CHANGES.values(), ids=CHANGES)
def test_changes_of(code: str, changes: set[str]) -> None:
    assert made(code) == changes


BLOCKS = {
    "an if": ("if a:\n    b", {"if True:", "if False:", "pass"}),
    "a while": ("while a:\n    b", {"while False:", "pass"}),
    "an except": (
        "try:\n    a\nexcept (B, C):\n    d", {"except (C,):", "except (B,):", "pass"},
    ),
    "one kind of error": ("try:\n    a\nexcept B:\n    d", {"except ():", "pass"}),
    "a loop's end": ("for a in b:\n    continue", {"break"}),
    "a case": (
        "match a:\n    case 7:\n        b", {"case 7 if False:", "case 8:", "case 6:", "pass"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "changes"), BLOCKS.values(), ids=BLOCKS)
def test_changes_of_a_block(code: str, changes: set[str]) -> None:
    assert made(code) <= changes
    assert made(code) & (changes - {"pass"})


PATTERNS = {
    "a*": {"a+", ""},
    "a+": {"a*", "a"},
    "a?b": {"ab", "b"},
    "a*?b": {"a*b", "a+?b", "b"},
    "a{2,3}": {"a{3,3}", "a{1,3}", "a{2,4}", "a{2,2}"},
    "[a-c_]": {"[_]", "[b-c_]", "[a-b_]", "[a-c]"},
    "a|b|c": {"b|c", "a|c", "a|b"},
    "(?:a|b)c": {"(?:b)c", "(?:a)c"},
    "a(?=b)": {"a"},
    r"\d\.": set(),
}


@pytest.mark.parametrize(("pattern", "changes"), PATTERNS.items())
def test_changes_of_a_pattern(pattern: str, changes: set[str]) -> None:
    assert made(f'x = r"{pattern}"') == {f'x = r"{each}"' for each in changes}


def test_a_pattern_with_names_in_it_is_changed_around_them() -> None:
    assert made('x = rf"[{a}b]{{2}}"') >= {'x = rf"[b]{{2}}"', 'x = rf"[{a}b]{{3}}"'}


PAGE = """# Page
```sh
make mutants
```
## `m.py`
### `f`
```diff
- x = 7
+ x = 8

- x = 7
+ x = 6
```
It does not matter.
"""


def test_the_page_knows_a_mutant_by_its_lines(tmp_path: Path) -> None:
    page = tmp_path / "mutants.md"
    page.write_text(PAGE)
    moved = Source("m.py", b"import a\n\n\ndef f():\n    x = 7\n")
    found = mutants_of(moved)
    assert {each.key for each in found} == equivalents(page)
    assert [as_diff(each) for each in found] == ["- x = 7\n+ x = 8", "- x = 7\n+ x = 6"]


def test_lines_that_read_alike_are_told_apart_by_number() -> None:
    found = mutants_of(Source("m.py", b"def f():\n    x = 7\n    x = 7\n"))
    assert [each.function for each in found] == ["f", "f", "f (2)", "f (2)"]

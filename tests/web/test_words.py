"""No page hides behind vague words: the table of docs/glossary.md is kept everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.test_design import ROOT, STATIC, TEMPLATES, source

GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "## 使わない言葉"
CODE = ROOT / "eventmail"
# Not said by a page, and why.
ELSEWHERE = {
    "wordings/builtin.py": "letters to companies, in the manners of letters",
    "incidents/calls/talk.py": "what is said on the telephone",
    "bounces/reading/forms.py": "how other systems put it, to be recognised",
}


def table() -> dict[str, list[str]]:
    """Each word that is not used, with the ways in which it may be."""
    part = GLOSSARY.read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    found = {line[0].strip(): line for line in lines[1:]}
    assert all(len(line) == 4 and line[1].strip() and line[2].strip() for line in found.values())
    return {word: [w for w in line[3].strip().split("、") if w] for word, line in found.items()}


TABLE = table()


def vague(text: str) -> list[str]:
    """The words of the table in ``text``, but for the ways in which they may be used."""
    found = []
    for word, allowed in TABLE.items():
        rest = text
        for each in allowed:
            rest = rest.replace(each, "")
        if word in rest:
            found.append(word)
    return found


def said_in(module: Path) -> Iterator[str]:
    """Every text of a module but its docstrings; a joined one as a whole."""
    tree = ast.parse(module.read_text("utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def modules() -> list[Path]:
    return [
        each
        for each in sorted(CODE.rglob("*.py"))
        if not any(str(each.relative_to(CODE)).startswith(other) for other in ELSEWHERE)
    ]


def test_the_table_is_read() -> None:
    assert len(TABLE) >= 25
    assert TABLE["ご確認ください"] == ["をご確認ください"]


@pytest.mark.parametrize("word", TABLE)
def test_each_word_is_found(word: str) -> None:
    assert vague(f"送信中に{word}。") == [word]


@pytest.mark.parametrize("said", [each for allowed in TABLE.values() for each in allowed])
def test_what_is_clear_may_be_said(said: str) -> None:
    assert vague(said) == []


@pytest.mark.parametrize("page", sorted(TEMPLATES.rglob("*.html")), ids=str)
def test_no_template_is_vague(page: Path) -> None:
    assert vague(source(page)) == []


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda each: each.name)
def test_no_script_is_vague(script: Path) -> None:
    assert vague(re.sub(r"//.*", "", script.read_text("utf-8"))) == []


def test_no_module_is_vague() -> None:
    looked_at = modules()
    assert len(looked_at) > 200
    assert [
        (str(each.relative_to(ROOT)), text, found)
        for each in looked_at
        for text in said_in(each)
        if (found := vague(text))
    ] == []


@pytest.mark.parametrize("other", ELSEWHERE)
def test_what_is_left_out_is_there(other: str) -> None:
    assert (CODE / other).exists()

"""Every act that is recorded anywhere in the source has its sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import eventmail
from eventmail.audit import fields, sentences
from eventmail.mailings.review import Deed
from eventmail.offices.setting_models import Verdict

SOURCE = Path(eventmail.__file__).parent
WRITERS = {"record", "note_own", "audit", "_audit", "_note_act"}
ACT = re.compile(r"[a-z_]+\.[a-z_]+")
# An act whose name is put together where it is recorded, and what it may become.
DECIDING = (Deed.PASS_CHECK, Deed.RETURN_CHECK, Deed.APPROVE, Deed.RETURN_APPROVAL, Deed.REJECT)
MADE = {
    "mailing.": {f"mailing.{deed.value}" for deed in DECIDING},
    "setting.": {f"setting.{verdict.value}" for verdict in Verdict},
}


# What the recording functions take that is no detail of the act.
NO_DETAILS = {"office_id", "staff_id", "actor", "before", "after"}


def calls() -> Iterator[tuple[ast.Call, ast.Module]]:
    """All calls of the recording functions."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _name(call.func) in WRITERS:
                yield call, tree


def recorded() -> set[str]:
    """The names of all acts, as the calls of the recording functions have them."""
    return {act for call, tree in calls() for each in call.args for act in _acts(each, tree)}


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _acts(value: ast.expr, tree: ast.Module) -> Iterator[str]:
    """What the argument can be: a text, a name for one, or one put together."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield from [value.value] if ACT.fullmatch(value.value) else []
    elif isinstance(value, ast.IfExp):
        yield from [*_acts(value.body, tree), *_acts(value.orelse, tree)]
    elif isinstance(value, ast.JoinedStr):
        start = value.values[0].value if isinstance(value.values[0], ast.Constant) else ""
        yield from MADE[start] if start.endswith(".") else ()
    elif isinstance(value, ast.Dict):
        for each in value.values:
            yield from _acts(each, tree)
    elif isinstance(value, ast.Name):
        yield from _assigned(value.id, tree)
    elif isinstance(value, ast.Subscript):
        yield from _acts(value.value, tree)


def _assigned(name: str, tree: ast.Module) -> Iterator[str]:
    for each in ast.walk(tree):
        if not isinstance(each, ast.Assign):
            continue
        for target in each.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield from _acts(each.value, tree)
            elif isinstance(target, ast.Tuple) and isinstance(each.value, ast.Tuple):
                for one, value in zip(target.elts, each.value.elts, strict=True):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield from _acts(value, tree)


def test_every_recorded_act_has_a_sentence() -> None:
    found = recorded()
    assert {"office.added", "mailing.approve", "mailing.test_mail", "wording.retired"} <= found
    assert [each for each in sorted(found) if not sentences.known(each)] == []


def test_no_sentence_is_for_an_act_that_nobody_records() -> None:
    listed = [act for kind in sentences.Kind for act in sentences.actions_of(kind)]
    assert sorted(set(listed) - recorded()) == []
    assert len(listed) == len(set(listed)), "an act is of one kind"


def test_every_detail_has_a_name_in_japanese() -> None:
    named = {each.arg for call, _ in calls() for each in call.keywords if each.arg} - NO_DETAILS
    assert {"reason", "setting"} <= named
    assert sorted(named - set(fields.FIELDS)) == []


SHOWN = {
    "nothing": (None, "（なし）"),
    "yes": (True, "はい"),
    "several": ({"mails": 3, "reason": ""}, "メールの数：3、理由：（なし）"),
    "a list": (["a", 1], "a、1"),
}


@pytest.mark.parametrize(("value", "text"), SHOWN.values(), ids=SHOWN)
def test_a_stored_value_is_shown_in_words(value: object, text: str) -> None:
    assert fields.shown(value) == text

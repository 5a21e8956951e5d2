"""What people are asked: a checklist and a test, read from an edition's one file.

An edition that was used once is never changed; a better one is another file with another name.
The digest of what was asked is kept with every assignment and every answer.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventmail.errors import NotFound
from eventmail.language import said

FOLDER = Path(__file__).parent / "editions"
NEWEST = "2026-1"


class Sort(enum.StrEnum):
    """What is to be done."""

    CHECKLIST = "checklist"
    TEST = "test"


class Reply(enum.StrEnum):
    """What can be said to an item of a checklist."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "na"


SORT_NAMES = {Sort.CHECKLIST: said("自主点検表"), Sort.TEST: said("確認テスト")}
REPLY_NAMES = {
    Reply.YES: said("はい"),
    Reply.NO: said("いいえ"),
    Reply.NOT_APPLICABLE: said("あてはまらない"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One item or question. ``right``: the place of the right choice, None on a checklist.

    ``told``: what to do after いいえ, or why the right choice is right.
    """

    id: str
    text: str
    choices: tuple[tuple[str, str], ...]
    told: str
    group: str = ""
    right: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A checklist or a test of one edition. ``pass_mark``: None where nobody can fail."""

    sort: Sort
    edition: str
    title: str
    about: str
    questions: tuple[Question, ...]
    pass_mark: int | None
    digest: str


@functools.cache
def paper(sort: Sort, edition: str = NEWEST) -> Paper:
    """The paper of an edition; raises :class:`NotFound` where there is no such file."""
    path = FOLDER / f"{edition}.json"
    if path.parent != FOLDER or not path.is_file():
        raise NotFound
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["edition"] == edition
    part = told[sort.value]
    return Paper(
        sort=sort,
        edition=edition,
        title=part["title"],
        about=part["about"],
        questions=tuple(
            map(READERS[sort], part["items" if sort is Sort.CHECKLIST else "questions"])
        ),
        pass_mark=part.get("pass_mark"),
        digest=digest_of(sort, edition, part),
    )


def editions() -> list[str]:
    """The names of all editions, oldest first."""
    return sorted(each.stem for each in FOLDER.glob("*.json"))


def digest_of(sort: Sort, edition: str, part: dict[str, Any]) -> str:
    """Names exactly what is asked."""
    text = json.dumps([sort.value, edition, part], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _item(told: dict[str, Any]) -> Question:
    choices = tuple((each.value, REPLY_NAMES[each]) for each in Reply)
    return Question(told["id"], told["text"], choices, told["if_no"], group=told["group"])


def _question(told: dict[str, Any]) -> Question:
    choices = tuple((str(place), text) for place, text in enumerate(told["choices"]))
    right = str(told["right"])
    return Question(told["id"], told["text"], choices, told["explanation"], right=right)


READERS = {Sort.CHECKLIST: _item, Sort.TEST: _question}

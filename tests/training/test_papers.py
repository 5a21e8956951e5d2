"""The ready set: complete, unambiguous, and never changed once it was released."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.errors import NotFound, UserError
from eventmail.training.marking import Mark, complete, mark, told_of
from eventmail.training.papers import NEWEST, Paper, Sort, editions, paper
from tests.training.asking import CHECKLIST, TEST, bad, good

# An edition in use is never changed: write another file, and add its digests here.
RELEASED = {
    ("2026-1", CHECKLIST): "93f56df42e8801077045093241038cfb1039abe8cf697c2f43687f01857a7d69",
    ("2026-1", TEST): "6d04487bfbfe767c97a725cafb1f20c2e5c50f75d76ea7b3b09a099bee3eb3e1",
}


def test_a_released_edition_is_what_it_was() -> None:
    found = {(name, sort): paper(sort, name).digest for name in editions() for sort in Sort}
    assert found == RELEASED
    assert NEWEST in editions()


@pytest.mark.parametrize("name", ["", "2025-9", "../editions/2026-1", "/etc/passwd"])
def test_there_is_no_other_edition(name: str) -> None:
    with pytest.raises(NotFound):
        paper(TEST, name)


def test_the_checklist_has_about_fifteen_items_and_says_what_to_do() -> None:
    found = paper(CHECKLIST)
    assert len(found.questions) == 15
    for each in found.questions:
        assert each.text.endswith(("か。", "か）。")), each.id
        assert each.told.endswith("ください。"), each.id
        assert each.group, each.id


def test_the_test_has_ten_questions_with_one_right_choice_and_its_reason() -> None:
    found = paper(TEST)
    assert (len(found.questions), found.pass_mark) == (10, 9)
    for each in found.questions:
        assert len(set(each.choices)) == 3, each.id
        assert each.right in dict(each.choices), each.id
        assert each.told.endswith("。"), each.id


@pytest.mark.parametrize("sort", Sort)
def test_no_question_is_there_twice(sort: Sort) -> None:
    questions = paper(sort).questions
    assert len({each.id for each in questions}) == len({each.text for each in questions})
    assert len({each.id for each in questions}) == len(questions)


def test_who_always_takes_the_same_place_does_not_pass() -> None:
    found = paper(TEST)
    for place in ("0", "1", "2"):
        assert not mark(found, {each.id: place for each in found.questions}).passed


def _wrong(number: int) -> dict[str, str]:
    """So many wrong answers."""
    return good(TEST) | dict(list(bad(TEST).items())[:number])


NOT_MINE = {each: "na" for each in list(good(CHECKLIST))[:5]}
MARKS: dict[str, tuple[Sort, dict[str, str], Mark]] = {
    "all right": (TEST, good(TEST), Mark(10, 10, True)),
    "one wrong": (TEST, _wrong(1), Mark(9, 10, True)),
    "two wrong": (TEST, _wrong(2), Mark(8, 10, False)),
    "all wrong": (TEST, bad(TEST), Mark(0, 10, False)),
    "all is kept to": (CHECKLIST, good(CHECKLIST), Mark(15, 15, True)),
    "nothing is kept to, but it is said": (CHECKLIST, bad(CHECKLIST), Mark(0, 15, True)),
    "what does not apply does not count": (
        CHECKLIST,
        good(CHECKLIST) | NOT_MINE,
        Mark(10, 10, True),
    ),
}


@pytest.mark.parametrize(("sort", "answers", "expected"), MARKS.values(), ids=MARKS)
def test_what_answers_are_worth(sort: Sort, answers: dict[str, str], expected: Mark) -> None:
    assert mark(paper(sort), complete(paper(sort), answers)) == expected


def _without(*ids: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda answers: {k: v for k, v in answers.items() if k not in ids}


INCOMPLETE: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], str]] = {
    "nothing": (lambda _: {}, "10問あります（問1、問2、問3、問4、問5ほか）"),
    "one is missing": (_without("bcc"), "1問あります（問3）"),
    "a choice that is not there": (lambda a: a | {"bcc": "3"}, "1問あります（問3）"),
    "a choice of the other paper": (lambda a: a | {"bcc": "yes"}, "1問あります（問3）"),
    "two are missing": (_without("bcc", "check"), "2問あります（問3、問9）"),
}


@pytest.mark.parametrize(("spoil", "told"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_paper_is_answered_as_a_whole(
    spoil: Callable[[dict[str, str]], dict[str, str]], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        complete(paper(TEST), spoil(good(TEST)))


def test_what_was_not_asked_is_not_kept() -> None:
    found: Paper = paper(TEST)
    assert complete(found, good(TEST) | {"note": "x"}) == good(TEST)


def test_afterwards_each_question_says_what_was_right() -> None:
    told = told_of(paper(TEST), _wrong(1))
    assert [each.good for each in told] == [False] + [True] * 9
    assert told[0].answer_text != told[0].right_text
    assert told[0].right_text == "30社のすべてに、ほかの29社のアドレスが見える"

"""The answer form: what it takes, and the sentence for each thing that it does not."""

from __future__ import annotations

import dataclasses

import pytest
from wtforms import RadioField

from eventmail.answers.models import LONGEST_TEXT, Attendance, Question, QuestionKind
from eventmail.answers.service import Reply
from eventmail.answers.words import ENGLISH, JAPANESE
from tests.answers.sheets import ALL, CARS, LUNCH, VISIT, WISH, errors, filled, name, newest, sheet

COMING = {"seen": "0", "attendance": "attending", "people": "2", name(LUNCH): "必要"}
RIGHT: dict[str, tuple[dict[str, str], dict[int, str]]] = {
    "the least that is needed": ({}, {1: "必要"}),
    "full-width digits with a unit": ({name(CARS): "２台"}, {1: "必要", 2: "2"}),
    "nought is an answer": ({name(CARS): "0"}, {1: "必要", 2: "0"}),
    "a day as the browser sends it": ({name(VISIT): "2026-12-01"}, {1: "必要", 4: "2026-12-01"}),
    "a day with strokes": ({name(VISIT): "2026/12/1"}, {1: "必要", 4: "2026-12-01"}),
    "a day in full width": ({name(VISIT): "２０２６／１２／０１"}, {1: "必要", 4: "2026-12-01"}),
    "a text to the last character": ({name(WISH): "字" * 1000}, {1: "必要", 3: "字" * 1000}),
    "blanks are no answer": ({name(CARS): "　 ", name(VISIT): " "}, {1: "必要"}),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_answer_is_taken_as_it_is_meant(case: str) -> None:
    typed, values = RIGHT[case]
    form = filled(sheet(*ALL), COMING | typed)
    assert form.validate()
    asked = frozenset({(1, 1), (2, 1), (3, 1), (4, 2)})
    assert form.reply == Reply(Attendance.ATTENDING, 2, "", 0, asked, values)


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "neither coming nor not": ({"attendance": ""}, "attendance", JAPANESE.no_attendance),
    "an attendance of one's own": ({"attendance": "maybe"}, "attendance", JAPANESE.no_attendance),
    "nobody counted": ({"people": ""}, "people", JAPANESE.no_people),
    "nobody comes": ({"people": "0"}, "people", JAPANESE.wrong_people),
    "a crowd": ({"people": "1000"}, "people", JAPANESE.wrong_people),
    "people in words": ({"people": "二人ほど"}, "people", JAPANESE.wrong_people),
    "less than one": ({"people": "-1"}, "people", JAPANESE.wrong_people),
    "half a person": ({"people": "1.5"}, "people", JAPANESE.wrong_people),
    "a required one left out": ({name(LUNCH): ""}, name(LUNCH), "「昼食」に回答してください。"),
    "a choice that was not offered": (
        {name(LUNCH): "松"},
        name(LUNCH),
        "「昼食」は、表示されている中から選んでください。",
    ),
    "no number": ({name(CARS): "二"}, name(CARS), "「車の台数」は数字で入力してください。"),
    "a number beyond all bounds": (
        {name(CARS): "9" * 4000},
        name(CARS),
        "「車の台数」は数字で入力してください。",
    ),
    "too many": ({name(CARS): "4"}, name(CARS), "「車の台数」は3以下の数字で入力してください。"),
    "too few": ({name(CARS): "-1"}, name(CARS), "「車の台数」は0以上の数字で入力してください。"),
    "a day that there is not": (
        {name(VISIT): "2026-02-30"},
        name(VISIT),
        "「下見の日」は正しい日付で入力してください（例：2026-12-09）。",
    ),
    "a day in words": (
        {name(VISIT): "来週"},
        name(VISIT),
        "「下見の日」は正しい日付で入力してください（例：2026-12-09）。",
    ),
    "a day beyond time": (
        {name(VISIT): "99999999999999999999-1-1"},
        name(VISIT),
        "「下見の日」は正しい日付で入力してください（例：2026-12-09）。",
    ),
    "a day that no workbook can show": (
        {name(VISIT): "0206-12-01"},
        name(VISIT),
        "「下見の日」は正しい日付で入力してください（例：2026-12-09）。",
    ),
    "a text that is too long": (
        {name(WISH): "字" * 1001},
        name(WISH),
        "「要望」は1000文字以内で入力してください（いまは1001文字です）。",
    ),
    "a message that is too long": (
        {"message": "字" * 1001},
        "message",
        "「連絡事項」は1000文字以内で入力してください（いまは1001文字です）。",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_one_sentence_at_its_field_and_stays_as_typed(case: str) -> None:
    typed, field, sentence = WRONG[case]
    assert errors(sheet(*ALL), COMING | typed) == {field: [sentence]}
    form = filled(sheet(*ALL), COMING | typed)
    if not isinstance(form[field], RadioField):
        assert typed[field] in str(form[field]())


def test_whoever_does_not_come_need_neither_count_nor_answer() -> None:
    form = filled(sheet(*ALL), {"seen": "0", "attendance": "absent", "people": "二人"})
    assert form.validate()
    assert (form.reply.attendance, form.reply.people) == (Attendance.ABSENT, None)
    assert form.reply.values == {}


def test_an_answer_given_all_the_same_must_be_right() -> None:
    typed = {"seen": "0", "attendance": "absent", name(CARS): "9"}
    assert list(errors(sheet(*ALL), typed)) == [name(CARS)]


def test_the_form_begins_with_the_newest_answer() -> None:
    form = filled(sheet(*ALL, newest=newest()))
    assert (form.attendance.data, form.people.data) == ("attending", 3)
    assert form.question(LUNCH).data == "不要"
    assert form.question(VISIT)._value() == "2026-12-01"
    assert form.question(CARS).data is None
    assert form.seen.data == "2"


def test_an_answer_to_an_older_wording_answers_nothing() -> None:
    """The question was changed while the form was open: it is asked anew, and said so."""
    older = {"seen": "0", "attendance": "attending", "people": "2", "q1_0": "必要"}
    form = filled(sheet(*ALL), older)
    assert not form.validate()
    assert form.errors[name(LUNCH)] == ["「昼食」に回答してください。"]
    assert form.form_errors == [JAPANESE.changed]
    assert form.is_outdated


def test_what_is_shown_again_counts_as_seen() -> None:
    """Another answer came while the form was open: told beside what was typed, then sent anew."""
    form = filled(sheet(*ALL, newest=newest()), COMING)
    assert form.validate()
    assert form.reply.seen == 0
    form.say("別の回答が届きました。")
    assert form.form_errors == ["別の回答が届きました。"]
    assert 'value="2"' in str(form.seen())
    assert form.people.data == 2


@pytest.mark.parametrize("told", ["", "x", "-1", "１", "9" * 30])
def test_a_form_that_does_not_say_what_it_showed_has_seen_nothing(told: str) -> None:
    form = filled(sheet(*ALL), COMING | {"seen": told})
    assert form.validate()
    assert form.reply.seen == -1


def test_a_choice_that_need_not_be_made_can_be_taken_back() -> None:
    free = Question(id=9, version=1, kind=QuestionKind.CHOICE, label="席", choices=["前", "後"])
    form = filled(sheet(free), {"seen": "0", "attendance": "absent", name(free): ""})
    assert form.validate()
    assert form.reply.values == {}
    assert [each[1] for each in form.question(free).iter_choices()][-1] == "回答しない"


def test_the_form_speaks_english_as_well() -> None:
    found = errors(sheet(*ALL), {"attendance": "attending", "people": "many"}, ENGLISH)
    assert found["people"] == [ENGLISH.wrong_people]
    assert found[name(LUNCH)] == ["Please answer “昼食”."]


def test_both_languages_fill_in_the_same() -> None:
    for each in dataclasses.fields(JAPANESE):
        japanese, english = getattr(JAPANESE, each.name), getattr(ENGLISH, each.name)
        for field in ("{label}", "{low}", "{high}", "{most}", "{length}"):
            assert (field in japanese) == (field in english), each.name


def test_a_text_that_just_fits_is_stored_as_it_was_counted() -> None:
    """A browser sends two signs at the end of a line: 1,000 letters are not 1,010 in the table."""
    text = "\r\n".join(["字" * 98] * 10 + ["字" * 10])
    form = filled(sheet(*ALL), COMING | {name(WISH): text, "message": text})
    assert form.validate()
    stored = text.replace("\r\n", "\n")
    assert len(stored) == LONGEST_TEXT
    assert (form.reply.values[WISH.id], form.reply.message) == (stored, stored)

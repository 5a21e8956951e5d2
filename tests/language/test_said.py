"""A sentence is Japanese wherever it is handled, and English where it is shown in English."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import Markup, escape
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.language import (
    Said,
    catalogue,
    listed,
    recognised,
    retold,
    said,
    speaking,
    told,
    told_all,
)
from eventmail.web.forms import Form
from tests.kinds import both_databases

ENGLISH = {
    "確認": "check",
    "・": " / ",
    "{count}社に送信する": "Send to {count} {count:company|companies}",
    "{who}が{what}しました。": "{who} made the {what}.",
    "{a:,}件のうち{b:,}件": "{b:,} of {a:,}",
    "{会社名} を入れる": "Put {会社名} in",
    "行{row}：{what}です。": "Row {row}: {what}.",
    "（{word_said}）{typed}": "({word_said}){typed}",
}


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(catalogue, "sentences", lambda: ENGLISH)
    catalogue._forms.cache_clear()
    catalogue.recognised.cache_clear()
    yield
    catalogue._forms.cache_clear()
    catalogue.recognised.cache_clear()


def in_english(value: object) -> object:
    with speaking("en"):
        return told(value)


SENTENCES = {
    "a word": (said("確認"), "確認", "check"),
    "one": (said("{count}社に送信する", count=1), "1社に送信する", "Send to 1 company"),
    "many": (said("{count}社に送信する", count=30), "30社に送信する", "Send to 30 companies"),
    "a sentence within": (
        said("{who}が{what}しました。", who="森下", what=said("確認")),
        "森下が確認しました。",
        "森下 made the check.",
    ),
    "another order": (
        said("{a:,}件のうち{b:,}件", a=1000, b=20),
        "1,000件のうち20件",
        "20 of 1,000",
    ),
    "braces without values": (said("{会社名} を入れる"), "{会社名} を入れる", "Put {会社名} in"),
    "no English yet": (said("未訳{n}", n=3), "未訳3", "未訳3"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_is_said_in_both_languages(name: str) -> None:
    sentence, japanese, english = SENTENCES[name]
    assert sentence == japanese
    assert told(sentence) == japanese
    assert in_english(sentence) == english


def test_a_sentence_that_is_filled_in_later_keeps_its_english() -> None:
    later = said("{count}社に送信する")
    assert later == "{count}社に送信する"
    assert later.format(count=2) == "2社に送信する"
    assert in_english(later.format(count=2)) == in_english(said("{count}社に送信する", count=2))


def test_sentences_that_are_added_or_joined_keep_their_english() -> None:
    row = said("行{row}：{what}です。", row=1, what=said("確認"))
    assert row + row == "行1：確認です。行1：確認です。"
    assert in_english(row + row) == in_english(row + "" + row) == "Row 1: check. Row 1: check."
    assert in_english("" + row) == "Row 1: check."
    assert in_english(said("・").join([said("確認"), "確認"])) == "check / 確認"
    assert not isinstance(row + "その他", Said)
    assert not isinstance("その他" + row, Said)


def test_what_somebody_typed_is_never_translated() -> None:
    assert in_english("確認") == "確認"
    assert (
        in_english(said("{who}が{what}しました。", who="確認", what="確認"))
        == "確認 made the 確認."
    )


def test_an_error_keeps_its_english() -> None:
    error = UserError(said("確認"))
    assert in_english(error.message) == in_english(str(error)) == "check"


def test_a_message_of_a_form_keeps_its_english() -> None:
    length = {"min": -1, "max": 3, "length": 4}
    assert in_english(said("確認") % length) == "check"
    assert said("%(max)d文字まで") % length == "3文字まで"


def test_markup_tells_it_in_the_language_that_is_spoken() -> None:
    sentence = said("{a:,}件のうち{b:,}件", a=1, b=2)
    with speaking("en"):
        assert Markup("<b>%s</b>") % sentence == "<b>2 of 1</b>"
        assert escape(said("<{会社名}")) == "&lt;{会社名}"
    assert Markup("<b>%s</b>") % sentence == "<b>1件のうち2件</b>"


def test_to_all_else_it_is_a_plain_string() -> None:
    sentence = said("{count}社に送信する", count=2)
    assert json.loads(json.dumps({"text": sentence})) == {"text": "2社に送信する"}
    assert type(pickle.loads(pickle.dumps(sentence))) is str
    assert {sentence: 1}["2社に送信する"] == 1
    assert not isinstance(sentence + "。", Said)


def test_what_a_page_takes_as_json_is_told_whole() -> None:
    with speaking("en"):
        assert told_all({"a": [said("確認"), 3], "b": (said("確認"), "確認")}) == {
            "a": ["check", 3],
            "b": ["check", "確認"],
        }


@both_databases
def test_it_is_kept_as_text(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(sa.select(sa.literal(said("確認"), sa.String()))) == "確認"


def test_days_are_written_in_both_languages() -> None:
    day = date(2023, 6, 7)
    assert clock.japanese_date(day) == "令和5年6月7日（水）"
    assert in_english(clock.japanese_date(day)) == "Wed, 7 Jun 2023"
    moment = datetime(2023, 6, 7, 0, 5, tzinfo=UTC)
    assert clock.japanese_moment(moment) == "令和5年6月7日（水）9:05"
    assert (
        in_english(said("{at}に", at=clock.japanese_moment(moment))) == "令和5年6月7日（水）9:05に"
    )
    assert in_english(clock.japanese_moment(moment)) == "Wed, 7 Jun 2023 9:05"


RECOGNISED = {
    "a word": ("確認", ("確認", {})),
    "with values": (
        "行12：アドレスです。",
        ("行{row}：{what}です。", {"row": "12", "what": "アドレス"}),
    ),
    "nothing of ours": ("株式会社確認", ("株式会社確認", {})),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_kept_sentence_is_recognised(name: str) -> None:
    text, found = RECOGNISED[name]
    assert recognised(text) == found


def test_a_kept_sentence_is_said_again() -> None:
    assert retold("行12：アドレスです。") == "行12：アドレスです。"
    assert in_english(retold("行12：アドレスです。")) == "Row 12: アドレス."


KEPT = {
    "one behind another": ("行1：甲です。行2：乙です。", "Row 1: 甲. Row 2: 乙."),
    "a list of words": ("確認・確認", "check / check"),
    "a sentence within": ("（確認）確認", "(check)確認"),
    "not all of them ours": ("確認・株式会社確認", "確認・株式会社確認"),
}


@pytest.mark.parametrize("name", KEPT)
def test_several_kept_sentences_are_told_one_by_one(name: str) -> None:
    text, english = KEPT[name]
    assert retold(text) == text
    assert in_english(retold(text)) == english


def test_a_list_keeps_the_english_of_its_parts() -> None:
    parts = listed([said("確認"), "株式会社確認"], said("・"))
    assert parts == "確認・株式会社確認"
    assert in_english(parts) == "check / 株式会社確認"


def test_a_pattern_that_was_kept_is_filled_later() -> None:
    kept = said("{count}社に送信する")
    assert kept.format(count=2) == "2社に送信する"
    assert in_english(kept.format(count=2)) == "Send to 2 companies"


class _Form(Form):
    way = SelectField("way", choices=[SelectChoice("a", said("確認")), SelectChoice("b", "確認")])
    name = StringField("name", [Length(max=1)])


def test_choices_and_the_forms_own_messages_are_in_the_language(tmp_path: Path) -> None:
    app = Flask("test", root_path=str(tmp_path))
    app.secret_key = "x"
    with app.test_request_context(method="POST", data={"name": "ab", "way": "a"}):
        assert "check" not in _Form().way()
        with speaking("en"):
            form = _Form(meta={"csrf": False})
            assert '>check</option><option value="b">確認</option>' in form.way()
            form.validate()
            assert form.name.errors == ["Field cannot be longer than 1 character."]


def test_sentences_that_follow_each_other_have_a_space_in_english() -> None:
    parts = listed([said("確認"), said("{count}社に送信する", count=1)], "")
    assert parts == "確認1社に送信する"
    assert in_english(parts) == "check " + in_english(said("{count}社に送信する", count=1))

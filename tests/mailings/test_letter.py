"""Merge fields, and 御中 or 様 by rule."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.mailings.letter import (
    FIELDS,
    Addressee,
    Letter,
    Occasion,
    blank_fields,
    fill_occasion,
    render,
    used_fields,
)

OCCASION = Occasion("雇用情報交換会", date(2026, 12, 9), "13:30〜16:00", "市民センター")


def addressee(company: str = "株式会社あおぞら", **parts: str) -> Addressee:
    known = {"department": "", "title": "", "name": ""} | parts
    return Addressee(company, **known, address=EmailAddress.parse("a@aozora.example"))


@pytest.mark.parametrize(
    ("to", "opening"),
    [
        (addressee(), "株式会社あおぞら　御中"),
        (addressee(department="総務部"), "株式会社あおぞら\n総務部　御中"),
        (addressee(name="髙橋 花子"), "株式会社あおぞら\n髙橋 花子　様"),
        (
            addressee(department="総務部", title="課長", name="髙橋 花子"),
            "株式会社あおぞら\n総務部　課長　髙橋 花子　様",
        ),
        (addressee(title="校長"), "株式会社あおぞら\n校長　様"),
        (addressee(name="髙橋 花子 様"), "株式会社あおぞら\n髙橋 花子 様"),
        (addressee("私立みどり高校　進路指導室御中"), "私立みどり高校　進路指導室御中"),
    ],
    ids=[
        "company",
        "desk",
        "person",
        "person with title",
        "title alone",
        "honorific in the roster",
        "御中 there",
    ],
)
def test_the_salutation_chooses_its_honorific(to: Addressee, opening: str) -> None:
    assert render(Letter("件名", "{宛名}"), to, OCCASION).body == opening


def test_every_field_is_replaced() -> None:
    to = addressee(department="総務部", title="課長", name="髙橋 花子")
    body = "".join(f"{{{name}}}/" for name in FIELDS)
    rendered = render(Letter("{会社名}へ", body), to, OCCASION, "https://mail.example/p/x")
    assert rendered.subject == "株式会社あおぞらへ"
    assert not used_fields(Letter("", rendered.body))
    assert "令和8年12月9日（水）" in rendered.body
    assert "https://mail.example/p/x" in rendered.body


def test_full_width_braces_are_the_same_field() -> None:
    assert render(Letter("", "｛会社名｝"), addressee(), OCCASION).body == "株式会社あおぞら"


def test_a_value_that_looks_like_a_field_is_never_expanded_again() -> None:
    to = addressee("{担当者名}株式会社", name="{会場}")
    assert render(Letter("", "{会社名}"), to, OCCASION).body == "{担当者名}株式会社"
    assert "市民センター" not in render(Letter("", "{担当者名}"), to, OCCASION).body


@pytest.mark.parametrize(
    "value",
    [
        "{宛名}", "｛宛名｝", "{{宛名}}", "{{ 7 * 7 }}", "{% if 1 %}x{% endif %}", "{#x#}",
        "{0.__class__}", "%(会社名)s", "${会社名}", "$会社名", "#{7*7}", "<%= 7*7 %>",
        "\\1", "\\g<0>",
    ],
)  # fmt: skip
def test_a_value_in_any_templates_syntax_stays_literal(value: str) -> None:
    """In subject and body, and in the lines that the salutation is made of."""
    to = addressee(value, name=value)
    rendered = render(Letter("{会社名}", "{会社名}/{担当者名}/{宛名}"), to, OCCASION)
    assert rendered.subject == value
    assert rendered.body == f"{value}/{value}/{value}\n{value}　様"


def test_an_unknown_field_stays_visible() -> None:
    assert render(Letter("", "{社名}"), addressee(), OCCASION).body == "{社名}"


PIECES = ("{会社名}", "｛宛名｝", "{社名}", "{会場", "}", "{", "{}", "{担当者名｝", "\n", "ご案内")


@given(text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_letter_is_filled_in_one_pass_over_its_text(text: str) -> None:
    to = addressee("{会場}", name="{宛名}")
    values = {"会社名": "{会場}", "宛名": "{会場}\n{宛名}　様", "担当者名": "{宛名}"}
    values["会場"] = OCCASION.place
    plain = re.sub(r"[{｛]([^{}｛｝\n]{1,30})[}｝]", lambda m: values.get(m[1], m[0]), text)
    assert render(Letter("", text), to, OCCASION).body == plain


def test_each_event_and_each_recipient_has_values_of_its_own() -> None:
    letter = Letter("{イベント名}", "{会場}{会社名}")
    elsewhere = Occasion("面接会", OCCASION.held_on, OCCASION.hours, "体育館")
    assert render(letter, addressee("甲"), OCCASION).body == "市民センター甲"
    assert render(letter, addressee("乙"), elsewhere).body == "体育館乙"
    assert render(letter, addressee("甲"), OCCASION).body == "市民センター甲"


def test_a_subject_stays_on_one_line() -> None:
    to = addressee(name="髙橋 花子")
    assert "\n" not in render(Letter("{宛名}", ""), to, OCCASION).subject


def test_blank_values_are_named_but_the_honorific_may_be_blank() -> None:
    letter = Letter("{会社名}", "{担当者名}{部署}{敬称}{無い項目}")
    assert blank_fields(letter, addressee(), OCCASION) == ["担当者名", "部署"]


def test_lists_show_the_events_fields_and_leave_the_recipients() -> None:
    assert fill_occasion("【{イベント名}】{会社名}", OCCASION) == "【雇用情報交換会】{会社名}"

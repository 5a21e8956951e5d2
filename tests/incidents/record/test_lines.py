"""The chronology writes itself: the two days of the story, and the words for each case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventmail.incidents.record.lines import (
    Agreed,
    Known,
    Line,
    SentMail,
    Talk,
    Wave,
    at_noon,
    lines,
)

MORNING = datetime(2023, 5, 31, 1, 5, tzinfo=UTC)  # 10:05 in Tokyo
NOTICED = datetime(2023, 5, 31, 2, 30, tzinfo=UTC)
EVENING = datetime(2023, 5, 31, 9, 30, tzinfo=UTC)
THURSDAY = datetime(2023, 6, 1, 0, 30, tzinfo=UTC)
ALL = Agreed(explained=True, apologised=True, deletion_agreed=True)
QUIET = Known(noticed_at=NOTICED, noticed_how="職員Aが気づいた。", opened_at=NOTICED)


def calls(first: int, last: int, at: datetime, reached: bool = True) -> list[Talk]:
    return [Talk(at + timedelta(minutes=each), each, reached) for each in range(first, last + 1)]


def told(known: Known) -> list[str]:
    return [each.text for each in lines(known)]


def test_the_story_tells_itself_in_order_with_its_figures() -> None:
    known = Known(
        noticed_at=NOTICED,
        noticed_how="職員Aが送信済みメールを見て気づき、職員BとともにTOで送ったことを確かめた。",
        opened_at=NOTICED + timedelta(minutes=20),
        mails=[SentMail(each, each, MORNING, (("TO", 15),)) for each in (1, 2)],
        talks=[
            *calls(1, 25, NOTICED + timedelta(hours=1)),
            *calls(26, 30, NOTICED + timedelta(hours=2), reached=False),
            *calls(26, 30, THURSDAY),
        ],
        agreed=dict.fromkeys(range(1, 31), ALL),
        waves=[
            Wave(8, "handling", EVENING, 5),
            Wave(9, "correction", EVENING + timedelta(hours=1), 25),
            Wave(10, "correction", THURSDAY + timedelta(hours=2), 5),
        ],
        acts=[Line(EVENING - timedelta(hours=3), "所内の報告をした。", "report:internal")],
    )
    assert [(each.key, each.text) for each in lines(known)] == [
        *(
            (f"mail:{n}", f"メール（2通のうち{n}通目）を、TO欄に15件のアドレスを入れて送信した。")
            for n in (1, 2)
        ),
        ("noticed", known.noticed_how),
        ("opened", "漏えい等事案として記録し、対応を始めた。"),
        (
            "calls:2023-05-31",
            "30社に電話し、25社に説明・謝罪・削除依頼（了承）、5社は不在。",
        ),
        ("report:internal", "所内の報告をした。"),
        (
            "wave:8",
            "電話がつながらない5社に、今後の対応を知らせるメールを個別に送信した。",
        ),
        (
            "wave:9",
            "電話で説明した25社に、あらためて正しい方法（個別送信）でメールを送信した。",
        ),
        ("calls:2023-06-01", "5社に電話し、5社に説明・謝罪・削除依頼（了承）。"),
        ("wave:10", "電話で説明した5社に、あらためて正しい方法（個別送信）でメールを送信した。"),
    ]


# the day's calls, what each company agreed to, the words
CALLED: dict[str, tuple[list[Talk], dict[int, Agreed], str]] = {
    "all agreed": (
        calls(1, 3, NOTICED),
        dict.fromkeys((1, 2, 3), ALL),
        "3社に電話し、3社に説明・謝罪・削除依頼（了承）。",
    ),
    "one did not agree": (
        calls(1, 2, NOTICED),
        {1: ALL, 2: Agreed(explained=True, apologised=True)},
        "2社に電話し、2社とつながり（説明2社、謝罪2社、削除の了承1社）。",
    ),
    "nobody there": (calls(1, 2, NOTICED, reached=False), {}, "2社に電話し、2社は不在。"),
    "absent, then reached": (
        [*calls(1, 1, NOTICED, reached=False), *calls(1, 1, EVENING)],
        {1: ALL},
        "1社に電話し、1社に説明・謝罪・削除依頼（了承）。",
    ),
    "nothing written of it": (
        calls(1, 1, NOTICED),
        {},
        "1社に電話し、1社とつながり（説明0社、謝罪0社、削除の了承0社）。",
    ),
}


@pytest.mark.parametrize("case", CALLED)
def test_calls_are_one_line_a_day(case: str) -> None:
    talks, agreed, text = CALLED[case]
    known = Known(NOTICED, "気づいた。", NOTICED, talks=talks, agreed=agreed)
    assert [each.text for each in lines(known) if each.key.startswith("calls:")] == [text]


def test_the_day_of_a_call_is_that_of_tokyo() -> None:
    late = datetime(2023, 5, 31, 15, 30, tzinfo=UTC)  # half past midnight in Tokyo
    known = Known(NOTICED, "気づいた。", NOTICED, talks=calls(1, 1, late))
    assert "calls:2023-06-01" in [each.key for each in lines(known)]


# what is known of the mails, and how the chronology begins
BEGINNINGS: dict[str, tuple[Known, list[str]]] = {
    "one mail": (
        Known(NOTICED, "x", NOTICED, mails=[SentMail(1, 1, MORNING, (("TO", 3), ("CC", 2)))]),
        ["メールを、TO欄に3件・CC欄に2件のアドレスを入れて送信した。"],
    ),
    "a mail of no time, and the moment told": (
        Known(NOTICED, "x", NOTICED, MORNING, mails=[SentMail(1, 1, None, (("TO", 3),))]),
        ["メールを送信した。"],
    ),
    "nothing is known": (QUIET, []),
    "a mail without addresses": (
        Known(NOTICED, "x", NOTICED, mails=[SentMail(1, 1, MORNING, ())]),
        ["メールを送信した。"],
    ),
}


@pytest.mark.parametrize("case", BEGINNINGS)
def test_what_was_before_is_told_as_far_as_it_is_known(case: str) -> None:
    known, beginning = BEGINNINGS[case]
    assert told(known)[:-2] == beginning


def test_how_it_was_noticed_is_said_even_where_nobody_wrote_it() -> None:
    assert told(Known(NOTICED, "", NOTICED))[0] == "アドレスの表示に気づいた。"


def test_a_day_without_an_hour_stands_at_noon() -> None:
    assert at_noon(NOTICED.date()).astimezone(UTC).hour == 3

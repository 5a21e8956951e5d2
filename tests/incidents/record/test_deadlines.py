"""Which duties follow from the facts, and until when: the borders, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eventmail.incidents.models import Law
from eventmail.incidents.record import laws
from eventmail.incidents.record.deadlines import (
    BY_LAW,
    Applies,
    Assessed,
    Deadline,
    DeadlineFacts,
    Duty,
    Own,
    deadlines,
)

WEDNESDAY = date(2023, 5, 31)
NOTHING = Assessed(sensitive=False, financial=False, malicious=False)
SENSITIVE = replace(NOTHING, sensitive=True)
FINANCIAL = replace(NOTHING, financial=True)
MALICIOUS = replace(NOTHING, malicious=True)
ADMINISTRATIVE, PRIVATE = Law.ADMINISTRATIVE, Law.PRIVATE
YES, NO, UNKNOWN = Applies.YES, Applies.NO, Applies.UNKNOWN


def of(facts: DeadlineFacts) -> dict[Duty, Deadline]:
    return {each.duty: each for each in deadlines(facts)}


# kind of organisation, persons, unread, what was said of it, whether it is reportable, and why
REPORTABLE: dict[str, tuple[Law, int, int, Assessed | None, Applies, str]] = {
    "the story": (ADMINISTRATIVE, 7, 0, NOTHING, NO, "100人を超えません：7人"),
    "a hundred": (ADMINISTRATIVE, 100, 0, NOTHING, NO, "100人を超えません：100人"),
    "over a hundred": (ADMINISTRATIVE, 101, 0, NOTHING, YES, "100人を超えます：101人"),
    "over a hundred, nothing said": (ADMINISTRATIVE, 101, 0, None, YES, "100人を超えます：101人"),
    "private, over a hundred": (PRIVATE, 101, 0, NOTHING, NO, "1,000人を超えません：101人"),
    "private, a thousand": (PRIVATE, 1000, 0, NOTHING, NO, "1,000人を超えません：1,000人"),
    "private, over a thousand": (PRIVATE, 1001, 0, NOTHING, YES, "1,000人を超えます：1,001人"),
    "unread to a hundred": (ADMINISTRATIVE, 103, 3, NOTHING, NO, "100人を超えません：100人"),
    "unread, still over": (ADMINISTRATIVE, 103, 2, NOTHING, YES, "100人を超えます：101人"),
    "one sensitive": (ADMINISTRATIVE, 1, 0, SENSITIVE, YES, "要配慮個人情報が含まれます"),
    "one sensitive, private": (PRIVATE, 1, 0, SENSITIVE, YES, "要配慮個人情報が含まれます"),
    "one financial": (PRIVATE, 1, 0, FINANCIAL, YES, "財産的被害のおそれがあります"),
    "one malicious": (ADMINISTRATIVE, 1, 0, MALICIOUS, YES, "不正の目的のおそれがあります"),
    "one sensitive, unread": (ADMINISTRATIVE, 1, 1, SENSITIVE, NO, "開封されずに削除された"),
    "no person at all": (ADMINISTRATIVE, 0, 0, NOTHING, NO, "漏えいがありません：0人"),
    "no person's address, but sensitive data": (
        *(ADMINISTRATIVE, 0, 0, SENSITIVE),
        *(YES, "要配慮個人情報が含まれます"),
    ),
    "nothing said yet": (ADMINISTRATIVE, 7, 0, None, UNKNOWN, "まだ判断を入力していません"),
}


@pytest.mark.parametrize("case", REPORTABLE)
def test_what_is_reportable_and_why(case: str) -> None:
    law, persons, unread, said, applies, why = REPORTABLE[case]
    found = of(DeadlineFacts(law, persons, WEDNESDAY, unread, said))
    assert {found[each].applies for each in BY_LAW} == {applies}
    assert all(why in found[each].why for each in BY_LAW)


# kind of organisation, persons, of whom nobody has said, whether all that was shown is known
UNSURE: dict[str, tuple[Law, int, int, bool, Applies, str]] = {
    "no mail is known": (ADMINISTRATIVE, 0, 0, False, UNKNOWN, "まだ登録されていません"),
    "nobody named so far": (ADMINISTRATIVE, 0, 1, True, UNKNOWN, "確かめていないアドレスが1件"),
    "at most a hundred": (ADMINISTRATIVE, 7, 93, True, NO, "100人を超えません：7人"),
    "perhaps a hundred and one": (ADMINISTRATIVE, 7, 94, True, UNKNOWN, "いまのところ7人"),
    "over a hundred anyway": (ADMINISTRATIVE, 101, 9, True, YES, "100人を超えます：101人"),
    "private, at most a thousand": (PRIVATE, 7, 993, True, NO, "1,000人を超えません：7人"),
    "private, perhaps more": (PRIVATE, 7, 994, True, UNKNOWN, "いまのところ7人"),
}


@pytest.mark.parametrize("case", UNSURE)
def test_it_is_not_called_needless_before_it_is_known_who_was_shown(case: str) -> None:
    law, persons, unconfirmed, shown, applies, why = UNSURE[case]
    facts = DeadlineFacts(law, persons, WEDNESDAY, 0, NOTHING, unconfirmed=unconfirmed, shown=shown)
    found = of(facts)[Duty.PRELIMINARY]
    assert (found.applies, why in found.why) == (applies, True)
    assert (found.reasons[0].met is None) == (applies is UNKNOWN)


# noticed on, the 5th day, the 30th, the 60th; the last two moved off days on which offices are shut
DAYS: dict[str, tuple[date, date, date, date]] = {
    "the story": (WEDNESDAY, date(2023, 6, 4), date(2023, 6, 29), date(2023, 7, 31)),
    "a month's end": (date(2024, 1, 31), date(2024, 2, 4), date(2024, 2, 29), date(2024, 4, 1)),
    "a leap day between": (
        *(date(2024, 2, 1), date(2024, 2, 5)),
        *(date(2024, 3, 1), date(2024, 4, 1)),
    ),
    "the same without a leap day": (
        *(date(2023, 2, 1), date(2023, 2, 5)),
        *(date(2023, 3, 2), date(2023, 4, 3)),
    ),
    "on a leap day": (date(2024, 2, 29), date(2024, 3, 4), date(2024, 3, 29), date(2024, 4, 30)),
    "into Golden Week": (date(2023, 4, 4), date(2023, 4, 8), date(2023, 5, 8), date(2023, 6, 2)),
    "into the year's end": (
        *(date(2023, 11, 30), date(2023, 12, 4)),
        *(date(2024, 1, 4), date(2024, 1, 29)),
    ),
    "over the year": (date(2023, 12, 28), date(2024, 1, 1), date(2024, 1, 26), date(2024, 2, 26)),
    "on a Saturday": (date(2023, 6, 3), date(2023, 6, 7), date(2023, 7, 3), date(2023, 8, 1)),
}


@pytest.mark.parametrize("case", DAYS)
def test_days_are_counted_from_the_day_of_knowing(case: str) -> None:
    noticed, fifth, thirtieth, sixtieth = DAYS[case]
    found = of(DeadlineFacts(ADMINISTRATIVE, 101, noticed, 0, NOTHING))
    assert (found[Duty.PRELIMINARY].due, found[Duty.FINAL].due) == (fifth, thirtieth)
    malicious = of(DeadlineFacts(ADMINISTRATIVE, 101, noticed, 0, MALICIOUS))
    assert (malicious[Duty.PRELIMINARY].due, malicious[Duty.FINAL].due) == (fifth, sixtieth)


# so many working days after: the day of knowing, the count, the last day
OWN: dict[str, tuple[date, int, date]] = {
    "the same day": (WEDNESDAY, 0, WEDNESDAY),
    "the same day, a Sunday": (date(2023, 6, 4), 0, date(2023, 6, 4)),
    "the next": (WEDNESDAY, 1, date(2023, 6, 1)),
    "over a weekend": (date(2023, 6, 2), 1, date(2023, 6, 5)),
    "over Golden Week": (date(2023, 5, 2), 2, date(2023, 5, 9)),
    "over the year": (date(2023, 12, 28), 1, date(2024, 1, 4)),
}


@pytest.mark.parametrize("case", OWN)
def test_the_offices_own_deadlines_are_working_days(case: str) -> None:
    noticed, count, last = OWN[case]
    found = of(DeadlineFacts(ADMINISTRATIVE, 7, noticed, own=Own(count, None)))
    assert (found[Duty.INTERNAL].due, found[Duty.INTERNAL].asks) == (last, True)
    assert not found[Duty.BUREAU].asks


def test_the_persons_are_told_soon_and_by_no_day() -> None:
    found = of(DeadlineFacts(PRIVATE, 1001, WEDNESDAY, 0, NOTHING))[Duty.PERSONS]
    assert (found.due, found.when) == (None, "状況に応じて、速やかに")
    assert [each.place for each in found.texts] == ["第26条第2項", "第10条"]


def test_each_duty_names_the_articles_of_ones_own_kind_of_organisation() -> None:
    places = {
        law: [each.place for each in of(DeadlineFacts(law, 7, WEDNESDAY))[Duty.FINAL].texts]
        for law in Law
    }
    assert places[ADMINISTRATIVE][:2] == ["第68条第1項", "第44条第2項"]
    assert places[PRIVATE][:2] == ["第26条第1項", "第8条第2項"]


def test_a_fifth_day_on_which_offices_are_shut_is_said_and_not_moved() -> None:
    sunday = of(DeadlineFacts(ADMINISTRATIVE, 101, WEDNESDAY))[Duty.PRELIMINARY]
    assert "5日目は閉庁日です" in sunday.when
    assert (sunday.since, sunday.due) == (date(2023, 6, 2), date(2023, 6, 4))


def test_every_text_has_its_source_and_place() -> None:
    found = laws.every_text()
    assert {laws.ADMINISTRATIVE.many, laws.PRIVATE.final, laws.UNREAD} < set(found)
    assert all(each.source and each.says for each in found)
    assert all(each.place for each in found if each.source != laws.OWN)
    unsure = [each.place for each in found if not each.sure]
    assert unsure == ["4-4-1（確報）", "4-4-1（漏えい等の考え方）", "第29条の4"]

"""Dates as the offices write them."""

from datetime import UTC, date, datetime

import pytest

from eventmail import clock


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 12, 9), "令和8年12月9日（水）"),
        (date(2023, 6, 7), "令和5年6月7日（水）"),
        (date(2019, 5, 1), "令和元年5月1日（水）"),
        (date(2019, 12, 31), "令和元年12月31日（火）"),
        (date(2020, 1, 1), "令和2年1月1日（水）"),
        (date(2019, 4, 30), "2019年4月30日（火）"),
    ],
)
def test_a_date_carries_its_era_and_weekday(day: date, written: str) -> None:
    assert clock.japanese_date(day) == written


def test_a_moment_is_told_on_a_clock_in_tokyo() -> None:
    just_before_midnight_utc = datetime(2026, 12, 8, 23, 5, tzinfo=UTC)
    assert clock.japanese_moment(just_before_midnight_utc) == "令和8年12月9日（水）8:05"


def test_today_is_tokyos_day() -> None:
    import time_machine

    with time_machine.travel(datetime(2026, 12, 8, 15, 0, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 12, 9)

"""60 ordinary mailings of such offices raise no block and hardly a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventmail.mailings import findings
from eventmail.mailings.findings import Finding, Level
from eventmail.mailings.findings.dating import dates
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import written
from tests.mailings.findings.library import grounds

GROUNDS = grounds()
# Each that is left, and why it is right to ask.
JUSTIFIED = {
    "29-お詫び-遅れ": {"bad_time": "the afternoon before 文化の日, and an apology"},
    "54-連絡-BCC文面": {"not_the_event_date": "「日時」 of a briefing, under the event's name"},
}


YEAR = timedelta(days=364)  # the same day of the week, and of the season
LEAKS = {
    "participant_address": "saiyo＠minato-denki.example",
    "participant_phone": "０９０（１１１１）２００６",
    "participant_name": "総務部長　高橋\n和也",
}


def found(name: str, level: Level) -> list[Finding]:
    return of_ground(GROUNDS[name], level)


def of_ground(ground: Ground, level: Level) -> list[Finding]:
    everything = [*findings.of_content(ground.content), *findings.of_ground(ground)]
    return [each for each in everything if each.level is level]


def test_there_are_sixty() -> None:
    assert len(GROUNDS) == 60


@pytest.mark.parametrize("name", GROUNDS)
def test_no_block(name: str) -> None:
    assert [each.message for each in found(name, Level.BLOCK)] == []


@pytest.mark.parametrize("name", GROUNDS)
def test_no_warning_but_those_that_are_justified(name: str) -> None:
    codes = {each.code for each in found(name, Level.WARN)}
    assert codes == set(JUSTIFIED.get(name, {}))


def test_all_warnings_together_are_few() -> None:
    assert sum(len(found(name, Level.WARN)) for name in GROUNDS) == 2


@pytest.mark.parametrize("code", LEAKS)
def test_a_leak_is_seen_in_each_of_them(code: str) -> None:
    """The quiet is not bought with blindness."""
    for name, ground in GROUNDS.items():
        leaking = replace(ground.content, body=ground.content.body + LEAKS[code])
        blocks = of_ground(replace(ground, content=leaking), Level.BLOCK)
        assert code in {each.code for each in blocks}, name


def test_last_years_letter_is_noticed_wherever_a_weekday_is_written() -> None:
    """Each letter sent again a year later, with the event's date changed and no more."""
    dated = {
        name: ground
        for name, ground in GROUNDS.items()
        if any(each.weekday is not None for each in dates(written(ground.content.body).text))
    }
    assert len(dated) > 40
    for name, ground in dated.items():
        later = replace(ground.content, event_date=ground.content.event_date + YEAR)
        stale = replace(ground, content=later, now=ground.now + YEAR)
        codes = {each.code for each in of_ground(stale, Level.WARN)}
        assert codes & {"wrong_weekday", "wrong_year", "past_date", "not_the_event_date"}, name

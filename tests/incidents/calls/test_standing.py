"""How a company stands, from its calls and ticks: without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eventmail.incidents.calls.models import Followup, Outcome
from eventmail.incidents.calls.standing import Line, State, Told, due_by, progress_of
from eventmail.incidents.models import Party

NOON = datetime(2023, 5, 31, 3, tzinfo=UTC)
DAY = date(2023, 5, 31)
REACHED, ABSENT, STRUCK = Outcome.REACHED, Outcome.ABSENT, Outcome.STRUCK


def line(*calls: tuple[Outcome, str | None], due_on: date | None = DAY, **ticks: bool) -> Line:
    told = tuple(
        Told(number, NOON, 1, "株式会社みなと運輸", "佐藤", outcome, struck)
        for number, (outcome, struck) in enumerate(calls, 1)
    )
    party = Party(id=1, position=1, company="株式会社みなと運輸")
    return Line(party, Followup(party_id=1, due_on=due_on, version=1, **ticks), told, DAY)


STATES = {
    "nobody called": (line(), State.UNTRIED),
    "nobody answered": (line((ABSENT, None)), State.ABSENT),
    "reached and told": (line((REACHED, None), explained=True), State.DONE),
    "reached, and not told": (line((REACHED, None)), State.PARTLY),
    "absent, then told": (line((ABSENT, None), (REACHED, None), explained=True), State.DONE),
    "told, then nobody answered": (
        line((REACHED, None), (ABSENT, None), explained=True),
        State.DONE,
    ),
    "reached, not told, then absent": (line((REACHED, None), (ABSENT, None)), State.ABSENT),
    "told by a call that was struck out": (
        line((REACHED, "別の会社"), (STRUCK, None), explained=True),
        State.UNTRIED,
    ),
    "absent by a call that was struck out": (
        line((ABSENT, "別の会社"), (STRUCK, None)),
        State.UNTRIED,
    ),
    "told without any call": (line(explained=True), State.UNTRIED),
}


@pytest.mark.parametrize(("found", "state"), STATES.values(), ids=STATES)
def test_the_state_is_what_the_standing_calls_and_the_explanation_say(
    found: Line, state: State
) -> None:
    assert found.state is state


UNREAD = {
    "unread and deleted": ({"unread": True, "deletion_agreed": True}, 1),
    "unread, not deleted": ({"unread": True}, 0),
    "deleted after reading": ({"deletion_agreed": True}, 0),
}


@pytest.mark.parametrize(("ticks", "count"), UNREAD.values(), ids=UNREAD)
def test_only_what_was_deleted_unread_is_no_leak(ticks: dict[str, bool], count: int) -> None:
    found = line((REACHED, None), explained=True, **ticks)
    assert progress_of([found], DAY).unread_and_deleted == count


def test_what_a_struck_call_had_confirmed_is_not_confirmed() -> None:
    found = line((REACHED, "別の会社"), explained=True, unread=True, deletion_agreed=True)
    assert progress_of([found], DAY).unread_and_deleted == 0


def test_reached_absent_and_untried_make_up_the_total() -> None:
    found = [each for each, _ in STATES.values()]
    numbers = progress_of(found, DAY)
    assert numbers.total == numbers.reached + numbers.absent + numbers.untried == len(found)
    assert numbers.explained == 3


def test_who_has_waited_longest_is_called_first_and_nobody_before_his_day() -> None:
    late, today = line(due_on=date(2023, 5, 30)), line(due_on=DAY)
    tomorrow, never = line(due_on=date(2023, 6, 1)), line(due_on=None)
    assert due_by([tomorrow, today, never, late], DAY) == [late, today]

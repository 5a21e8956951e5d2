"""The one thing to do next, from the first call to the end."""

from __future__ import annotations

from datetime import date

import pytest

from eventmail.incidents.calls.standing import Progress
from eventmail.incidents.models import Law
from eventmail.incidents.record import following
from eventmail.incidents.record.deadlines import Assessed, DeadlineFacts, Duty, Own, deadlines
from eventmail.incidents.record.following import Known
from eventmail.incidents.record.models import Measure, Report
from eventmail.incidents.record.reporting import Standing
from tests.incidents.story import WEDNESDAY

THURSDAY = date(2023, 6, 1)
NO = Assessed(sensitive=False, financial=False, malicious=False)
OPEN, DONE = Measure(done_on=None), Measure(done_on=THURSDAY)


def called(reached: int, due_today: int = 0) -> Progress:
    counts = dict.fromkeys(Progress.__dataclass_fields__, reached)
    return Progress(**counts | {"total": 30, "due_today": due_today})


def told(
    assessed: Assessed | None = NO, today: date = WEDNESDAY, reported: str = ""
) -> list[Standing]:
    """The duties of the story; ``reported``: those that are done."""
    facts = DeadlineFacts(Law.ADMINISTRATIVE, 7, WEDNESDAY, 0, assessed, Own(0, 0))
    return [
        Standing(each, Report(void=False) if each.duty in reported.split() else None, today)
        for each in deadlines(facts)
    ]


ALL_TOLD = f"{Duty.INTERNAL} {Duty.BUREAU}"
CASES = {
    "thirty to be called": (Known(called(0, 30), told(), 0, ()), "対応先30社に"),
    "the office's report is late": (
        Known(called(25), told(today=THURSDAY), 0, ()),
        "「所内の報告」の期限を過ぎています",
    ),
    "called today, though it is late": (
        Known(called(25, 5), told(today=THURSDAY), 0, ()),
        "対応先5社に",
    ),
    "nobody has judged it": (Known(called(25), told(None), 0, ()), "報告が必要かどうか"),
    "to be reported today": (Known(called(25), told(), 2, [OPEN]), "「所内の報告」をしてください"),
    "no cause": (Known(called(25), told(reported=ALL_TOLD), 0, ()), "原因を書いて"),
    "no measure": (Known(called(25), told(reported=ALL_TOLD), 2, ()), "再発防止策を決めて"),
    "five were absent": (
        Known(called(25), told(reported=ALL_TOLD), 2, [OPEN]),
        "済んでいない対応先が5社",
    ),
    "one measure is not done": (
        Known(called(30), told(reported=ALL_TOLD), 2, [OPEN, DONE]),
        "再発防止策が1件",
    ),
    "all is done": (Known(called(30), told(reported=ALL_TOLD), 2, [DONE]), "対応を終えて"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_is_next(case: str) -> None:
    known, title = CASES[case]
    assert title in following.choose(known).title

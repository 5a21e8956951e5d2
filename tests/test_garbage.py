"""A process that serves or sends does not look through all that it has loaded, again and again."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCHED = """
import gc
from eventmail import garbage

class Loop:
    def __init__(self):
        self.itself = self

loaded = [[] for _ in range(200_000)]
{first}
looked = []
gc.callbacks.append(lambda phase, info: phase == "stop" and looked.append(info["generation"]))
left = [[] for _ in range(20_000)]
print(len(looked))
print(gc.get_freeze_count() > 200_000)
for _ in range(120_000):
    Loop()
print(sum(type(each) is Loop for each in gc.get_objects()) < 60_000)
"""


def _watched(first: str) -> list[str]:
    code = WATCHED.format(first=first)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return told.stdout.split()


@pytest.mark.parametrize(
    ("first", "looks", "frozen"),
    [("garbage.keep_what_is_loaded()", range(1), "True"), ("", range(20, 30), "False")],
    ids=["as it serves", "as Python begins"],
)
def test_a_page_s_worth_of_new_objects_is_not_looked_through(
    first: str, looks: range, frozen: str
) -> None:
    count, left_out, bounded = _watched(first)
    assert int(count) in looks
    assert left_out == frozen, "what is loaded before is never looked through again"
    assert bounded == "True", "what goes round in a circle is found in the end"

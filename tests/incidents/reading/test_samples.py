"""The sample's two sent mails: 15 and 15 in To, and 7 of the 30 addresses bear a full name."""

from __future__ import annotations

import runpy

import pytest

from eventmail.addresses import names_a_person
from eventmail.incidents.reading import read_file
from eventmail.incidents.reading.values import Where
from eventmail.sample import FOLDER

MADE = runpy.run_path(str(FOLDER / "make_mails.py"))
BOTH = dict(enumerate(MADE["NAMES"]))


@pytest.mark.parametrize("number", BOTH)
def test_the_script_makes_the_files(number: int) -> None:
    assert MADE["mail"](number) == (FOLDER / BOTH[number]).read_bytes()


def test_they_show_thirty_addresses_of_which_seven_name_a_person() -> None:
    mails = [read_file((FOLDER / name).read_bytes()) for name in BOTH.values()]
    assert [len(each.seen) for each in mails] == [15, 15]
    seen = [address for each in mails for address in each.seen]
    assert {each.where for each in seen} == {Where.TO}
    assert len({each.email for each in seen}) == 30
    assert sum(names_a_person(each.email) for each in seen) == 7
    assert not [each.unread for each in mails if each.unread]
    assert mails[0].subject.startswith("【企業と学校との雇用情報交換会】")

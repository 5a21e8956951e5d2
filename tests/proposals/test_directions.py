"""Which way is less dangerous: the services and the database's triggers agree on it."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy.exc import IntegrityError

from eventmail.database import Database
from eventmail.offices.settings import Value
from eventmail.proposals import mailboxes, roles, sending, service
from eventmail.proposals.kinds import Kind
from eventmail.sample import People
from tests import settling
from tests.proposals.test_transitions import tried

BATCHES, HOLD, COPY = sending.BATCHES, sending.HOLD_MINUTES, sending.FIRST_COPY
OFF, ON, MORE = ({"allowed": a, "size": n} for a, n in ((False, 50), (True, 50), (True, 60)))
# name: (kind, before, after, whether one person is enough)
WAYS: dict[str, tuple[Kind, Value, Value, bool]] = {
    "BCC一括 on": (BATCHES, OFF, ON, False),
    "BCC一括 off": (BATCHES, ON, OFF, True),
    "more at once": (BATCHES, ON, MORE, False),
    "less at once": (BATCHES, MORE, ON, True),
    "off, but more at once": (BATCHES, ON, {"allowed": False, "size": 51}, False),
    "a longer hold": (HOLD, 5, 6, True),
    "a shorter hold": (HOLD, 6, 5, False),
    "by hand instead of by itself": (COPY, 5, None, True),
    "by itself instead of by hand": (COPY, None, 5, False),
    "by itself, later": (COPY, 5, 6, True),
    "by itself, sooner": (COPY, 6, 5, False),
}


def test_what_one_person_may_do(database: Database, people: People) -> None:
    office_id = people.manager.office.id
    for name, (kind, before, after, enough) in WAYS.items():
        assert kind.safer(before, after) is enough, name
        with tried(database) as session:
            settling.settle(session, kind.at(office_id), before)
            # As if the services had forgotten to ask: only the database is left.
            careless = dataclasses.replace(kind, safer=lambda _before, _after: True).at(office_id)
            if enough:
                service.make_safer(session, people.approver, careless, after)
                assert kind.at(office_id).now(session) == after, name
            else:
                with pytest.raises(IntegrityError, match="guard offices"):
                    service.make_safer(session, people.approver, careless, after)


ROLE_WORDS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "one who decides": (
        ["author"],
        ["approver", "author"],
        [
            "「決裁者」は、設定の変更を認められる役割",
            "「決裁者」は、参加事業所の名前とアドレスを扱い",
        ],
    ),
    "one who reads": ([], ["auditor"], ["「監査担当」は、所のすべての記録を見られる"]),
    "a role taken": (["checker"], [], ["「確認者」の仕事はできなくなります"]),
}


@pytest.mark.parametrize("name", ROLE_WORDS)
def test_what_a_change_of_roles_means(name: str) -> None:
    before, after, told = ROLE_WORDS[name]
    meaning = roles.ROLES.meaning(before, after)
    assert [each for each in told if each not in meaning] == []


def test_what_other_changes_mean() -> None:
    box = {"name": "若年者部門"}
    meanings = {
        BATCHES.meaning(OFF, ON): sending.BATCHES_ON,
        BATCHES.meaning(ON, OFF): sending.BATCHES_OFF,
        BATCHES.meaning(OFF, {"allowed": False, "size": 9}): sending.STILL_OFF,
        HOLD.meaning(5, 0): sending.NO_HOLD,
        HOLD.meaning(0, 5): sending.HOLD,
        COPY.meaning(None, 0): sending.BY_ITSELF,
        COPY.meaning(0, None): sending.BY_HAND,
        mailboxes.MAILBOX.meaning(None, box): mailboxes.ADDED,
        mailboxes.MAILBOX.meaning(box, {"name": "x"}): mailboxes.RENAMED,
        mailboxes.MAILBOX.meaning(box, None): mailboxes.REMOVED,
    }
    assert meanings == {each: each for each in meanings}
    assert len(meanings) == 10

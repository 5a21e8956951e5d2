"""What the database leaves out of a comparison changes nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.mailings import freezing
from eventmail.mailings.models import Snapshot
from eventmail.mailings.since import Since, between, compared
from eventmail.mailings.snapshot import Recipient, content_of_snapshot
from eventmail.sample import People

Two = tuple[Sequence[Recipient], Sequence[Recipient]]
People30 = Sequence[Recipient]


def named_like(one: Recipient, other: Recipient) -> Recipient:
    return replace(one, company=other.company, department=other.department, name=other.name)


def put_in_again(all_: People30) -> Two:
    return all_[:5], [*all_[1:5], named_like(all_[9], all_[0])]


def one_of_two_namesakes_put_in_again(all_: People30) -> Two:
    """The later of the two is who he was; both are still there themselves."""
    return (
        [all_[0], named_like(all_[1], all_[0]), all_[2]],
        [all_[0], named_like(all_[1], all_[0]), named_like(all_[3], all_[0])],
    )


def a_namesake_left(all_: People30) -> Two:
    return [all_[0], named_like(all_[1], all_[0])], [named_like(all_[3], all_[0])]


CASES: dict[str, Callable[[People30], Two]] = {
    "nothing": lambda all_: (all_, all_),
    "an address": lambda all_: (all_, [replace(all_[0], address="q@neu.example"), *all_[1:]]),
    "a company's name": lambda all_: (all_, [replace(all_[3], company="改名後"), *all_[4:]]),
    "a title, which is not told": lambda all_: (all_, [replace(all_[0], title="長"), *all_[1:]]),
    "one more": lambda all_: (all_[:29], all_),
    "one less": lambda all_: (all_, all_[1:]),
    "everybody": lambda all_: (all_[:15], all_[15:]),
    "one put in again": put_in_again,
    "a namesake put in": one_of_two_namesakes_put_in_again,
    "two namesakes for one": a_namesake_left,
    "another order": lambda all_: (all_, all_[::-1]),
}


@pytest.mark.parametrize("case", CASES)
def test_of_what_differs_alone_the_same_is_said(
    database: Database, people: People, submitted: Snapshot, case: str
) -> None:
    with database.writing() as session:
        old = session.get_one(Snapshot, submitted.id)
        before, now = CASES[case](content_of_snapshot(old).recipients)
        one, other = (
            frozen(session, people, old, revision, each)
            for revision, each in ((8, before), (9, now))
        )
        found = between(session, one, other)
        assert told(found) == told(compared(one, list(before), list(now)))
        session.rollback()


def frozen(
    session: Session, people: People, like: Snapshot, revision: int, whom: Sequence[Recipient]
) -> Snapshot:
    content = replace(content_of_snapshot(like), revision=revision, recipients=tuple(whom))
    return freezing.freeze(session, people.author, like.mailing, content)


def told(since: Since) -> tuple[object, ...]:
    return since.previous.id, since.remarks, since.gone

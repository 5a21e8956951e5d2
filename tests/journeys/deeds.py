"""What checker and approver do in every journey, and what everybody's mails are held to."""

from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
import re
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from email.message import EmailMessage  # noqa: TID251

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.sample import story
from eventmail.wire.sink import Received
from tests.journeys.people import Person
from tests.recorder import Recorder

OFFICE = "gakusotsu@himesato-anteisho.example"
PASSWORD = next(s["password"] for s in story()["staff"] if s["role"] == "approver")


def set_clock(patch: pytest.MonkeyPatch, moment: str) -> None:
    """It is this hour in Tokyo, and from then on time passes as ever."""
    wanted = datetime.fromisoformat(moment).replace(tzinfo=clock.TOKYO)
    ahead = wanted - datetime.now(UTC)
    patch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead)


NEXT = re.compile(
    "^(次のページ|最後のページまで見ました|最後まで見たことを記録して、次へ進む|この回答を認める)"
)


def check(checker: Person, count: int) -> None:
    """From the home page: count, see all files to their last page and letters, accept answers."""
    checker.follow("送信内容を確認する")
    checker.heading("送信内容の確認")
    checker.fill("数えた送信先の件数", str(count))
    checker.turn(checker.page.get_by_role("button", name="数えた件数を記録する"))
    while (
        button := checker.page.get_by_role("button", name=NEXT)
    ).count():  # one leads to the next
        checker.turn(button.first)
    checker.press("確認して決裁者に回す")
    checker.reads("決裁者に回しました")


def approve(approver: Person, count: int) -> None:
    """From the home page, with the password again."""
    approver.follow("決裁する")
    approver.heading("送信の決裁")
    approver.fill("あなたのパスワード", PASSWORD)
    approver.press(f"決裁して{count}件に送信する")


def expect_alone(
    recorder: Recorder, wanted: set[str], gone: Collection[str] = ()
) -> list[Received]:
    """Each of these and nobody else got one mail of his own, with no other's address in its words.

    The recorder's judge looks into everything else of every mail when the test is over. ``gone``
    are on the roster, and were not written to.
    """
    mails = [each for each in recorder.received if each.rcpt_to != (OFFICE,)]
    assert Counter(to for each in mails for to in each.rcpt_to) == Counter(wanted)
    for each in mails:
        (own,) = each.rcpt_to
        words = "\n".join([*map(str, parsed(each).values()), text_of(each)])
        assert not [other for other in wanted.union(gone) - {own} if other in words]
    return mails


def addresses(database: Database) -> set[str]:
    """All on the roster."""
    with database.reading() as session:
        return set(session.scalars(sa.select(Contact.address)))


def parsed(mail: Received) -> EmailMessage:
    """By the standard library's reader."""
    found = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: Received) -> str:
    """The plain words of a mail."""
    body = parsed(mail).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def files_of(mail: Received) -> dict[str, bytes]:
    """What is attached, by name."""
    return {
        str(each.get_filename()): each.get_payload(decode=True)  # type: ignore[misc]
        for each in parsed(mail).iter_attachments()
    }

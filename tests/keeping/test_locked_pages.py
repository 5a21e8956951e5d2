"""Everybody who signs in to a copy is told, on every page, that it sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.keeping import unlocking
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control
from eventmail.outbox.models import Dispatch
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from tests.pages import Pages

SignIn = Callable[[str], Pages]
BANNERS = {
    LockKind.RESTORED: "バックアップから戻した写しのため、メールを送信しません",
    LockKind.MOVED: "データベースを移したため、メールを送信しません",
}


def progress(snapshot: Snapshot) -> str:
    return f"/mailings/{snapshot.mailing_id}/progress?revision={snapshot.revision}"


@pytest.mark.parametrize(("kind", "banner"), BANNERS.items(), ids=BANNERS)
def test_a_copy_says_so_until_it_is_unlocked(
    database: Database, approved: Snapshot, sign_in: SignIn, kind: LockKind, banner: str
) -> None:
    pages = sign_in("approver")
    assert banner not in pages.get("/").text
    with database.writing() as session:
        sendlock.lock(session, kind, "eventmail-20261127T163000Z.zip")
    for path in ("/", progress(approved)):
        assert banner in pages.get(path).text
    assert "接続できません" not in pages.get("/").text, (
        "the banner says it, and nobody here can act"
    )
    assert "戻した写しのため、送信していません" in pages.get(progress(approved)).text

    with database.writing() as session:
        unlocking.unlock(session, "確かめました", "", nothing_sent_since=False)
    page = pages.get(progress(approved))
    assert banner not in page.text
    assert "元のサーバーから送られたメールがあるかもしれません" in page.text


def test_what_a_person_had_paused_may_have_gone_on_elsewhere(
    database: Database, approved: Snapshot, people: People, sign_in: SignIn
) -> None:
    """He is not the last word on it: he may have let it go on after the backup."""
    with database.writing() as session:
        control.pause(session, people.approver, session.get_one(Snapshot, approved.id))
        sendlock.lock(session, LockKind.RESTORED, "eventmail.zip")
    with database.writing() as session:
        done = unlocking.unlock(session, "確かめました", "", nothing_sent_since=False)
    assert done.paused == 1
    page = sign_in("approver").get(progress(approved)).text
    assert "元のサーバーから送られたメールがあるかもしれません" in page
    with database.reading() as session:
        assert session.get_one(Dispatch, approved.id).paused_by is None
        told = sa.text(
            "SELECT staff_id, office_id FROM audit_entries "
            "WHERE action = 'dispatch.paused' AND subject = :it ORDER BY id"
        )
        own = people.approver
        found = session.execute(told, {"it": f"mailing:{approved.mailing_id}"}).all()
        assert found == [(own.id, own.office.id), (None, own.office.id)]

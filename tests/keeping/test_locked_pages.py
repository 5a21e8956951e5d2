"""Everybody who signs in to a copy is told, on every page, that it sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.keeping import unlocking
from eventmail.mailings.models import Snapshot
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

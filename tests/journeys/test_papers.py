"""The desk, the papers and one's own settings in a real browser, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.mailings.models import Snapshot
from tests.journeys.people import Person

pytestmark = pytest.mark.journey


@pytest.fixture
def commands() -> tuple[str, ...]:
    return ("web",)


def test_from_the_desk_to_the_paper_and_the_list(
    submitted: Snapshot, person: Callable[[str], Person]
) -> None:
    checker = person("checker")
    checker.follow("待っている仕事")
    checker.heading("待っている仕事")
    checker.reads("が確認待ちです")
    checker.picture("tasks")

    checker.see(f"/mailings/{submitted.mailing_id}")
    checker.follow("起案伺い")
    checker.heading("起案伺い（メールの送信について）")
    checker.reads("個別送信（1通ずつ）")
    checker.reads(submitted.digest)
    checker.picture("drafting-paper")

    checker.see(f"/mailings/{submitted.mailing_id}")
    checker.follow("確認用宛先一覧")
    checker.heading("確認用宛先一覧")
    checker.reads("取扱注意")
    checker.picture("recipient-list")

    checker.see("/me")
    checker.page.get_by_label("仕事が届いたとき、メールで知らせる").uncheck()
    checker.press("設定を保存する")
    checker.reads("設定を保存しました。")
    checker.picture("own-settings")
    assert not checker.page.get_by_label("仕事が届いたとき、メールで知らせる").is_checked()
